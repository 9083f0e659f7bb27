"""Values become JSON and come back, of every type; documents that don't fit are refused with their place."""

import dataclasses
import json
import math
import struct

import pytest
from samples import NAMES, PAIRS, SAVE, Chain, Circle, Colour, Empty, Metres, Point, Save, Shape, Text, chain

from bincode_next.dump import from_json, to_json
from bincode_next.errors import BincodeError, WrongTypeError
from bincode_next.types import Array, NonZero, Some, f32, f64, u8, u16


@pytest.mark.parametrize(("name", "hint", "value"), PAIRS, ids=NAMES)
def test_there_and_back(name, hint, value):
    """Through the text of JSON, which has no more than JSON has."""
    text = json.dumps(to_json(value, hint), allow_nan=False)
    assert from_json(json.loads(text), hint) == value, name


def test_shapes_are_those_of_serde():
    """What serde_json writes for the same Rust types."""
    shapes = [Empty(), Circle(Point(0.0, 1.0), 2.5), Text(["a"], None)]
    assert to_json(shapes, list[Shape]) == [
        "Empty",
        {"Circle": {"centre": {"x": 0.0, "y": 1.0}, "radius": 2.5}},
        {"Text": {"lines": ["a"], "style": None}},
    ]
    assert to_json(Colour.RED) == "RED"
    assert to_json(Metres(2.5)) == 2.5
    assert to_json({3: "a"}, dict[u8, str]) == {"3": "a"}
    assert to_json({(1, 2): "a"}, dict[tuple[u8, u8], str]) == [[[1, 2], "a"]]
    assert to_json(b"\x01\xff", bytes) == "01ff"
    assert to_json([Some(None), None], list[Some[u8 | None] | None]) == [{"some": None}, None]


@pytest.mark.parametrize("bits", [0x7FF8000000000000, 0xFFF8000000000000, 0x7FF0000000000001, 0x7FF8000000000123])
def test_nans_keep_their_bits(bits):
    (value,) = struct.unpack("<d", bits.to_bytes(8, "little"))
    made = from_json(json.loads(json.dumps(to_json([value], list[f64]), allow_nan=False)), list[f64])
    assert struct.pack("<d", made[0]) == struct.pack("<d", value)


def test_floats_that_json_lacks():
    assert to_json([math.nan, math.inf, -math.inf], list[f64]) == ["NaN", "Infinity", "-Infinity"]
    assert from_json(["Infinity", 1, 2.5], list[f32]) == [math.inf, 1.0, 2.5]


def test_defaults_stand_for_fields_that_are_missing():
    document = to_json(SAVE)
    del document["key"], document["extra"]
    assert from_json(document, Save) == dataclasses.replace(SAVE, key=b"", extra=[])


@pytest.mark.parametrize(
    ("document", "hint", "place"),
    [
        ({"x": 1.0}, Point, "y"),
        ({"x": 1.0, "y": 2.0, "z": 3.0}, Point, "z"),
        ([{"x": 1.0, "y": "no"}], list[Point], "[0].y"),
        ({"Circle": {"centre": {"x": 1, "y": True}, "radius": 1}}, Shape, "Circle.centre.y"),
        ("Nothing", Shape, "Nothing"),
        ({"Circle": 1, "Text": 2}, Shape, "name"),
        ([1, 2, 300], list[u8], "[2]"),
        ([1, 2], Array[u16, 3], "3 items"),
        ("xyz", bytes, ""),
        (5, str, ""),
        ([[1]], dict[str, u8], ""),
        (0, NonZero[u8], ""),
        ({"value": 1, "next": {"value": 2, "next": 3}}, Chain, "next.next"),
    ],
)
def test_documents_that_do_not_fit(document, hint, place):
    with pytest.raises(BincodeError) as caught:
        from_json(document, hint)
    assert place in str(caught.value)


def test_a_wrong_document_names_what_was_found():
    with pytest.raises(WrongTypeError, match=r"wanted a list, found 5"):
        from_json(5, list[u8])


def test_deep_values_do_not_recurse():
    document, depth = to_json(chain(20_000), Chain), 0
    made = from_json(document, Chain)
    inner = document
    while inner is not None:
        inner, depth = inner["next"], depth + 1
    assert depth == 20_000
    while made is not None:
        made = made.next
    while document is not None:
        document = document["next"]
