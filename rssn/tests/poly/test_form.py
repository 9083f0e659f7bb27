"""PolyForm: equal forms for equal functions, and every difference in where they are defined is named."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rssn.errors import OptionError, TermLimitError, ZeroPolynomialError
from rssn.expr import symbols
from rssn.parser import parse
from rssn.poly import (
    PolyForm,
    apart,
    cancel,
    coefficients,
    collect,
    degree,
    expand,
    factor,
    gcd,
    horner,
    lcm,
    polynomial_form,
    together,
)

x, y = symbols("x y")


def tried(e):
    try:
        return polynomial_form(e)
    except ZeroPolynomialError:
        return None


@given(data=st.data())
def test_equal_functions_have_equal_forms(data, drawn):
    """Whichever way they are written; different ones differ."""
    a, b = data.draw(drawn(steps=4)), data.draw(drawn(steps=4))
    first, second = tried(a * (b + 1)), tried(a * b + a)
    assume(first is not None and second is not None)
    assert first == second
    assert hash(first) == hash(second)
    assert polynomial_form(a * b + a + 1) != first
    assert polynomial_form(a - a).is_zero


@given(data=st.data())
def test_where_nothing_cancelled_is_zero_form_and_expression_are_defined_alike(data, drawn, points, value_of):
    """The promise that guards are built on."""
    e, point = data.draw(drawn()), data.draw(points)
    form = tried(e)
    assume(form is not None)
    try:
        cancelled = form.cancelled
    except ZeroPolynomialError:  # defined nowhere
        assert value_of(e, point) is None
        return
    if value_of(form.expression, point) is not None and all(value_of(c, point) for c in cancelled):
        assert value_of(e, point) is not None
    if value_of(e, point) is None:
        assert any(value_of(divisor, point) in (0, None) for divisor in form.divisors)


def test_a_form_tells_what_went_away():
    """Divisors, cancelled factors, and generators that dropped out."""
    form = polynomial_form(parse("(x^2 - 1)/(x - 1) + log(z) - log(z) + y/y"))
    assert (form.numerator, form.denominator.value) == (x + 2, 1)
    assert [str(generator) for generator in form.generators] == ["x", "y", "log(z)"]
    assert {str(divisor) for divisor in form.divisors} == {"x - 1", "y"}
    assert {str(factor) for factor in form.cancelled} == {"x - 1", "y"}
    assert {str(generator) for generator in form.dropped} == {"y", "log(z)"}
    assert repr(form) == "PolyForm(x + 2)"
    assert form != 3


@pytest.mark.parametrize("text", ["0/x", "1/x - 1/x", "0*(1/(x*(y + 1)))", "1/x/(1/x)"])
def test_a_divisor_is_remembered_though_its_term_has_gone(text):
    """A guard must ask about it."""
    assert x in polynomial_form(parse(text)).cancelled
    assert x in polynomial_form(parse(text)).dropped


@pytest.mark.parametrize(
    ("text", "numerator", "denominator"),
    [
        ("x/2 - y/3", "3*x - 2*y", "6"),
        ("(1 - x)/(y - x)", "x - 1", "x - y"),
        ("0.5*x", "x", "2"),
        ("1j/(1j*x)", "1", "x"),
        ("1/(1/x)", "x", "1"),
        ("2^(1/2)/2^(1/2)", "1", "1"),
    ],
)
def test_coefficients_are_whole_and_the_denominator_starts_positive(text, numerator, denominator):
    """In lowest terms over ℤ, or over ℤ[i]."""
    form = polynomial_form(parse(text))
    assert (str(form.numerator), str(form.denominator)) == (numerator, denominator)


@pytest.mark.parametrize(("text", "wanted"), [("(x + 1)^2 - x^2 - 2*x", 1), ("x/(2*x)", 0.5), ("x - x", 0)])
def test_numbers_are_recognised(text, wanted):
    """None where a generator is left, or a constant like pi."""
    assert polynomial_form(parse(text)).number.value == wanted
    assert polynomial_form(x).number is None
    assert polynomial_form(parse("pi*1")).number is None


def test_the_limit_is_passed_on():
    """As in the public functions."""
    with pytest.raises(TermLimitError):
        polynomial_form((x + y) ** 100, terms=50)
    with pytest.raises(ZeroPolynomialError):
        PolyForm(1 / (x - x))


def test_numbers_stand_for_expressions_and_text_does_not():
    """In every public function."""
    calls = (expand, factor, cancel, together, horner, gcd, lcm, degree, polynomial_form, apart)
    for call in calls:
        call(6)
        with pytest.raises(OptionError, match=r"rssn\.parse"):
            call("x + 1")
        with pytest.raises(OptionError):
            call(None)
    for call in (collect, coefficients):
        call(6, "x")
        with pytest.raises(OptionError, match=r"rssn\.parse"):
            call("x + 1", "x")
