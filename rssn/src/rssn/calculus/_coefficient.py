"""The numbers of a power series: exact rationals as Python's own, everything else as expressions like ``sin(1)``.

Coefficients are finite numbers, so here ``u - u`` is 0, which a derivative may
not assume. On one side of a point they may also be `Logs`: polynomials in log(t),
where t > 0 is the distance from the point.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from .. import ops
from ..errors import FoldError, RssnError, SeriesError
from ..expr import Expr, constant
from ._known import TURNS, Known
from ._make import make
from ._make_py import constant_of, number_of, power_of, split, split_ratio

Plain: TypeAlias = int | Fraction | Expr

TINY = 1e-9  # a sum of this size, relative to its parts, may be nothing but rounding
MOST_BITS = 1 << 16


class NotRealError(SeriesError):
    """The expression has no real value where it is expanded."""


@dataclass(frozen=True, slots=True)
class Logs:
    """``terms[k]`` belongs to log(t)^k; there are two of them or more, and the last is not literally 0."""

    terms: tuple[Plain, ...]

    @classmethod
    def of(cls, terms: Sequence[Plain]) -> Coefficient:
        """The polynomial with those coefficients, as plain as it is."""
        listed = list(terms)
        while listed and not isinstance(listed[-1], Expr) and listed[-1] == 0:
            listed.pop()
        return cls(tuple(listed)) if len(listed) > 1 else listed[0] if listed else 0

    @property
    def degree(self) -> int:
        """The highest power of the logarithm."""
        return len(self.terms) - 1

    def at(self, logarithm: Expr, *, opposite: bool = False) -> Expr:
        """The polynomial of an expression, or of its opposite; the highest power first."""
        total: Plain = 0
        for k, c in reversed(list(enumerate(self.terms))):
            power = of_expr(make("pow", [logarithm, constant(k)]))
            total = _sum(total, _product(_opposite(c) if opposite and k % 2 else c, power))
        return to_expr(total)


Coefficient: TypeAlias = int | Fraction | Expr | Logs


def _powers(c: Coefficient) -> tuple[Plain, ...]:
    return c.terms if isinstance(c, Logs) else (c,)


def _termwise(work: Callable[[Plain, Plain], Plain], a: Coefficient, b: Coefficient) -> Coefficient:
    left, right = _powers(a), _powers(b)
    size = max(len(left), len(right))
    padded = zip(left + (0,) * (size - len(left)), right + (0,) * (size - len(right)), strict=True)
    return Logs.of([work(c, d) for c, d in padded])


def _convolved(a: Coefficient, b: Coefficient) -> Coefficient:
    left, right = _powers(a), _powers(b)
    result: list[Plain] = [0] * (len(left) + len(right) - 1)
    for i, c in enumerate(left):
        for j, d in enumerate(right):
            result[i + j] = _sum(result[i + j], _product(c, d))
    return Logs.of(result)


def to_expr(c: Plain) -> Expr:
    """The coefficient as an expression."""
    return c if isinstance(c, Expr) else constant(c)


def of_expr(e: Expr) -> Plain:
    """The expression as a coefficient: a number where it is an exact literal."""
    value = e.value
    return normal(value) if isinstance(value, int | Fraction) else e


def normal(value: int | Fraction) -> int | Fraction:
    """An int where the denominator is 1; True and False stay."""
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def add(a: Coefficient, b: Coefficient) -> Coefficient:
    """a + b."""
    return _termwise(_sum, a, b) if isinstance(a, Logs) or isinstance(b, Logs) else _sum(a, b)


def _sum(a: Plain, b: Plain) -> Plain:
    if not isinstance(a, Expr) and not isinstance(b, Expr):
        return normal(a + b)
    left, right = to_expr(a), to_expr(b)
    (c, u), (d, v) = factored(left), factored(right)
    if u == v:
        return _product(normal(c + d), u) if c + d else 0
    if not isinstance(b, Expr) and b < 0:
        return of_expr(make("sub", [left, constant(-b)]))
    return of_expr(make("add", [left, right]))


def is_exact(e: Expr) -> bool:
    """Whether this is a whole or rational literal."""
    return e.operator in ("integer", "rational")


def factored(e: Expr) -> tuple[int | Fraction, Expr]:
    """Return (c, u) where e is c*u, with all exact literal factors of the outermost product and quotient in c."""
    c: int | Fraction = 1
    while True:
        if e.operator == "neg":
            c, e = -c, e.operands[0]
            continue
        d, u = split_ratio(e)
        if u == e or isinstance(d.value, float) or (u.operator == "div" and u.operands[1].value == 0):
            return normal(c), e
        c, e = c * d.value, u


def sub(a: Coefficient, b: Coefficient) -> Coefficient:
    """a - b."""
    return add(a, neg(b))


def neg(a: Coefficient) -> Coefficient:
    """-a."""
    return Logs(tuple(map(_opposite, a.terms))) if isinstance(a, Logs) else _opposite(a)


def _opposite(a: Plain) -> Plain:
    return of_expr(make("neg", [a])) if isinstance(a, Expr) else -a


def mul(a: Coefficient, b: Coefficient) -> Coefficient:
    """a*b."""
    return _convolved(a, b) if isinstance(a, Logs) or isinstance(b, Logs) else _product(a, b)


def _product(a: Plain, b: Plain) -> Plain:
    if not isinstance(a, Expr) and not isinstance(b, Expr):
        return normal(a * b)
    left, right = to_expr(a), to_expr(b)
    if left.operator == "neg":
        return _opposite(_product(of_expr(left.operands[0]), b))
    if right.operator == "neg":
        return _opposite(_product(a, of_expr(right.operands[0])))
    for quotient, factor in ((left, right), (right, left)):
        if quotient.operator == "div" and quotient.operands[1] == factor:
            return of_expr(quotient.operands[0])
    # Unlike in a derivative, where u/2 may be shared, denominators go to the front: a^3/6, not a^2/2*a/3.
    (c, u), (d, v) = split_ratio(left), split_ratio(right)
    scale = constant_of("mul", c, d)
    if scale is None or number_of(left) is not None or number_of(right) is not None:
        return of_expr(make("mul", [left, right]))
    whole = _roots(u, v)
    return of_expr(make("mul", [scale, make("mul", [u, v])])) if whole is None else _product(of_expr(scale), whole)


def _roots(u: Expr, v: Expr) -> Plain | None:
    """The product of two powers of the square root of the same exact literal, e.g. sqrt(2)*sqrt(2) = 2; else None."""
    (s, m), (t, n) = power_of(u), power_of(v)
    value = of_expr(s.operands[0]) if s == t and s.operator == "sqrt" else s
    if isinstance(value, Expr) or value < 0 or (m + n) * Fraction(value).denominator.bit_length() > MOST_BITS:
        return None
    whole = constant(normal(value ** ((m + n) // 2)))
    return of_expr(whole if (m + n) % 2 == 0 else make("mul", [whole, s]))


def div(a: Coefficient, b: Coefficient) -> Coefficient:
    """a/b for a b that is not zero; SeriesError where b has a logarithm."""
    if isinstance(b, Logs):
        raise SeriesError("a divisor's first term has a logarithm: no powers of it make a series")
    return Logs.of([_quotient(c, b) for c in a.terms]) if isinstance(a, Logs) else _quotient(a, b)


def _quotient(a: Plain, b: Plain) -> Plain:
    if not isinstance(b, Expr):
        return normal(Fraction(a) / b) if not isinstance(a, Expr) else _product(Fraction(1, b), a)
    if isinstance(a, Expr) and a.operator == "neg":
        return _opposite(_quotient(of_expr(a.operands[0]), b))
    (c, u), (d, v) = split(to_expr(a)), split(b)
    if u == v:
        return _quotient(of_expr(c), of_expr(d))
    if u.operator == "div":
        over, under = u.operands
        return _product(of_expr(c), of_expr(make("div", [over, make("mul", [under, b])])))
    return of_expr(make("div", [to_expr(a), b]))


def apply(name: str, *given: Coefficient) -> Plain:
    """The value of an operator: exact where it is rational, as at ``sin(pi)``; SeriesError where it has none."""
    operands = tuple(c for c in given if not isinstance(c, Logs))
    if len(operands) < len(given):
        raise SeriesError(f"{name} of what grows like a logarithm")
    if name in ("sin", "cos", "tan") and (turns := half_turns(operands[0])) is not None:
        return _circular(name, turns, operands[0])
    exact = 1 if name == "pow" and operands[0] == 1 else _fold(name, operands)
    if exact is not None:
        return exact
    if not any(isinstance(operand, Expr) for operand in operands):
        _require_value(name, operands)
    return of_expr(make(name, [to_expr(operand) for operand in operands]))


def _fold(name: str, operands: tuple[Plain, ...]) -> Plain | None:
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


def _require_value(name: str, operands: tuple[Plain, ...]) -> None:
    """Refuse what is not a number, such as log(-1)."""
    value = make(name, [to_expr(operand) for operand in operands]).evaluate()
    if not math.isfinite(value) and all(abs(operand) < 1e300 for operand in operands):  # type: ignore[operator]
        shown = ", ".join(str(to_expr(operand)) for operand in operands)
        kind = NotRealError if math.isnan(value) else SeriesError
        raise kind(f"{name}({shown}) is not a real number", wanted=f"a point inside the domain of {name}")


def _circular(name: str, turns: Fraction, angle: Plain) -> Plain:
    """sin, cos or tan of that many half turns."""
    sine, cosine = ops.lookup("sinpi").fold, ops.lookup("cospi").fold
    assert sine is not None
    assert cosine is not None
    above, below = sine(turns), cosine(turns)
    exact = {"sin": above, "cos": below}.get(name) if name != "tan" else None
    if name == "tan" and above is not None and below:
        exact = normal(Fraction(above) / below)
    return of_expr(make(name, [to_expr(angle)])) if exact is None else normal(exact)


def half_turns(c: Plain) -> Fraction | None:
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


def is_zero(c: Coefficient, known: Known) -> bool:
    """Whether a coefficient is 0; SeriesError where that can't be told. `known` remembers answers."""
    if isinstance(c, Logs):
        return all(is_zero(term, known) for term in c.terms)
    if not isinstance(c, Expr):
        return c == 0
    if c not in known.zeros:
        known.zeros[c] = _probe(c, known)
    return known.zeros[c]


def _probe(c: Expr, known: Known) -> bool:
    value = number_of(c)
    if value is not None:
        return value == 0
    plain = known.value(c)
    for found in [known.probe(c, turn) for turn in range(TURNS)] if plain is None else [plain]:
        if found is None or math.isnan(found) or abs(found) > TINY:
            return False
    raise SeriesError(f"can't tell whether {c!r} is 0", hint="simplify the expression first")


def number_at(c: Plain) -> float | None:
    """The value of a coefficient as a float, or None where it has symbols or no value."""
    if not isinstance(c, Expr):
        return float(c)
    try:
        return float(c.evaluate())
    except (RssnError, OverflowError):
        return None


def sign(c: Coefficient, known: Known) -> int | None:
    """-1, 0 or 1; None where it depends on symbols. Of logarithms: near the point, where log(t) is below any number."""
    if isinstance(c, Logs):
        return _sign_of_logs(c, known)
    if is_zero(c, known):
        return 0
    value = known.value(c) if isinstance(c, Expr) else float(c)
    return None if value is None or math.isnan(value) else 1 if value > 0 else -1


def _sign_of_logs(c: Logs, known: Known) -> int | None:
    for power, term in reversed(list(enumerate(c.terms))):
        found = sign(term, known)
        if found != 0:
            return None if found is None else -found if power % 2 else found
    return 0
