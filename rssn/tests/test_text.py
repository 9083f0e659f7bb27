"""`rssn.compile` takes text wherever `rssn.jit.compile` takes an expression."""

import numpy as np
import pytest

import rssn


def test_text_and_expression_make_the_same_kernel() -> None:
    """The text is parsed, nothing else differs."""
    xs, ys = np.linspace(0.0, 1.0, 11), np.linspace(1.0, 2.0, 11)
    wanted = rssn.compile(rssn.parse("x*y + 1"), ["x", "y"])(xs, ys)
    assert rssn.compile("x*y + 1", ["x", "y"])(xs, ys).tobytes() == wanted.tobytes()


def test_several_formulas_may_be_text_or_not() -> None:
    """A list gives a tuple, in its order."""
    assert rssn.compile(["x + 1", rssn.symbol("x") * 2], ["x"])(3.0) == (4.0, 6.0)


@pytest.mark.parametrize("names", ["b a", "b, a", ["b", "a"], [rssn.symbol("b"), rssn.symbol("a")]])
def test_arguments_are_named_in_any_of_four_ways(names: object) -> None:
    """One string of names, a list of them, symbols."""
    assert rssn.compile("a - b", names)(1.0, 5.0) == 4.0


def test_without_arguments_the_symbols_come_sorted() -> None:
    """By name, as documented."""
    assert rssn.compile("b - a")(1.0, 5.0) == 4.0


def test_options_reach_the_compiler() -> None:
    """An option of `rssn.jit.compile` works here, a wrong one is refused."""
    x, y, z = 1 + 1e-8, 1 - 1e-8, -1.0
    assert rssn.compile("x*y + z", math="strict")(x, y, z) == x * y + z
    with pytest.raises(rssn.errors.OptionError):
        rssn.compile("x", math="sloppy")


def test_a_mistake_in_the_text_is_the_parsers() -> None:
    """With its place."""
    with pytest.raises(rssn.errors.ParseError, match="column 4"):
        rssn.compile("x +* y")
