"""Single precision: errors against the f64 functions, whose own are a billionth of it, at some or at all arguments."""

import all_f32
import numpy as np
import pytest

from rssn.vectormath import functions
from rssn.vectormath._functions import FUNCTIONS

ONE = [name for name in functions() if FUNCTIONS[name][0] == 1]
TWO = [name for name in functions() if FUNCTIONS[name][0] == 2]
EVERY = 20_011  # a prime: all exponents and both signs, some two hundred thousand arguments


@pytest.mark.parametrize("name", ONE)
def test_f32_is_within_one_unit_of_the_last_place_over_the_whole_domain(name):
    error, where, count = all_f32.worst(name, EVERY)
    assert error <= 1.0, f"{name}({where.hex()})"
    assert count > 200_000


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    "name", ["exp", "expm1", "log", "log1p", "log2", "sin", "tan", "atan", "atanh", "cbrt", "erf", "tanh"]
)
def test_f32_is_within_one_unit_of_the_last_place_at_every_argument(name):
    error, where, count = all_f32.worst(name)
    assert error <= 1.0, f"{name}({where.hex()})"
    assert count == 2**32


@pytest.mark.parametrize("name", ONE)
def test_signs_of_zeros_infinities_and_nan_are_those_of_f64(name, probe):
    x = np.array(
        [0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 0.5, -0.5, 2.0, 1e-45, -1e-45, 3e38, -3e38, 1e-30, -2.5]
    )
    x = x.astype(np.float32)
    with np.errstate(all="ignore"):
        wanted = probe(name)(x.astype(np.float64)).astype(np.float32)
    found = probe(name, real="f32")(x)
    special = np.isnan(wanted) | np.isinf(wanted) | (wanted == 0) | (wanted == 1)
    assert np.array_equal(found[special], wanted[special], equal_nan=True)
    numbers = ~np.isnan(wanted)
    assert np.array_equal(np.signbit(found[numbers]), np.signbit(wanted[numbers]))


def _pairs(rng, count):
    """Return arguments of functions of two: bit patterns, many sizes, near each other, powers near overflow."""

    def patterns(low, high):
        return rng.integers(low, high, count, dtype=np.uint64).astype(np.uint32).view(np.float32)

    sizes = [np.ldexp(rng.uniform(-1, 1, count), rng.integers(-30, 30, count)).astype(np.float32) for _ in range(2)]
    near_one = (1 + np.ldexp(rng.uniform(-1, 1, count), rng.integers(-20, 0, count))).astype(np.float32)
    with np.errstate(all="ignore"):
        reach = (88 / np.log(np.abs(near_one)) * rng.uniform(-1.2, 1.2, count)).astype(np.float32)
        beside = (sizes[0] * near_one).astype(np.float32)
    a = [patterns(0, 2**32), sizes[0], sizes[0], near_one, patterns(0, 2**24), -patterns(0, 2**31), sizes[0]]
    b = [patterns(0, 2**32), sizes[1], beside, reach, patterns(0, 2**24), np.round(sizes[1]), patterns(0, 2**24)]
    special = np.array([0, -0.0, 1, -1, np.inf, -np.inf, np.nan, 0.5, -3, 2, 1e-45, 3e38], np.float32)
    first, second = (grid.ravel() for grid in np.meshgrid(special, special))
    return np.concatenate([*a, first]), np.concatenate([*b, second])


@pytest.mark.parametrize("name", TWO)
def test_f32_functions_of_two_are_within_one_unit_of_the_last_place(name, probe):
    a, b = _pairs(np.random.default_rng(5), 100_000)
    found = probe(name, real="f32")(a, b).astype(np.float64)
    with np.errstate(all="ignore"):
        true = probe(name)(a.astype(np.float64), b.astype(np.float64))
    numbers = ~np.isnan(true)
    assert np.array_equal(np.isnan(found), ~numbers)
    found, true = found[numbers], true[numbers]
    assert np.array_equal(np.signbit(found), np.signbit(true))
    unit = np.ldexp(1.0, np.clip(np.frexp(np.clip(true, -(2.0**127), 2.0**127))[1] - 24, -149, 104))
    apart = np.abs(np.clip(found, -(2.0**128), 2.0**128) - np.clip(true, -(2.0**128), 2.0**128))
    assert (apart <= unit).all()
