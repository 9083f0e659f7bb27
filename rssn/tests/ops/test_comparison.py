"""Comparisons and logic: NaN, zeros, and numbers as conditions."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rssn import ops

nan = np.nan


@given(st.floats(), st.floats())
def test_comparisons_are_pythons(a: float, b: float) -> None:
    assert ops.lt(a, b) == (a < b)
    assert ops.le(a, b) == (a <= b)
    assert ops.gt(a, b) == (a > b)
    assert ops.ge(a, b) == (a >= b)
    assert ops.eq(a, b) == (a == b)
    assert ops.ne(a, b) == (a != b)


@given(st.one_of(st.floats(), st.booleans()), st.one_of(st.floats(), st.booleans()))
def test_numbers_are_conditions(a: float, b: float) -> None:
    """True if not zero, so NaN is true; as Python's bool has it."""
    assert ops.and_(a, b) == (bool(a) and bool(b))
    assert ops.or_(a, b) == (bool(a) or bool(b))
    assert ops.not_(a) == (not a)


def test_kinds_of_numbers() -> None:
    values = np.array([nan, np.inf, -np.inf, 0.0, 1e308])
    np.testing.assert_array_equal(ops.isnan(values), [True, False, False, False, False])
    np.testing.assert_array_equal(ops.isinf(values), [False, True, True, False, False])
    np.testing.assert_array_equal(ops.isfinite(values), [False, False, False, True, True])
    np.testing.assert_array_equal(ops.isnan(np.array([True, False])), [False, False])
