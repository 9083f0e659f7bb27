"""Which function is written by whom, and f32 by way of f64."""

from __future__ import annotations

from rssn.errors import ArityError, UnknownNameError

from . import _asin, _atan, _erf, _exp, _gamma, _hyperbolic, _log, _log_family, _pow, _roots, _trig
from ._builder import Value
from ._emitter import Body, Emitter

FUNCTIONS: dict[str, tuple[int, Body]] = {
    "acos": (1, _asin.acos),
    "acosh": (1, _log_family.acosh),
    "asin": (1, _asin.asin),
    "asinh": (1, _log_family.asinh),
    "atan": (1, _atan.atan),
    "atan2": (2, _atan.atan2),
    "atanh": (1, _log_family.atanh),
    "cbrt": (1, _roots.cbrt),
    "cos": (1, _trig.cos),
    "cosh": (1, _hyperbolic.cosh),
    "cospi": (1, _trig.cospi),
    "erf": (1, _erf.erf),
    "erfc": (1, _erf.erfc),
    "exp": (1, _exp.exp),
    "exp10": (1, _exp.exp10),
    "exp2": (1, _exp.exp2),
    "expm1": (1, _hyperbolic.expm1),
    "gamma": (1, _gamma.gamma),
    "hypot": (2, _roots.hypot),
    "lgamma": (1, _gamma.lgamma),
    "log": (1, _log.log),
    "log10": (1, _log_family.log10),
    "log1p": (1, _log_family.log1p),
    "log2": (1, _log_family.log2),
    "pow": (2, _pow.pow),
    "sigmoid": (1, _hyperbolic.sigmoid),
    "sin": (1, _trig.sin),
    "sinh": (1, _hyperbolic.sinh),
    "sinpi": (1, _trig.sinpi),
    "softplus": (1, _log_family.softplus),
    "sqrt": (1, Emitter.sqrt),
    "tan": (1, _trig.tan),
    "tanh": (1, _hyperbolic.tanh),
}
"""Every function: its number of operands, and who writes it."""


_WIDER = {"erfc": 4.0, "gamma": 4.0, "lgamma": 4.0}


def accuracy() -> dict[str, float]:
    """Return the promised bound on each function's error, in units in the last place of the true result.

    lgamma's holds against 1 instead where the result is smaller, next to its
    zeros at negative x. What tools/ulp_table.py measures is smaller: docs/accuracy.md.
    """
    return {name: _WIDER.get(name, 1.0) for name in functions()}


def functions() -> tuple[str, ...]:
    """Return the names `emit` knows, in alphabetical order."""
    return tuple(sorted(FUNCTIONS))


def emit(e: Emitter, name: str, *args: Value) -> Value:
    """Print the function `name` of `args` and return its value.

    An emitter of f32, or one wider than the machine's registers, goes through
    f64 vectors as wide as they are. Raises UnknownNameError and ArityError.
    """
    entry = FUNCTIONS.get(name)
    if entry is None:
        raise UnknownNameError("no such elementary function", found=name, wanted=", ".join(functions()))
    arity, body = entry
    if len(args) != arity:
        raise ArityError("wrong number of operands", where=name, wanted=str(arity), found=str(len(args)))
    if name == "sqrt" or (e.real == "f64" and e.width <= e.features.width):
        return body(e, *args)
    return _in_pieces(e, body, args)


def _in_pieces(e: Emitter, body: Body, args: tuple[Value, ...]) -> Value:
    """Apply `body` to f64 vectors of the machine's width that together make up the arguments."""
    width = min(e.width, e.features.width)
    small = e.sibling("f64", width)
    results = []
    for start in range(0, e.width, width):
        pieces = [small.as_f64(e.slice(a, start, width), e.real) for a in args]
        results.append(small.from_f64(body(small, *pieces), e.real))
    return e.joined(results, width)
