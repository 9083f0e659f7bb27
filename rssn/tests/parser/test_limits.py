"""Hostile text ends in a LimitError that names the limit; with the limits lifted it is read."""

import pytest

from rssn.errors import LimitError, ParseError
from rssn.expr import count_nodes
from rssn.parser import UNLIMITED, Limits, parse

LARGE = {
    "length": " " * 5_000_000 + "x",
    "depth": "(" * 10_000 + "x" + ")" * 10_000,
    "integer_bits": "9" * 30_000,
    "exponent_digits": "1e1000000000",
    "name_length": "n" * 1_000,
}


@pytest.mark.parametrize("limit", LARGE)
def test_the_limit_that_was_reached_is_named(limit: str) -> None:
    text = LARGE[limit]
    with pytest.raises(LimitError, match=rf"pass limits=Limits\({limit}=\.\.\.\)") as caught:
        parse(text)
    assert isinstance(caught.value, ParseError)
    assert len(str(caught.value)) < 500
    assert parse(text, limits=UNLIMITED) == parse(text, limits=Limits(**{limit: 1 << 40}))


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("x+y*2", Limits(nodes=4)),
        ("f = sin(x)", Limits(nodes=1)),
        ("((x))", Limits(depth=1)),
        ("--x", Limits(depth=1)),
        ("2^2^2", Limits(depth=1)),
        ("256", Limits(integer_bits=8)),
        ("0x100", Limits(integer_bits=8)),
        ("1e10", Limits(exponent_digits=1)),
        ("0x1p10", Limits(exponent_digits=1)),
        ("abc", Limits(name_length=2)),
        ("äöü", Limits(name_length=2)),
        ("`a b`", Limits(name_length=2)),
        ("xyz", Limits(length=2)),
    ],
)
def test_limits_are_exact(text: str, limits: Limits) -> None:
    """One more is allowed, and then the text is read."""
    with pytest.raises(LimitError):
        parse(text, limits=limits)
    raised = {name: getattr(limits, name) + 1 for name in Limits.__dataclass_fields__}
    assert parse(text, limits=Limits(**raised)) == parse(text)


def test_exact_decimals_are_limited_too() -> None:
    for text in ("1e999999", "1e-999999", "0x1p999999", "0x1p-999999", "0." + "1" * 30_000):
        with pytest.raises(LimitError, match="integer_bits"):
            parse(text, exact=True)
        assert parse(text) is not None


def test_a_megabyte_is_read_by_default() -> None:
    term = "x^2*y + "
    e = parse(term * (1_000_000 // len(term)) + "1")
    assert count_nodes(e) > 100_000


def test_a_ten_megabyte_formula_is_refused_by_default() -> None:
    with pytest.raises(LimitError, match="length <= 4,000,000"):
        parse("x + " * 2_600_000 + "x")


@pytest.mark.parametrize(
    "text",
    [
        "(" * 1_000_000 + "x" + ")" * 1_000_000,
        "-" * 1_000_000 + "x",
        "not " * 200_000 + "x",
        "x" + "^2" * 300_000,
        "sin(" * 300_000 + "x" + ")" * 300_000,
        "a if c else " * 100_000 + "b",
    ],
    ids=["brackets", "minus", "not", "powers", "calls", "conditionals"],
)
def test_depth_is_no_danger_with_the_limits_lifted(text: str) -> None:
    assert parse(text, limits=UNLIMITED) is not None
    with pytest.raises(LimitError):
        parse(text)
