"""Linear forms: sums as a constant and multiples of parts."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from rssn import constant, parse, sin, symbols, walk
from rssn.expr import Expr
from rssn.rules._linear import MOST_TERMS, Linear, linear_node, scaled

x, y = symbols("x y")


def form(expression: Expr) -> Linear:
    forms: dict[Expr, Linear] = {}
    for node in walk(expression):
        forms[node] = linear_node(node, forms)
    return forms[expression]


@given(a=st.fractions(-9, 9), b=st.fractions(-9, 9).filter(bool), c=st.fractions(-9, 9))
def test_sums_and_multiples_are_seen_through(a: Fraction, b: Fraction, c: Fraction) -> None:
    """a - (b*x - c)/b + y has the parts one expects."""
    found = form(constant(a) - (constant(b) * x - constant(c)) / constant(b) + y)
    assert found == Linear(a + c / b, {x: Fraction(-1), y: Fraction(1)})


def test_one_combination_has_one_key() -> None:
    """2y - 2x + 3 and x - y speak of the same thing."""
    first, second = scaled(form(parse("2*y - 2*x + 3"))), scaled(form(x - y))
    assert first is not None
    assert second is not None
    assert first.key == second.key
    assert (first.scale, first.offset) == (-2, 3)
    assert scaled(form(parse("1 + 1/2"))) is None


def test_other_parts_and_long_sums_are_opaque() -> None:
    """Products, functions, infinities, and sums of more parts than are followed."""
    for part in (x * y, sin(x), constant(float("inf"))):
        assert form(part) == Linear(Fraction(0), {part: Fraction(1)})
    long = parse(" + ".join(f"x{n}" for n in range(MOST_TERMS + 1)))
    assert form(long).terms == {long: 1}
