"""Which function is written by whom, for f64 and for f32."""

from __future__ import annotations

from rssn.errors import ArityError, UnknownNameError

from . import (
    _asin,
    _atan,
    _erf,
    _erf32,
    _exp,
    _exp32,
    _gamma,
    _hyperbolic,
    _hyperbolic32,
    _log,
    _log_family,
    _log_family32,
    _pow,
    _roots,
    _short,
    _trig,
)
from ._builder import Value
from ._emitter import Body, Emitter
from ._fast import FAST
from ._lanes import by_f64, in_pieces

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

BY_F64 = frozenset({"gamma", "lgamma"})
"""Functions whose f32 is their f64, rounded; the others are written for both."""

_SINGLE: dict[str, Body] = {
    "acosh": _log_family32.acosh,
    "asinh": _log_family32.asinh,
    "atanh": _log_family32.atanh,
    "cosh": _hyperbolic32.cosh,
    "erf": _erf32.erf,
    "erfc": _short.erfc_single,
    "exp": _exp32.exp,
    "exp10": _exp32.exp10,
    "exp2": _exp32.exp2,
    "expm1": _hyperbolic32.expm1,
    "log10": _log_family32.log10,
    "log1p": _log_family32.log1p,
    "log2": _log_family32.log2,
    "pow": _short.pow_single,
    "sigmoid": _hyperbolic32.sigmoid,
    "sinh": _hyperbolic32.sinh,
    "softplus": _hyperbolic32.softplus,
    "tanh": _hyperbolic32.tanh,
}
"""Where f32 has a method of its own."""

_WIDER = {"erfc": 4.0, "gamma": 4.0, "lgamma": 4.0}


def accuracy(level: str = "1ulp") -> dict[str, float]:
    """Return the promised bound on each function's error, in units in the last place of the true result.

    lgamma's holds against 1 instead where the result is smaller, next to its
    zeros at negative x. What tools/ulp_table.py measures is smaller: docs/accuracy.md.
    """
    fast = FAST["f32"] if level == "fast" else ()
    return {name: 4.0 if name in fast else _WIDER.get(name, 1.0) for name in functions()}


def functions() -> tuple[str, ...]:
    """Return the names `emit` knows, in alphabetical order."""
    return tuple(sorted(FUNCTIONS))


def emit(e: Emitter, name: str, *args: Value) -> Value:
    """Print the function `name` of `args` and return its value.

    An emitter wider than the machine's registers goes through vectors as wide
    as they are; in a module of accuracy "fast" the faster of two is printed
    where there are two. Raises UnknownNameError and ArityError.
    """
    entry = FUNCTIONS.get(name)
    if entry is None:
        raise UnknownNameError("no such elementary function", found=name, wanted=", ".join(functions()))
    arity, body = entry
    if len(args) != arity:
        raise ArityError("wrong number of operands", where=name, wanted=str(arity), found=str(len(args)))
    if name == "sqrt":
        return body(e, *args)
    if e.real == "f32" and name in BY_F64:
        return by_f64(body)(e, *args)
    if e.real == "f32":
        body = _SINGLE.get(name, body)
    if e.module.accuracy == "fast":
        body = FAST[e.real].get(name, body)
    width = e.features.width * (2 if e.real == "f32" else 1)
    return body(e, *args) if e.width <= width else in_pieces(e, body, args, e.real, width)
