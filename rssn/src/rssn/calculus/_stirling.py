"""lgamma and polygamma at infinity: Stirling's asymptotic series, with Bernoulli's numbers."""

from __future__ import annotations

from fractions import Fraction
from math import comb, factorial

from .. import ops
from ..expr import constant
from ._laurent import Arithmetic, Laurent, monomial


def bernoulli(count: int) -> list[Fraction]:
    """Return the numbers B_0, B_1 = -1/2, B_2, ... so many of them, by their recurrence."""
    found: list[Fraction] = []
    for n in range(count):
        found.append(Fraction(n == 0) - sum((comb(n, k) * found[k] / (n - k + 1) for k in range(n)), Fraction(0)))
    return found


def lgamma_at_infinity(a: Arithmetic, x: Laurent, log: Laurent) -> Laurent:
    """lgamma(x) for x to +inf, whose logarithm is known: (x - 1/2)*log(x) - x + log(2*pi)/2 + 1/(12*x) - ..."""
    half = Fraction(1, 2)
    total = a.sub(a.mul(a.sub(x, monomial(half)), log), x)
    total = a.add(total, a.scale(ops.log(2 * constant("pi")) / 2, monomial(1)))
    return _with_tail(a, total, x, {n - 1: b / (n * (n - 1)) for n, b in _even(a, x, -1)})


def polygamma_at_infinity(a: Arithmetic, n: int, x: Laurent, log: Laurent) -> Laurent:
    """polygamma(n, x) for x to +inf: log(x) - 1/(2*x) - 1/(12*x^2) + ... and its derivatives."""
    if n == 0:
        tail = {k: -b / k for k, b in _even(a, x, 0)}
        return _with_tail(a, log, x, {1: Fraction(-1, 2)} | tail)
    sign = 1 if n % 2 else -1
    first = {n: Fraction(sign * factorial(n - 1)), n + 1: Fraction(sign * factorial(n), 2)}
    tail = {k + n: sign * b * factorial(k + n - 1) / factorial(k) for k, b in _even(a, x, n)}
    return _with_tail(a, Laurent(0, (), None), x, first | tail)


def _even(a: Arithmetic, x: Laurent, moved: int) -> list[tuple[int, Fraction]]:
    """The Bernoulli numbers of even index k whose terms x^-(k + moved) count."""
    most = max(a.limit // -x.start - moved + 1, 3)
    return [(k, b) for k, b in enumerate(bernoulli(most)) if k >= 2 and k % 2 == 0]


def _with_tail(a: Arithmetic, total: Laurent, x: Laurent, tail: dict[int, Fraction]) -> Laurent:
    """total + sum of c*x^-k, which is asymptotic: never exact."""
    for k, c in tail.items():
        total = a.add(total, a.scale(c if c.denominator > 1 else c.numerator, a.power(x, -k)))
    return a.add(total, Laurent(0, (), a.limit))
