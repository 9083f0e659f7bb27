"""Printers are registered by name, checked, and read by text and LaTeX."""

import pytest

from rssn.errors import OperatorError
from rssn.expr import Precedence, Printer, apply, declare_operator, printer_of, register_printer, symbols


@pytest.mark.parametrize("style", ["left", "right", "none", "prefix"])
def test_infix_and_prefix_need_a_symbol_and_a_precedence(style):
    """Otherwise what they print could not be read back."""
    with pytest.raises(OperatorError, match="symbol"):
        Printer(style, "", Precedence.SUM)
    with pytest.raises(OperatorError, match="precedence"):
        Printer(style, "+")


def test_a_template_is_split_into_pieces():
    """Text before, number of the operand, whether it may get brackets; the rest has no operand."""
    pieces = Printer(latex=r"\frac{#1}{#2} + #1 {#*}!").latex_pieces()
    assert pieces == [(r"\frac", 1, False), ("", 2, False), (" + ", 1, True), (" ", 0, False), ("!", -1, False)]


def test_an_operator_without_a_printer_is_a_function():
    """And one whose style does not fit the number of operands is, too."""
    x, y = symbols("x y")
    declare_operator("tests_plain", commutative=False)
    assert printer_of("tests_plain") == Printer()
    assert str(apply("tests_plain", x, y)) == "tests_plain(x, y)"
    assert str(apply("add", x, y, x)) == "add(x, y, x)"
    assert str(apply("neg", x, y)) == "neg(x, y)"
    assert str(apply("tests_plain")) == "tests_plain()"


def test_the_last_registration_counts():
    """So that the room that owns an operator has the last word."""
    x, y = symbols("x y")
    declare_operator("tests_again", commutative=False)
    for symbol in (" ~~ ", " ~~~ "):
        register_printer("tests_again", Printer("none", symbol, Precedence.COMPARISON))
        assert str(apply("tests_again", x + y, y)) == f"x + y{symbol}y"
    register_printer("tests_again", Printer(function="short"))
    assert str(apply("tests_again", x, y)) == "short(x, y)"
