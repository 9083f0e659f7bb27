"""Building steps: each distinct one once, constants computed on the spot."""

import math

import numpy as np
import pytest

from rssn.jit import Builder
from rssn.jit._steps import MASK, REAL


def operators(b):
    return [step.operator for step in b.steps]


def test_equal_steps_are_one_step():
    """Value numbering: a step is its operator and its operands."""
    b = Builder("f64")
    x, y = b.load(0), b.load(1)
    assert b.step("mul", x, y) == b.step("mul", y, x)
    assert b.step("sub", x, y) != b.step("sub", y, x)
    assert b.load(0) == x


def test_steps_of_constants_are_computed_at_once():
    """By the interpreter's own functions, so the result is what running would give."""
    b = Builder("f64")
    third = b.step("div", b.constant(1.0), b.constant(3.0))
    assert b.constant_value(third) == 1.0 / 3.0
    assert math.isinf(b.constant_value(b.step("div", b.constant(1.0), b.constant(0.0))))
    assert b.constant_value(b.step("lt", b.constant(1.0), b.constant(2.0))) is True


def test_functions_of_constants_wait_for_run_time():
    """exp(1) must have the bits that the kernel's own exp gives."""
    b = Builder("f64")
    e = b.step("exp", b.constant(1.0))
    assert b.constant_value(e) is None
    assert operators(b)[-1] == "exp"


def test_zeros_of_both_signs_are_different_constants_and_all_nans_one():
    """Constants are told apart by bits, not by ==."""
    b = Builder("f64")
    assert b.constant(0.0) != b.constant(-0.0)
    assert b.constant(math.nan) == b.constant(-math.nan)


def test_constants_round_to_the_type_of_the_tape():
    """An f32 kernel computes with f32 constants."""
    assert Builder("f32").constants == []
    b = Builder("f32")
    assert b.constant_value(b.constant(0.1)) == float(np.float32(0.1))
    assert b.constant_value(b.constant(1e300)) == math.inf


def test_operands_of_the_other_kind_are_converted():
    """A mask counts as 0 and 1; a number is true where it is not 0."""
    b = Builder("f64")
    x = b.load(0)
    less = b.step("lt", x, b.constant(1.0))
    assert b.kinds[less] == MASK
    total = b.step("add", less, x)
    assert b.kinds[total] == REAL
    assert "number" in operators(b)
    both = b.step("and", less, x)
    assert b.kinds[both] == MASK
    assert operators(b)[b.steps[both].operands[1]] == "ne"


def test_a_choice_between_masks_is_a_mask():
    """Otherwise it is a number."""
    b = Builder("f64")
    x = b.load(0)
    m = b.step("lt", x, b.constant(1.0))
    assert b.kinds[b.select(m, m, b.truth(False))] == MASK
    assert b.kinds[b.select(m, m, x)] == REAL


@pytest.mark.parametrize("divisor", [2.0, -4.0, 0.5, 2.0**1022, 2.0**-1022, 2.0**-1023])
def test_division_by_a_power_of_two_is_a_product(divisor):
    """Both round the same exact value, subnormal results included."""
    b = Builder("f64")
    step = b.steps[b.step("div", b.load(0), b.constant(divisor))]
    assert step.operator == "mul"
    values = np.array([1.0, 3.5, -0.0, 5e-324, 3e-308, 1.7e308, np.inf])
    with np.errstate(over="ignore", under="ignore"):
        assert (values / divisor == values * b.constants[b.steps[step.operands[1]].operands[0]]).all()


@pytest.mark.parametrize("divisor", [3.0, 0.0, math.inf, math.nan, 2.0**1023, 5e-324])
def test_other_divisions_stay(divisor):
    """The reciprocal would be rounded, infinite or subnormal."""
    b = Builder("f64")
    assert b.steps[b.step("div", b.load(0), b.constant(divisor))].operator == "div"
