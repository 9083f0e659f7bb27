"""series: Taylor and Laurent expansions of an expression, and `Series`, what they are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from .. import ops
from ..errors import FoldError, OptionError, SeriesError
from ..expr import Expr, constant, free_symbols, walk
from . import _coefficient as number
from ._coefficient import Coefficient
from ._diff import Variable, _expression, _variable
from ._expand import expand
from ._laurent import ZERO, Arithmetic, Laurent, MoreTermsError
from ._laurent import make as make_series
from ._make import make
from ._make_py import number_of, split_ratio

MOST_EXTRA = 60  # terms kept beyond the order asked for, to find the first one of a divisor


@dataclass(frozen=True, slots=True)
class Series:
    """An expansion in powers of ``variable - at``, from `series`.

    Prints as ``x - x^3/6 + x^5/120 + O(x^6)``.
    """

    variable: Expr
    at: Expr
    coefficients: dict[int, Expr]
    """power → coefficient, ascending, without those that are 0; negative powers are a pole"""
    order: int | None
    """the first power that is left out; None where nothing is: the expression is this polynomial"""

    @property
    def polynomial(self) -> Expr:
        """The sum of the terms that are kept, as an expression."""
        total = constant(0)
        for power, c in self.coefficients.items():
            total = make("add", [total, self._term(c, power)])
        return total

    @property
    def remainder(self) -> str:
        """What is left out: ``O(x^6)``, or ``0`` where the series is exact."""
        return "0" if self.order is None else f"O({self._power(self.order)})"

    @property
    def is_exact(self) -> bool:
        """Whether nothing is left out."""
        return self.order is None

    def coefficient(self, power: int) -> Expr:
        """The coefficient of a power; OptionError beyond what is known."""
        if self.order is not None and power >= self.order:
            raise OptionError("this coefficient is not known", found=f"power {power}", wanted=f"below {self.order}")
        return self.coefficients.get(power, constant(0))

    def latex(self) -> str:
        """LaTeX source for math mode."""
        end = "" if self.order is None else rf" + O\left({self._power(self.order).latex()}\right)"
        return self.polynomial.latex() + end

    def __str__(self) -> str:
        text = ""
        for power, c in self.coefficients.items():
            text = _joined(text, self._shown(c, power), self._shown(make("neg", [c]), power))
        if self.order is None:
            return text or "0"
        return f"{text} + {self.remainder}" if text else self.remainder

    def _shown(self, c: Expr, power: int) -> str:
        if power == 0 and c.operator == "rational":
            return str(c.value)
        text = str(self._term(c, power))
        # A bare (x - 1) would run into the signs around it.
        return f"({text})" if power == 1 and c.value == 1 and self.at.value != 0 else text

    def _term(self, c: Expr, power: int) -> Expr:
        """c*(x - at)^power, with the denominator of a rational factor below."""
        if c.operator == "neg":
            return make("neg", [self._term(c.operands[0], power)])
        factor, rest = (c, constant(1)) if number_of(c) is not None else split_ratio(c)
        over, under = factor.value.as_integer_ratio() if factor.operator == "rational" else (factor, 1)
        above = make("mul", [constant(over), make("mul", [rest, self._power(max(power, 0))])])
        return make("div", [above, make("mul", [constant(under), self._power(max(-power, 0))])])

    def _power(self, power: int) -> Expr:
        step = make("sub", [self.variable, self.at])
        if self.at.operator in ("integer", "rational") and self.at.value < 0:
            step = self.variable + -self.at.value
        return make("pow", [step, constant(power)])


def _joined(text: str, term: str, negated: str) -> str:
    if not text:
        return term
    return f"{text} - {negated}" if term.startswith("-") and not negated.startswith("-") else f"{text} + {term}"


def series(e: Expr | float, x: Variable, at: Expr | float = 0, order: int = 6) -> Series:
    """Return the expansion of an expression around ``x = at``, with all powers below `order`.

    Taylor's series, or Laurent's where there is a pole. Coefficients are exact:
    rationals, else expressions such as ``sin(1)``. Power series are added,
    multiplied and composed operator by operator; nothing is differentiated
    again and again. Symbols other than x are taken for constants that are not
    special: a divisor ``a`` for not 0.

    Raises SeriesError where there is no such expansion: at an essential
    singularity (``exp(1/x)``), a branch point (``log(x)``, ``sqrt(x)`` at 0), a
    jump or a corner, or where it can't be told; OptionError.
    """
    if not isinstance(order, int) or isinstance(order, bool):
        raise OptionError("the order of a series is a whole number", wanted="an int", found=repr(order))
    variable, point = _variable(x), _point(at)
    if variable in point.free_symbols:
        raise OptionError("the point must not depend on the variable", where="at", found=repr(point))
    start = number.of_expr(_folded(point))
    found = _enough(_folded(_expression(e)), variable, start, order, where=f"{variable} = {point}")
    cut = make_series(found.start, found.terms, found.stop, max(order, found.start)) if found.terms else found
    terms = {cut.start + k: number.to_expr(c) for k, c in enumerate(cut.terms) if not _is_nothing(c)}
    kept = {power: c for power, c in terms.items() if power < order}
    _refuse_undefined(list(kept.values()), where=f"{variable} = {point}")
    exact = found.stop is None and len(kept) == len([c for c in found.terms if not _is_nothing(c)])
    return Series(variable, point, kept, None if exact else order)


def _refuse_undefined(coefficients: list[Expr], where: str) -> None:
    """No coefficient may divide by zero or have no real value; one that is only too large for a float may stay."""
    by_zero = [n for n in walk(*coefficients) if n.operator == "div" and number_of(n.operands[1]) == 0]
    if by_zero:
        raise SeriesError("division by zero in a constant", where=where, found=repr(by_zero[0]))
    for c in coefficients:
        value = None if c.value is not None or free_symbols(c) else number.number_at(c)
        if value is not None and math.isnan(value):
            raise SeriesError("a constant is not a real number", where=where, found=repr(c))


def _is_nothing(c: Coefficient) -> bool:
    return not isinstance(c, Expr) and c == 0


def _enough(e: Expr, x: Expr, at: Coefficient, order: int, where: str) -> Laurent:
    """Expand with as many terms as it takes to know all below `order`."""
    limit, zeros = max(order, 1), dict[Expr, bool]()
    while True:
        a = Arithmetic(limit, zeros)
        here = make_series(0, [at, 1], None, max(limit, 2))
        try:
            found = expand(a, e, x, here)
        except MoreTermsError as error:
            if limit >= order + MOST_EXTRA:
                raise _placed(error, where, "can't tell whether a divisor is 0: ", "simplify the expression") from None
            limit = min(2 * limit + 4, max(order, 1) + MOST_EXTRA)
            continue
        except SeriesError as error:
            raise _placed(error, where) from None
        if found.stop is None or found.stop >= order or found == ZERO:
            return found
        limit += order - found.stop


def _placed(error: SeriesError, where: str, before: str = "", hint: str = "") -> SeriesError:
    """The error with the point at which it arose."""
    return SeriesError(before + error.message, where=where, found=error.found, hint=hint or error.hint)


def _point(at: Any) -> Expr:
    point = _expression(at)
    value = number.number_at(point) if not point.free_symbols else None
    if value is not None and not math.isfinite(value):
        raise SeriesError("expansions are around finite points", found=str(point), hint="put 1/x in place of x")
    return point


def _folded(e: Expr) -> Expr:
    try:
        return ops.fold(e)
    except FoldError:
        return e
