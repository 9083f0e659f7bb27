"""What each reduction gives: against NumPy, exact sums and mpmath; NaNs, zeros, the ends of the range."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest

import rssn
from rssn.jit import compile
from rssn.jit._reductions import CHUNK_ROWS, LANES, REDUCTIONS
from rssn.testing import assert_same_bits, assert_within_ulps

x, y = rssn.symbols("x y")
DRAW = np.random.default_rng(7)
SIZES = (1, 2, 3, 31, 32, 33, 100, 1000, CHUNK_ROWS, CHUNK_ROWS + 1, 3 * CHUNK_ROWS + 17)
NAN, INF = math.nan, math.inf


def reduced(name, values, **options):
    return compile(x, reduce=name, **options)(np.asarray(values, float))


def exact_norm(values):
    with mpmath.workdps(60):
        return float(mpmath.sqrt(mpmath.fsum(mpmath.mpf(v) ** 2 for v in values.tolist())))


def exact_variance(values):
    numbers = [Fraction(v) for v in values.tolist()]
    mean = sum(numbers) / len(numbers)
    return float(sum((v - mean) ** 2 for v in numbers) / len(numbers))


@pytest.mark.parametrize("size", SIZES)
def test_sums_are_exact_to_one_ulp(size):
    """However long, of both signs, over sixty powers of two."""
    values = DRAW.normal(size=size) * 2.0 ** DRAW.integers(-30, 30, size)
    exact = math.fsum(values)
    assert_within_ulps(np.array(reduced("sum", values)), np.array(exact), limit=1)
    assert_within_ulps(np.array(reduced("mean", values)), np.array(exact / size), limit=2)


def test_sums_survive_cancellation():
    """The errors of all additions are carried along: 1e16 and its like leave no trace."""
    values = np.concatenate([DRAW.uniform(1, 2, 40_000), np.full(20_000, 1e16), np.full(20_000, -1e16)])
    DRAW.shuffle(values)
    assert abs(reduced("sum", values) - math.fsum(values)) <= 4e-16 * math.fsum(values)


@pytest.mark.parametrize("size", SIZES)
def test_dot_products_are_those_of_exact_products(size):
    """The error of each product counts as well: far below what a sum of rounded products has."""
    a, b = DRAW.normal(size=(2, size))
    exact = float(sum(Fraction(p) * Fraction(q) for p, q in zip(a.tolist(), b.tolist(), strict=True)))
    found = compile([x, y], [x, y], reduce="dot")(a, b)
    assert isinstance(found, float)
    assert_within_ulps(np.array(found), np.array(exact), limit=1)


@pytest.mark.parametrize("size", SIZES)
def test_products_are_exact_to_two_ulps(size):
    """Inside the range."""
    values = DRAW.uniform(0.99, 1.01, size)
    with mpmath.workdps(60):
        exact = float(mpmath.fprod(values.tolist()))
    assert_within_ulps(np.array(reduced("prod", values)), np.array(exact), limit=2)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("offset", [0.0, 1e3, 1e9])
def test_variances_do_not_lose_digits_to_a_large_mean(size, offset):
    """The error does not depend on the mean; NumPy's two passes are no better."""
    size = min(size, 20_000)
    values = DRAW.normal(size=size) + offset
    wanted = exact_variance(values)
    assert reduced("var", values) == pytest.approx(wanted, rel=2e-15)
    assert reduced("std", values) == pytest.approx(math.sqrt(wanted), rel=2e-15)


def test_a_first_row_far_away_costs_little():
    """What is subtracted in a lane is its first row."""
    for size in (1000, 40_000):
        values = DRAW.normal(size=size)
        values[0] = 1e6
        assert reduced("var", values) == pytest.approx(exact_variance(values), rel=1e-13)


def test_ddof_is_numpys():
    """Down to nothing left."""
    values = DRAW.normal(size=5)
    for ddof in (0, 1, 1.5, 4):
        assert reduced("var", values, ddof=ddof) == pytest.approx(np.var(values, ddof=ddof), rel=1e-15)
    assert reduced("var", values, ddof=5) == INF
    assert math.isnan(reduced("var", [1.0, 1.0], ddof=2))


@pytest.mark.parametrize("scale", [1.0, 1e200, 1e-200, 1e-310, 2.0**479, 2.0**-500])
def test_norms_neither_overflow_nor_vanish(scale):
    """Numbers that can't be squared are scaled first."""
    values = DRAW.normal(size=3000) * scale
    assert_within_ulps(np.array(reduced("norm", values)), np.array(exact_norm(values)), limit=4)
    mixed = np.concatenate([values, DRAW.normal(size=100)])
    assert_within_ulps(np.array(reduced("norm", mixed)), np.array(exact_norm(mixed)), limit=4)


def test_norms_in_f32_neither():
    """The same with a range of 2**-149 to 2**128."""
    for scale in (1.0, 1e30, 1e-30, 1e-42):
        values = (DRAW.normal(size=3000) * scale).astype(np.float32)
        found = compile(x, reduce="norm", dtype="f32")(values)
        assert found == pytest.approx(exact_norm(values.astype(float)), rel=5e-7)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["min", "max", "argmin", "argmax"])
def test_extremes_and_their_places_are_numpys(name, size):
    """Many are equal: the first one counts."""
    values = DRAW.integers(-5, 5, size).astype(float)
    assert reduced(name, values) == getattr(np, name)(values)
    assert reduced(name, np.full(size, INF)) == getattr(np, name)(np.full(size, INF))
    assert reduced(name, np.full(size, -INF)) == getattr(np, name)(np.full(size, -INF))


def test_zeros_have_signs():
    """-0 is less than +0; sums of -0 alone are -0; for a place both are equal."""
    assert_same_bits(np.array(reduced("min", [0.0, -0.0])), np.array(-0.0))
    assert_same_bits(np.array(reduced("max", [-0.0, 0.0])), np.array(0.0))
    assert_same_bits(np.array(reduced("sum", [-0.0] * 100)), np.array(-0.0))
    assert_same_bits(np.array(reduced("sum", [-0.0, 0.0])), np.array(0.0))
    assert reduced("argmin", [1.0, 0.0, -0.0]) == 1
    assert reduced("argmax", [-1.0, -0.0, 0.0]) == 1


@pytest.mark.parametrize("size", [3, 40, 20_000])
@pytest.mark.parametrize("name", sorted(set(REDUCTIONS) - {"dot", "any", "all"}))
def test_a_nan_is_never_lost(name, size):
    """Wherever it stands; of several, places name the first."""
    for place in (0, 1, size // 2, size - 1):
        values = DRAW.normal(size=size)
        values[place] = NAN
        values[-1] = NAN
        found = reduced(name, values)
        if name.startswith("arg"):
            assert found == place
        else:
            assert math.isnan(found)


def test_infinities_do_as_in_additions():
    """An overflow is one, too; opposite ones give a NaN."""
    assert reduced("sum", [1.0, INF, 2.0]) == INF
    assert math.isnan(reduced("sum", [INF, -INF]))
    assert reduced("sum", [1.5e308] * 2) == INF
    assert reduced("mean", [-INF, 5.0]) == -INF
    assert reduced("norm", [3.0, -INF]) == INF
    assert reduced("prod", [2.0, -INF]) == -INF
    assert math.isnan(reduced("prod", [0.0, INF]))
    assert math.isnan(reduced("var", [1.0, INF]))
    assert reduced("prod", [1e200, 1e200]) == INF
    assert reduced("prod", [1e-200, 1e-200, 5.0]) == 0.0


@pytest.mark.parametrize("size", [*SIZES, 200_000])
def test_any_and_all_are_numpys(size):
    """Of truth values and of numbers; a NaN is true."""
    less, anything, everything = x < 0, np.ones(size), -np.ones(size)
    assert compile(less, reduce="any")(anything) is False
    assert compile(less, reduce="all")(everything) is True
    anything[size - 1], everything[size - 1] = -1, 1
    assert compile(less, reduce="any")(anything) is True
    assert compile(less, reduce="all")(everything) is False
    assert compile(x, reduce="any")(np.array([0.0, NAN])) is True
    assert compile(x, reduce="all")(np.array([0.0, NAN])) is False


def test_truth_values_count_as_0_and_1():
    """So their sum says how many there are, and their mean which share."""
    values = DRAW.normal(size=1000)
    assert compile(x > 0, reduce="sum")(values) == np.sum(values > 0)
    assert compile(x > 0, reduce="mean")(values) == np.mean(values > 0)
    assert compile(x > 0, reduce="max")(values) == 1.0
    assert compile(x > 0, reduce="argmax")(values) == np.argmax(values > 0)
    assert compile(x > 0, reduce="var")(values) == pytest.approx(np.var(values > 0), rel=1e-14)


def test_f32_sums_carry_their_errors_too():
    """About 48 bits in two numbers, rounded once at the end; NumPy's f32 sum has seven digits at best."""
    values = DRAW.uniform(0, 1, 300_000).astype(np.float32)
    for name, wanted in (("sum", math.fsum(values)), ("mean", math.fsum(values) / len(values))):
        found = compile(x, reduce=name, dtype="f32")(values)
        assert abs(found - wanted) <= 1.2e-7 * wanted
    assert compile(x, reduce="argmax", dtype="f32")(values) == np.argmax(values)
    assert compile(x, reduce="var", dtype="f32")(values) == pytest.approx(np.var(values, dtype="f8"), rel=1e-6)


def test_combining_with_nothing_changes_nothing():
    """Every record's own start is neutral: short arrays and their first rows agree."""
    for size in range(1, LANES + 2):
        values = DRAW.normal(size=size)
        padded = np.stack(
            [values, values], axis=1
        )  # vectors lie the same way, lanes without rows are skipped elsewhere
        for name in set(REDUCTIONS) - {"dot"}:
            kernel = compile(x, reduce=name)
            assert_same_bits(np.array(kernel(padded, axis=0)[0]), np.array(kernel(values)))
            many = np.repeat(values[:, None], 40, axis=1)
            assert_same_bits(np.array(kernel(many, axis=0)[7]), np.array(kernel(values)))
