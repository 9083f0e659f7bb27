"""Polynomials over ℤ[i]: exact division, gcd and factors, with i as a generator that is reduced by i² = -1.

FLINT has no such ring, so three classical detours lead through rings it has:

- *division*: f/g is f·ḡ divided by the norm g·ḡ, which is free of i;
- *gcd*: over ℤ/p for a prime p ≡ 1 mod 4, i is a number r with r² = -1. The gcds for r and for -r give real and
  imaginary parts modulo p, rational reconstruction (Wang) lifts them, and a division proves the result; a larger
  prime follows where it fails;
- *factors*: an irreducible polynomial over ℚ stays irreducible over ℚ(i) or splits into two conjugates; the
  norm of a shifted copy tells which (Trager).
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd as integer_gcd
from math import isqrt

import flint

from ..errors import PolynomialError
from ._arithmetic import Arithmetic, Poly
from ._cost import dividing_in_common, factoring
from ._reading import Exponents

# Primes 2^bits - offset that are 1 modulo 4.
_PRIMES = ((61, 31), (127, 39), (255, 19), (511, 187), (1023, 1395), (2047, 727), (4095, 1615))
_SHIFTS = 32
# Telling how the factors of a norm split takes this many times as long as finding them.
_NORMS = 20


class Gaussian:
    """Division, gcd and factors in the generators of an Arithmetic that has an imaginary unit."""

    def __init__(self, arithmetic: Arithmetic) -> None:
        assert arithmetic.imaginary is not None
        self.ring, self.place = arithmetic, arithmetic.imaginary

    def conjugate(self, polynomial: Poly) -> Poly:
        """Return a polynomial with -i for i."""
        images = list(self.ring.context.gens())
        images[self.place] = -images[self.place]
        result: Poly = polynomial.compose(*images, ctx=self.ring.context)  # as many terms
        return result

    def norm(self, polynomial: Poly) -> Poly:
        """Return a polynomial times its conjugate: free of i."""
        return self.ring.multiply(polynomial, self.conjugate(polynomial))

    def divide(self, left: Poly, right: Poly) -> Poly | None:
        """Return left/right where it is a polynomial over ℤ[i], else None."""
        quotient, remainder = self.ring.division(self.ring.multiply(left, self.conjugate(right)), self.norm(right))
        return quotient if remainder.is_zero() else None

    def parts(self, polynomial: Poly) -> tuple[Poly, Poly]:
        """Return the real and the imaginary part, both free of i."""
        real: dict[Exponents, int] = {}
        imaginary: dict[Exponents, int] = {}
        for exponents, number in polynomial.to_dict().items():
            key = tuple(0 if at == self.place else int(exponent) for at, exponent in enumerate(exponents))
            (imaginary if exponents[self.place] else real)[key] = int(number)
        return self.ring.from_terms(real), self.ring.from_terms(imaginary)

    # ---- units and content

    def content(self, polynomial: Poly) -> Poly:
        """Return a gcd of the coefficients, a Gaussian integer."""
        real, imaginary = self.parts(polynomial)
        numbers: dict[Exponents, list[int]] = {}
        for at, part in enumerate((real, imaginary)):
            for exponents, number in part.to_dict().items():
                numbers.setdefault(tuple(map(int, exponents)), [0, 0])[at] = int(number)
        common = (0, 0)
        for first, second in numbers.values():
            common = _integer_gcd(common, (first, second))
        return self.number(*common)

    def number(self, real: int, imaginary: int) -> Poly:
        """Return a Gaussian integer."""
        return self.ring.constant(real) + self.ring.unit * imaginary

    def primitive(self, polynomial: Poly) -> Poly:
        """Return a polynomial without its content, its first coefficient with real part > 0 and imaginary part ≥ 0."""
        if polynomial.is_zero():
            return polynomial
        quotient = self.divide(polynomial, self.content(polynomial))
        assert quotient is not None
        return self.associate(quotient)

    def associate(self, polynomial: Poly) -> Poly:
        """Return a polynomial times the unit that puts its first coefficient into the first quadrant."""
        for _ in range(3):
            real, imaginary = self._leading(polynomial)
            if real > 0 and imaginary >= 0:
                break
            polynomial = self.ring.reduced(polynomial * self.ring.unit)
        return polynomial

    def _leading(self, polynomial: Poly) -> tuple[int, int]:
        """Return the coefficient of the first monomial, i not counted as a generator."""
        best: tuple[int, Exponents] | None = None
        found = [0, 0]
        for exponents, number in polynomial.to_dict().items():
            key = tuple(0 if at == self.place else int(exponent) for at, exponent in enumerate(exponents))
            rank = (sum(key), key)
            if best is None or rank > best:
                best, found = rank, [0, 0]
            if rank == best:
                found[int(exponents[self.place])] = int(number)
        return found[0], found[1]

    # ---- gcd

    def gcd(self, left: Poly, right: Poly) -> Poly:
        """Return a gcd, contents included; the zero polynomial for two zeros."""
        if left.is_zero() or right.is_zero():
            other = right if left.is_zero() else left
            return other if other.is_zero() else self.ring.multiply(self.content(other), self.primitive(other))
        content = self.gcd_of_numbers(self.content(left), self.content(right))
        first, second = self.primitive(left), self.primitive(right)
        self.ring.check_steps(dividing_in_common(first, second), "a common divisor", first, second)
        for bits, offset in _PRIMES:
            found = self._modular_gcd(first, second, (1 << bits) - offset)
            if found is not None and self.divide(first, found) is not None and self.divide(second, found) is not None:
                return self.ring.multiply(content, found)
        raise PolynomialError("the coefficients of a common divisor over the Gaussian integers are too large to find")

    def gcd_of_numbers(self, left: Poly, right: Poly) -> Poly:
        """Return a gcd of two Gaussian integers."""
        return self.number(*_integer_gcd(self._leading(left), self._leading(right)))

    def _modular_gcd(self, left: Poly, right: Poly, prime: int) -> Poly | None:
        if any(sum(part * part for part in self._leading(polynomial)) % prime == 0 for polynomial in (left, right)):
            return None  # the degree would fall, and a divisor of too low a degree would pass the test
        root = _root_of_minus_one(prime)
        # The modulus is the second parameter, whatever python-flint's stub says.
        context = flint.fmpz_mod_mpoly_ctx.get(("g", self.ring.width), prime, "deglex")  # type: ignore[call-arg, arg-type]
        images = []
        for unit in (root, prime - root):
            first, second = (self._image(polynomial, unit, prime, context) for polynomial in (left, right))
            images.append({tuple(map(int, key)): int(n) for key, n in first.gcd(second).to_dict().items()})
        return self._lifted(images[0], images[1], root, prime)

    def _image(
        self, polynomial: Poly, unit: int, prime: int, context: flint.fmpz_mod_mpoly_ctx
    ) -> flint.fmpz_mod_mpoly:
        real, imaginary = self.parts(polynomial)
        terms = {tuple(map(int, key)): int(number) % prime for key, number in real.to_dict().items()}
        for exponents, number in imaginary.to_dict().items():
            key = tuple(map(int, exponents))
            terms[key] = (terms.get(key, 0) + int(number) * unit) % prime
        return context.from_dict(terms)

    def _lifted(self, plus: dict[Exponents, int], minus: dict[Exponents, int], root: int, prime: int) -> Poly | None:
        """Return the primitive polynomial over ℤ[i] whose images these are, up to a factor; None for a bad prime."""
        half, half_root = pow(2, -1, prime), pow(2 * root, -1, prime)
        numbers: dict[Exponents, Fraction] = {}
        for key in plus.keys() | minus.keys():
            first, second = plus.get(key, 0), minus.get(key, 0)
            for at, value in enumerate(((first + second) * half, (first - second) * half_root)):
                found = _rational(value % prime, prime)
                if found is None:
                    return None
                numbers[tuple(at if i == self.place else exponent for i, exponent in enumerate(key))] = found
        scale = 1
        for fraction in numbers.values():
            scale = scale * fraction.denominator // integer_gcd(scale, fraction.denominator)
        whole = {key: int(fraction * scale) for key, fraction in numbers.items() if fraction}
        return self.primitive(self.ring.from_terms(whole))

    # ---- factors

    def factor(self, polynomial: Poly) -> tuple[Poly, list[tuple[Poly, int]]]:
        """Return a constant and irreducible primitive polynomials with their powers."""
        rest, found = self._without_powers(polynomial)
        norm = self.norm(rest)
        self.ring.check_steps(_NORMS * factoring(norm), "factoring over the Gaussian integers", polynomial)
        for real, _ in self.ring.factor(norm)[1]:
            for candidate in self._split(real):
                power = 0
                while (quotient := self.divide(rest, candidate)) is not None:
                    rest, power = quotient, power + 1
                found += [(candidate, power)] if power else []
        return rest, found

    def _without_powers(self, polynomial: Poly) -> tuple[Poly, list[tuple[Poly, int]]]:
        """Return a polynomial without the powers of single generators that divide it, and those powers."""
        if polynomial.is_zero():
            return polynomial, []
        powers = list(map(int, polynomial.term_content().degrees()))
        powers[self.place] = 0
        rest = self.ring.quotient(polynomial, self.ring.from_terms({tuple(powers): 1}))
        return rest, [(self.ring.context.gen(at), power) for at, power in enumerate(powers) if power]

    def _split(self, real: Poly) -> list[Poly]:
        """Return the factors over ℤ[i] of a polynomial that is irreducible over ℤ: itself, or two conjugates."""
        variables = [at for at, degree in enumerate(real.degrees()) if degree > 0]
        if not variables:
            return []
        for shift in range(1, _SHIFTS):
            images = list(self.ring.context.gens())
            # Powers of the shift, for no linear form of the variables may stay where it is at every shift.
            for number, at in enumerate(variables):
                images[at] = images[at] + self.ring.unit * shift ** (number + 1)
            shifted = self.ring.shifted(real, images)
            factors = self.ring.factor(self.norm(shifted))[1]
            if any(power > 1 for _, power in factors):
                continue
            if len(factors) == 1:
                return [self.primitive(real)]
            back = list(self.ring.context.gens())
            for number, at in enumerate(variables):
                back[at] = back[at] - self.ring.unit * shift ** (number + 1)
            moved = self.ring.shifted(factors[0][0], back)
            half = self.primitive(self.gcd(real, moved))
            return [half, self.primitive(self.conjugate(half))]
        raise PolynomialError("no shift makes the norm of a factor square-free")


def _integer_gcd(left: tuple[int, int], right: tuple[int, int]) -> tuple[int, int]:
    """Return a gcd of two Gaussian integers, by Euclid with the nearest quotient."""
    while right != (0, 0):
        (a, b), (c, d) = left, right
        size = c * c + d * d
        real, imaginary = _nearest(a * c + b * d, size), _nearest(b * c - a * d, size)
        left, right = right, (a - real * c + imaginary * d, b - real * d - imaginary * c)
    return left


def _nearest(number: int, divisor: int) -> int:
    return (2 * number + divisor) // (2 * divisor)


def _root_of_minus_one(prime: int) -> int:
    for base in range(2, 200):
        root = pow(base, (prime - 1) // 4, prime)
        if root * root % prime == prime - 1:
            return root
    raise PolynomialError("no square root of -1 modulo a prime that must have one", found=str(prime))


def _rational(value: int, modulus: int) -> Fraction | None:
    """Return the fraction with small parts that is `value` modulo `modulus` (Wang's reconstruction)."""
    bound = isqrt(modulus // 2)
    before, rest, old, factor = modulus, value, 0, 1
    while rest > bound:
        quotient = before // rest
        before, rest = rest, before - quotient * rest
        old, factor = factor, old - quotient * factor
    if abs(factor) > bound or integer_gcd(rest, factor) != 1:
        return None
    return Fraction(rest, factor)
