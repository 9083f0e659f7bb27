"""Estimates: what would take too long is refused before it starts, the usual is not, errors say how to allow more."""

import time
from collections.abc import Callable
from contextlib import suppress

import flint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn.errors import TermLimitError
from rssn.parser import parse
from rssn.poly import (
    _cost,
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

PROMPT = 2.0  # seconds, generous: most refusals take less than a millisecond

ALL: dict[str, Callable] = {
    "expand": expand,
    "factor": factor,
    "gaussian": lambda e: factor(e, gaussian=True),
    "gcd": lambda e: gcd(e, parse("x^3 - 1")),
    "lcm": lambda e: lcm(e, parse("x^3 - 1")),
    "cancel": lambda e: cancel(e / parse("x^3 - 1")),
    "together": lambda e: together(e + 1 / parse("x^7 + y")),
    "apart": lambda e: apart(1 / e, "x"),
    "collect": lambda e: collect(e, "x"),
    "horner": horner,
    "degree": degree,
    "coefficients": lambda e: coefficients(e, "x"),
    "resultant": lambda e: resultant(e, parse("x^3 - y*x - 1"), "x"),
    "polynomial_form": polynomial_form,
}
HUGE = ["(x + y)^100000", "(a + b + c + d + x)^200", "x + (a + b + c + d + x)^200", "(2*x)^2000000000"]
HIGH = ["x^1000000000 - 1", "x^9710.0 - y^9710", "x^300000 - 3*x + 1", "(x^1000003 + y^1000033)^7"]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("text", HUGE)
def test_results_that_are_too_large_are_refused_by_every_function(name, text):
    """By a big power alone and within a sum, promptly, with what was found, the limit, and how to raise it."""
    begun = time.monotonic()
    with pytest.raises(TermLimitError, match=r"wanted at most .*; found .*(terms=\d+|bits)"):
        ALL[name](parse(text))
    assert time.monotonic() - begun < PROMPT


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("text", HIGH)
def test_high_degrees_end_soon(name, text):
    """With an answer where little is to do, else with a refusal."""
    begun = time.monotonic()
    with suppress(TermLimitError):
        ALL[name](parse(text))
    assert time.monotonic() - begun < 4 * PROMPT


@pytest.mark.parametrize("name", ["factor", "gaussian", "apart", "gcd", "resultant", "cancel"])
def test_work_that_nothing_interrupts_is_estimated_first(name):
    """Of a degree of a billion, FLINT would write out every coefficient."""
    with pytest.raises(TermLimitError, match="may take too long; wanted at most"):
        ALL[name](parse("x^1000000000 + 3*x + 5"))


def test_a_single_power_is_no_work_however_high():
    """It has one term, whether its exponent is written as an integer or as a float."""
    for text in ("x^9710.0", "x^9710", "5*x^1000000000*y"):
        assert expand(parse(text)) == factor(parse(text))
        assert gcd(parse(text), parse("x^2*y - x")) == parse("x")
    assert degree(parse("x^9710.0"), "x") == 9710


def test_the_error_says_how_to_raise_the_limit():
    """And does what it says; where no limit would help, it says that."""
    e = parse("x^5000 - 1")
    with pytest.raises(TermLimitError, match=r"found 2 terms of degree 5,000: up to 4.8e\+09 steps; .*terms=10000000"):
        factor(e)
    with pytest.raises(TermLimitError, match="no limit makes it practical"):
        factor(parse("x^1000000000 - 1"))
    with pytest.raises(TermLimitError, match=r"found 4,001; .*terms=4001,"):
        expand(parse("(x + y)^4000"), terms=400)
    with pytest.raises(TermLimitError, match="terms=2500,"):
        expand(parse("(x + y)^400"), terms=250)


@pytest.mark.parametrize(
    "text",
    [
        "x^1000 - 1",
        "x^60 - y^60",
        "(x^1000000 - y)*z",
        "x^100*y^50*z^30*w^20 + 1",
        "(x + y + z + w)^8*((x + y + z + w)^8 + 1)",
        "(x^50 - y^20*z^7)*(x^70 + y^3*w + z)",
    ],
)
def test_usual_work_is_not_refused(text):
    """Neither are binomials that the exponents show to be easy."""
    assert polynomial_form(factor(parse(text)) - parse(text)).is_zero


def test_coefficients_beyond_64_bits_are_no_trouble_for_factoring():
    """The order of factors needs none that python-flint makes."""
    found = factor(parse("(3*10^30*x + 1)*(x + 10^25)^2*(y - 10^20)*7"))
    assert polynomial_form(found - parse("(3*10^30*x + 1)*(x + 10^25)^2*(y - 10^20)*7")).is_zero
    assert str(found).count("(") == 3


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=6), st.data())
def test_a_resultant_has_no_more_terms_than_estimated(exponents, data):
    """And no larger numbers."""
    context = flint.fmpz_mpoly_ctx.get(("x", "y"), flint.Ordering.deglex)
    others = data.draw(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=6))
    left, right = (context.from_dict({key: 1 + at for at, key in enumerate(keys)}) for keys in (exponents, others))
    most, bits, steps = _cost.eliminating(left, right, 0)
    found = left.resultant(right, 0)
    assert len(found) <= most
    assert steps >= most or not max(left.degrees()[0], right.degrees()[0])
    assert all(abs(int(number)).bit_length() <= bits + 1 for number in found.coeffs())
