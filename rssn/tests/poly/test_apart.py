"""apart: partial fractions that add up, with denominators that cannot be split further."""

import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rssn.errors import PolynomialError
from rssn.expr import symbols
from rssn.parser import parse
from rssn.poly import apart, polynomial_form

x, y = symbols("x y")
ROOTS = st.lists(st.tuples(st.integers(-3, 3), st.integers(1, 3)), min_size=1, max_size=3)


@given(data=st.data())
def test_partial_fractions_add_up(data, drawn):
    """In x, over the rational functions of y."""
    e = data.draw(drawn(steps=5))
    try:
        result = apart(e, "x")
    except ZeroDivisionError:
        assume(False)
    assert polynomial_form(result - e).is_zero


@settings(max_examples=25)
@given(ROOTS, st.lists(st.integers(-3, 3), min_size=1, max_size=5), st.booleans())
def test_sympy_finds_as_many_fractions(roots, numbers, quadratic):
    """Of random fractions of integer polynomials in one variable."""
    below = x**0
    for root, power in roots:
        below = below * (x - root) ** power
    below = below * (x**2 + x + 1) if quadratic else below
    above = sum((number * x**power for power, number in enumerate(numbers)), start=0 * x)
    result = apart(above / below)
    assert polynomial_form(result - above / below).is_zero
    wanted = sympy.apart(sympy.sympify(str(above / below).replace("^", "**")))
    assert count_fractions(result) == sum(not part.is_polynomial() for part in sympy.Add.make_args(wanted))


def count_fractions(expression):
    found, stack = 0, [expression]
    while stack:
        node = stack.pop()
        if node.operator in ("add", "sub", "neg"):
            stack += node.operands
        else:
            found += node.operator == "div" and bool(node.operands[1].free_symbols)
    return found


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1/(x^2 - 1)", "1/(2*(x - 1)) - 1/(2*(x + 1))"),
        ("(x^3 + 1)/(x^2 - 1)^2", "1/(4*(x - 1)) + 1/(2*(x - 1)^2) + 3/(4*(x + 1))"),
        ("x^5/(x^2 + 1)^2", "x - 2*x/(x^2 + 1) + x/(x^2 + 1)^2"),
        ("1/(x*(x + y))", "1/(x*y) - 1/(y*(x + y))"),
        ("x^2 + 1", "x^2 + 1"),
        ("(x^2 + 1)/(2*x)", "x/2 + 1/(2*x)"),
    ],
)
def test_fractions_read_naturally(text, wanted):
    """The polynomial first, then factor by factor with rising powers."""
    assert str(apart(parse(text), "x")) == wanted


def test_the_variable_may_be_left_out_where_there_is_only_one():
    """Numbers have none."""
    assert apart(parse("1/(x*(x + 1))")) == apart(parse("1/(x*(x + 1))"), x)
    assert apart(parse("1/2")) == parse("1/2")
    with pytest.raises(PolynomialError, match="needs the variable"):
        apart(parse("1/(x*y)"))


@pytest.mark.parametrize("text", ["sin(x)/x", "1/(x + 1j)"])
def test_what_has_no_partial_fractions_is_refused(text):
    """X hidden in a function, and the Gaussian integers."""
    with pytest.raises(PolynomialError):
        apart(parse(text), "x")
