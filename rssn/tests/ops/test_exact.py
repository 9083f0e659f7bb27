"""Exact roots, powers and logarithms, and the bound on their size."""

from fractions import Fraction
from math import factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn.errors import FoldError
from rssn.ops import _exact as exact

wholes = st.integers(-(10**12), 10**12)
rationals = st.fractions(max_denominator=10**6)


@given(rationals, st.integers(2, 9))
def test_roots_invert_powers(number: Fraction, degree: int) -> None:
    assert exact.root(abs(number) ** degree, degree) == abs(number)


@given(st.integers(0, 10**40), st.integers(2, 12))
def test_a_root_is_exact_or_none(number: int, degree: int) -> None:
    found = exact.root(number, degree)
    if found is not None:
        assert found**degree == number
    else:
        low = round(number ** (1 / degree))
        assert all(k**degree != number for k in range(max(0, low - 2), low + 3))


@given(rationals, st.integers(-40, 40))
def test_powers_are_pythons(base: Fraction, exponent: int) -> None:
    if base or exponent >= 0:
        assert exact.power(base, exponent) == base**exponent
    else:
        assert exact.power(base, exponent) is None


@given(st.integers(-300, 300), st.sampled_from([2, 10]))
def test_logarithms_invert_powers(exponent: int, base: int) -> None:
    number = Fraction(base) ** exponent
    assert exact.logarithm(base)(number) == exponent
    if exponent not in (0, -1) or base == 10:
        assert exact.logarithm(base)(number * 3) is None


@pytest.mark.parametrize(
    ("base", "exponent"),
    [(9, 10**6), (9, 9**9), (9, 10**400), (-3, 10**100), (Fraction(2, 3), 10**9), (Fraction(1, 2), -(10**20))],
)
def test_what_would_be_too_large_is_refused_before_it_is_computed(base: int, exponent: int) -> None:
    with pytest.raises(FoldError, match="too large"):
        exact.power(base, exponent)


def test_powers_of_one_and_zero_are_never_too_large() -> None:
    huge = 10**400
    assert exact.power(1, huge) == 1
    assert exact.power(-1, huge + 1) == -1
    assert exact.power(0, huge) == 0
    assert exact.power(0, 0) == 1
    assert exact.power(2, Fraction(1, huge)) is None


def test_the_limit_counts_bits() -> None:
    with exact.bit_limit(64), pytest.raises(FoldError):
        exact.power(3, 100)
    with exact.bit_limit(200):
        assert exact.power(3, 100) == 3**100


def test_gamma_is_the_factorial() -> None:
    assert [exact.gamma(n) for n in range(1, 30)] == [factorial(n - 1) for n in range(1, 30)]
    assert exact.gamma(0) is None
    assert exact.gamma(Fraction(1, 2)) is None
    with pytest.raises(FoldError):
        exact.gamma(10**9)


@given(st.integers(-100, 100))
def test_sines_of_half_turns(sixths: int) -> None:
    """Rational at multiples of 1/2 and where the sine is 1/2, as Niven's theorem has it."""
    wanted = {0: 0, 1: Fraction(1, 2), 2: None, 3: 1, 4: None, 5: Fraction(1, 2), 6: 0}
    index = sixths % 12
    value = wanted[index] if index <= 6 else wanted[12 - index]
    assert exact.sine_of_half_turns(Fraction(sixths, 6)) == (value if index <= 6 or value is None else -value)
