"""Guards: proved or false."""

import pytest

from rssn import symbol
from rssn.errors import RuleError
from rssn.rules import (
    ANYTHING,
    Claim,
    Guard,
    Interval,
    above,
    all_of,
    any_of,
    at_least,
    at_most,
    below,
    boolean,
    defined_everywhere,
    even,
    integer,
    negative,
    nonnegative,
    nonpositive,
    nonzero,
    number,
    odd,
    point,
    positive,
    real,
)

PROVED = [
    (nonzero, point(-3)),
    (positive, point(2)),
    (negative, point(-2)),
    (nonnegative, point(0)),
    (nonpositive, point(0)),
    (integer, point(7)),
    (even, point(4)),
    (odd, point(-3)),
    (number, point(0.1)),
    (boolean, point(True)),
    (real, ANYTHING),
    (defined_everywhere, ANYTHING),
    (lambda v: above(v, 1), Interval(1.0, 2.0, low_open=True)),
    (lambda v: at_least(v, 1), Interval(1.0, 2.0)),
    (lambda v: below(v, 2), Interval(1.0, 2.0, high_open=True)),
    (lambda v: at_most(v, 2), Interval(1.0, 2.0)),
]


@pytest.mark.parametrize(("make", "known"), PROVED)
def test_a_guard_holds_where_it_is_proved_and_only_there(make: object, known: Interval) -> None:
    """What nothing is known of proves nothing."""
    guard: Guard = make("?a")  # type: ignore[operator]
    assert guard.holds(lambda _: known)
    assert not guard.holds(lambda _: Interval(defined=False))
    assert "?a" in str(guard)


def test_guards_combine() -> None:
    """All of some, any of some; the single claims can be listed."""
    guard = all_of(integer("?n"), any_of(positive("?a"), nonzero("?b")))
    known = {"?n": point(2), "?a": ANYTHING, "?b": point(-1)}
    assert guard.holds(known.__getitem__)
    assert not guard.holds({**known, "?b": ANYTHING}.__getitem__)
    assert [claim.variable for claim in guard.claims()] == ["?n", "?a", "?b"]
    assert str(guard) == "?n integer and (?a positive or ?b nonzero)"
    assert all_of(integer("?n")) == any_of(integer("?n")) == integer("?n")


def test_a_guard_about_an_expression_is_refused() -> None:
    """Only assumptions speak of expressions."""
    with pytest.raises(RuleError, match="pattern variables"):
        Claim("positive", symbol("x")).holds(lambda _: ANYTHING)
