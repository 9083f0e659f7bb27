"""`rssn.optimize` takes text."""

import pytest

import rssn
from rssn.errors import AssumptionError, ParseError


def test_text_is_read() -> None:
    assert rssn.optimize("a/b + c/d") == rssn.parse("(a*d + b*c)/(b*d)")
    assert rssn.optimize("a/b + c/d", args="a, b c d") == rssn.optimize(rssn.parse("a/b + c/d"), args=list("abcd"))


def test_assumptions_may_be_text() -> None:
    assert rssn.optimize("1/(1/x + 1/y)", assume="x > 0, y > 0") == rssn.parse("x*y/(x + y)")
    with rssn.assuming("x > 0"):
        assert rssn.optimize("x^(1/3)") == rssn.parse("cbrt(x)")
    with pytest.raises(AssumptionError):
        rssn.optimize("x", assume="x > 0, x < 0")
    with pytest.raises(ParseError):
        rssn.optimize("x +")
