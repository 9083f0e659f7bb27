"""Where an expansion stands: a point and a side of it, or infinity, and how powers of t are written in x there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .. import ops
from ..errors import FoldError, OptionError
from ..expr import Expr, constant
from . import _coefficient as number
from ._laurent import Laurent
from ._laurent import make as make_series
from ._make import make

SIDES = {None: 0, "+": 1, "-": -1}


@dataclass(frozen=True, slots=True)
class Place:
    """The point `at` in `variable`: on both sides (side 0), above (1) or below it (-1).

    At infinity the one side there is counts as above. The distance t, which is
    positive on one side, is x - at, at - x, 1/x or -1/x.
    """

    variable: Expr
    at: Expr
    side: int = 0

    @property
    def infinite(self) -> float:
        """inf or -inf where the place is that, else 0."""
        value = self.at.value if self.at.operator == "float" else 0.0
        return float(value) if math.isinf(value) else 0.0

    def series(self, limit: int, root: int) -> Laurent:
        """The variable as a series in the given root of t."""
        step = self.side or 1
        if self.infinite:
            return Laurent(-root, (1 if self.infinite > 0 else -1,), None)
        start = number.of_expr(folded(self.at))
        return make_series(0, [start, *[0] * (root - 1), step], None, max(limit, root + 1))

    def base(self, *, whole: bool) -> Expr:
        """What powers are written of: x - at or x if they are all whole, so that they are real on both sides."""
        x, at = self.variable, self.at
        if self.infinite:
            return x if whole or self.infinite > 0 else -x
        if self.side < 0 and not whole:
            return make("sub", [at, x])
        if at.operator in ("integer", "rational") and at.value < 0:
            return make("add", [x, constant(-at.value)])
        return make("sub", [x, at])

    @property
    def flips(self) -> bool:
        """Whether t is the opposite of the base of whole powers."""
        return self.side < 0 or self.infinite < 0

    def written(self, c: number.Coefficient) -> Expr:
        """A coefficient with the logarithm of t in terms of x."""
        if not isinstance(c, number.Logs):
            return number.to_expr(c)
        return c.at(ops.log(self.base(whole=False)), opposite=bool(self.infinite))

    def power(self, power: Fraction) -> int | Fraction:
        """The power of the base that a power of t is."""
        return number.normal(-power if self.infinite else power)

    def __str__(self) -> str:
        side = "" if self.infinite or not self.side else " from above" if self.side > 0 else " from below"
        return f"{self.variable} = {self.at}{side}"


def place_of(variable: Expr, at: Expr, direction: Any) -> Place:
    """Return the place that a user means; OptionError where there is none such."""
    if direction not in SIDES:
        raise OptionError("the direction of a series is a side", wanted='"+", "-" or None', found=repr(direction))
    value = number.number_at(at) if not at.free_symbols else None
    if variable in at.free_symbols:
        raise OptionError("the point must not depend on the variable", where="at", found=repr(at))
    if value is not None and math.isnan(value):
        raise OptionError("the point is not a number", where="at", found=str(at))
    if value is None or not math.isinf(value):
        return Place(variable, at, SIDES[direction])
    if direction is not None:
        raise OptionError("infinity has one side only", where="direction", found=direction, hint="leave it out")
    return Place(variable, constant(value), 1)


def folded(e: Expr) -> Expr:
    """The expression with exact constants folded, as far as they are not enormous."""
    try:
        return ops.fold(e)
    except FoldError:
        return e
