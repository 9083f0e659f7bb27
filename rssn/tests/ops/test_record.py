"""The record itself: what it accepts and how it says what it wants."""

import pytest

from rssn import ops

BUILT_IN = ops.operators()  # before any test registers one of its own


@pytest.mark.parametrize(
    ("name", "counts", "wanted"),
    [
        ("sin", {1}, "1 operand"),
        ("atan2", {2}, "2 operands"),
        ("max", {2, 3, 4, 5}, "at least 2 operands"),
        ("piecewise", {2, 3, 4, 5}, "at least 2 operands"),
        ("clamp", {3}, "3 operands"),
    ],
)
def test_a_record_knows_how_many_operands_it_takes(name: str, counts: set[int], wanted: str) -> None:
    record = ops.lookup(name)
    assert {count for count in range(6) if record.accepts(count)} == counts
    assert record.wanted() == wanted


def test_every_operator_is_described() -> None:
    """Doc, domain and cost are stated for each; the doc is what help() shows."""
    for record in BUILT_IN:
        assert record.doc.endswith("."), record.name
        assert record.domain, record.name
        assert record.cost > 0, record.name
        assert record.printer is not None, record.name
        assert record.fold is not None, record.name


def test_a_record_is_immutable() -> None:
    with pytest.raises(AttributeError):
        ops.lookup("sin").cost = 3  # type: ignore[misc]
