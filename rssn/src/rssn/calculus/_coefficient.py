"""The numbers of a power series: exact rationals as Python's own, everything else as expressions like ``sin(1)``.

Coefficients are finite numbers, so here ``u - u`` is 0, which a derivative may
not assume.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import TypeAlias

from .. import ops
from ..errors import FoldError, RssnError, SeriesError
from ..expr import Expr, constant, free_symbols
from ._make import make
from ._make_py import constant_of, number_of, split, split_ratio

Coefficient: TypeAlias = int | Fraction | Expr

TINY = 1e-9  # a sum of this size, relative to its parts, may be nothing but rounding
MOST_BITS = 1 << 16
# Where expressions with symbols are probed for being zero.
PROBES = (0.6180339887498949, 1.3247179572447460, 2.2360679774997897, 0.9159655941772190)


def to_expr(c: Coefficient) -> Expr:
    """The coefficient as an expression."""
    return c if isinstance(c, Expr) else constant(c)


def of_expr(e: Expr) -> Coefficient:
    """The expression as a coefficient: a number where it is an exact literal."""
    value = e.value
    return normal(value) if isinstance(value, int | Fraction) else e


def normal(value: int | Fraction) -> int | Fraction:
    """An int where the denominator is 1; True and False stay."""
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def add(a: Coefficient, b: Coefficient) -> Coefficient:
    """a + b."""
    if not isinstance(a, Expr) and not isinstance(b, Expr):
        return normal(a + b)
    left, right = to_expr(a), to_expr(b)
    if _is_opposite(left, right):
        return 0
    if not isinstance(b, Expr) and b < 0:
        return of_expr(make("sub", [left, constant(-b)]))
    return of_expr(make("add", [left, right]))


def _is_opposite(a: Expr, b: Expr) -> bool:
    if a.operator == "neg" or b.operator == "neg":
        return (a.operator == "neg" and a.operands[0] == b) or (b.operator == "neg" and b.operands[0] == a)
    (c, u), (d, v) = split_ratio(a), split_ratio(b)
    return u == v and number_of(c) == -(number_of(d) or 0)


def sub(a: Coefficient, b: Coefficient) -> Coefficient:
    """a - b."""
    return add(a, neg(b))


def neg(a: Coefficient) -> Coefficient:
    """-a."""
    return of_expr(make("neg", [a])) if isinstance(a, Expr) else -a


def mul(a: Coefficient, b: Coefficient) -> Coefficient:
    """a*b."""
    if not isinstance(a, Expr) and not isinstance(b, Expr):
        return normal(a * b)
    left, right = to_expr(a), to_expr(b)
    if left.operator == "neg":
        return neg(mul(of_expr(left.operands[0]), b))
    if right.operator == "neg":
        return neg(mul(a, of_expr(right.operands[0])))
    for quotient, factor in ((left, right), (right, left)):
        if quotient.operator == "div" and quotient.operands[1] == factor:
            return of_expr(quotient.operands[0])
    # Unlike in a derivative, where u/2 may be shared, denominators go to the front: a^3/6, not a^2/2*a/3.
    (c, u), (d, v) = split_ratio(left), split_ratio(right)
    scale = constant_of("mul", c, d)
    if scale is None or number_of(left) is not None or number_of(right) is not None:
        return of_expr(make("mul", [left, right]))
    return of_expr(make("mul", [scale, make("mul", [u, v])]))


def div(a: Coefficient, b: Coefficient) -> Coefficient:
    """a/b for a b that is not zero."""
    if not isinstance(b, Expr):
        return normal(Fraction(a) / b) if not isinstance(a, Expr) else mul(Fraction(1, b), a)
    if isinstance(a, Expr) and a.operator == "neg":
        return neg(div(of_expr(a.operands[0]), b))
    (c, u), (d, v) = split(to_expr(a)), split(b)
    if u == v:
        return div(of_expr(c), of_expr(d))
    if u.operator == "div":
        over, under = u.operands
        return mul(of_expr(c), of_expr(make("div", [over, make("mul", [under, b])])))
    return of_expr(make("div", [to_expr(a), b]))


def apply(name: str, *operands: Coefficient) -> Coefficient:
    """The value of an operator: exact where it is rational, as at ``sin(pi)``; SeriesError where it has none."""
    if name in ("sin", "cos", "tan") and (turns := half_turns(operands[0])) is not None:
        return _circular(name, turns, operands[0])
    exact = 1 if name == "pow" and operands[0] == 1 else _fold(name, operands)
    if exact is not None:
        return exact
    if not any(isinstance(operand, Expr) for operand in operands):
        _require_value(name, operands)
    return of_expr(make(name, [to_expr(operand) for operand in operands]))


def _fold(name: str, operands: tuple[Coefficient, ...]) -> Coefficient | None:
    fold = ops.lookup(name).fold
    if fold is None or any(isinstance(operand, Expr) for operand in operands):
        return None
    try:
        found = fold(*operands)
    except FoldError:
        return None
    if found is None or isinstance(found, bool):
        return found
    small = found.numerator.bit_length() + found.denominator.bit_length() <= MOST_BITS
    return normal(found) if small else None


def _require_value(name: str, operands: tuple[Coefficient, ...]) -> None:
    """Refuse what is not a number, such as log(-1)."""
    value = make(name, [to_expr(operand) for operand in operands]).evaluate()
    if not math.isfinite(value) and all(abs(operand) < 1e300 for operand in operands):  # type: ignore[operator]
        shown = ", ".join(str(to_expr(operand)) for operand in operands)
        raise SeriesError(f"{name}({shown}) is not a real number", wanted=f"a point inside the domain of {name}")


def _circular(name: str, turns: Fraction, angle: Coefficient) -> Coefficient:
    """sin, cos or tan of that many half turns."""
    sine, cosine = ops.lookup("sinpi").fold, ops.lookup("cospi").fold
    assert sine is not None
    assert cosine is not None
    above, below = sine(turns), cosine(turns)
    exact = {"sin": above, "cos": below}.get(name) if name != "tan" else None
    if name == "tan" and above is not None and below:
        exact = normal(Fraction(above) / below)
    return of_expr(make(name, [to_expr(angle)])) if exact is None else normal(exact)


def half_turns(c: Coefficient) -> Fraction | None:
    """Return q where the coefficient is q*pi with a rational q, else None."""
    if not isinstance(c, Expr):
        return Fraction(0) if c == 0 else None
    factor = Fraction(1)
    while c.operator in ("mul", "div", "neg"):
        if c.operator == "neg":
            factor, c = -factor, c.operands[0]
            continue
        left, right = (of_expr(operand) for operand in c.operands)
        if not isinstance(right, Expr) and right and isinstance(left, Expr):
            factor, c = factor * right if c.operator == "mul" else factor / right, left
        elif not isinstance(left, Expr) and c.operator == "mul" and isinstance(right, Expr):
            factor, c = factor * left, right
        else:
            return None
    return factor if c.name == "pi" else None


def is_zero(c: Coefficient, known: dict[Expr, bool]) -> bool:
    """Whether a coefficient is 0; SeriesError where that can't be told. `known` remembers answers."""
    if not isinstance(c, Expr):
        return c == 0
    if c not in known:
        known[c] = _probe(c)
    return known[c]


def _probe(c: Expr) -> bool:
    value = number_of(c)
    if value is not None:
        return value == 0
    names = sorted(str(symbol.name) for symbol in free_symbols(c))
    for turn in range(2):
        at = {name: PROBES[(place + turn) % len(PROBES)] * (1 + place) for place, name in enumerate(names)}
        found = number_at(c, at)
        if found is None or math.isnan(found) or abs(found) > TINY:
            return False
        if not names:
            break
    raise SeriesError(f"can't tell whether {c} is 0", hint="simplify the expression first")


def number_at(c: Coefficient, at: Mapping[str, float] | None = None) -> float | None:
    """The value of a coefficient as a float, or None where it has symbols or no real value."""
    if not isinstance(c, Expr):
        return float(c)
    try:
        return float(c.evaluate(at or {}))
    except (RssnError, OverflowError):
        return None


def sign(c: Coefficient, known: dict[Expr, bool]) -> int | None:
    """-1, 0 or 1; None where it depends on symbols."""
    if is_zero(c, known):
        return 0
    value = number_at(c)
    return None if value is None or math.isnan(value) else 1 if value > 0 else -1
