"""Values of coefficients, remembered part by part."""

import math

import pytest

from rssn import parse, sqrt, symbol
from rssn.calculus._known import Known


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2*sin(1)", 2 * math.sin(1)), ("pi/2", math.pi / 2), ("rational(1, 3) + 0.5", 5 / 6), ("a + 1", None),
        ("where(true, 2, a)", None), ("1e308*10", math.inf), ("1j", None),
    ],
)  # fmt: skip
def test_values(text: str, wanted: float | None) -> None:
    found = Known().value(parse(text))
    assert found is None if wanted is None else found == pytest.approx(wanted)


def test_what_is_not_real_is_nan_and_what_is_too_large_has_no_value() -> None:
    assert math.isnan(Known().value(parse("log(-1)")) or 0.0)
    assert Known().value(parse("1" + "0" * 400)) is None


def test_symbols_stand_at_the_same_points_in_all_expressions() -> None:
    known = Known()
    a, both = known.probe(parse("a"), 0), known.probe(parse("b + a"), 0)
    assert known.probe(parse("b"), 0) == pytest.approx(both - a)
    assert known.probe(parse("a"), 1) != a


def test_parts_are_computed_once() -> None:
    """A chain looked at link by link: as many values as there are nodes."""
    known, e = Known(), parse("2")
    for _ in range(3000):
        e = sqrt(1 + e)
        assert known.value(e) is not None
    assert len(known.plain) == 2 * 3000 + 2


def test_nothing_recurses() -> None:
    e = symbol("a")
    for _ in range(100_000):
        e = -e
    assert Known().probe(e, 0) == Known().probe(symbol("a"), 0)
