"""cancel and together: one fraction of the same value."""

import pytest
import sympy
from hypothesis import assume, given
from hypothesis import strategies as st

from rssn.expr import symbols
from rssn.parser import parse
from rssn.poly import cancel, polynomial_form, together

x, y = symbols("x y")


@given(data=st.data())
def test_both_keep_the_value_where_the_input_is_defined(data, drawn, points, value_of):
    """At random rational points, exactly."""
    e, point = data.draw(drawn()), data.draw(points)
    wanted = value_of(e, point)
    assume(wanted is not None)
    try:
        results = cancel(e), together(e)
    except ZeroDivisionError:
        assume(False)
    for result in results:
        assert value_of(result, point) == wanted


@given(data=st.data())
def test_nothing_is_left_to_cancel(data, drawn, as_sympy):
    """SymPy agrees that numerator and denominator are coprime, and on the fraction."""
    e = data.draw(drawn(steps=5))
    try:
        form = polynomial_form(e)
    except ZeroDivisionError:
        assume(False)
    above, below = as_sympy(form.numerator), as_sympy(form.denominator)
    assert sympy.gcd(above, below) == 1 or above == 0
    assert sympy.cancel(above / below - as_sympy(cancel(e))) == 0


@pytest.mark.parametrize(
    ("text", "cancelled", "joined"),
    [
        ("(x^2 - 1)/(x - 1)", "x + 1", "(x^2 - 1)/(x - 1)"),
        ("1/x + 1/y", "(x + y)/(x*y)", "(x + y)/(x*y)"),
        ("x/x", "1", "x/x"),
        ("1/(x - 1) - 1/(x + 1)", "2/(x^2 - 1)", "2/((x + 1)*(x - 1))"),
        ("x/2 + 1/3", "x/2 + rational(1, 3)", "x/2 + rational(1, 3)"),
        ("(x + 1)/(2*x + 2)", "rational(1, 2)", "(x + 1)/(2*(x + 1))"),
        ("1/(2 + 1j)", "rational(2, 5) - 1j/5", "1/(2 + 1j)"),
        ("(2*x + 2*1j)/(x^2 + 1)", "2/(x - 1j)", "(2*x + 2*1j)/((x + 1j)*(x - 1j))"),
        ("1/sin(x) + 1/(2*sin(x))", "3/(2*sin(x))", "3/(2*sin(x))"),
        ("x", "x", "x"),
    ],
)
def test_fractions_read_naturally(text, cancelled, joined):
    """The denominator of `together` is factored and keeps every factor."""
    assert str(cancel(parse(text))) == cancelled
    assert str(together(parse(text))) == joined


def test_together_stays_undefined_where_the_input_is(value_of):
    """`cancel` may become defined: that is what makes it generic."""
    e, point = (x**2 - 1) / (x - 1), {"x": 1}
    assert value_of(together(e), point) is None
    assert value_of(cancel(e), point) == 2
