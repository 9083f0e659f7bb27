"""Exact arithmetic with a bound: integers and rationals that refuse to grow past a number of bits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from fractions import Fraction
from math import factorial, isqrt, log2

from ..errors import FoldError
from ._record import Exact, Fold

DEFAULT_BITS = 1 << 20
_bits = ContextVar("bits", default=DEFAULT_BITS)


@contextmanager
def bit_limit(bits: int) -> Iterator[None]:
    """Within the block, exact results may have this many bits."""
    token = _bits.set(bits)
    try:
        yield
    finally:
        _bits.reset(token)


def require_bits(bits: float) -> None:
    """Raise FoldError if a result of that size is over the limit; asked before computing it."""
    limit = _bits.get()
    if bits > limit:
        raise FoldError(
            "the exact value is too large",
            wanted=f"at most {limit:,} bits",
            found=f"about {bits:,.3g} bits" if bits < float("inf") else "more than can be counted",
            hint="evaluate it in floats, or raise the limit with bits=",
        )


def size(number: Exact) -> int:
    """The bits of numerator and denominator together."""
    return number.numerator.bit_length() + number.denominator.bit_length()


def normal(number: Exact) -> Exact:
    """A rational with denominator 1 becomes an integer; the size is checked."""
    require_bits(size(number))
    return number.numerator if isinstance(number, Fraction) and number.denominator == 1 else number


def only(table: dict[Exact, Exact]) -> Fold:
    """Fold only at the arguments of the table, where the result is rational."""
    return lambda x: table.get(x)


def whole(function: Callable[[Fraction], int]) -> Fold:
    """Fold a rounding function; bools count as 0 and 1."""
    return lambda x: function(Fraction(x))


def power(base: Exact, exponent: Exact) -> Exact | None:
    """``base ** exponent`` where it is rational, else None; 0 to a negative power has no value."""
    if isinstance(exponent, Fraction) and exponent.denominator != 1:
        base_root = root(base, exponent.denominator)
        return None if base_root is None else power(base_root, exponent.numerator)
    base, n = Fraction(base), int(exponent)
    if base == 0:
        return None if n < 0 else int(n == 0)
    if abs(base) == 1:
        return int(base) if n % 2 else 1
    # Each bit beyond the first counts fully, so this is a lower bound of the size and refuses nothing small.
    floor_bits = max(base.numerator.bit_length(), base.denominator.bit_length()) - 1
    require_bits(float("inf") if abs(n) > 1 << 64 else floor_bits * abs(n))
    return normal(base**n)


def root(number: Exact, degree: int) -> Exact | None:
    """The non-negative `degree`-th root where it is rational, else None."""
    number = Fraction(number)
    if number < 0:
        return None
    above, below = _whole_root(number.numerator, degree), _whole_root(number.denominator, degree)
    return None if above is None or below is None else normal(Fraction(above, below))


def _whole_root(number: int, degree: int) -> int | None:
    if number < 2 or degree == 1:
        return number
    if degree == 2:
        guess = isqrt(number)
    elif degree >= number.bit_length():
        return None
    else:
        guess = 1 << -(-number.bit_length() // degree)
        while (better := ((degree - 1) * guess + number // guess ** (degree - 1)) // degree) < guess:
            guess = better
    return guess if guess**degree == number else None


def cube_root(number: Exact) -> Exact | None:
    """The real cube root where it is rational; odd, so negative numbers have one."""
    third = root(abs(Fraction(number)), 3)
    return None if third is None else (third if number >= 0 else -third)


def logarithm(base: int) -> Fold:
    """Fold a logarithm at the whole powers of its base."""

    def fold(number: Exact) -> Exact | None:
        number = Fraction(number)
        if number <= 0 or 1 not in (number.numerator, number.denominator):
            return None
        large = max(number.numerator, number.denominator)
        n = round((large.bit_length() - 1) / log2(base))
        sign = 1 if number >= 1 else -1
        return next((sign * k for k in (n - 1, n, n + 1) if k >= 0 and base**k == large), None)

    return fold


def gamma(number: Exact) -> Exact | None:
    """(n − 1)! at positive whole numbers."""
    if number != int(number) or number <= 0:
        return None
    n = int(number)
    require_bits((n - 1) * max(n.bit_length() - 3, 0))
    return normal(factorial(n - 1))


def sine_of_half_turns(number: Exact) -> Exact | None:
    """sin(pi·x) where it is rational: at multiples of 1/2, and of 1/6 that give ±1/2."""
    half = Fraction(1, 2)
    table: dict[Exact, Exact] = {0: 0, 1: half, 3: 1, 5: half, 6: 0, 7: -half, 9: -1, 11: -half}
    return table.get(normal(Fraction(number) * 6 % 12))
