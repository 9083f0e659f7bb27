"""Move a polynomial away from a point where it falls apart, before FLINT factors it.

FLINT factors p(x, y) from the factors of p(x, 0) and tries which of them
belong together: 2^r products for r factors of one irreducible polynomial. A sum of one product
of linear factors and of something that vanishes at 0 is such a case, and it comes
from every sum of fractions. Of p(x, y + a), for some small a, the image is as a rule irreducible.
"""

from __future__ import annotations

from collections.abc import Sequence

import flint

from ._cost import degrees, dense_count

Poly = flint.fmpz_mpoly

MANY = 8  # factors of an image from which on a better point is looked for
LARGEST = 200  # degree of an image that is looked at
MOST_TERMS = 2000  # more are left alone: dense polynomials seldom fall apart, and images cost more than they spare
POINTS = (1, -2, 3, 17)


def better_point(polynomial: Poly, most: int) -> list[int] | None:
    """Return what to add to each generator; None where the polynomial can stay, or would get more than `most` terms."""
    found = degrees(polynomial)
    used = [at for at, degree in enumerate(found) if degree]
    mains = [at for at in used if MANY <= found[at] <= LARGEST]
    if len(used) < 2 or not mains or len(polynomial) > MOST_TERMS:
        return None
    origin = [0] * len(found)
    worst = max(_count(polynomial, main, origin, found[main]) for main in mains)
    if worst < MANY or dense_count(found, sum(found)) > most:
        return None
    best = None
    for point in POINTS:
        # Not on a line through the origin, for homogeneous parts look alike on it.
        shifts = [point + 5 * number for number, _ in enumerate(found)]
        count = max(_count(polynomial, main, shifts, found[main]) for main in mains)
        if 0 < count <= worst // 2:
            best, worst = shifts, count
    return best


def moved(polynomial: Poly, shifts: Sequence[int], sign: int) -> Poly:
    """Return a polynomial with each generator replaced by itself plus its shift times a sign."""
    context = polynomial.context()
    images = [generator + sign * shift for generator, shift in zip(context.gens(), shifts, strict=True)]
    result: Poly = polynomial.compose(*images, ctx=context)
    return result


def _count(polynomial: Poly, main: int, point: Sequence[int], degree: int) -> int:
    """Return how many factors the image in one generator has at a point; 0 where FLINT would take another point."""
    names = polynomial.context().names()
    image = polynomial.subs({name: point[at] for at, name in enumerate(names) if at != main})
    if int(image.degrees()[main]) < degree:
        return 0
    row = [0] * (degree + 1)
    for exponents, number in image.to_dict().items():
        row[int(exponents[main])] = int(number)
    factors = flint.fmpz_poly(row).factor()[1]
    # FLINT leaves a point by itself where a factor is doubled.
    return len(factors) if all(power == 1 for _, power in factors) else 0
