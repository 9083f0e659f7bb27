"""Truncated Laurent series in t: exact arithmetic on ``c0*t^s + c1*t^(s+1) + ... + O(t^stop)``.

On one side of the point t is positive. Then it may stand for a root of the
distance (`Arithmetic.root`), which makes fractional powers of whole ones, and
coefficients may be polynomials in its logarithm; both are constants to all that
is here, and so is log(t) to `derivative` and `integral`, which come in pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import dropwhile
from typing import TypeAlias

from ..errors import SeriesError
from ..expr import Expr
from . import _coefficient as number
from ._coefficient import Coefficient, Logs
from ._known import Known

MOST_PRODUCTS = 64  # powers up to this are products, beyond it a recurrence


class MoreTermsError(SeriesError):
    """Too few terms were kept to see the first that is not 0; the caller begins again with more of them."""


class FinerError(SeriesError):
    """Powers of t^(1/parts) are needed; the caller begins again with them."""

    def __init__(self, parts: int) -> None:
        super().__init__("a fractional power of what is 0 or has a pole there")
        self.parts = parts


class UnknownExpansionError(SeriesError):
    """An operator has no expansion of its own, and its rule leads round in circles."""


@dataclass(frozen=True, slots=True)
class Laurent:
    """``terms[k]`` belongs to t^(start + k); what lies beyond them and below `stop` is 0.

    Without a `stop` nothing is left out.
    The first term is never literally 0; a series without terms is 0 as far as it goes.
    """

    start: int
    terms: tuple[Coefficient, ...]
    stop: int | None

    def __getitem__(self, power: int) -> Coefficient:
        """The coefficient of t^power."""
        place = power - self.start
        return self.terms[place] if 0 <= place < len(self.terms) else 0

    @property
    def is_constant(self) -> bool:
        """Whether this is a number, exactly."""
        return self.stop is None and (not self.terms or (self.start == 0 and len(self.terms) == 1))

    @property
    def lowest(self) -> int | None:
        """The power below which all is known to be 0; None for an exact 0."""
        return self.start if self.terms else self.stop


def make(start: int, terms: Iterable[Coefficient], stop: int | None, limit: int) -> Laurent:
    """Return the series without zeros at both ends and without powers from `limit` on."""
    listed = list(terms)
    if stop is None and start + len(listed) > limit and any(map(_is_something, listed[max(0, limit - start) :])):
        stop = limit
    if stop is not None:
        stop = min(stop, limit)
        del listed[max(0, stop - start) :]
    kept = list(dropwhile(lambda c: not _is_something(c), listed))
    start += len(listed) - len(kept)
    while kept and not _is_something(kept[-1]):
        kept.pop()
    return Laurent(start if kept else 0, tuple(kept), stop)


def _is_something(c: Coefficient) -> bool:
    return isinstance(c, Expr | Logs) or c != 0


def monomial(c: Coefficient, power: int = 0) -> Laurent:
    """Return c*t^power, exactly."""
    return Laurent(power, (c,), None) if _is_something(c) else Laurent(0, (), None)


Ends: TypeAlias = int | None
Operation: TypeAlias = Callable[[Coefficient, Coefficient], Coefficient]


def _least(a: Ends, b: Ends) -> Ends:
    return b if a is None else a if b is None else min(a, b)


@dataclass(slots=True)
class Arithmetic:
    """Operations that keep powers below `limit`. `known` remembers what was found out about coefficients."""

    limit: int
    known: Known
    one_sided: bool = False
    """whether t > 0, and the point itself does not count"""
    root: int = 1
    """t is that root of the distance from the point"""

    def add(self, a: Laurent, b: Laurent) -> Laurent:
        """a + b."""
        return self._termwise(number.add, a, b)

    def sub(self, a: Laurent, b: Laurent) -> Laurent:
        """a - b."""
        return self._termwise(number.sub, a, b)

    def _termwise(self, operation: Operation, a: Laurent, b: Laurent) -> Laurent:
        if not b.terms and b.stop is None:
            return a
        start = min(s.start for s in (a, b) if s.terms) if a.terms or b.terms else 0
        end = max(s.start + len(s.terms) for s in (a, b))
        terms = (operation(a[power], b[power]) for power in range(start, end))
        return make(start, terms, _least(a.stop, b.stop), self.limit)

    def neg(self, a: Laurent) -> Laurent:
        """-a."""
        return Laurent(a.start, tuple(map(number.neg, a.terms)), a.stop)

    def scale(self, c: Coefficient, a: Laurent) -> Laurent:
        """c*a for a number c."""
        if not _is_something(c):
            return ZERO
        return make(a.start, [number.mul(c, term) for term in a.terms], a.stop, self.limit)

    def mul(self, a: Laurent, b: Laurent) -> Laurent:
        """a*b."""
        if ZERO in (a, b):
            return ZERO
        low, other = a.lowest, b.lowest
        assert low is not None
        assert other is not None
        stop = _least(None if a.stop is None else a.stop + other, None if b.stop is None else b.stop + low)
        start = a.start + b.start
        count = len(a.terms) + len(b.terms) - 1 if a.terms and b.terms else 0
        if stop is None and start + count > self.limit:
            stop = self.limit
        end = start + count if stop is None else min(start + count, stop, self.limit)
        return make(start, self._convolved(a.terms, b.terms, max(0, end - start)), stop, self.limit)

    def _convolved(self, a: tuple[Coefficient, ...], b: tuple[Coefficient, ...], count: int) -> list[Coefficient]:
        result: list[Coefficient] = [0] * count
        for i, left in enumerate(a[:count]):
            if _is_something(left):
                for j, right in enumerate(b[: count - i]):
                    if _is_something(right):
                        result[i + j] = number.add(result[i + j], number.mul(left, right))
        return result

    def unit(self, a: Laurent) -> Laurent:
        """The series with a first term that is known not to be 0: terms that are found to be 0 are dropped."""
        while a.terms and number.is_zero(a.terms[0], self.known):
            a = make(a.start + 1, a.terms[1:], a.stop, self.limit)
        if not a.terms:
            if a.stop is None:
                raise SeriesError("division by zero, or the logarithm of zero")
            raise MoreTermsError(f"an operand vanishes up to t^{a.stop}")
        return a

    def inverse(self, a: Laurent) -> Laurent:
        """1/a."""
        return self.power(a, -1)

    def div(self, a: Laurent, b: Laurent) -> Laurent:
        """a/b."""
        if b.is_constant and b.terms and not isinstance(b.terms[0], Expr | Logs):
            return make(a.start, [number.div(term, b.terms[0]) for term in a.terms], a.stop, self.limit)
        return self.mul(a, self.inverse(b))

    def power(self, a: Laurent, n: int) -> Laurent:
        """a^n for a whole n, of whatever size."""
        if n == 0:
            return ONE
        if 0 < n <= MOST_PRODUCTS:
            result = a if n % 2 else ONE
            while n := n // 2:
                a = self.mul(a, a)
                result = self.mul(result, a) if n % 2 else result
            return result
        if n > 0 and not a.terms:
            return Laurent(0, (), None if a.stop is None else min(a.stop * n, self.limit))
        a = self.unit(a)
        if isinstance(a.terms[0], Logs):
            raise SeriesError("a divisor, or a high power, begins with a logarithm of t: no series of powers")
        first = number.apply("pow", a.terms[0], n) if n > 0 else number.div(1, number.apply("pow", a.terms[0], -n))
        return self.shifted(self.raised(a, n, first, self.limit - a.start * n), a.start * n)

    def shifted(self, a: Laurent, by: int) -> Laurent:
        """a*t^by."""
        return make(a.start + by, a.terms, None if a.stop is None else a.stop + by, self.limit)

    def raised(self, a: Laurent, r: Coefficient, first: Coefficient, count: int) -> Laurent:
        """(a/t^start)^r to `count` terms, where `first` is the power of the first. J. C. P. Miller's recurrence."""
        count = count if a.stop is None else min(count, a.stop - a.start)
        if len(a.terms) == 1 and a.stop is None:
            return monomial(first)
        result = [first]
        for k in range(1, count):
            total: Coefficient = 0
            for j in range(1, min(k + 1, len(a.terms))):
                if _is_something(a.terms[j]):
                    weight = number.sub(number.mul(r, j), k - j)
                    total = number.add(total, number.mul(number.mul(weight, a.terms[j]), result[k - j]))
            result.append(number.div(number.div(total, k), a.terms[0]))
        return make(0, result, count, max(count, self.limit))

    def derivative(self, a: Laurent) -> Laurent:
        """da/dt."""
        terms = [number.mul(a.start + k, term) for k, term in enumerate(a.terms)]
        return make(a.start - 1, terms, None if a.stop is None else a.stop - 1, self.limit)

    def integral(self, a: Laurent, constant: Coefficient) -> Laurent:
        """The antiderivative with that constant term. 1/t has none."""
        if a.start < 0 and _is_something(a[-1]) and not number.is_zero(a[-1], self.known):
            raise SeriesError("a logarithm stands in the expansion")
        terms = [0 if a.start + k == -1 else number.div(term, a.start + k + 1) for k, term in enumerate(a.terms)]
        found = make(a.start + 1, terms, None if a.stop is None else a.stop + 1, self.limit)
        return self.add(found, monomial(constant))

    def exponential(self, a: Laurent, first: Coefficient) -> Laurent:
        """exp(a - a0)*first, for a without a pole."""
        if a.is_constant:
            return monomial(first)
        count = self.limit if a.stop is None else min(self.limit, a.stop)
        result = [first]
        for k in range(1, count):
            total: Coefficient = 0
            for j in range(1, k + 1):
                if _is_something(a[j]):
                    total = number.add(total, number.mul(number.mul(j, a[j]), result[k - j]))
            result.append(number.div(total, k))
        return make(0, result, count, self.limit)

    def waves(self, a: Laurent, sine: Coefficient, cosine: Coefficient, sign: int) -> tuple[Laurent, Laurent]:
        """Sine and cosine (sign -1), or the hyperbolic ones (sign 1), from their values at a0."""
        if a.is_constant:
            return monomial(sine), monomial(cosine)
        count = self.limit if a.stop is None else min(self.limit, a.stop)
        s, c = [sine], [cosine]
        for k in range(1, count):
            up: Coefficient = 0
            down: Coefficient = 0
            for j in range(1, k + 1):
                if _is_something(a[j]):
                    slope = number.mul(j, a[j])
                    up = number.add(up, number.mul(slope, c[k - j]))
                    down = number.add(down, number.mul(slope, s[k - j]))
            s.append(number.div(up, k))
            c.append(number.div(number.mul(sign, down), k))
        return make(0, s, count, self.limit), make(0, c, count, self.limit)


ZERO, ONE = Laurent(0, (), None), Laurent(0, (1,), None)
