"""How long FLINT may take for one call that nothing interrupts: estimates from degrees and numbers, made before it.

In steps of about a nanosecond, fitted to products of random sparse and dense polynomials; an irreducible
polynomial or a coprime pair usually takes far less, and no bound is known that is both safe and close.
"""

from __future__ import annotations

from math import comb, gcd, prod

import flint

from ._build import coefficient_bits

Poly = flint.fmpz_mpoly

PRODUCT = 8  # for each bit of all coefficients of a product
FACTOR_ONE = 190  # times degree², in one variable: as x^n - 1 takes
FACTOR_MANY = 62  # times (sum of degrees)³, in several
GCD_ONE = 2000  # times the degree
GCD_DENSE = 3000  # times the two largest common degrees, for each pair of variables
GCD_IMAGES = 20  # times degree²
QUOTIENT_SPREAD = 400  # divisions whose quotient has smaller degrees than these together are not looked at
# What takes more than this many terms of the limit is not advised, whatever its memory.
MOST_ADVISED = 1_000_000_000
# Work that is allowed whatever the limit on terms is, and for each term of the limit.
ALWAYS = 200_000_000
PER_TERM = 4_000


def allowed(terms: int) -> int:
    """Return the steps that one call may take under a limit on terms."""
    return max(ALWAYS, PER_TERM * terms)


def advice(terms: int, needed: int, what: str) -> str:
    """Return the hint how to raise a limit, in terms: to ten times as many, or to what is needed if that is more."""
    wanted = max(10 * terms, needed)
    return (
        f"allow more with terms={wanted}, if {what} suffices"
        if wanted <= MOST_ADVISED
        else "no limit makes it practical"
    )


def degrees(polynomial: Poly) -> list[int]:
    """Return the degree in each generator; 0 for the zero polynomial."""
    return [max(0, int(degree)) for degree in polynomial.degrees()]


def dense_count(degrees: list[int], total: int) -> int:
    """Return how many monomials there are at most: within the degrees, and within the total degree."""
    box = 1
    for degree in degrees:
        box *= degree + 1
        if box > 1 << 80:
            break
    used = sum(degree > 0 for degree in degrees)
    return min(box, comb(int(total) + used, used)) if used < 64 and box > 64 else box


def writing(count: int, bits: int) -> int:
    """Return the steps that a product may take, by the size of what is written down."""
    return PRODUCT * count * bits


def factoring(polynomial: Poly) -> int:
    """Return the steps that factoring may take, powers of single generators left out."""
    if len(polynomial) < 2:
        return 0
    if int(polynomial.total_degree()) <= 16 and len(polynomial) < 200:
        return 1
    common = degrees(polynomial.term_content())
    spread = [degree - low for degree, low in zip(degrees(polynomial), common, strict=True)]
    used = [degree for degree in spread if degree]
    if len(polynomial) == 2:
        # c·m^g - d·n^g, and at worst all the powers of one generator: as hard as one of degree g.
        first, second = (list(map(int, monomial)) for monomial in polynomial.monoms())
        shared = gcd(*(a - b for a, b in zip(first, second, strict=True)))
        return FACTOR_ONE * shared * shared + 1000 * (max(used) if min(used) > 1 else 0)
    if len(used) == 1:
        return FACTOR_ONE * used[0] ** 2 * (500 + coefficient_bits(polynomial)) // 500
    return int(FACTOR_MANY * sum(used) ** 3)


def dividing_in_common(left: Poly, right: Poly) -> int:
    """Return the steps that a greatest common divisor may take."""
    if len(left) < 2 or len(right) < 2:
        return 0
    if int(left.total_degree()) + int(right.total_degree()) <= 64:
        return 1
    pairs = [(a, b) for a, b in zip(degrees(left), degrees(right), strict=True) if a and b]
    if not pairs:
        return 1
    highest = max(max(pair) for pair in pairs)
    if len(pairs) == 1:
        bits = max(coefficient_bits(left), coefficient_bits(right))
        return GCD_ONE * highest * (64 + bits) // 64
    first, second = sorted((min(pair) for pair in pairs), reverse=True)[:2]
    return int(GCD_IMAGES * highest**2 + GCD_DENSE * first * second * len(pairs) // 2)


def dividing(left: Poly, right: Poly) -> int:
    """Return how many terms a quotient may have where its degrees are large enough to make many of few; else 1."""
    if len(right) < 2:
        return 1
    gaps = [max(0, a - b) for a, b in zip(degrees(left), degrees(right), strict=True)]
    if sum(gaps) <= QUOTIENT_SPREAD:
        return 1
    return dense_count(gaps, int(left.total_degree()))


def eliminating(left: Poly, right: Poly, place: int) -> tuple[int, int, int]:
    """Return the terms that a resultant has at most, the bits of its numbers, and the steps it may take."""
    above, below = degrees(left), degrees(right)
    high, low = above[place], below[place]
    others = [a * low + b * high for at, (a, b) in enumerate(zip(above, below, strict=True)) if at != place]
    most = dense_count(others, sum(others))
    # It is homogeneous of degree `low` in the coefficients of the one, of degree `high` in those of the other.
    choices = ((low, len(left)), (high, len(right)))
    if all(size < 64 for _, size in choices) and max(high, low) < 1 << 16:
        most = min(most, prod(comb(count + size - 1, size - 1) for count, size in choices))
    bits = low * (coefficient_bits(left) + len(left).bit_length())
    bits += high * (coefficient_bits(right) + len(right).bit_length())
    return most, bits, most * max(high, 1) * max(low, 1) * (64 + bits) // 64
