"""Which complex function is written by whom: reals in, real and imaginary part out."""

from __future__ import annotations

from functools import partial
from typing import Final

from rssn.errors import ArityError, UnknownNameError

from . import _complex_arithmetic, _complex_exp, _complex_log, _complex_power
from ._builder import Value
from ._complex_parts import ComplexBody, Parts, in_pieces
from ._emitter import Emitter

_BODIES: Final[dict[str, tuple[int, ComplexBody]]] = {
    "acos": (2, _complex_log.acos),
    "acosh": (2, _complex_log.acosh),
    "asin": (2, _complex_log.asin),
    "asinh": (2, _complex_log.asinh),
    "atan": (2, _complex_exp.turned(_complex_log.atanh)),
    "atanh": (2, _complex_log.atanh),
    "cos": (2, _complex_exp.cos),
    "cosh": (2, _complex_exp.cosh),
    "div": (4, _complex_arithmetic.div),
    "exp": (2, _complex_exp.exp),
    "expm1": (2, _complex_exp.expm1),
    "log": (2, _complex_log.log),
    "mul": (4, _complex_arithmetic.mul),
    "muladd": (6, _complex_arithmetic.muladd),
    "pow": (4, _complex_power.pow),
    "sin": (2, _complex_exp.turned(_complex_exp.sinh)),
    "sinh": (2, _complex_exp.sinh),
    "sqrt": (2, _complex_log.sqrt),
    "tan": (2, _complex_exp.turned(_complex_exp.tanh)),
    "tanh": (2, _complex_exp.tanh),
}
"""Every function: how many reals it takes, and who writes it."""

_BOTH_FORMATS: Final = ("mul", "muladd")
"""Written for f32 too; of the others f32 is f64, rounded."""


def complex_functions() -> tuple[str, ...]:
    """Return the names `emit_parts` knows, in alphabetical order; "power^n" beside them raises to the whole power n."""
    return tuple(sorted(_BODIES))


def _body(name: str) -> tuple[int, ComplexBody]:
    base, _, exponent = name.partition("^")
    if base == "power" and exponent:
        return 2, _complex_arithmetic.power(int(exponent))
    entry = _BODIES.get(name)
    if entry is None:
        raise UnknownNameError("no such complex function", found=name, wanted=", ".join(complex_functions()))
    return entry


def emit_parts(e: Emitter, name: str, *args: Value) -> Parts:
    """Print the complex function `name` of `args`, the parts of its operands in turn; return both parts.

    Asked for again with the same operands, where what was printed can be used, it prints nothing.
    Raises UnknownNameError and ArityError.
    """
    arity, body = _body(name)
    if len(args) != arity:
        raise ArityError("wrong number of operands", where=name, wanted=str(arity), found=str(len(args)))
    key = f"complex {name}({', '.join(a.text for a in args)}) of {e.real}x{e.width}"
    return e.once(key, partial(_print, e, name, body, args))


def _print(e: Emitter, name: str, body: ComplexBody, args: tuple[Value, ...]) -> Parts:
    if e.real == "f32" and name not in _BOTH_FORMATS:
        return in_pieces(e, body, args, "f64", min(e.width, e.features.width))
    width = e.features.width * (2 if e.real == "f32" else 1)
    return body(e, *args) if e.width <= width else in_pieces(e, body, args, e.real, width)
