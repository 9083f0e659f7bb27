"""Partial fractions of numbers alone: the same as over the rational functions of another generator."""

from hypothesis import given, settings
from hypothesis import strategies as st

from rssn.expr import symbols
from rssn.poly import apart, polynomial_form

x, y = symbols("x y")
FACTORS = st.lists(st.tuples(st.lists(st.integers(-4, 4), min_size=2, max_size=4), st.integers(1, 3)), max_size=3)


def polynomial(numbers):
    return sum((number * x**power for power, number in enumerate(numbers)), start=0 * x)


@settings(max_examples=60)
@given(st.lists(st.integers(-9, 9), min_size=1, max_size=8), FACTORS, st.integers(1, 6))
def test_fractions_add_up_and_agree_with_those_where_another_generator_occurs(above, factors, number):
    """A part y that is taken away again leads through the general calculation."""
    below = number * x**0
    for numbers, power in factors:
        if any(numbers):
            below = below * polynomial(numbers) ** power
    e = polynomial(above) / below
    result = apart(e, x)
    assert polynomial_form(result - e).is_zero
    general = apart(e + y / (x**2 + y), x)
    assert polynomial_form(general - result - y / (x**2 + y)).is_zero
    assert apart(result, x) == result or polynomial_form(apart(result, x) - result).is_zero


def test_a_high_power_of_one_factor_takes_no_time():
    """Nothing is multiplied out coefficient by coefficient in Python."""
    assert apart(1 / (x - 1) ** 1000) == 1 / (x - 1) ** 1000
