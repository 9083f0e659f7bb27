"""FLINT's multivariate integer polynomials with a budget: nothing grows past it unseen.

Only ℤ is needed: a rational number is an integer over an integer, and ℤ[i] is
ℤ with a generator i that is reduced by i² = -1 after each product.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import comb, gcd, lcm, log2

import flint

from ..errors import OptionError, TermLimitError
from . import _cost
from ._build import coefficient_bits
from ._shift import better_point, moved

Poly = flint.fmpz_mpoly

DEFAULT_TERMS = 1_000_000
# What a term may take on average, its coefficient included; the budget in bytes is that many times the terms.
TERM_BYTES = 256
# More single products than this many times the limit are refused where the degrees do not promise a dense result.
_WORK = 1000
# All results of a calculation together may take this many times the budget in bytes: it bounds the time.
_TRAFFIC = 16
_LARGEST_DEGREE = 1 << 62
# A quotient may have this many times the limit on terms by its degrees: most have far fewer than fit.
_SPARSE = 40


class Arithmetic:
    """Products, powers and sums in `width` generators, at most `terms` terms each."""

    def __init__(self, width: int, terms: int = DEFAULT_TERMS, imaginary: int | None = None) -> None:
        if type(terms) is not int or terms < 1:
            raise OptionError("the limit on terms is a positive integer", found=repr(terms))
        self.width, self.terms = width, terms
        self._most_bits = 8 * TERM_BYTES * terms
        self._spent = 0
        self.context = flint.fmpz_mpoly_ctx.get(("g", max(width, 1)), flint.Ordering.deglex)
        self.imaginary = imaginary
        if imaginary is not None:
            self.unit = self.context.gen(imaginary)
            self.modulus = self.unit**2 + 1

    def constant(self, number: int) -> Poly:
        """Return a number as a polynomial."""
        return self.context.constant(number)

    def from_terms(self, terms: dict[tuple[int, ...], int]) -> Poly:
        """Return the polynomial with these coefficients by exponents."""
        self.check_count(len(terms))
        return self.context.from_dict(terms) if self.width else self.constant(terms.get((), 0))

    def reduced(self, polynomial: Poly) -> Poly:
        """Return a polynomial with i² replaced by -1."""
        if self.imaginary is None or polynomial.degrees()[self.imaginary] < 2:
            return polynomial
        remainder: Poly = self.division(polynomial, self.modulus)[1]
        return remainder

    def multiply(self, left: Poly, right: Poly) -> Poly:
        """Return a product. Raises TermLimitError before memory is spent, where that can be told."""
        pairs = len(left) * len(right)
        degree = int(left.total_degree() + right.total_degree())
        if degree >= _LARGEST_DEGREE:
            raise self._refused(f"degree {degree:,}", wanted="a degree below 2^62")
        bits = coefficient_bits(left) + coefficient_bits(right) + min(len(left), len(right)).bit_length()
        if pairs > self.terms or pairs * bits > self._most_bits:
            degrees = [a + b for a, b in zip(_cost.degrees(left), _cost.degrees(right), strict=True)]
            most = min(pairs, _cost.dense_count(degrees, degree))
            if most > self.terms:
                return self._multiply_in_parts(left, right, pairs)
            self._check_size(most, bits)
            self.check_steps(_cost.writing(most, bits), "a product", left, right)
        result = self.reduced(left * right)
        self._spend(len(result), bits)
        return result

    def _multiply_in_parts(self, left: Poly, right: Poly, pairs: int) -> Poly:
        """Multiply a few terms at a time, looking at the size in between; Ctrl-C is heard there too."""
        if pairs > _WORK * self.terms:
            raise self._refused(f"{pairs:,} products of two terms", needed=pairs // _WORK)
        if len(left) > len(right):
            left, right = right, left
        terms = list(left.to_dict().items())
        step = max(1, self.terms // len(right))
        total = self.constant(0)
        for start in range(0, len(terms), step):
            total += self.context.from_dict(dict(terms[start : start + step])) * right
            self.check_count(len(total))
        return self.reduced(total)

    def power(self, base: Poly, exponent: int) -> Poly:
        """Return base^exponent for an exponent ≥ 0."""
        count = len(base)
        if exponent < 2 or count == 0:
            return base if exponent == 1 else self.constant(int(exponent == 0))
        degree = base.total_degree()
        if int(degree) * exponent >= _LARGEST_DEGREE:
            raise self._refused(f"degree {int(degree) * exponent:,}", wanted="a degree below 2^62")
        most = _cost.dense_count([d * exponent for d in _cost.degrees(base)], degree * exponent)
        if count < 64:
            most = min(most, comb(exponent + count - 1, count - 1) if exponent < 1 << 20 else most)
        bits = int(exponent * (coefficient_bits(base) + log2(count)))
        if most <= self.terms:
            self._check_size(most, bits)
            self.check_steps(_cost.writing(most, bits), f"the power {exponent:,}", base)
            self._spend(most, bits)
            if self.imaginary is None or not base.degrees()[self.imaginary]:
                return base**exponent
        elif self.imaginary is None and count < 64 and _is_simplex(base):
            raise self._refused(f"{most:,}", needed=most)
        result = None
        while exponent:
            if exponent & 1:
                result = base if result is None else self.multiply(result, base)
            exponent >>= 1
            base = self.multiply(base, base) if exponent else base
        assert result is not None
        return result

    def gcd(self, left: Poly, right: Poly) -> Poly:
        """Return the greatest common divisor over ℤ, the imaginary unit taken for a variable."""
        self.check_steps(_cost.dividing_in_common(left, right), "a common divisor", left, right)
        return left.gcd(right)

    def quotient(self, left: Poly, right: Poly) -> Poly:
        """Return a quotient that is known to be a polynomial."""
        self._check_quotient(left, right)
        return left / right

    def division(self, left: Poly, right: Poly) -> tuple[Poly, Poly]:
        """Return quotient and remainder."""
        self._check_quotient(left, right)
        return divmod(left, right)

    def _check_quotient(self, left: Poly, right: Poly) -> None:
        most = _cost.dividing(left, right)
        if most > _SPARSE * self.terms:
            raise self._refused(f"a quotient of up to {most:,}", needed=most // _SPARSE)

    def factor(self, polynomial: Poly) -> tuple[int, list[tuple[Poly, int]]]:
        """Return a number and irreducible factors over ℤ with their powers."""
        self.check_steps(_cost.factoring(polynomial), "factoring", polynomial)
        shifts = better_point(polynomial, self.terms)
        if shifts is None:
            return self._factors(polynomial)
        number, found = self._factors(moved(polynomial, shifts, 1))
        return number, [(moved(factor, shifts, -1), power) for factor, power in found]

    def _factors(self, polynomial: Poly) -> tuple[int, list[tuple[Poly, int]]]:
        try:
            number, found = polynomial.factor()
        except OverflowError:  # python-flint sorts the factors, and cannot compare coefficients beyond 64 bits
            return self._factor_over_rationals(polynomial)
        return int(number), [(factor, int(power)) for factor, power in found]

    def _factor_over_rationals(self, polynomial: Poly) -> tuple[int, list[tuple[Poly, int]]]:
        field = flint.fmpq_mpoly_ctx.get(self.context.names(), flint.Ordering.deglex)
        rest = int(polynomial.leading_coefficient())
        result = []
        for factor, power in field.from_dict(dict(polynomial.to_dict())).factor()[1]:
            numbers = {exponents: Fraction(int(n.p), int(n.q)) for exponents, n in factor.to_dict().items()}
            scale = Fraction(
                lcm(*(n.denominator for n in numbers.values())), gcd(*(n.numerator for n in numbers.values()))
            )
            whole = self.context.from_dict({exponents: int(n * scale) for exponents, n in numbers.items()})
            result.append((whole, int(power)))
            rest //= int(whole.leading_coefficient()) ** int(power)
        return rest, result

    def resultant(self, left: Poly, right: Poly, place: int) -> Poly:
        """Return the resultant that eliminates a generator, 0 with the zero polynomial."""
        if left.is_zero() or right.is_zero():
            return self.constant(0)
        most, bits, steps = _cost.eliminating(left, right, place)
        self.check_steps(steps, "a resultant", left, right)
        self._check_size(most if most <= self.terms else 1, bits)
        result = left.resultant(right, place)
        self.check_count(len(result))
        return result

    def shifted(self, polynomial: Poly, images: Sequence[Poly]) -> Poly:
        """Return a polynomial with generators replaced by sums of a generator and a multiple of i."""
        degree = int(polynomial.total_degree())
        most = len(polynomial) * (degree + 1) ** min(self.width, 64)
        size = min(most, _cost.dense_count([*_cost.degrees(polynomial), degree], degree))
        bits = coefficient_bits(polynomial) + degree * max(coefficient_bits(image) for image in images)
        self._check_size(size, bits)
        return self.reduced(polynomial.compose(*images, ctx=self.context))

    def check_steps(self, steps: int, work: str, *polynomials: Poly) -> None:
        """Raise TermLimitError for a call that may take too long, which nothing could interrupt."""
        if steps > _cost.allowed(self.terms):
            shapes = " and ".join(
                f"{len(polynomial):,} terms of degree {int(polynomial.total_degree()):,}" for polynomial in polynomials
            )
            raise TermLimitError(
                f"{work} may take too long",
                wanted=f"at most {_cost.allowed(self.terms):.1e} steps, as estimated from degrees and numbers",
                found=f"{shapes}: up to {steps:.1e} steps",
                hint=_cost.advice(self.terms, -(-steps // _cost.PER_TERM), "time"),
            )

    def total(self, parts: Iterable[Poly]) -> Poly:
        """Return a sum, added in pairs so that many small parts do not copy one large one again and again."""
        parts = list(parts)
        while len(parts) > 1:
            odd = parts[-1:] if len(parts) % 2 else []
            parts = [left + right for left, right in zip(parts[::2], parts[1::2], strict=False)] + odd
            self.check_count(len(parts[0]))
            self._spend(len(parts[0]), 64)
        return parts[0] if parts else self.constant(0)

    def check_count(self, count: int) -> None:
        """Raise TermLimitError for more terms than allowed, or more memory than those many should take."""
        if count > self.terms:
            raise self._refused(f"{count:,}", needed=count)
        if count * self.width > self.terms * TERM_BYTES:
            raise self._refused(f"{count:,} terms in {self.width:,} generators", wanted="less memory for exponents")

    def _check_size(self, count: int, bits: int) -> None:
        self.check_count(count)
        if count * bits > self._most_bits:
            raise self._refused(
                f"up to {count:,} terms with coefficients of up to {bits:,} bits",
                wanted=f"at most {TERM_BYTES * self.terms:,} bytes",
                needed=count * bits // (8 * TERM_BYTES),
            )

    def _spend(self, count: int, bits: int) -> None:
        self._spent += count * (bits // 8 + 8)
        if self._spent > _TRAFFIC * TERM_BYTES * self.terms:
            raise self._refused(f"{self._spent:,} bytes", wanted="less work in total")

    def _refused(self, found: str, wanted: str = "", needed: int = 0) -> TermLimitError:
        return TermLimitError(
            "the polynomial would be too large",
            wanted=wanted or f"at most {self.terms:,} terms",
            found=found,
            hint=_cost.advice(self.terms, needed, "memory"),
        )


def content(polynomial: Poly) -> int:
    """Return the greatest common divisor of the coefficients, 0 for the zero polynomial."""
    return int(polynomial.content())  # type: ignore[attr-defined]  # there, but missing in python-flint's stub


def _is_simplex(polynomial: Poly) -> bool:
    """Return whether no product of the monomials arises in two ways: then nothing in a power of them cancels."""
    first, *others = ([int(exponent) for exponent in monomial] for monomial in polynomial.monoms())
    rows = [[exponent - start for exponent, start in zip(monomial, first, strict=True)] for monomial in others]
    return flint.fmpz_mat(rows).rank() == len(rows)
