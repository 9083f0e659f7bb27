"""expand: the same values, one form for equal polynomials, and a clear refusal where the result would be too large."""

from fractions import Fraction

import pytest
import sympy
from hypothesis import assume, given
from hypothesis import strategies as st

from rssn.errors import OptionError, PolynomialError, TermLimitError, ZeroPolynomialError
from rssn.expr import symbol, symbols
from rssn.ops import sin
from rssn.parser import parse
from rssn.poly import expand

x, y, z, w = symbols("x y z w")


def tried(function, expression):
    """Return the result, or None where the expression divides by zero everywhere."""
    try:
        return function(expression)
    except ZeroPolynomialError:
        return None


@given(data=st.data())
def test_expanding_keeps_the_value(data, drawn, points, value_of):
    """At random rational points where the expression is defined, exactly."""
    e, point = data.draw(drawn()), data.draw(points)
    result = tried(expand, e)
    wanted = value_of(e, point)
    assume(result is not None and wanted is not None)
    assert value_of(result, point) == wanted


@given(data=st.data())
def test_expanding_twice_changes_nothing(data, drawn):
    """An expanded expression is its own expansion."""
    result = tried(expand, data.draw(drawn("x y z")))
    assume(result is not None)
    assert expand(result) == result


@given(data=st.data())
def test_sympy_expands_to_the_same(data, drawn, as_sympy):
    """SymPy's expansion of a polynomial, read back, has the same terms."""
    e = data.draw(drawn("x y z", divide=False))
    wanted = sympy.expand(as_sympy(e))
    assert sympy.expand(as_sympy(expand(e)) - wanted) == 0
    assert expand(parse(str(wanted), exact=True)) == expand(e)


@given(data=st.data())
def test_equal_polynomials_expand_to_the_same_expression(data, drawn):
    """Whatever laws of a ring lead from one to the other."""
    a, b, c = (data.draw(drawn("x y", divide=False, steps=3)) for _ in range(3))
    assert expand(a * (b + c)) == expand(c * a + b * a)
    assert expand((a + b) ** 3) == expand((b + a) * (a * a + 2 * a * b + b * b))
    assert expand(a - b) == expand(-(b - a))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("(x + y)^2", "x^2 + 2*x*y + y^2"),
        ("-(x - 1)^3", "-x^3 + 3*x^2 - 3*x + 1"),
        ("(x/2 + 1/3)^2", "x^2/4 + x/3 + rational(1, 9)"),
        ("(x + 1)*(x - 1)", "x^2 - 1"),
        ("x - x", "0"),
        ("3", "3"),
        ("-2*x*y - y", "-2*x*y - y"),
        ("x^(4/2)*(x^2.0 + 1)", "x^4 + x^2"),
        ("true*(x + 1)", "x + 1"),
        ("(pi*x + 2)^2", "pi^2*x^2 + 4*pi*x + 4"),
        ("(x + 1)^0", "1"),
        ("z*y*x*3", "3*x*y*z"),
    ],
)
def test_results_read_naturally(text, wanted):
    """Terms by degree and then by name, the number first."""
    assert str(expand(parse(text))) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x^y*(1 + x^y)", "x^y + (x^y)^2"),
        ("sqrt(x)^2*x", "x*sqrt(x)^2"),
        ("(sin(x) + cos(x))^2", "cos(x)^2 + 2*cos(x)*sin(x) + sin(x)^2"),
        ("x^(1/2)*x^(1/2)", "(x^(1/2))^2"),
        ("2^(1/2)*(1 + 2^(1/2))", "2^rational(1, 2) + (2^rational(1, 2))^2"),
        ("x^10000000000*(x + 1)", "x*x^10000000000 + x^10000000000"),
    ],
)
def test_what_is_not_polynomial_is_a_variable(text, wanted):
    """Functions, symbolic and fractional powers, and powers too large to write out."""
    assert expand(parse(text, exact=True)) == expand(parse(wanted, exact=True))
    assert expand(expand(parse(text, exact=True))) == expand(parse(text, exact=True))


def test_operands_of_functions_are_expanded_too():
    """So that equal ones coincide; `deep=False` leaves them."""
    e = sin((x + 1) ** 2) - sin(x**2 + 2 * x + 1)
    assert expand(e).value == 0
    assert not expand(e, deep=False).is_leaf
    assert str(expand(parse("sin(cos((x + 1)^2) - cos(x*(x + 2) + 1) + y)"))) == "sin(y)"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("(x + 1)^2/(x*y)", "x^2/(x*y) + 2*x/(x*y) + 1/(x*y)"),
        ("x/x", "x/x"),
        ("1/(x + 1)^2 + 3/(2*(x + 1)*y)", "1/(x + 1)^2 + 3/(2*y*(x + 1))"),
        ("1/(a*(b + c) - a*b)", "1/(a*c)"),
        ("y/((x + 1)*2 - 2*x)", "y/2"),
        ("x^-2*(x + 1)", "x/x^2 + 1/x^2"),
        ("1/(1 + (a + b)^2)", "1/(a^2 + 2*a*b + b^2 + 1)"),
    ],
)
def test_divisors_stay_below_the_line(text, wanted):
    """A factor is not cancelled against a divisor, so nothing becomes defined that was not."""
    assert str(expand(parse(text))) == wanted


def test_floats_are_the_numbers_they_store():
    """Shown as floats where one has exactly the value, as quotients where none has."""
    assert str(expand(parse("0.5*(x + 1)"))) == "0.5*x + 0.5"
    assert expand(parse("0.1*x + 0.2*x")) == expand((Fraction(0.1) + Fraction(0.2)) * x)
    assert str(expand(parse("1.5*x + 0.5*x"))) == "2*x"


def test_the_imaginary_unit_is_reduced():
    """Over the Gaussian rationals, whichever way 1j comes in."""
    assert str(expand(parse("(x + 1j)*(x - 1j)"))) == "x^2 + 1"
    assert str(expand(parse("(x + 1j)^2"))) == "x^2 + 2*1j*x - 1"
    assert expand(parse("1/1j")) == -parse("1j")
    assert str(expand(parse("(1 + 2*1j)^3/1j"))) == "-2 + 11*1j"


@pytest.mark.parametrize("text", ["1/(x - x)", "x/0", "y/(x^2 - x*x)", "0^-1", "sin(1/(x - x))"])
def test_dividing_by_zero_is_an_error(text):
    """However the zero is written."""
    with pytest.raises(ZeroPolynomialError) as caught:
        expand(parse(text))
    assert isinstance(caught.value, ZeroDivisionError)


@pytest.mark.parametrize("text", ["inf*x", "x + nan"])
def test_infinity_is_no_number_of_exact_algebra(text):
    """Inf - inf is not 0, so neither takes part."""
    with pytest.raises(PolynomialError, match="infinity and NaN"):
        expand(parse(text))
    assert expand(parse("where(x > 0, x, inf)")) == parse("where(x > 0, x, inf)")


@pytest.mark.parametrize(
    "text",
    [
        "(x + 1)^100000",
        "(x + y + z + 1)^300",
        "(x^7 + y^11*z + w)^1000*(x + y + 1)^1000",
        "9^9^9^9*x",
        "(2^1000)^10000",
    ],
)
def test_what_would_be_too_large_is_refused(text):
    """Before memory is spent, and the message says how to allow more."""
    with pytest.raises(TermLimitError, match=r"terms=|bits"):
        expand(parse(text))


def test_the_limit_can_be_set():
    """In terms; anything but a positive integer is refused."""
    e = (x + 1) ** 50
    assert expand(e, terms=51) == expand(e)
    with pytest.raises(TermLimitError, match="terms=500"):
        expand(e, terms=50)
    with pytest.raises(OptionError):
        expand(e, terms=0)


def test_a_tower_of_squarings_hits_the_limit_and_not_the_memory():
    """60 squarings are a tree of 2^60 nodes; those of a monomial are only a degree."""
    tower, monomial = x, x
    for _ in range(60):
        tower, monomial = tower * tower + 1, monomial * monomial
    with pytest.raises(TermLimitError):
        expand(tower, terms=50_000)
    assert expand(monomial) == x ** (1 << 60)
    for _ in range(10):
        monomial = monomial * monomial
    with pytest.raises(TermLimitError, match="degree"):
        expand(monomial)


def test_long_chains_are_one_step():
    """A sum and a product with a hundred thousand operands, and functions nested a thousand deep."""
    total, product, nested = x, x, x
    for _ in range(100_000):
        total, product = total + x, product * x
    assert expand(total) == 100_001 * x
    assert expand(product) == x**100_001
    for _ in range(1000):
        nested = sin(nested * 2 - nested)
    assert expand(nested) == expand(expand(nested))
    assert expand(sum((symbol(f"x{i}") for i in range(500)), start=x) - x) is not None


def test_fractions_nested_deeply_are_read_once_each():
    """From the inside out; parts that stand above the line as well are multiplied out there."""
    nested = x
    for _ in range(20_000):
        nested = y + 1 / nested
    assert expand(nested) == nested
    e = x + 1
    for _ in range(40):
        e = (y + 1) * (y - 1) + 1 / (e + (z + 1) * (z - 1))
    assert str(expand(e)).count("(y + 1)") == 0
    shared = x + y
    for _ in range(40):
        shared = y + 1 / shared + x / shared - x / (shared + 1)
    assert expand(expand(shared)) == expand(shared)


def test_shared_parts_are_computed_once():
    """A chain of shared sums whose tree is exponential takes no time."""
    e = x + y
    for _ in range(200):
        e = e + e - (x + y)
    assert expand(e) == x + y
