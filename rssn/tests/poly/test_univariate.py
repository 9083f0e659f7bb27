"""degree, coefficients, collect, horner and resultant."""

import pytest
import sympy
from hypothesis import assume, given
from hypothesis import strategies as st
from sympy.polys.subresultants_qq_zz import sylvester

from rssn.errors import OptionError, PolynomialError
from rssn.expr import symbols
from rssn.ops import sin
from rssn.parser import parse
from rssn.poly import coefficients, collect, degree, expand, horner, polynomial_form, resultant

x, y, z = symbols("x y z")


@given(data=st.data())
def test_rewritten_forms_keep_the_value(data, drawn, points, value_of):
    """Collected and nested, by one variable, by both, by all."""
    e, point = data.draw(drawn()), data.draw(points)
    wanted = value_of(e, point)
    assume(wanted is not None)
    try:
        results = [collect(e, "x"), collect(e, ["y", "x"]), horner(e, "x"), horner(e, ["y", "x"]), horner(e)]
    except ZeroDivisionError:
        assume(False)
    for result in results:
        assert value_of(result, point) == wanted


@given(data=st.data())
def test_degrees_and_coefficients_are_those_of_sympy(data, drawn, as_sympy):
    """Of polynomials with rational coefficients."""
    e = data.draw(drawn("x y", divide=False))
    wanted = sympy.Poly(as_sympy(e), sympy.Symbol("x"), sympy.Symbol("y"))
    if wanted.is_zero:
        assert degree(e) == degree(e, "x") == -1
        assert coefficients(e, "x") == {}
        return
    assert degree(e) == wanted.total_degree()
    assert degree(e, "x") == wanted.degree(sympy.Symbol("x"))
    found = {powers: as_sympy(value) for powers, value in coefficients(e, "x", "y").items()}
    assert found == {powers: value for powers, value in wanted.terms() if value}


@given(data=st.data())
def test_coefficients_add_up_to_the_polynomial(data, drawn):
    """Σ coefficient·x^power is the expression again."""
    e = data.draw(drawn("x y", divide=False)) / (y**2 + 1)
    total = sum((value * x**power for power, value in coefficients(e, x).items()), start=0 * x)
    assert polynomial_form(total - e).is_zero
    assert list(coefficients(e, x)) == sorted(coefficients(e, x), reverse=True)


@given(data=st.data())
def test_resultants_are_determinants_of_sylvester(data, drawn, as_sympy):
    """And 0 where there is a common root."""
    a, b = (data.draw(drawn("x y", divide=False, steps=4)) for _ in range(2))
    assume(degree(a, x) > 0 and degree(b, x) > 0)
    wanted = sylvester(as_sympy(expand(a)), as_sympy(expand(b)), sympy.Symbol("x"), 1).det(method="berkowitz")
    assert sympy.expand(as_sympy(resultant(a, b, "x")) - wanted) == 0
    assert resultant(a * (x - y), b * (x - y), x).value == 0


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a*x + b*x + x^2 - c", "x^2 + x*(a + b) - c"),
        ("(x + 1)^2/y", "x^2/y + 2*x/y + 1/y"),
        ("(a*x + b)/(c*x + d*x)", "(a*x + b)/(x*(c + d))"),
        ("x - x", "0"),
        ("sin(x)*x + sin(x)", "sin(x)*x + sin(x)"),
    ],
)
def test_collected_forms_read_naturally(text, wanted):
    """Highest power first."""
    assert str(collect(parse(text), "x")) == str(parse(wanted))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x^3 + 2*x^2 + 3", "x^2*(x + 2) + 3"),
        ("x^3/2 - x/3", "x*(3*x^2 - 2)/6"),
        ("x^100 - 1", "x^100 - 1"),
        ("-x^2 - x", "x*(-x - 1)"),
        ("1.5*x^2 + x", "x*(1.5*x + 1)"),
        ("(x^2 + x)/y", "x*(x + 1)/y"),
        ("7", "7"),
        ("x - x", "0"),
    ],
)
def test_nested_forms_read_naturally(text, wanted):
    """Horner's form, with one multiplication a power."""
    assert str(horner(parse(text))) == wanted


def test_a_nested_polynomial_of_high_degree_is_deep_and_no_trouble():
    """Ten thousand levels, without recursion."""
    dense = sum((x**power for power in range(2000)), start=0 * x)
    assert expand(horner(dense)) == expand(dense)


def test_functions_may_be_the_variable():
    """Any part that counts as a generator."""
    e = expand((sin(x) + 1) ** 2 + x)
    assert degree(e, sin(x)) == 2
    assert coefficients(e, sin(x))[1].value == 2
    with pytest.raises(PolynomialError, match="not a variable"):
        degree(e, x + 1)


@pytest.mark.parametrize("text", ["1/x", "x*sin(x)", "2^x + x", "(x + 1)/(x - 1)"])
def test_what_is_no_polynomial_in_the_variable_is_refused(text):
    """A denominator, or a part in which the variable hides."""
    e = parse(text)
    for call in (lambda: degree(e, "x"), lambda: coefficients(e, "x"), lambda: resultant(e, x, "x")):
        with pytest.raises(PolynomialError, match="no polynomial in x"):
            call()


def test_the_total_degree_leaves_the_imaginary_unit_out():
    """1j is a number."""
    assert degree(parse("1j*x*y + x")) == 2
    assert degree(parse("x^2*y + 1")) == 3
    assert degree(parse("x + sin(x)^2")) == 2
    assert degree(parse("5")) == 0


def test_wrong_arguments_are_errors_of_ours():
    """No variable, a number for one, 1j in a resultant."""
    with pytest.raises(OptionError):
        coefficients(x)
    with pytest.raises(OptionError):
        degree(x, 3)
    with pytest.raises(PolynomialError, match="1j"):
        resultant(parse("x + 1j"), x, "x")


def test_a_variable_is_named_once():
    """Twice would count each power twice."""
    for call in (
        lambda: coefficients(x * x, "x", x),
        lambda: collect(x * x, [x, "x"]),
        lambda: horner(x * x + x, ["x", "y", "x"]),
    ):
        with pytest.raises(OptionError, match="twice"):
            call()


def test_the_zero_polynomial_has_values_of_its_own():
    """And so have numbers."""
    zero = x - x
    assert degree(zero) == degree(zero, "x") == -1
    assert coefficients(zero, "x") == {}
    assert horner(zero).value == collect(zero, "x").value == 0
    for left, right in ((zero, zero), (zero, x), (x * y + 1, zero), (3, zero)):
        assert resultant(left, right, "x").value == 0
    assert resultant(3, 4, "x").value == 1
    assert resultant(3, x**2 + 1, "x").value == 9
