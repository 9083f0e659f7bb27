"""factor, gcd and lcm: products that give back the input, with parts that SymPy counts the same."""

import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rssn.errors import ArityError, PolynomialError
from rssn.expr import constant, symbols
from rssn.parser import parse
from rssn.poly import expand, factor, gcd, lcm, polynomial_form

x, y, z = symbols("x y z")


def is_zero(expression):
    return polynomial_form(expression).is_zero


@given(data=st.data())
def test_factors_multiply_to_the_input(data, drawn):
    """Polynomials and rational functions alike."""
    e = data.draw(drawn())
    try:
        result = factor(e)
    except ZeroDivisionError:
        assume(False)
    assert is_zero(result - e)


@given(data=st.data())
def test_sympy_finds_the_same_factors(data, drawn, as_sympy):
    """As many irreducible factors, with the same powers."""
    e = data.draw(drawn("x y", divide=False, steps=4)) * data.draw(drawn("x y", divide=False, steps=3))
    wanted = as_sympy(expand(e))
    assume(wanted != 0)
    found = sympy.factor_list(as_sympy(factor(e)))[1] if not factor(e).is_leaf else []
    if not factor(e).is_leaf:
        assert powers_of(factor(e)) == sorted(power for _, power in sympy.factor_list(wanted)[1])
        assert len(found) == len(sympy.factor_list(wanted)[1])


def powers_of(product):
    """Return the powers of the factors that are not numbers."""
    found, stack = [], [product]
    while stack:
        node = stack.pop()
        if node.operator == "mul" or node.operator == "neg":
            stack += node.operands
        elif node.operator == "div":
            stack.append(node.operands[0])
        elif node.operator == "pow":
            found.append(node.operands[1].value)
        elif node.free_symbols:
            found.append(1)
    return sorted(found)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("6*x^2 - 6", "6*(x - 1)*(x + 1)"),
        ("x^2/2 - 1/2", "(x + 1)*(x - 1)/2"),
        ("(x^2 - 1)/(x - 1)", "x + 1"),
        ("x^2 + 1", "x^2 + 1"),
        ("x^4 + 4", "(x^2 + 2*x + 2)*(x^2 - 2*x + 2)"),
        ("sin(x)^2 - 2*sin(x) + 1", "(sin(x) - 1)^2"),
        ("-x - 1", "-(x + 1)"),
        ("0*x", "0"),
        ("12", "12"),
        ("x^2*y^3", "x^2*y^3"),
        ("1/x - 1/y", "-(x - y)/(x*y)"),
    ],
)
def test_factors_read_naturally(text, wanted):
    """A number, then powers of factors."""
    found, hoped = factor(parse(text)), parse(wanted)
    assert is_zero(found - hoped)
    assert len(str(found)) == len(str(hoped))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x^2 + 1", "(x - 1j)*(x + 1j)"),
        ("x^4 - y^4", "(x - y)*(x + y)*(x - 1j*y)*(x + 1j*y)"),
        ("x^2 + x + 1", "x^2 + x + 1"),
        ("a*x^2 + a*y^2", "a*(x - 1j*y)*(x + 1j*y)"),
        ("5*x", "5*x"),
        ("x^2 + 2*1j*x - 1", "(x + 1j)^2"),
        ("(x^2 + y^2 + 1)^2", "(x^2 + y^2 + 1)^2"),
    ],
)
def test_factors_over_the_gaussian_integers(text, wanted):
    """In any number of variables, on request or where 1j occurs."""
    found = factor(parse(text), gaussian=True)
    assert is_zero(found - parse(wanted))
    assert powers_of(found) == powers_of(parse(wanted))


@settings(max_examples=25)
@given(data=st.data())
def test_gaussian_factors_multiply_to_the_input_and_sympy_counts_as_many(data, drawn, as_sympy):
    """Products of random polynomials with 1j among the coefficients."""
    i = constant("1j")
    parts = [data.draw(drawn("x y", divide=False, steps=3)) for _ in range(4)]
    e = (parts[0] + i * parts[1]) * (parts[2] - i * parts[3])
    found = factor(e, gaussian=True)
    assert is_zero(found - e)
    wanted = as_sympy(expand(e))
    if expand(e).free_symbols and len(expand(e).free_symbols) == 1:
        assert powers_of(found) == sorted(power for _, power in sympy.factor_list(wanted, gaussian=True)[1])


@given(data=st.data())
def test_gcd_and_lcm_agree_with_sympy(data, drawn, as_sympy):
    """Up to the constant: ours counts whole numbers, and the lcm completes it to the product."""
    common, left, right = (data.draw(drawn("x y", divide=False, steps=3)) for _ in range(3))
    first, second = common * left, common * right
    divisor, multiple = gcd(first, second), lcm(first, second)
    wanted = sympy.gcd(as_sympy(expand(first)), as_sympy(expand(second)))
    if wanted == 0:
        assert divisor.value == 0
        return
    assert sympy.simplify(as_sympy(divisor) / wanted).is_number
    product = polynomial_form(divisor * multiple - first * second).is_zero
    assert product or polynomial_form(divisor * multiple + first * second).is_zero
    assert not polynomial_form(first / divisor).denominator.free_symbols


@pytest.mark.parametrize(
    ("left", "right", "divisor", "multiple"),
    [
        ("4*x", "6*x", "2*x", "12*x"),
        ("x/2", "x/3", "x/6", "x"),
        ("x^2 - 1", "x^3 - 1", "x - 1", "x^4 + x^3 - x - 1"),
        ("0*x", "-3*x", "3*x", "0"),
        ("0*x", "0*y", "0", "0"),
        ("x^2 + y^2", "3*(x + 1j*y)", "x + 1j*y", "3*x^2 + 3*y^2"),
        ("sin(x)^2 - 1", "sin(x) + 1", "sin(x) + 1", "sin(x)^2 - 1"),
        ("12", "18", "6", "36"),
    ],
)
def test_gcd_and_lcm_count_numbers_too(left, right, divisor, multiple):
    """With a positive first coefficient."""
    assert str(gcd(parse(left), parse(right))) == divisor
    assert str(lcm(parse(left), parse(right))) == multiple


def test_gcd_takes_any_number_of_polynomials():
    """At least one, and no denominators."""
    assert gcd(x * y, y * z, x * y * z) == y
    assert gcd(2 * x) == expand(2 * x)
    with pytest.raises(ArityError):
        gcd()
    with pytest.raises(PolynomialError, match="denominator"):
        lcm(1 / x, y)
