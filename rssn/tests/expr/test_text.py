"""Text reads back to the same expression, is linear in unique nodes, and looks as a person would write it."""

import sys
import time
from dataclasses import fields
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn.expr import apply, constant, linearize, symbol, symbols, text, walk
from rssn.expr._text import integer_text, symbol_text
from rssn.parser import Limits, parse

ANY = Limits(**{field.name: sys.maxsize for field in fields(Limits)})
x, y, z = symbols("x y z")
rational = (x**2 + y**2) / (x**2 + y**2 + 1.0) + x * y * (x**2 - y**2) / (x**2 + y**2 + 1.0) ** 2


@pytest.mark.parametrize(
    ("e", "expected"),
    [
        (x**2 + 2 * x * y + 1, "x^2 + 2*x*y + 1"),
        (1 + (x * y * 2 + x**2), "x^2 + x*y*2 + 1"),
        (1 + x, "x + 1"),
        (y + x**3 + x, "x^3 + y + x"),
        (-(x**2), "-x^2"),
        ((-x) ** 2, "(-x)^2"),
        (x**-y, "x^(-y)"),
        (x**-2, "x^-2"),
        (x**y**z, "x^y^z"),
        ((x**y) ** z, "(x^y)^z"),
        (constant(-3) ** x, "(-3)^x"),
        (-(3**x), "-3^x"),
        (-constant(3), "-(3)"),
        (-constant(-3), "-(-3)"),
        (constant(-3), "-3"),
        (x - -3, "x - -3"),
        (-3 * x, "-3*x"),
        (x - (y - z), "x - (y - z)"),
        (x - (y + z), "x - (y + z)"),
        (x - y + z, "x - y + z"),
        (x / (y * z), "x/(y*z)"),
        (x / y * z, "x/y*z"),
        (x // y % z, "x//y % z"),
        ((x + y) * (x - y), "(x + y)*(x - y)"),
        ((x < y) & (y < z), "x < y and y < z"),
        ((x < y) < z, "(x < y) < z"),
        (~(x < y) | (x > 1), "x > 1 or not x < y"),
        (abs(x - 1), "abs(x - 1)"),
        (Fraction(1, 3) * x, "rational(1, 3)*x"),
        (x ** Fraction(-1, 2), "x^rational(-1, 2)"),
        (x + 10.0, "x + 10.0"),
        (x * 1e300, "1e+300*x"),
        (constant(float("-inf")), "-inf"),
        (constant("nan") + constant("pi"), "nan + pi"),
        (2j * x, "2.0*1j*x"),
        (symbol("air time") / symbol("if"), "`air time`/`if`"),
        (symbol("a`b"), "`a``b`"),
        (rational, "(x^2 + y^2)/(x^2 + y^2 + 1.0) + x*y*(x^2 - y^2)/(x^2 + y^2 + 1.0)^2"),
    ],
    ids=str,
)
def test_small_expressions_look_as_written(e, expected):
    """By degree, then name; chains without brackets; and each reads back."""
    assert str(e) == expected
    assert parse(expected) == e


@given(data=st.data())
def test_text_reads_back_to_the_same_expression(programs, chosen, data):
    """For anything that was built by the operators the language has."""
    e = rebuilt(chosen.build(data.draw(programs))[-1])
    assert parse(str(e), limits=ANY) == e
    assert "\n" not in repr(e)
    assert len(repr(e)) <= 200


def rebuilt(e):
    """The expression with an odd number of operands in every piecewise, as the language asks."""
    made = {}
    for node in walk(e):
        operands = [made[operand] for operand in node.operands]
        if node.operator == "piecewise":
            operands = operands[: (len(operands) - 1) // 2 * 2 + 1]
        made[node] = node if node.is_leaf else apply(node.operator, *operands)
    return made[e]


def test_shared_parts_get_names():
    """A part printed more than once, when it is larger than a few nodes."""
    part = x**2 + 3 * x * y - y / z + 1.5 * z**3
    e = part * part + abs(part)
    assert str(e).startswith("u1 = ")
    assert str(e).endswith("; u1*u1 + abs(u1)")
    assert parse(str(e)) == e


def test_names_do_not_clash_with_symbols():
    """u1 is skipped where the expression has a symbol u1."""
    part = symbol("u1") ** 2 + 3 * x * y - y / z + 1.5 * z**3
    e = part * part
    assert str(e).endswith("; u2*u2")
    assert parse(str(e)) == e


def test_deep_parts_get_names():
    """No text nests more than some sixty brackets."""
    e = x
    for _ in range(1000):
        e = abs(e * y + z)
    assert max(depths(str(e))) <= 70
    assert parse(str(e)) == e


def depths(string):
    depth = 0
    for c in string:
        depth += (c == "(") - (c == ")")
        yield depth


def test_a_sum_of_many_terms_is_one_line_without_brackets():
    """However long the chain, whichever side it was built on."""
    e = x
    for number in range(2, 3000):
        e = e + number * x if number % 2 else number * x + e
    assert "(" not in str(e)
    assert ";" not in str(e)
    assert parse(str(e)) == e


@pytest.mark.parametrize(
    "function", [lambda e: -e, lambda e: e * y + z, lambda e: e**y, lambda e: y**e, lambda e: e * e]
)
def test_text_is_linear_in_unique_nodes(function):
    """A deep chain of any kind takes a time and a length in proportion."""
    e = x
    for _ in range(20_000):
        e = function(e)
    start = time.perf_counter()
    written = str(e)
    assert time.perf_counter() - start < 10
    assert len(written) < 1_500_000
    assert parse(written, limits=ANY) == e


def test_repr_is_one_short_line():
    """Cut with an ellipsis; counted, not written, when it is huge; control characters escaped."""
    assert repr(x + 1) == "x + 1"
    assert repr(symbol("a\nb\x1b")) == r"`a\nb\x1b`"
    long = sum(((number * x) ** number for number in range(2, 100)), x)
    assert len(repr(long)) == 200
    assert repr(long)[-1] == "…"
    huge = sum((number * x for number in range(3000)), y)
    assert repr(huge) == "<Expr: add of 9,002 nodes>"


@pytest.mark.parametrize(
    "value", [0, 1, -1, 10**600, 10**600 - 1, -(10**1200), 7**20_000, -(3**9000), 2**1200 - 1], ids=int.bit_length
)
def test_integers_of_any_size_have_digits(value):
    """Whatever Python's limit on the length of integers in text."""
    old = sys.get_int_max_str_digits()
    written = integer_text(value)
    sys.set_int_max_str_digits(0)
    try:
        assert written == str(value)
    finally:
        sys.set_int_max_str_digits(old)
    assert parse(str(constant(value)), limits=ANY) == constant(value)


def test_names_are_quoted_where_needed():
    """Identifiers stay bare, in any alphabet; words of the language do not."""
    assert [symbol_text(name) for name in ("e", "été", "_1", "not", "1a", "a b", "`")] == [
        "e", "été", "_1", "`not`", "`1a`", "`a b`", "````",
    ]  # fmt: skip


def test_text_of_an_ast_is_that_of_the_expression():
    """`str` is `text` of the linearized expression."""
    assert text(linearize(rational)) == str(rational)
    assert text(linearize(x), brief=True) == "x"
