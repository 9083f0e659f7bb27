"""Numbers stay exact, and floats stay floats where they can."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from rssn import constant
from rssn.simplify._numbers import Number, number_of, whole_power

finite = st.floats(allow_nan=False, allow_infinity=False)


@given(value=st.integers() | st.fractions() | finite)
def test_leaves_and_numbers_agree(value: float | Fraction) -> None:
    """A leaf's number makes the leaf again, -0.0 apart."""
    number = number_of(constant(value))
    assert number is not None
    assert number.value == value
    assert number.leaf() == constant(value) or value == 0


@given(a=finite, b=finite)
def test_a_float_result_is_a_float_only_if_exact(a: float, b: float) -> None:
    """Otherwise the exact rational; never a rounded value."""
    total = Number(Fraction(a), True).plus(Number(Fraction(b), True))
    leaf = total.leaf()
    assert Fraction(leaf.value) == Fraction(a) + Fraction(b)


def test_what_is_no_number() -> None:
    """Names, truth values, infinities; 1/0 and enormous powers."""
    assert all(number_of(constant(value)) is None for value in ("pi", True, float("inf"), float("nan"), 1j))
    assert whole_power(Number(Fraction(0)), -1) is None
    assert whole_power(Number(Fraction(9)), 10**9) is None
    assert whole_power(Number(Fraction(2)), -2) == Number(Fraction(1, 4))
