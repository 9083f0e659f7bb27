"""What the logarithms lean on: the short 1/c make the reduced argument exact."""

import random
from fractions import Fraction

from rssn.vectormath._coefficients import LOG_INVERSE, LOG_LOW
from rssn.vectormath._emitter import from_pattern, pattern


def test_the_reduced_argument_is_exact() -> None:
    """For the ends of every interval, their neighbours and numbers between: z c - 1 is a double."""
    rng = random.Random(0)
    for number, c in enumerate(LOG_INVERSE):
        first, last = (pattern(LOG_LOW) + (k << 48) for k in (number, number + 1))
        patterns = [first, first + 1, last - 2, last - 1, *(rng.randrange(first, last) for _ in range(2000))]
        for z in map(from_pattern, patterns):
            exact = Fraction(z) * Fraction(c) - 1
            assert Fraction(float(exact)) == exact, (z, c)
            assert abs(exact) < Fraction("0.0343")
