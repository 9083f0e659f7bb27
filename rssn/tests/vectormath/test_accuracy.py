"""No result is further from the true one than one unit in the last place."""

import numpy as np
import pytest

from rssn.vectormath import accuracy, functions

TWO = ("atan2", "hypot", "pow")
SLOW_ORACLE = {"erf": 40, "erfc": 40, "asinh": 100, "atanh": 100, "sinh": 100, "tanh": 100, "acosh": 200}


def _worst(name, probe, ruler, count, seed):
    rng = np.random.default_rng(seed)
    args = ruler.pairs(name, count, rng) if name in TWO else (ruler.arguments(name, count, rng),)
    apart = ruler.errors(name, probe(name)(*args), *ruler.true_values(name, *args))
    worst = int(np.argmax(apart))
    return float(apart[worst]), [float(a[worst]).hex() for a in args]


@pytest.mark.parametrize("name", functions())
def test_the_whole_domain_is_within_the_stated_bound(name, probe, ruler):
    error, where = _worst(name, probe, ruler, SLOW_ORACLE.get(name, 400), seed=3)
    assert error <= accuracy()[name], where


@pytest.mark.slow
@pytest.mark.parametrize("name", functions())
def test_the_whole_domain_is_within_the_stated_bound_on_many_points(name, probe, ruler):
    for seed in range(5):
        error, where = _worst(name, probe, ruler, 20 * SLOW_ORACLE.get(name, 400), seed)
        assert error <= accuracy()[name], where


@pytest.mark.parametrize("name", ["sin", "cos", "tan"])
def test_arguments_nearest_to_multiples_of_half_pi_are_within_one_ulp(name, probe, ruler):
    x = ruler.near_multiples_of_half_pi(1)
    apart = ruler.errors(name, probe(name)(x), *ruler.true_values(name, x))
    assert apart.max() <= 1.0, float(x[np.argmax(apart)]).hex()
