"""Parts that are not polynomial act as variables, whatever they are; SymPy agrees over ℤ, ℚ and ℤ[i]."""

from functools import partial

import mpmath
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rssn.expr import Expr, constant, substitute, symbols, walk
from rssn.ops import exp, sin, sqrt
from rssn.poly import (
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
    resultant,
    together,
)

x, y = symbols("x y")
# The letters that polynomials are drawn in, and what takes their places.
OPAQUE = {"a": y, "b": sin(x), "c": sqrt(constant(2)), "d": exp(-x * y), "e": x**y}
FUNCTIONS = {
    "expand": partial(expand, deep=False),
    "factor": factor,
    "cancel": cancel,
    "together": together,
    "horner": horner,
}
I = constant("1j")  # noqa: E741  # as SymPy calls it


def swapped(e: Expr) -> Expr:
    """Return an expression with functions for its letters."""
    return substitute(e, {symbols(name): part for name, part in OPAQUE.items()})


def tried(function, *operands):
    """Return the result; a division by zero is no example."""
    try:
        return function(*operands)
    except ZeroDivisionError:
        assume(False)


@pytest.mark.parametrize("name", FUNCTIONS)
@given(data=st.data())
def test_functions_and_roots_act_as_letters(name, data, drawn):
    """The result with parts for letters is that of the expression with parts for letters."""
    e = data.draw(drawn("a b c d e", steps=5))
    found, wanted = tried(FUNCTIONS[name], swapped(e)), swapped(tried(FUNCTIONS[name], e))
    assert polynomial_form(found) == polynomial_form(wanted)
    assert sorted(powers(found)) == sorted(powers(wanted)) if name == "factor" else True


def powers(e: Expr) -> list[int]:
    """Return the exponents of the factors of a product or quotient."""
    found, stack = [], [e]
    while stack:
        node = stack.pop()
        if node.operator in ("mul", "neg", "div"):
            stack += node.operands
        elif node.operator == "pow" and isinstance(node.operands[1].value, int):
            found.append(node.operands[1].value)
        elif not node.is_leaf or node.value is None:
            found.append(1)
    return found


@given(data=st.data())
def test_two_polynomials_in_functions(data, drawn):
    """Greatest divisors, least multiples, resultants, degrees and coefficients."""
    p, q = (data.draw(drawn("a b c d e", divide=False, steps=4)) for _ in range(2))
    for function in (gcd, lcm):
        wanted, found = swapped(function(p, q)), function(swapped(p), swapped(q))
        # The first coefficient is positive, and which one is first goes by name.
        assert polynomial_form(wanted - found).is_zero or polynomial_form(wanted + found).is_zero
    if degree(p, "b") > 0 and degree(q, "b") > 0:
        eliminated, wanted = resultant(swapped(p), swapped(q), sin(x)), swapped(resultant(p, q, "b"))
        assert polynomial_form(eliminated) == polynomial_form(wanted)
    assert degree(swapped(p), sin(x)) == degree(p, "b")
    assert degree(swapped(p)) == degree(p)
    found = coefficients(swapped(p), sin(x))
    assert {n: polynomial_form(part) for n, part in found.items()} == {
        n: polynomial_form(swapped(part)) for n, part in coefficients(p, "b").items()
    }
    assert polynomial_form(collect(swapped(p), [sin(x), x**y])) == polynomial_form(swapped(p))


@settings(max_examples=40)
@given(data=st.data())
def test_values_stay_with_functions_in_every_place(data, drawn):
    """At a complex point, to 40 digits."""
    e = swapped(data.draw(drawn("a b c d e", steps=5)))
    with mpmath.workdps(60):
        wanted = value(e)
        assume(wanted is not None)
        for function in (expand, *FUNCTIONS.values(), partial(collect, variables=[sin(x)])):
            found = value(tried(function, e))
            assert found is not None
            assert abs(found - wanted) <= mpmath.mpf(10) ** -30 * (1 + abs(wanted))


def value(e: Expr) -> mpmath.mpc | None:
    """Return the value at one point that solves nothing by chance; None for a division by zero."""
    point = {"x": mpmath.mpc("0.7", "0.31"), "y": mpmath.mpc("-1.3", "0.77")}
    functions = {"sin": mpmath.sin, "exp": mpmath.exp, "sqrt": mpmath.sqrt, "neg": lambda a: -a}
    operators = {"add": "__add__", "sub": "__sub__", "mul": "__mul__", "div": "__truediv__", "pow": "__pow__"}
    values: dict[Expr, mpmath.mpc] = {}
    for node in walk(e):
        operands = [values[part] for part in node.operands]
        if node.operator == "symbol":
            values[node] = point[str(node.name)]
        elif node.is_leaf:
            values[node] = (
                mpmath.mpc(0, 1)
                if node == I
                else mpmath.mpc(mpmath.mpf(node.value.numerator)) / int(node.value.denominator)
            )
        elif node.operator in functions:
            values[node] = functions[node.operator](*operands)
        else:
            if node.operator == "div" and abs(operands[1]) < mpmath.mpf(10) ** -40:
                return None
            if node.operator == "pow" and abs(operands[0]) < mpmath.mpf(10) ** -40:
                return None
            values[node] = getattr(operands[0], operators[node.operator])(operands[1])
    return values[e]


# ---- over the Gaussian rationals


@st.composite
def gaussian(draw, drawn, steps=4):
    """Draw a polynomial in x and y with rational coefficients, and with i in some places."""
    p, q = draw(drawn("x y", divide=False, steps=steps)), draw(drawn("x y", divide=False, steps=2))
    return p + I * q


@settings(max_examples=40)
@given(data=st.data())
def test_over_the_gaussian_rationals_sympy_agrees(data, drawn, as_sympy):
    """On expansions, on common divisors up to a unit, and that nothing is left to cancel."""
    common, p, q = data.draw(gaussian(drawn, 2)), data.draw(gaussian(drawn)), data.draw(gaussian(drawn, 3))
    assert sympy.expand(as_sympy(expand(p * q)) - sympy.expand(as_sympy(p) * as_sympy(q))) == 0
    left, right = expand(common * p), expand(common * q)
    assume(left != constant(0) and right != constant(0) and degree(left) + degree(right) < 12)
    generators = sympy.symbols("x y")
    first, second = (sympy.Poly(as_sympy(part), *generators, domain="QQ_I") for part in (left, right))
    wanted, found = first.gcd(second), sympy.Poly(as_sympy(gcd(left, right)), *generators, domain="QQ_I")
    assert found.monic() == wanted.monic()
    multiple = sympy.Poly(as_sympy(lcm(left, right)), *generators, domain="QQ_I")
    assert multiple.monic() == first.lcm(second).monic()
    fraction = polynomial_form(left / right)
    above, below = (
        sympy.Poly(as_sympy(part), *generators, domain="QQ_I") for part in (fraction.numerator, fraction.denominator)
    )
    assert above.gcd(below).total_degree() == 0
    assert above * second == first * below


@settings(max_examples=40)
@given(data=st.data())
def test_sympy_agrees_on_fractions_of_rational_polynomials(data, drawn, as_sympy):
    """Cancelled, over one denominator, in partial fractions, nested, collected: the same rational function."""
    e = data.draw(drawn("x y", steps=5))
    form = tried(polynomial_form, e)
    assume(len(str(form.expression)) < 150)
    wanted = sympy.cancel(as_sympy(e))
    for result in (cancel(e), together(e), apart(e, "x"), horner(e), collect(e, "y"), factor(e), expand(e)):
        assert sympy.cancel(as_sympy(result) - wanted) == 0
