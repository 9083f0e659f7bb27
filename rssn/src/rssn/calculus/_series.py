"""series: Taylor, Laurent and Puiseux expansions of an expression, and `Series`, what they are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from .. import ops
from ..errors import OptionError, SeriesError
from ..expr import Expr, constant, free_symbols, walk
from . import _coefficient as number
from ._coefficient import Logs, NotRealError
from ._diff import Variable, _expression, _variable
from ._expand import expand
from ._known import Known
from ._laurent import ZERO, Arithmetic, FinerError, Laurent, MoreTermsError
from ._make import make
from ._make_py import number_of
from ._place import Place, folded, place_of

MOST_EXTRA = 60  # terms kept beyond the order asked for, to find the first one of a divisor
FINEST_ROOT = 60  # of t, in fractional powers


@dataclass(frozen=True, slots=True)
class Series:
    """An expansion in powers of ``variable - at``, or of the variable at infinity, from `series`.

    Prints as ``x - x^3/6 + x^5/120 + O(x^6)``.
    """

    variable: Expr
    at: Expr
    coefficients: dict[int | Fraction, Expr]
    """power → coefficient, without those that are 0; powers rise, at infinity they fall. On one
    side of a point a coefficient may have the logarithm of the distance"""
    order: int | None
    """the first power that is left out; None where nothing is: the expression is this sum"""
    direction: str | None = None
    """the side of the point on which it holds, "+" or "-"; None for both, and at infinity"""
    logs: int = 0
    """the power of the logarithm in the remainder"""

    @property
    def base(self) -> Expr:
        """What the powers are powers of: ``x - at``; ``at - x`` below a point, if not all of them are whole."""
        return self._place.base(whole=all(isinstance(power, int) for power in self.coefficients))

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
        return "0" if self.order is None else f"O({self._left_out(self.order)})"

    @property
    def is_exact(self) -> bool:
        """Whether nothing is left out."""
        return self.order is None

    def coefficient(self, power: int | Fraction) -> Expr:
        """The coefficient of a power; OptionError beyond what is known."""
        falls = bool(self._place.infinite)
        if self.order is not None and (power <= self.order if falls else power >= self.order):
            wanted = f"{'above' if falls else 'below'} {self.order}"
            raise OptionError("this coefficient is not known", found=f"power {power}", wanted=wanted)
        return self.coefficients.get(power, constant(0))

    def latex(self) -> str:
        """LaTeX source for math mode."""
        end = "" if self.order is None else rf" + O\left({self._left_out(self.order).latex()}\right)"
        return self.polynomial.latex() + end

    def __str__(self) -> str:
        text = ""
        for power, c in self.coefficients.items():
            text = _joined(text, self._shown(c, power), self._shown(make("neg", [c]), power))
        if ";" in text:  # a coefficient needs names for its parts, and they stand before a formula, not in it
            text = str(self.polynomial)
        if self.order is None:
            return text or "0"
        return f"{text} + {self.remainder}" if text else self.remainder

    @property
    def _place(self) -> Place:
        return place_of(self.variable, self.at, self.direction)

    def _shown(self, c: Expr, power: int | Fraction) -> str:
        if power == 0 and c.operator == "rational":
            return str(c.value)
        text = str(self._term(c, power, shown=True))
        # A bare (x - 1) would run into the signs around it.
        bare = power == 1 and c.value == 1 and self.base.operator in ("add", "sub")
        return f"({text})" if bare else text

    def _term(self, c: Expr, power: int | Fraction, *, shown: bool = False) -> Expr:
        """c*base^power, with the denominator of a rational factor below."""
        factor, rest = (c.value, constant(1)) if number.is_exact(c) else number.factored(c)
        over, under = factor.as_integer_ratio()
        if over < 0 and rest != constant(1):
            return make("neg", [self._term(make("neg", [c]), power, shown=shown)])
        above = make("mul", [constant(over), make("mul", [rest, self._power(max(power, 0), shown)])])
        return make("div", [above, make("mul", [constant(under), self._power(max(-power, 0), shown)])])

    def _power(self, power: int | Fraction, shown: bool) -> Expr:
        if power == Fraction(1, 2):
            return make("sqrt", [self.base])
        exponent = constant(power)
        if shown and isinstance(power, Fraction):
            exponent = constant(power.numerator) / power.denominator
        return make("pow", [self.base, exponent])

    def _left_out(self, order: int) -> Expr:
        step = self._place.base(whole=True)
        logs = make("pow", [ops.log(self._place.base(whole=False)), constant(self.logs)])
        above = make("mul", [make("pow", [step, constant(max(order, 0))]), logs])
        return make("div", [above, make("pow", [step, constant(max(-order, 0))])])


def _joined(text: str, term: str, negated: str) -> str:
    if not text:
        return term
    return f"{text} - {negated}" if term.startswith("-") and not negated.startswith("-") else f"{text} + {term}"


def series(
    e: Expr | float, x: Variable, at: Expr | float = 0, order: int = 6, *, direction: str | None = None
) -> Series:
    """Return the expansion of an expression around ``x = at``, with all powers below `order`.

    Taylor's series, or Laurent's where there is a pole. At ``inf`` and ``-inf``
    it is in falling powers of x, with all above ``-order``. With a `direction`
    it holds above the point ("+") or below it ("-"); there fractional powers
    and the logarithm of the distance may stand in it, and what jumps or has a
    corner in the point has an expansion. Without one it holds on both sides, or
    on the only one where the expression is real.

    Coefficients are exact: rationals, else expressions such as ``sin(1)``.
    Series are added, multiplied and composed operator by operator; nothing is
    differentiated again and again. Symbols other than x are taken for constants
    that are not special: a divisor ``a`` for not 0.

    Raises SeriesError where there is no such expansion: at an essential
    singularity (``exp(1/x)``), where the two sides differ and none was asked
    for, where a logarithm stands below a fraction bar or in another, or where
    it can't be told; OptionError.
    """
    if not isinstance(order, int) or isinstance(order, bool):
        raise OptionError("the order of a series is a whole number", wanted="an int", found=repr(order))
    place = place_of(_variable(x), _expression(at), direction)
    formula = folded(_expression(e))
    try:
        return _expanded(formula, place, order)
    except SeriesError as error:
        if place.side:
            raise _public(error, str(place)) from None
        return _on_one_side(formula, place, order, error)


def _on_one_side(e: Expr, place: Place, order: int, error: SeriesError) -> Series:
    """The expansion on the side where the expression is real, or the error of both, with what would help."""
    found: dict[str, Series | SeriesError] = {}
    for direction in ("+", "-"):
        try:
            found[direction] = _expanded(e, place_of(place.variable, place.at, direction), order)
        except SeriesError as failure:
            found[direction] = failure
    sides = [side for side, outcome in found.items() if isinstance(outcome, Series)]
    rest = [outcome for outcome in found.values() if isinstance(outcome, SeriesError)]
    if len(sides) == 1 and isinstance(rest[0], NotRealError):
        only = found[sides[0]]
        assert isinstance(only, Series)
        return only
    real = [outcome for outcome in rest if not isinstance(outcome, NotRealError)]
    if real and not sides:
        raise _public(real[0], str(place)) from None  # more precise: it has tried more
    if sides:
        error.hint = error.hint or "for one side give " + " or ".join(f'direction="{side}"' for side in sides)
    raise _public(error, str(place)) from None


def _expanded(e: Expr, place: Place, order: int) -> Series:
    found, root = _enough(e, place, order)
    by_power = {Fraction(found.start + k, root): c for k, c in enumerate(found.terms) if not _is_nothing(c)}
    kept = {power: c for power, c in by_power.items() if power < order}
    exact = found.stop is None and len(kept) == len(by_power)
    left_out = found[order * root] if not exact else 0
    flips = place.flips and all(power.denominator == 1 for power in kept)
    terms = {
        place.power(power): place.written(number.neg(c) if flips and power % 2 else c) for power, c in kept.items()
    }
    _refuse_undefined(list(terms.values()), where=str(place))
    side = None if place.infinite or not place.side else "+" if place.side > 0 else "-"
    logs = left_out.degree if isinstance(left_out, Logs) else 0
    return Series(place.variable, place.at, terms, None if exact else int(place.power(Fraction(order))), side, logs)


def _refuse_undefined(coefficients: list[Expr], where: str) -> None:
    """No coefficient may divide by zero or have no real value; one that is only too large for a float may stay."""
    by_zero = [n for n in walk(*coefficients) if n.operator == "div" and number_of(n.operands[1]) == 0]
    if by_zero:
        raise SeriesError("division by zero in a constant", where=where, found=repr(by_zero[0]))
    for c in coefficients:
        value = None if c.value is not None or free_symbols(c) else number.number_at(c)
        if value is not None and math.isnan(value):
            raise SeriesError("a constant is not a real number", where=where, found=repr(c))


def _is_nothing(c: number.Coefficient) -> bool:
    return not isinstance(c, Expr | Logs) and c == 0


def _enough(e: Expr, place: Place, order: int) -> tuple[Laurent, int]:
    """Expand with as many terms as it takes to know all below `order`, and the root of t whose powers they are of.

    Where there are logarithms, the first term that is left out is known too: it has the remainder's.
    """
    known = Known()
    root, extra, beyond = 1, 0, 0
    while True:
        wanted = order * root + beyond
        limit = max(wanted, 1) + extra
        try:
            found = expand(
                Arithmetic(limit, known, place.side != 0, root), e, place.variable, place.series(limit, root)
            )
        except FinerError as error:
            root *= error.parts
            if root > FINEST_ROOT:
                raise SeriesError(
                    f"{error.message}, and finer than the {FINEST_ROOT}th root",
                    found=error.found, hint="write exponents as exact fractions, such as rational(1, 10)",
                ) from None  # fmt: skip
            continue
        except MoreTermsError as error:
            if extra >= MOST_EXTRA * root:
                raise _public(error, "", "can't tell whether a divisor is 0: ", "simplify the expression") from None
            extra = min(2 * extra + limit + 4, MOST_EXTRA * root)
            continue
        if found.stop is not None and found.stop < wanted and found != ZERO:
            extra += wanted - found.stop
        elif not beyond and any(isinstance(c, Logs) for c in found.terms):
            beyond = 1
        else:
            return found, root


def _public(error: SeriesError, where: str, before: str = "", hint: str = "") -> SeriesError:
    """The error as users see it, with the point at which it arose."""
    return SeriesError(before + error.message, where=where or error.where, found=error.found, hint=hint or error.hint)
