"""Compile one function alone and call it on arrays: for tests, benches and the curious. Kernels are `jit`'s work."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from ._builder import Value
from ._emitter import Emitter
from ._features import Features, host_features
from ._module import Module

Write = Callable[..., Value]


def target_machine(features: Features, level: int = 2) -> Any:
    """Return a new LLVM target machine; an engine made from it becomes its owner."""
    import llvmlite.binding as llvm

    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    target = llvm.Target.from_triple(features.triple or llvm.get_process_triple())
    return target.create_target_machine(
        cpu=features.cpu, features=features.attributes, opt=level, reloc="pic", codemodel="small"
    )


def engine_of(ir: str, features: Features, level: int = 2) -> Any:
    """Return LLVM's engine for this process, which owns the machine code of `ir` as long as it lives."""
    import llvmlite.binding as llvm

    parsed = llvm.parse_assembly(ir)
    parsed.verify()
    engine = llvm.create_mcjit_compiler(parsed, target_machine(features, level))
    engine.finalize_object()
    return engine


def array_module(write: Write, arity: int, features: Features, width: int, real: str = "f64") -> Module:
    """Return a module whose function `loop(n, out, a, b, ...)` applies `write(emitter, a, b, ...)` to n rows.

    n must be a multiple of `width`.
    """
    module = Module(features)
    pointers = [("ptr noalias", "out")] + [("ptr", f"in{i}") for i in range(arity)]
    function = module.function("loop", "void", [("i64", "n"), *pointers])
    e = Emitter(function, width, real)
    e.raw("  %none = icmp slt i64 %n, 1")
    e.branch("%none", "done", "body")
    e.begin("body")
    e.raw("  %i = phi i64 [ 0, %entry ], [ %next, %last ]")
    args = [e.load(e.address(f"%in{i}", "%i", e.scalar_real)) for i in range(arity)]
    e.store(write(e, *args), e.address("%out", "%i", e.scalar_real))
    e.jump("last")
    e.begin("last")
    e.raw(f"  %next = add i64 %i, {width}")
    e.raw("  %more = icmp slt i64 %next, %n")
    e.branch("%more", "body", "done")
    e.begin("done")
    e.ret()
    return module


class Probe:
    """A compiled elementwise function; `probe(a, b)` takes NumPy arrays of equal length."""

    def __init__(
        self,
        write: Write,
        arity: int = 1,
        *,
        features: Features | None = None,
        width: int | None = None,
        real: str = "f64",
        level: int = 2,
    ) -> None:
        features = features if features is not None else host_features()
        self.width = width if width is not None else features.width * (2 if real == "f32" else 1)
        self.real, self.arity = real, arity
        self.ir = str(array_module(write, arity, features, self.width, real))
        self._engine = engine_of(self.ir, features, level)
        kind = ctypes.CFUNCTYPE(None, ctypes.c_int64, *[ctypes.c_void_p] * (arity + 1))
        self.call = kind(self._engine.get_function_address("loop"))

    def __call__(self, *arrays: Any) -> Any:
        import numpy as np

        dtype = np.float64 if self.real == "f64" else np.float32
        rows = len(arrays[0])
        whole = -(-rows // self.width) * self.width
        padded = [np.ones(whole, dtype) for _ in arrays]
        for given, wide in zip(arrays, padded, strict=True):
            wide[:rows] = given
        result = np.empty(whole, dtype)
        self.call(whole, result.ctypes.data, *[a.ctypes.data for a in padded])
        return result[:rows]


def assembly(write: Write, arity: int, features: Features, width: int, real: str = "f64") -> str:
    """Return the machine code of `array_module`, for any target LLVM knows."""
    import llvmlite.binding as llvm

    parsed = llvm.parse_assembly(str(array_module(write, arity, features, width, real)))
    return str(target_machine(features).emit_assembly(parsed))
