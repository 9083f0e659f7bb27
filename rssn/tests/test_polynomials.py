"""Text is welcome for polynomials wherever an expression is."""

from typing import Any

import pytest

import rssn
from rssn import _polynomials, poly
from rssn.errors import ParseError

CALLS: list[tuple[str, tuple[Any, ...]]] = [
    ("apart", ("1/(x*(x + 1))", "x")),
    ("cancel", ("(x^2 - 1)/(x - 1)",)),
    ("coefficients", ("3*x^2 + y", "x")),
    ("collect", ("x*y + x", "x")),
    ("degree", ("x^3 + 1", "x")),
    ("expand", ("x*(x + 1)",)),
    ("factor", ("x^4 - 1",)),
    ("gcd", ("x^2 - 1", "x - 1")),
    ("horner", ("x^2 + x + 1", "x")),
    ("lcm", ("x^2 - 1", "x + 1")),
    ("resultant", ("x^2 - 1", "x - 3", "x")),
    ("together", ("1/x + 1/y",)),
]


@pytest.mark.parametrize(("name", "arguments"), CALLS, ids=[name for name, _ in CALLS])
def test_text_gives_what_its_expression_gives(name: str, arguments: tuple[Any, ...]) -> None:
    expressions = [rssn.parse(each) for each in arguments]
    assert getattr(rssn, name)(*arguments) == getattr(poly, name)(*expressions)
    assert getattr(_polynomials, name).__doc__ == getattr(poly, name).__doc__


def test_options_reach_the_room() -> None:
    assert rssn.factor("x^2 + 1", gaussian=True) == poly.factor(rssn.parse("x^2 + 1"), gaussian=True)
    assert rssn.expand("sin(x*(x + 1))", deep=False) == rssn.parse("sin(x*(x + 1))")


def test_bad_text_is_shown_with_its_place() -> None:
    with pytest.raises(ParseError, match="column"):
        rssn.factor("x^2 - ")
