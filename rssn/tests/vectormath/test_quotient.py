"""Division by multiplications has the bits of the divider, on the arguments made to mislead it above all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn.testing import assert_same_bits
from rssn.vectormath import features, has_quotient, host_features, quotient
from rssn.vectormath._emitter import Emitter
from rssn.vectormath._module import Module
from rssn.vectormath._probe import Probe

pytestmark = pytest.mark.skipif(host_features().name != "avx512", reason="it begins with an instruction of AVX-512")
HALF = 2**52  # significands are integers of 53 bits here


@pytest.fixture(scope="module")
def divide():
    return Probe(quotient, 2, width=8)


def check(divide, a, b):
    with np.errstate(all="ignore"):
        assert_same_bits(divide(a, b), a / b)


def near_middles(divisors, is_below_one):
    """Return dividends whose quotients by odd integers lie as close to the middle of two doubles as any can."""
    a, b = [], []
    bits = 54 if is_below_one else 53
    for divisor in divisors:
        inverse = pow(divisor, -1, 2**bits)
        for unit in (1, -1):
            # dividend * 2^bits = middle * divisor + unit, the middle an odd number of 54 bits
            middle = -unit * inverse % 2**bits
            middle += 2**53 if middle < 2**53 else 0
            dividend, rest = divmod(middle * divisor + unit, 2**bits)
            if rest == 0 and HALF <= dividend < 2 * HALF and middle < 2**54:
                a.append(float(dividend))
                b.append(float(divisor))
    return np.array(a), np.array(b)


@pytest.mark.parametrize("is_below_one", [False, True])
def test_quotients_next_to_the_middle_of_two_doubles_round_as_the_divider_rounds(divide, is_below_one):
    rng = np.random.default_rng(5)
    largest = [2 * HALF - n for n in range(1, 3001, 2)]
    smallest = [HALF + n for n in range(1, 3001, 2)]
    others = [int(n) | 1 for n in rng.integers(HALF, 2 * HALF, 8000)]
    a, b = near_middles([*largest, *smallest, *others], is_below_one)
    assert len(a) > 3000
    check(divide, a, b)
    check(divide, -a * 2.0**300, b * 2.0**-200)


def test_divisors_with_significands_just_below_two(divide):
    """There the reciprocal lies next to the middle of two doubles."""
    rng = np.random.default_rng(6)
    b = np.repeat([float(2 * HALF - n) for n in range(1, 2000)], 20)
    a = rng.integers(HALF, 2 * HALF, len(b)).astype(float)
    check(divide, a, b)
    check(divide, b[::-1], b)


def test_random_significands_and_exponents_of_every_size(divide):
    rng = np.random.default_rng(7)
    for largest in (1, 250, 500, 1020):
        a, b = (np.ldexp(rng.uniform(1, 2, 40_000), rng.integers(-largest, largest, 40_000)) for _ in range(2))
        check(divide, a, b)
    patterns = rng.integers(0, 2**64, (2, 80_000), dtype=np.uint64).view(np.float64)
    check(divide, *patterns)


def test_zeros_infinities_nans_subnormals_and_the_edges_of_the_exponents(divide):
    edges = [2.0**n for n in (-1074, -1023, -1022, -512, -511, -510, -257, -256, 0, 255, 256, 257, 511, 512, 1023)]
    ordinary = [1.0, 3.0, 1 + 2.0**-52, 2 - 2.0**-52]
    values = [x * y for x in edges for y in ordinary] + [0.0, np.inf, np.nan, 1.7976931348623157e308]
    values = np.array(values + [-value for value in values])
    a, b = (grid.ravel() for grid in np.meshgrid(values, values))
    check(divide, a, b)
    # One of them alone among ordinary numbers.
    spread = np.full(8 * len(a), 3.0)
    spread[::8] = a
    check(divide, spread, np.repeat(b, 8))
    check(divide, np.zeros(64), np.linspace(-3, 3, 64))
    check(divide, -np.zeros(64), np.linspace(-3, 3, 64))


@given(st.lists(st.tuples(st.floats(), st.floats()), min_size=1, max_size=8))
def test_any_two_doubles(divide, pairs):
    a, b = np.array(pairs).T
    check(divide, np.array(a), np.array(b))


def test_only_eight_doubles_of_avx512_can_do_it():
    def shape(name, width, real):
        return Emitter(Module(features(name)).function("f", "void", []), width, real)

    assert has_quotient(shape("avx512", 8, "f64"))
    assert not any(
        has_quotient(shape(*each)) for each in [("avx2", 8, "f64"), ("avx512", 4, "f64"), ("avx512", 8, "f32")]
    )
