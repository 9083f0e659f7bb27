"""The loops behind the array functions: one function of machine code for each function of this room and dtype.

`rssn_sin_f64(n, arrays)` applies sin to n rows; `arrays` points to the first
elements of its inputs, then of its outputs; n is a multiple of `lanes`. It
returns 1 if a result is infinite or NaN (and that says something), so that whoever must tell NumPy of
an overflow need not look at ordinary results.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from ._builder import Value
from ._emitter import Emitter
from ._features import Features
from ._functions import FUNCTIONS, emit
from ._module import Module

TAME: Final = frozenset({"asinh", "atan", "atan2", "cbrt", "erf", "erfc", "maximum", "minimum", "sigmoid", "tanh"})
"""Functions without a pole, an overflow or an argument outside their domain: nothing to watch for."""
REALS: Final = ("f64", "f32")


class Loop(NamedTuple):
    """How many arrays a loop reads and writes, and what it does with a vector of each."""

    inputs: int
    outputs: int
    write: Callable[..., tuple[Value, ...]]


def _of_function(name: str) -> Loop:
    return Loop(FUNCTIONS[name][0], 1, lambda e, *args: (emit(e, name, *args),))


LOOPS: Final[dict[str, Loop]] = {
    **{name: _of_function(name) for name in FUNCTIONS if name != "sqrt"},
    "fma": Loop(3, 1, lambda e, a, b, c: (e.fma(a, b, c),)),
    "maximum": Loop(2, 1, lambda e, a, b: (e.maximum(a, b),)),
    "minimum": Loop(2, 1, lambda e, a, b: (e.minimum(a, b),)),
    "sincos": Loop(1, 2, lambda e, x: (emit(e, "sin", x), emit(e, "cos", x))),
}
"""All of them by name. What a processor does correctly rounded in one instruction NumPy does as well."""


def lanes(features: Features, real: str) -> int:
    """Return how many rows one turn of a loop takes."""
    return features.width * (2 if real == "f32" else 1)


def symbol(name: str, real: str) -> str:
    """Return what machine code calls a loop."""
    return f"rssn_{name}_{real}"


def loop_module(name: str, real: str, features: Features) -> Module:
    """Return a module with one loop."""
    loop, module = LOOPS[name], Module(features)
    function = module.function(symbol(name, real), "i32", [("i64", "n"), ("ptr", "arrays")])
    e = Emitter(function, lanes(features, real), real)
    pointers = [_pointer(e, k) for k in range(loop.inputs + loop.outputs)]
    zero, seen = e.constant(0.0), e.new_name("seen")
    e.jump("row")
    e.begin("row")
    e.raw("  %i = phi i64 [ 0, %entry ], [ %next, %last ]")
    head = len(function.lines)
    inputs = [e.load(e.address(pointer, "%i", e.scalar_real)) for pointer in pointers[: loop.inputs]]
    odd = Value(seen, "real")
    for result, pointer in zip(loop.write(e, *inputs), pointers[loop.inputs :], strict=True):
        e.store(result, e.address(pointer, "%i", e.scalar_real))
        # Zero times what is finite is zero, and NaN otherwise: one instruction keeps watch.
        if name in TAME:
            continue
        odd = e.fma(result, zero, odd) if features.fused else e.add(odd, e.mul(result, zero))
    e.jump("last")
    e.begin("last")
    function.lines.insert(head, f"  {seen} = phi {e.real_type} [ zeroinitializer, %entry ], [ {odd.text}, %last ]")
    e.raw(f"  %next = add i64 %i, {e.width}")
    e.raw("  %more = icmp slt i64 %next, %n")
    e.branch("%more", "row", "done")
    e.begin("done")
    e.raw(f"  %flag = zext i1 {e.any(e.isnan(odd))} to i32")
    e.raw("  ret i32 %flag")
    return module


def _pointer(e: Emitter, number: int) -> str:
    return e.effect(f"load ptr, ptr {e.address('%arrays', str(number), 'ptr')}, align 8", "").text
