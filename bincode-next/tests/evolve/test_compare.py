"""Verdicts of comparisons, each tried on the bytes of values."""

import dataclasses
import enum
from typing import Annotated, Literal

import pytest
from samples import PAIRS, Chain, Save, Tree

from bincode_next.codec import decode, encode
from bincode_next.config import legacy, standard, v3
from bincode_next.errors import DecodeError
from bincode_next.evolve import Verdict, compare
from bincode_next.types import Array, Name, NonZero, f32, f64, i8, i32, i64, u8, u16, u32, u64, usize

SAME, WIDER, MISSING, SOME, BROKEN = Verdict
FIXED = legacy()


def record(*fields, name="Record"):
    return dataclasses.make_dataclass(name, fields)


RED = enum.Enum("Colour", ["RED", "GREEN"])
MORE = enum.Enum("Colour", ["RED", "GREEN", "BLUE"])
OTHER = enum.Enum("Colour", ["GREEN", "RED"])
LATE = dataclasses.field(default=5)

# old, new, configuration, verdict, a value of the old whose bytes show it
CASES = [
    (u32, u64, standard(), WIDER, 70_000),
    (u64, u32, standard(), SOME, 5),
    (u32, u64, FIXED, BROKEN, 5),
    (u64, usize, FIXED, SAME, 5),
    (i32, i64, standard(), WIDER, -70_000),
    (u32, i64, standard(), BROKEN, 5),
    (u8, u16, standard(), SOME, 5),
    (i8, i32, standard(), BROKEN, 5),
    (u16, NonZero[u16], standard(), SOME, 1),
    (NonZero[u16], u16, standard(), WIDER, 1),
    (bool, u8, standard(), WIDER, True),
    (u8, bool, standard(), SOME, 1),
    (f32, f64, standard(), BROKEN, 1.0),
    (f32, f64, v3().with_cbor_format(), WIDER, 1.0),
    (u32, u64, v3().with_cbor_format(), WIDER, 70_000),
    (str, bytes, standard(), WIDER, "abc"),
    (bytes, str, standard(), SOME, b"abc"),
    (list[u8], bytes, standard(), SAME, [1, 2]),
    (list[u16], set[u16], standard(), SOME, [1, 2]),
    (set[u16], list[u16], standard(), WIDER, {1, 2}),
    (list[u32], list[u64], standard(), WIDER, [1, 70_000]),
    (dict[str, u8], dict[str, bool], standard(), SOME, {"a": 1}),
    (Array[u16, Literal[2]], Array[u16, Literal[3]], standard(), BROKEN, [1, 2]),
    (u8 | None, bool | None, standard(), SOME, 1),
    (u8, u8 | None, standard(), BROKEN, 7),
    (tuple[u8, str], tuple[u8, str], standard(), SAME, (1, "a")),
    (tuple[u8, u16], tuple[u8, u32], standard(), WIDER, (1, 300)),
    (RED, MORE, standard(), WIDER, RED.GREEN),
    (MORE, RED, standard(), SOME, MORE.RED),
    (RED, OTHER, standard(), BROKEN, RED.RED),
]


@pytest.mark.parametrize(("old", "new", "config", "verdict", "value"), CASES)
def test_verdicts_hold_for_bytes(old, new, config, verdict, value):
    """What is said to decode decodes; what is said to be the same is."""
    found = compare(old, new, config)
    assert found.verdict == verdict, str(found)
    assert found.is_readable == (verdict <= WIDER)
    data = encode(value, old, config)
    if verdict < BROKEN:
        assert decode(data, new, config) is not ...
    if verdict == SAME:
        assert encode(decode(data, new, config), new, config) == data


def test_structs():
    first = record(("a", u8), ("b", str))
    old = first(1, "x")
    data = encode(old)

    renamed = record(("a", u8), ("c", str))
    assert compare(first, renamed).verdict == SAME
    assert "field b is now called c" in str(compare(first, renamed))
    assert decode(data, renamed).c == "x"

    grown = record(("a", u8), ("b", str), ("c", u8, LATE))
    found = compare(first, grown)
    assert found.verdict == MISSING
    assert "allow_missing=True" in str(found)
    assert decode(data, grown, allow_missing=True).c == 5
    assert compare(list[first], list[grown]).verdict == BROKEN
    assert compare(first, record(("a", u8), ("b", str), ("c", u8))).verdict == BROKEN

    assert compare(grown, first).verdict == WIDER
    assert decode(encode(grown(1, "x", 7)), first) == old
    assert compare(grown, first, standard().with_strict()).verdict == BROKEN

    assert compare(first, record(("b", str), ("a", u8))).verdict == BROKEN
    assert "reordered" in str(compare(first, record(("b", str), ("a", u8))))
    inserted = record(("z", u16), ("a", u8), ("b", str))
    assert compare(first, inserted).verdict == BROKEN
    with pytest.raises(DecodeError):
        decode(data, inserted)
    assert compare(first, tuple[u8, str]).verdict == SAME
    assert compare(first, tuple[u8, str], v3().with_cbor_format()).verdict == BROKEN


def test_changes_have_places():
    inner = record(("x", u8), name="Inner")
    wider = record(("x", u16), name="Inner")
    found = compare(record(("one", list[inner]), ("two", inner)), record(("one", list[wider]), ("two", wider)))
    assert [change.path for change in found.changes] == ["one[].x", "two.x"]


def test_variants():
    one, two = record(("x", u8), name="A"), record(("y", u8), name="B")
    more = record(("x", u8), ("z", u8), name="A")
    assert compare(one | two, two | one).verdict == BROKEN
    assert compare(one | two, more | two).verdict == BROKEN
    three = record(name="C")
    assert compare(one | two, one | two | three).verdict == WIDER
    assert compare(one | two, Annotated[one | two, Name("Other")]).verdict <= SAME


def test_types_within_themselves():
    """A comparison of types that contain themselves ends."""
    assert compare(Chain, Chain).changes == ()
    assert compare(Chain, Tree).verdict == BROKEN
    assert compare(Save, Save).verdict == SAME


def test_the_fingerprint_counts():
    config = v3().with_fingerprint()
    assert compare(record(("a", u8)), record(("b", u8)), config).verdict == BROKEN


@pytest.mark.parametrize("config", [standard(), FIXED, v3().with_cbor_format()], ids=["standard", "legacy", "cbor"])
def test_any_two_types(config):
    """Whatever is compared, a verdict of same or wider is kept by the bytes of samples."""
    for _, old, value in PAIRS:
        data = encode(value, old, config)
        for _, new, _ in PAIRS[::3]:
            if compare(old, new, config).is_readable:
                decode(data, new, config)
        assert compare(old, old, config).verdict == SAME
