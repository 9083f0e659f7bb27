"""Addition to powers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .._numpy import np
from ..expr import Printer
from ._exact import normal, power, require_bits, root, size
from ._fma import fma as fused
from ._record import Exact, Operator
from ._registry import register
from ._values import arithmetic, by_numpy, elementary

LARGEST_CHAIN = 16  # x^n with a literal |n| up to this means a chain of products


def integer_power(base: Any, n: int) -> Any:
    """``base ** n`` as the product chain that a literal exponent means: even by squaring, odd times the base."""
    if n < 0:
        return 1.0 / integer_power(base, -n)
    if n < 2:
        return base if n else np.ones_like(base)
    half = integer_power(base, n // 2)
    return half * half if n % 2 == 0 else integer_power(base, n - 1) * base


def square_root_power(base: Any) -> Any:
    """``base ** 0.5``: the square root with `pow`'s answers, +0 at −0 and +inf at −inf."""
    return np.where(base == -np.inf, np.inf, np.sqrt(base) + 0.0).astype(base.dtype)[()]


def literal_power(exponent: object) -> Any:
    """Return what ``x ** exponent`` means for a literal exponent: a value function of x, or None for plain `pow`."""
    if type(exponent) is int and abs(exponent) <= LARGEST_CHAIN:
        n = exponent
        return arithmetic(lambda base: integer_power(base, n))
    if isinstance(exponent, float | Fraction) and exponent == 0.5:
        return arithmetic(square_root_power)
    return None


def _product(a: Exact, b: Exact) -> Exact:
    require_bits(size(a) + size(b) - 2)
    return normal(a * b)


def _quotient(a: Exact, b: Exact) -> Exact | None:
    return normal(Fraction(a) / b) if b else None


add = register(
    Operator(
        name="add",
        doc="The sum a + b. inf + -inf is NaN; x + -x is +0; -0 + -0 is -0.",
        domain="all a, b",
        arity=(2, 2),
        commutative=True,
        cost=1,
        value=arithmetic(by_numpy("add")),
        fold=lambda a, b: normal(a + b),
    )
)
sub = register(
    Operator(
        name="sub",
        doc="The difference a - b. inf - inf is NaN; x - x is +0.",
        domain="all a, b",
        arity=(2, 2),
        cost=1,
        value=arithmetic(by_numpy("subtract")),
        fold=lambda a, b: normal(a - b),
    )
)
mul = register(
    Operator(
        name="mul",
        doc="The product a*b. 0*inf is NaN; the sign is the product of the signs, zeros included.",
        domain="all a, b",
        arity=(2, 2),
        commutative=True,
        cost=1,
        value=arithmetic(by_numpy("multiply")),
        fold=_product,
    )
)
div = register(
    Operator(
        name="div",
        doc="The quotient a/b as IEEE 754 has it: x/0 is ±inf by the signs, 0/0 and inf/inf are NaN, x/inf is ±0.",
        domain="b != 0",
        arity=(2, 2),
        cost=5,
        value=arithmetic(by_numpy("divide")),
        fold=_quotient,
    )
)
floordiv = register(
    Operator(
        name="floordiv",
        doc="The quotient rounded down, from the exact remainder as NumPy has it: (a - a % b)/b to the nearest whole. "
        "x//0 is x/0; inf//y is NaN; x//inf is ±0 or -1.",
        domain="b != 0",
        arity=(2, 2),
        cost=20,
        value=arithmetic(by_numpy("floor_divide")),
        fold=lambda a, b: a // b if b else None,
    )
)
mod = register(
    Operator(
        name="mod",
        doc="The remainder with the sign of b: C's exact fmod, plus b where the signs differ, as NumPy has it. "
        "A zero has the sign of b. x % 0 and inf % y are NaN; x % inf is x, or inf where the signs differ.",
        domain="b != 0",
        arity=(2, 2),
        cost=20,
        value=arithmetic(by_numpy("remainder")),
        fold=lambda a, b: normal(a % b) if b else None,
    )
)
pow = register(
    Operator(
        name="pow",
        doc="a to the power b. A literal whole b with |b| <= 16 means a chain of products by squaring, a literal 0.5 "
        "the square root; all else C's pow: x^0 and 1^y are 1 even for NaN, (±0)^y is ±0 or ±inf, "
        "a negative number to a fractional power is NaN.",
        domain="a > 0, or b whole and not (a = 0 and b < 0)",
        arity=(2, 2),
        cost=40,
        value=elementary(by_numpy("power")),
        fold=power,
    )
)
neg = register(
    Operator(
        name="neg",
        doc="The number with its sign changed, of zeros, infinities and NaN too.",
        domain="all x",
        arity=(1, 1),
        cost=0.5,
        value=arithmetic(by_numpy("negative")),
        fold=lambda x: -x,
    )
)
fma = register(
    Operator(
        name="fma",
        doc="a*b + c rounded once. fma(0, inf, c) is NaN, fma(a, b, -a*b) the rounding error of the product.",
        domain="all a, b, c",
        arity=(3, 3),
        cost=1,
        value=fused,
        fold=lambda a, b, c: normal(_product(a, b) + c),
    )
)
sqrt = register(
    Operator(
        name="sqrt",
        doc="The square root, correctly rounded. sqrt(-0) is -0, sqrt(inf) inf; of a negative number NaN.",
        domain="x >= 0",
        arity=(1, 1),
        cost=6,
        value=arithmetic(by_numpy("sqrt")),
        fold=lambda x: root(x, 2),
        printer=Printer(latex=r"\sqrt{#1}"),
    )
)
