"""A kernel as a plain C function of doubles, for libraries that call back: SciPy's integrals, solvers of ODEs.

The function evaluates one row by the same steps, so it gives the kernel's
bits. It needs no GIL and no Python.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final, NamedTuple

from ..errors import OptionError
from ..vectormath import Emitter, Module
from ._code import Code, load
from ._compiler import Compiler, in_pieces
from ._export_code import columns, family
from ._machine import machine_code

_ENTRY = "call"
_DOUBLES = ctypes.POINTER(ctypes.c_double)
_COLUMNS = ctypes.CFUNCTYPE(None, ctypes.POINTER(ctypes.c_void_p), ctypes.c_int64)


class _Convention(NamedTuple):
    """How a library calls: the type for ctypes, parameters as LLVM has them."""

    function_type: Any
    returns: str
    parameters: Sequence[tuple[str, str]]
    numbers: str = ""
    """the parameter that says how many numbers there are, with its type"""
    failure: str = ""
    """what is returned when they are too few"""


_SOLVER = _Convention(
    ctypes.CFUNCTYPE(None, ctypes.c_double, _DOUBLES, _DOUBLES, _DOUBLES),
    "void",
    [("double", "t"), ("ptr", "state"), ("ptr", "result"), ("ptr", "parameters")],
)
_CONVENTIONS: Final[dict[str, _Convention]] = {
    "quad": _Convention(
        ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_int, _DOUBLES), "double", [("i32", "count"), ("ptr", "values")],
        "i32 %count", "double 0x7FF8000000000000",
    ),
    "filter": _Convention(
        ctypes.CFUNCTYPE(ctypes.c_int, _DOUBLES, ctypes.c_ssize_t, _DOUBLES, ctypes.c_void_p), "i32",
        [("ptr", "values"), ("i64", "count"), ("ptr", "result"), ("ptr", "unused")], "i64 %count", "i32 0",
    ),
    "ode": _SOLVER,
    "jacobian": _SOLVER,
}  # fmt: skip


def lowlevel(code: Code, kind: str) -> Any:
    """Return the function of a kernel's code. See `Kernel.lowlevel`."""
    if kind == "columns":
        return _columns(code)
    convention = _CONVENTIONS.get(kind)
    if convention is None:
        wanted = ", ".join((*_CONVENTIONS, "columns"))
        raise OptionError("no such signature", where="lowlevel", wanted=wanted, found=repr(kind))
    compiler = Compiler(code.recipe._replace(width=1), code.compiler.tape)
    inputs, outputs = len(compiler.tape.arguments), len(compiler.tape.outputs)
    states = _state_count(kind, inputs, outputs)
    module, frame_bytes = compiler.module(b"dc" * (inputs + outputs) + b"p")
    _write_entry(module, convention, _places(kind, inputs, outputs, states), frame_bytes)
    pieces, level = in_pieces(module)
    blob = machine_code(pieces, _ENTRY, level, compiler.features, frozenset(compiler.imports))
    mapping = load(blob, compiler.imports)
    function = convention.function_type(mapping.address + blob.entry)
    function.owner = mapping, compiler.imports
    return function if convention is _SOLVER else _for_scipy(function)


def _columns(code: Code) -> Any:
    """Return the function for rows side by side, by the loops of whole vectors."""
    compiler = code.compiler
    module = columns(family(_ENTRY, compiler), compiler.features)
    pieces, level = in_pieces(module)
    blob = machine_code(pieces, _ENTRY, level, compiler.features, frozenset(compiler.imports))
    mapping = load(blob, compiler.imports)
    function = _COLUMNS(mapping.address + blob.entry)
    function.owner = mapping, compiler.imports  # type: ignore[attr-defined]  # ctypes lets functions have attributes
    return function


def _state_count(kind: str, inputs: int, outputs: int) -> int:
    """Return how many arguments after the first are the state of an ODE."""
    if _CONVENTIONS[kind] is not _SOLVER:
        if outputs != 1:
            what = "an integrand" if kind == "quad" else "a filter"
            raise OptionError(f"{what} has one value", where="lowlevel", wanted="one formula", found=str(outputs))
        return 0
    states = outputs if kind == "ode" else int(outputs**0.5)
    if inputs <= states or (kind == "jacobian" and states**2 != outputs):
        wanted = "arguments t, the state, then parameters; " + (
            "a formula for each of the state" if kind == "ode" else "a square of formulas, row by row"
        )
        raise OptionError(
            f"not the shape of an {kind}" if kind == "ode" else "not the shape of a Jacobian", where="lowlevel",
            wanted=wanted, found=f"{inputs} arguments, {outputs} formulas",
        )  # fmt: skip
    return states


def _places(kind: str, inputs: int, outputs: int, states: int) -> list[tuple[str, int]]:
    """Return for every operand which parameter it lies behind, and where."""
    if _CONVENTIONS[kind] is not _SOLVER:
        return [*(("%values", n) for n in range(inputs)), ("%result" if kind == "filter" else "%room", 0)]
    state = [("%state", n) for n in range(states)]
    parameters = [("%parameters", n) for n in range(inputs - 1 - states)]
    return [("%room", 0), *state, *parameters, *(("%result", n) for n in range(outputs))]


def _write_entry(module: Module, convention: _Convention, places: Sequence[tuple[str, int]], frame_bytes: int) -> None:
    """Write the function that is called: it tells the loop over rows where the numbers of its one row lie."""
    e = Emitter(module.function(_ENTRY, convention.returns, convention.parameters), 1)
    e.raw("  %room = alloca double, align 8")
    e.raw(f"  %frame = alloca [{max(frame_bytes, 8)} x i8], align 64")
    e.raw(f"  %data = alloca [{len(places)} x ptr], align 8")
    if convention is _SOLVER:
        e.raw("  store double %t, ptr %room, align 8")
    else:
        # SciPy says how many numbers there are: too few are no reason to read beyond them.
        e.raw(f"  %enough = icmp sge {convention.numbers}, {len(places) - 1}")
        e.branch("%enough", "go", "stop")
        e.begin("stop")
        e.raw(f"  ret {convention.failure}")
        e.begin("go")
    for number, (base, index) in enumerate(places):
        place, slot = e.address(base, str(index), "double"), e.address("%data", str(number), "ptr")
        e.raw(f"  store ptr {place}, ptr {slot}, align 8")
    e.raw("  call void @run(ptr %data, ptr null, i64 1, ptr %frame)")
    if convention is _SOLVER:
        e.ret()
    elif convention.returns == "double":
        e.raw("  %answer = load double, ptr %room, align 8")
        e.raw("  ret double %answer")
    else:
        e.raw("  ret i32 1")


def _for_scipy(function: Any) -> Any:
    """Return SciPy's wrapper where SciPy is, else the function, which it takes too."""
    try:
        wrapper = getattr(import_module("scipy"), "LowLevelCallable", None)
    except ImportError:
        return function
    return function if wrapper is None else wrapper(function)  # a folder of that name is a module too
