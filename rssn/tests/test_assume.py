"""Assumptions from text, and `simplify` and `assuming` that take it."""

import pytest

import rssn
from rssn import parse, symbols
from rssn._assume import assumptions_from_text
from rssn.errors import AssumptionError, ParseError
from rssn.rules import Assumptions, integer, positive

x, y, n = symbols("x y n")


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("x > 0", [x > 0]),
        ("x > 0, n integer", [x > 0, integer(n)]),
        ("x > 0; y <= 1\nn is an integer", [x > 0, y <= 1, integer(n)]),
        ("0 < x < 1", [x > 0, x < 1]),
        ("x, y > 0", [x > 0, y > 0]),
        ("x, y positive", [positive(x), positive(y)]),
        ("x != y", [rssn.ne(x, y)]),
        ("x > 0 and y > 0", [x > 0, y > 0]),
        ("max(x, y) > 0", [rssn.max(x, y) > 0]),
        ("", []),
    ],
)
def test_text_says_what_conditions_and_words_say(text: str, items: list[object]) -> None:
    """Commas inside brackets belong to the formula."""
    assert assumptions_from_text(text) == Assumptions(*items)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["x prime", "x", "x > 0, x < 0", "x, 3 > 2", "x + 1", "x, y"])
def test_what_says_nothing_is_refused(text: str) -> None:
    """Unknown words, names alone, contradictions, what is no condition."""
    with pytest.raises(AssumptionError):
        assumptions_from_text(text)


def test_broken_text_is_a_parse_error() -> None:
    """With its place."""
    with pytest.raises(ParseError):
        assumptions_from_text("x > ")


def test_simplify_takes_text() -> None:
    """For the expression, for assumptions, in blocks."""
    assert rssn.simplify("sqrt(x^2)", assume="x >= 0") == x
    assert rssn.simplify(x / x, assume=["x != 0", y > 0]) == parse("1")
    assert rssn.simplify("x/x") == x / x
    with rssn.assuming("x, y > 0", integer(n)):
        assert rssn.simplify("log(x*y) - log(x) - log(y)") == parse("0")
        assert rssn.simplify("floor(n)") == n
    with pytest.raises(AssumptionError), rssn.assuming("x > 0"):
        rssn.simplify("x", assume="x < 0")
