"""How values are brought to one type."""

import math
import warnings
from fractions import Fraction

import numpy as np
import pytest

from rssn import ops
from rssn.errors import DtypeError

SPECIAL = np.array([0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 1e300, -1e300, 5e-324, np.inf, -np.inf, np.nan])


@pytest.mark.parametrize("record", ops.operators(), ids=lambda record: record.name)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_values_keep_the_type_and_never_warn(record: ops.Operator, dtype: type) -> None:
    """Every operator, on every combination of special values: no warning, bools or the operands' type."""
    count = max(record.arity[0], 1)
    with np.errstate(all="ignore"):
        grids = np.meshgrid(*[SPECIAL.astype(dtype)] * count)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = record.value(*grids)
        single = record.value(*[dtype(0.5)] * count)
        plain = record.value(*[0.5] * count)
    assert result.shape == grids[0].shape
    assert result.dtype == (np.bool_ if record.result == "bool" else dtype)
    assert single.dtype == result.dtype
    assert plain.dtype == (np.bool_ if record.result == "bool" else np.float64)


@pytest.mark.parametrize("record", ops.operators(), ids=lambda record: record.name)
def test_bools_count_as_zero_and_one(record: ops.Operator) -> None:
    if record.result == "branches":
        pytest.skip("a choice between bools is a bool")
    count = max(record.arity[0], 1)
    bools = [np.array([False, True])] * count
    numbers = [np.array([0.0, 1.0])] * count
    np.testing.assert_array_equal(record.value(*bools), record.value(*numbers))


def test_one_float32_array_makes_the_result_float32() -> None:
    """Python numbers and bools take its type, as in NumPy; a float64 array wins."""
    narrow, wide = np.array([1.5], np.float32), np.array([1.5])
    for other in (2, 0.1, True, Fraction(1, 3), np.array([True])):
        assert ops.add(narrow, other).dtype == np.float32
        assert ops.sin(narrow).dtype == np.float32
    assert ops.add(narrow, wide).dtype == np.float64
    assert ops.add(np.array([1, 2]), 3).dtype == np.float64


def test_exact_numbers_beyond_the_range_become_infinite() -> None:
    assert ops.add(10**400, 0) == np.inf
    assert ops.add(-(10**400), 0) == -np.inf
    assert ops.add(Fraction(10**400, 3), 0) == np.inf


@pytest.mark.parametrize("wrong", ["text", 1j, np.array(["a"]), np.array([1j]), None, object()])
def test_what_is_no_real_number_is_refused(wrong: object) -> None:
    with pytest.raises(DtypeError):
        ops.add(wrong, 1.0)


@pytest.mark.parametrize(("number", "holds"), [(Fraction(1, 2), True), (10**400, True), (0, False), (math.nan, True)])
def test_any_number_may_be_a_condition(number: object, holds: bool) -> None:
    assert bool(ops.and_(number, True)) is holds
    assert bool(ops.where(number, 1, 0)) is holds
