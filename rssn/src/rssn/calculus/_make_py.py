"""Build the nodes of a derivative without the zeros and ones that differentiating creates. `_make_c.pyx`, to read.

Building an expression never rewrites it, but a derivative would drown in
``0*x + 1*y``. These constructors are used for nodes that differentiation itself
makes, never for the user's: they drop zeros and ones, merge literal constants
(exact ones up to `MOST_BITS`), pull minus signs and constants outwards, and
join equal factors into a power and equal terms into a multiple. Nothing is
expanded and nothing cancels: that is for `simplify`.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeAlias

from ..expr import Expr, apply, constant

Number: TypeAlias = int | Fraction | float

MOST_BITS = 256  # a merged exact constant has no more, so that a chain of products can't grow one of a million bits
HIGHEST_POWER = 1 << 30

_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv,
}  # fmt: skip

ZERO, ONE = constant(0), constant(1)
TRUE, FALSE = constant(True), constant(False)


def number_of(e: Expr) -> Number | None:
    """The value of a numeric literal; None for anything else, truth values and pi included."""
    return e.value if e.operator in ("integer", "rational", "float") else None


def merged(name: str, a: Number, b: Number) -> Number | None:
    """The constant that two constants make, or None where it is better left as written."""
    try:
        if isinstance(a, float) or isinstance(b, float):
            value = _ARITHMETIC[name](float(a), float(b))
            return value if math.isfinite(value) else None
        exact = Fraction(_ARITHMETIC[name](Fraction(a), b))
    except (OverflowError, ZeroDivisionError):
        return None
    if exact.numerator.bit_length() + exact.denominator.bit_length() > MOST_BITS:
        return None
    return exact.numerator if exact.denominator == 1 else exact


def merged_power(base: Number, exponent: Number) -> Number | None:
    """The exact power of an exact base with a whole positive exponent, or None."""
    if type(exponent) is not int or isinstance(base, float) or not 0 < exponent <= MOST_BITS:
        return None
    if exponent * (base.numerator.bit_length() + base.denominator.bit_length() - 2) > MOST_BITS:
        return None
    value = Fraction(base) ** exponent
    return value.numerator if value.denominator == 1 else value


def constant_of(name: str, a: Expr, b: Expr) -> Expr | None:
    """The literal that an operator makes of two literals, or None."""
    left, right = number_of(a), number_of(b)
    if left is None or right is None:
        return None
    value = merged(name, left, right)
    return None if value is None else constant(value)


def split(e: Expr) -> tuple[Expr, Expr]:
    """Return (c, u) where e is ``c*u`` with a literal c, else (1, e)."""
    if e.operator == "mul" and number_of(e.operands[0]) is not None:
        return e.operands[0], e.operands[1]
    return ONE, e


def split_ratio(e: Expr) -> tuple[Expr, Expr]:
    """Like `split`, and ``c*u/n`` with a whole literal n has the factor c/n."""
    over, n = _denominator(e)
    c, u = split(over)
    if n == 1:
        return c, u
    factor = constant_of("div", c, constant(n))
    return (ONE, e) if factor is None else (factor, u)


def power_of(e: Expr) -> tuple[Expr, int]:
    """Return (u, n) where e is ``u^n`` with a literal n > 0 that is not huge, else (e, 1)."""
    if e.operator == "pow":
        n = e.operands[1].value
        if type(n) is int and 0 < n < HIGHEST_POWER:
            return e.operands[0], n
    return e, 1


def add(a: Expr, b: Expr) -> Expr:
    """a + b."""
    if a.operator == "neg":
        rest = a.operands[0]
        return neg(_sum(rest, b.operands[0])) if b.operator == "neg" else _difference(b, rest)
    return _difference(a, b.operands[0]) if b.operator == "neg" else _sum(a, b)


def sub(a: Expr, b: Expr) -> Expr:
    """a - b."""
    if a.operator == "neg":
        rest = a.operands[0]
        return _difference(b.operands[0], rest) if b.operator == "neg" else neg(_sum(rest, b))
    return _sum(a, b.operands[0]) if b.operator == "neg" else _difference(a, b)


def _sum(a: Expr, b: Expr) -> Expr:
    if is_number(a, 0):
        return b
    if is_number(b, 0):
        return a
    known = constant_of("add", a, b)
    joined = _multiple("add", a, b) if known is None else known
    return apply("add", a, b) if joined is None else joined


def _difference(a: Expr, b: Expr) -> Expr:
    if is_number(b, 0):
        return a
    if is_number(a, 0):
        return neg(b)
    known = constant_of("sub", a, b)
    joined = _multiple("sub", a, b) if known is None else known
    return apply("sub", a, b) if joined is None else joined


def _multiple(name: str, a: Expr, b: Expr) -> Expr | None:
    """c*u ± d*u as (c ± d)*u, unless that is nothing at all."""
    (c, u), (d, v) = split_ratio(a), split_ratio(b)
    if u != v or number_of(u) is not None:
        return None
    total = constant_of(name, c, d)
    return None if total is None or is_number(total, 0) else _times(total, u)


def neg(a: Expr) -> Expr:
    """-a."""
    value = number_of(a)
    if value is not None:
        return constant(-value)
    if a.operator == "neg":
        return a.operands[0]
    c, u = split(a)
    return apply("neg", a) if c == ONE else _times(constant(-c.value), u)


def _times(c: Expr, u: Expr) -> Expr:
    """c*u for a literal c, without another look at u. A rational c puts its denominator below."""
    if u == ONE:
        return c
    if is_number(c, 1):
        return u
    if is_number(c, -1):
        return apply("neg", u)
    if c.operator == "rational" and c.value.denominator < 1 << 62:
        over = _times(constant(abs(c.value.numerator)), u)
        quotient = apply("div", over, constant(c.value.denominator))
        return quotient if c.value > 0 else apply("neg", quotient)
    return apply("mul", c, u)


def mul(a: Expr, b: Expr) -> Expr:
    """a*b. One minus sign of each factor moves outwards; a user's chain of them is not walked."""
    flips = False
    if a.operator == "neg":
        a, flips = a.operands[0], True
    if b.operator == "neg":
        b, flips = b.operands[0], not flips
    product = _plain_product(a, b)
    return neg(product) if flips else product


def _plain_product(a: Expr, b: Expr) -> Expr:
    if is_number(a, 0) or is_number(b, 0):
        return ZERO
    if is_number(a, 1):
        return b
    if is_number(b, 1):
        return a
    if (known := constant_of("mul", a, b)) is not None:
        return known
    if is_number(a, -1):
        return neg(b)
    if is_number(b, -1):
        return neg(a)
    if number_of(a) is not None:
        return _scaled_fraction(a, b)
    return _scaled_product(a, b) if number_of(b) is None else _scaled_fraction(b, a)


def _scaled_fraction(c: Expr, e: Expr) -> Expr:
    """c*e for a literal c, where e may be ``u/n``. Other products leave u/n alone: it may be used elsewhere too."""
    c, e = _cancelled(c, e)
    u, n = _denominator(e)
    return _scaled_product(c, u) if n == 1 else _plain_quotient(_scaled_product(c, u), constant(n))


def _scaled_product(a: Expr, b: Expr) -> Expr:
    """a*b with the literal factors of both merged in front."""
    (c, u), (d, v) = split_literal(a), split_literal(b)
    if c == ONE and d == ONE:
        return b if a == ONE else a if b == ONE else _product(a, b)
    (c, v), (d, u) = _cancelled(c, v), _cancelled(d, u)
    total = constant_of("mul", c, d)
    if total is None:
        return apply("mul", a, b)
    return _times(total, v if u == ONE else u if v == ONE else _product(u, v))


def _cancelled(c: Expr, e: Expr) -> tuple[Expr, Expr]:
    """c and e without the common factor of a whole literal c and the one in the denominator of e."""
    if e.operator != "div" or c == ONE or type(c.value) is not int or abs(c.value) >= 1 << 62:
        return c, e
    n, below = _split_whole(e.operands[1])
    common = math.gcd(c.value, n)
    if common == 1 or n == 0:
        return c, e
    return constant(c.value // common), _over(e.operands[0], _times(constant(n // common), below))


def _over(a: Expr, b: Expr) -> Expr:
    return a if b == ONE else apply("div", a, b)


def _product(a: Expr, b: Expr) -> Expr:
    (u, m), (v, n) = power_of(a), power_of(b)
    if u == v:
        return apply("pow", u, constant(m + n))
    if b.operator == "div" and b.operands[0] == ONE:
        return apply("div", a, b.operands[1])
    if a.operator == "div" and a.operands[0] == ONE:
        return apply("div", b, a.operands[1])
    return apply("mul", a, b)


def div(a: Expr, b: Expr) -> Expr:
    """a/b, minus signs as in `mul`."""
    flips = False
    if a.operator == "neg":
        a, flips = a.operands[0], True
    if b.operator == "neg":
        b, flips = b.operands[0], not flips
    quotient = _plain_quotient(a, b)
    return neg(quotient) if flips else quotient


def _plain_quotient(a: Expr, b: Expr) -> Expr:
    if is_number(a, 0) and not is_number(b, 0):
        return ZERO
    if is_number(b, 1):
        return a
    if is_number(b, -1):
        return neg(a)
    known = constant_of("div", a, b)
    if known is not None:
        return known
    if number_of(a) is not None:
        v, n = _denominator(b)
        return _reduced(_multiplied(n, a), v)
    u, m = (a, 1) if number_of(b) is None else _denominator(a)
    return _reduced(u, _multiplied(m, b))


def _multiplied(n: int, c: Expr) -> Expr:
    return c if n == 1 else _scaled_product(constant(n), c)


def _denominator(e: Expr) -> tuple[Expr, int]:
    """Return (u, n) where e is ``u/n`` with a whole literal n of at most 31 bits, else (e, 1)."""
    if e.operator == "div":
        n = e.operands[1].value
        if type(n) is int and 1 < n < 1 << 31:
            return e.operands[0], n
    return e, 1


def _reduced(a: Expr, b: Expr) -> Expr:
    """a/b with whole literal factors in lowest terms, and a power above cancelled by a higher one below."""
    (c, u), (d, v) = _split_whole(a), _split_whole(b)
    (s, m), (t, n) = power_of(u), power_of(v)
    cancels = s == t and n > m and s != ONE
    common = math.gcd(c, d) if d > 0 else -math.gcd(c, d)
    if d == 0 or (common == 1 and not cancels and (c > 0 or u == ONE)):
        return apply("div", a, b)
    if cancels:
        u, v = ONE, power(s, constant(n - m))
    over, under = _times(constant(abs(c // common)), u), _times(constant(d // common), v)
    quotient = _over(over, under)
    return neg(quotient) if c // common < 0 else quotient


def split_literal(e: Expr) -> tuple[Expr, Expr]:
    """Like `split`, and a literal c is ``c*1``."""
    return split(e) if number_of(e) is None else (e, ONE)


def _split_whole(e: Expr) -> tuple[int, Expr]:
    """Return (c, u) where e is ``c*u`` or ``c`` with a whole literal c of at most 62 bits, else (1, e)."""
    c, u = split_literal(e)
    return (c.value, u) if c.operator == "integer" and abs(c.value) < 1 << 62 else (1, e)


def power(a: Expr, b: Expr) -> Expr:
    """a^b."""
    if is_number(b, 0):
        return ONE
    if is_number(b, 1):
        return a
    base, exponent = number_of(a), number_of(b)
    if base is not None and exponent is not None:
        value = merged_power(base, exponent)
        return apply("pow", a, b) if value is None else constant(value)
    u, m = power_of(a)
    if m > 1 and type(exponent) is int and exponent > 1 and m * exponent < HIGHEST_POWER:
        return apply("pow", u, constant(m * exponent))
    return apply("pow", a, b)


def where(condition: Expr, yes: Expr, no: Expr) -> Expr:
    """where(condition, yes, no)."""
    if yes == no or condition == TRUE:
        return yes
    return no if condition == FALSE else apply("where", condition, yes, no)


def is_number(e: Expr, value: int) -> bool:
    """Whether this is a literal of that value, whole or not: 1 and 1.0 both are 1, and -0.0 is 0."""
    return number_of(e) == value


MAKERS: dict[str, Callable[..., Expr]] = {
    "add": add, "sub": sub, "mul": mul, "div": div, "neg": neg, "pow": power, "where": where,
}  # fmt: skip


def make(name: str, operands: list[Expr]) -> Expr:
    """Apply an operator; those above are made by the constructors of this file."""
    maker = MAKERS.get(name)
    return apply(name, *operands) if maker is None else maker(*operands)
