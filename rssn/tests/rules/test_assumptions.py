"""Assumptions: comparisons, words, contradictions, the surrounding block."""

import threading
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn import and_, constant, eq, ne, sin, symbols
from rssn.errors import AssumptionError
from rssn.rules import NOTHING, Assumptions, Facts, assuming, current, gather, integer, number, positive, real

x, y, z, n = symbols("x y z n")


@given(scale=st.fractions(-5, 5, max_denominator=9).filter(bool), offset=st.fractions(-5, 5, max_denominator=9))
def test_a_comparison_speaks_of_every_form_of_its_difference(scale: Fraction, offset: Fraction) -> None:
    """x > 1/3 fixes the sign of scale*(x - 1/3), however it is written; x != 1/3 that it is not 0."""
    facts = Facts(Assumptions(x > Fraction(1, 3)))
    assert facts.of(constant(scale) * x - constant(scale / 3)).sign == (1 if scale > 0 else -1)
    facts = Facts(Assumptions(ne(x, Fraction(1, 3))))
    assert facts.of(offset * x + x - constant((1 + offset) / 3)).is_nonzero == (offset != -1)


def test_differences_and_conditions_can_be_assumed() -> None:
    """x < y, both ends of a chain, and any part, such as sin(x)."""
    facts = Facts(Assumptions((x < y) & (y < 3), sin(x) > 0))
    assert facts.of(y - x).is_positive
    assert facts.of(2 * x - 2 * y).is_negative
    assert facts.of(3 - y).is_positive
    assert facts.of(sin(x)).is_positive
    assert not facts.of(x).is_negative


@pytest.mark.parametrize(
    "items",
    [
        (x > 0, x < 0),
        (x > 0, x <= 0),
        (eq(x, 1), ne(x, 1)),
        (x > y, y > x),
        (x**2 < 0,),
        (x > 1, y > 2, x + y < 3),
        (integer(n), n > 0, n < 1),
        (constant(1) > constant(2),),
        (positive(x), x < -1),
        (positive(constant(-1)),),
    ],
)
def test_contradictions_are_refused(items: tuple[object, ...]) -> None:
    """At once, or when the parts' own ranges are looked at."""
    with pytest.raises(AssumptionError):
        Facts(Assumptions(*items))  # type: ignore[arg-type]


@pytest.mark.parametrize("item", [x + 1, sin(x), constant(2), 3, number("?a")])
def test_what_is_no_promise_is_refused(item: object) -> None:
    """An expression that is no comparison, a number, a word of guards only."""
    with pytest.raises(AssumptionError):
        Assumptions(item)  # type: ignore[arg-type]


def test_whole_numbers_tighten_bounds() -> None:
    """A whole n > 0 is at least 1; 2n < 5 then means n <= 2."""
    facts = Facts(Assumptions(integer("n"), n > 0, 2 * n < 5))
    assert (facts.of(n).low, facts.of(n).high) == (1, 2)
    assert facts.of(3 * n + 1).integer
    assert not facts.of(n / 2).integer


def test_blocks_nest_and_end() -> None:
    """Inner blocks add to outer ones; each thread has its own."""
    assert current() == NOTHING
    seen: list[Assumptions] = []
    with assuming(x > 0), assuming(y > 0) as both:
        assert current() == both == Assumptions(x > 0, y > 0)
        assert gather(z > 0) == both + Assumptions(z > 0)
        assert gather(None) == both
        assert gather([z > 0, real(z)]) != both
        thread = threading.Thread(target=lambda: seen.append(current()))
        thread.start()
        thread.join()
        with pytest.raises(AssumptionError), assuming(x < 0):
            pass
    assert current() == NOTHING
    assert seen == [NOTHING]
    assert not NOTHING
    assert both
    assert len({both, Assumptions(and_(x > 0, y > 0))}) == 1
    assert "x > 0" in repr(both)
