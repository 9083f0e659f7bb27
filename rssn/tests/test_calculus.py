"""Text is welcome in calculus wherever an expression is."""

import pytest

import rssn
from rssn import _calculus, calculus
from rssn.errors import ParseError

x, y = rssn.symbols("x y")
TEXT = "sin(x)*y^2"
E = rssn.parse(TEXT)


def test_text_gives_what_its_expression_gives() -> None:
    assert rssn.diff(TEXT, "x") == rssn.diff(E, x)
    assert rssn.diff(TEXT, "x", 3) == rssn.diff(E, x, 3)
    assert rssn.gradient(TEXT, ["x", y]) == rssn.gradient(E, [x, y])
    assert rssn.jacobian([TEXT, E, 3], ["x"]) == rssn.jacobian([E, E, 3], [x])
    assert rssn.hessian(TEXT, [x, y]) == rssn.hessian(E, [x, y])
    assert str(rssn.series("exp(x)", "x", "0", 3)) == str(rssn.series(rssn.exp(x), x, 0, 3))


def test_bad_text_is_shown_with_its_place() -> None:
    with pytest.raises(ParseError, match="column"):
        rssn.diff("x +* 2", "x")


@pytest.mark.parametrize("name", ["diff", "gradient", "jacobian", "hessian", "series"])
def test_each_is_documented_as_in_its_room(name: str) -> None:
    assert getattr(_calculus, name).__doc__ == getattr(calculus, name).__doc__
