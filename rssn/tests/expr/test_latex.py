"""LaTeX is balanced, linear in unique nodes, and looks as a person would write it."""

import math
import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn.expr import (
    Precedence,
    Printer,
    apply,
    constant,
    declare_operator,
    latex,
    linearize,
    register_printer,
    symbol,
    symbols,
)
from rssn.expr._latex import number_latex, symbol_latex
from rssn.parser import parse

x, y, z = symbols("x y z")


@pytest.mark.parametrize(
    ("e", "expected"),
    [
        (x**2 + 2 * x * y + 1, "x^{2} + 2 x y + 1"),
        (x / (y + 1), r"\frac{x}{y + 1}"),
        ((x / y) ** 2, r"\left(\frac{x}{y}\right)^{2}"),
        ((x + y) * (x - y), r"\left(x + y\right) \left(x - y\right)"),
        (x - (y - z), r"x - \left(y - z\right)"),
        ((-x) ** 2, r"\left(-x\right)^{2}"),
        (x**y**z, "x^{y^{z}}"),
        ((x**y) ** z, r"\left(x^{y}\right)^{z}"),
        (x * y * 2 * 3, r"x y \cdot 2 \cdot 3"),
        (x - (-3), r"x - \left(-3\right)"),
        (Fraction(1, 2) * x, r"\frac{1}{2} x"),
        (x ** Fraction(1, 2), r"x^{\frac{1}{2}}"),
        (constant(Fraction(-1, 2)) ** x, r"\left(-\frac{1}{2}\right)^{x}"),
        (1e30 * x, r"1 \cdot 10^{30} x"),
        (abs(x), r"\left|{x}\right|"),
        (x // y, r"\left\lfloor \frac{x}{y} \right\rfloor"),
        ((x <= y) & ~(x > z), r"x \le y \land \lnot x > z"),
        (constant("pi") * constant("1j"), r"\mathrm{i} \pi"),
        (symbol("alpha_1") * symbol("rate"), r"\alpha_{1} \mathrm{rate}"),
    ],
    ids=str,
)
def test_small_expressions(e, expected):
    """Fractions, powers, products by juxtaposition with a dot before digits."""
    assert e.latex() == latex(linearize(e)) == expected


@given(data=st.data())
def test_braces_and_brackets_are_balanced(engine, programs, data):
    """Whatever the names and numbers in it."""
    source = engine.build(data.draw(programs))[-1].latex()
    bare = re.sub(r"\\[{}]", "", source)
    assert bare.count("{") == bare.count("}")
    assert source.count(r"\left") == source.count(r"\right")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("x", "x"),
        ("x1", "x_{1}"),
        ("v_max", r"v_{\mathrm{max}}"),
        ("gamma", r"\gamma"),
        ("air time", r"\mathrm{air\ time}"),
        ("a_b_c", r"\mathrm{a\_b\_c}"),
        ("50%", r"\mathrm{50\%}"),
        ("été", r"\mathrm{été}"),
    ],
)
def test_symbols(name, expected):
    """Greek letters, subscripts, words upright, special characters escaped."""
    assert symbol_latex(name) == expected


def test_numbers():
    """Of every kind."""
    values = [3, -3, 10**700, 0.5, 1.5e-7, -math.inf, math.nan, Fraction(-2, 3)]
    assert [number_latex(value) for value in values] == [
        "3", "-3", "1" + 700 * "0", "0.5", r"1.5 \cdot 10^{-7}", r"-\infty", r"\mathrm{NaN}", r"-\frac{2}{3}",
    ]  # fmt: skip


def test_operators_without_a_template():
    """Functions get their name upright, infix operators their symbol."""
    for name, printer in (
        ("tests_f", Printer()),
        ("tests_infix", Printer("left", " @ ", Precedence.SUM)),
        ("tests_prefix", Printer("prefix", "§", Precedence.NEGATION)),
        ("tests_sqrt", Printer(latex=r"\sqrt{#1}")),
        ("tests_list", Printer(latex=r"\max\left({#*}\right)")),
    ):
        declare_operator(name, commutative=False)
        register_printer(name, printer)
    assert apply("tests_f", x, y).latex() == r"\operatorname{tests\_f}\left(x, y\right)"
    assert (apply("tests_infix", x, y) * z).latex() == r"z \left(x \mathbin{@} y\right)"
    assert apply("tests_prefix", x + y).latex() == r"\mathbin{§} \left(x + y\right)"
    assert apply("tests_sqrt", x + y).latex() == r"\sqrt{x + y}"
    assert apply("tests_list", x + y, 2, z).latex() == r"\max\left({x + y, 2, z}\right)"


def test_shared_parts_get_names():
    """As in text, before the expression itself."""
    part = x**2 + 3 * x * y - y / z + 1.5 * z**3
    source = (part * part).latex()
    assert source.startswith("u_{1} = ")
    assert source.endswith(r";\quad u_{1} u_{1}")
    assert parse(str(part * part)) == part * part
