"""Operators where their own expansion ends, at branch points and at infinity, in terms of others that have one there.

asin at 1 is ``pi/2 - 2*asin(sqrt(2 - 2*A)/2)``, whose asin stands at 0; atan of
what has a pole is ``pi/2 - atan(1/A)``. The square roots and logarithms in these
forms then say whether there is an expansion on both sides of the point.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from .. import ops
from ..errors import SeriesError
from ..expr import Expr, constant
from . import _coefficient as number
from ._expansions import sign_of
from ._laurent import ZERO, Arithmetic, Laurent
from ._rule import A, B

Form: TypeAlias = Callable[..., Expr | None]


def other_form(a: Arithmetic, name: str, operands: Sequence[Laurent | SeriesError]) -> Expr | None:
    """Return an expression over the placeholders of the operands that is to be expanded instead, if there is one."""
    form = FORMS.get(name)
    if form is None or any(isinstance(x, SeriesError) for x in operands):
        return None
    return form(a, *operands)


def _has_pole(a: Arithmetic, x: Laurent) -> bool:
    return bool(x.terms) and x.start < 0 and a.unit(x).start < 0


def _is_at(a: Arithmetic, x: Laurent, value: int) -> bool:
    """Whether the operand has that value in the point."""
    if _has_pole(a, x) or (x.stop is not None and x.stop <= 0) or isinstance(x[0], number.Logs):
        return False
    return number.is_zero(number.sub(x[0], value), a.known)


_PI: Final = constant("pi")
_HALF_PI: Final = _PI / 2
_NEAR_1: Final[Expr] = 2 * ops.asin(ops.sqrt(2 - 2 * A) / 2)
_NEAR_MINUS_1: Final[Expr] = 2 * ops.asin(ops.sqrt(2 + 2 * A) / 2)
_ASINH_UP: Final[Expr] = ops.log(A + ops.sqrt(1 + A**2))
_ASINH_DOWN: Final[Expr] = -ops.log(ops.sqrt(1 + A**2) - A)
_ACOSH_UP: Final[Expr] = ops.log(A + ops.sqrt(A - 1) * ops.sqrt(A + 1))
_ACOSH_AT_1: Final[Expr] = 2 * ops.asinh(ops.sqrt(2 * A - 2) / 2)
_ATANH: Final[Expr] = (ops.log(1 + A) - ops.log(1 - A)) / 2
_LOG_GAMMA: Final[Expr] = ops.log(abs(ops.gamma(A)))
_OF_INVERSE: Final[Expr] = ops.atan(1 / A)
_SLOPE: Final[Expr] = ops.atan(A / B)
_STEEP: Final[Expr] = ops.atan(B / A)


def _end(a: Arithmetic, x: Laurent) -> int:
    """1 or -1 where the operand has that value in the point, but is no constant; else 0."""
    if x.is_constant:
        return 0
    return 1 if _is_at(a, x, 1) else -1 if _is_at(a, x, -1) else 0


def _asin(a: Arithmetic, x: Laurent) -> Expr | None:
    return {1: _HALF_PI - _NEAR_1, -1: _NEAR_MINUS_1 - _HALF_PI}.get(_end(a, x))


def _acos(a: Arithmetic, x: Laurent) -> Expr | None:
    return {1: _NEAR_1, -1: _PI - _NEAR_MINUS_1}.get(_end(a, x))


def _atan(a: Arithmetic, x: Laurent) -> Expr | None:
    if not _has_pole(a, x):
        return None
    return _HALF_PI * sign_of(a, x, "atan") - _OF_INVERSE


def _asinh(a: Arithmetic, x: Laurent) -> Expr | None:
    if not _has_pole(a, x):
        return None
    return _ASINH_UP if sign_of(a, x, "asinh") > 0 else _ASINH_DOWN


def _acosh(a: Arithmetic, x: Laurent) -> Expr | None:
    if _has_pole(a, x):
        return _ACOSH_UP
    return _ACOSH_AT_1 if _end(a, x) == 1 else None


def _atanh(a: Arithmetic, x: Laurent) -> Expr | None:
    return _ATANH if _end(a, x) else None


def _lgamma(a: Arithmetic, x: Laurent) -> Expr | None:
    """At a pole of gamma."""
    first = None if _has_pole(a, x) or x.is_constant else x[0]
    at_pole = isinstance(first, int) and first <= 0
    return _LOG_GAMMA if at_pole else None


def _atan2(a: Arithmetic, y: Laurent, x: Laurent) -> Expr | None:
    if not _has_pole(a, y) and not _has_pole(a, x):
        if not number.is_zero(y[0], a.known) or (y == ZERO and x.is_constant) or number.sign(x[0], a.known) == 1:
            return None  # there the rule of its derivative will do
        if y != ZERO and not a.one_sided:
            on_cut = number.sign(x[0], a.known)
            raise SeriesError("atan2 jumps there, on the negative axis" if on_cut else "atan2 of 0, 0: a jump")
    if y == ZERO:
        return _PI if sign_of(a, x, "atan2") < 0 else constant(0)
    above = sign_of(a, y, "atan2")
    if x == ZERO or a.unit(x).start > a.unit(y).start:
        return _HALF_PI * above - _STEEP
    return _SLOPE + _PI * above if sign_of(a, x, "atan2") < 0 else _SLOPE


FORMS: Final[dict[str, Form]] = {
    "asin": _asin,
    "acos": _acos,
    "atan": _atan,
    "atan2": _atan2,
    "asinh": _asinh,
    "acosh": _acosh,
    "atanh": _atanh,
    "lgamma": _lgamma,
}
