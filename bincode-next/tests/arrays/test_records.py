"""Structured arrays: the bytes are those of a list of structs, however the fields lie in memory."""

import dataclasses
from typing import Annotated

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wire import CONFIGS, as_rows, each_engine, put_all, records, values_of

from bincode_next.arrays import decode_array, encode_array, from_records, layout_of, to_records
from bincode_next.codec import decode, encode
from bincode_next.config import Safety, standard, v3
from bincode_next.errors import (
    ConfigError,
    LimitExceeded,
    OutOfRangeError,
    SchemaError,
    TrailingBytes,
    WrongTypeError,
)
from bincode_next.schema import Array, Bool, Char, Field, Float, Int, NdArray, Option, Seq, Str, Struct, Tuple
from bincode_next.types import Records, f32, f64, i64, u32

PARTICLE = Struct(
    "Particle",
    (
        Field("id", Int(32, False)),
        Field("pos", Array(Float(64), 2)),
        Field("charge", Int(64, True)),
        Field("spin", Int(8, True)),
    ),
)
NODE = NdArray("", record=PARTICLE)


def particles(count):
    rng = np.random.default_rng(7)
    array = np.zeros(count, layout_of(NODE).dtype)
    array["id"] = rng.integers(0, 1 << 32, count) >> rng.integers(0, 32, count)
    array["pos"] = rng.normal(size=(count, 2))
    array["charge"] = rng.integers(-1 << 62, 1 << 62, count) >> rng.integers(0, 62, count)
    array["spin"] = rng.integers(-128, 128, count)
    return array


@pytest.mark.parametrize("config", CONFIGS)
@given(data=st.data())
@settings(max_examples=30)
def test_records_have_the_bytes_of_structs(config, data):
    record = data.draw(records())
    node = NdArray("", record=record)
    values = data.draw(st.lists(values_of(record), max_size=3))
    array = np.array([as_rows(value, record) for value in values], layout_of(node).dtype)
    encoded = encode_array(node, array, config)
    assert encoded == put_all(record, values, config)
    back, end = decode_array(node, encoded, 0, len(encoded), config)
    assert end == len(encoded)
    assert back.dtype == array.dtype
    assert back.tobytes() == array.tobytes()


@pytest.mark.parametrize("config", CONFIGS)
@each_engine
def test_fields_may_lie_anywhere(config):
    """Padded, in another order of fields, in the other byte order, of other widths, every second row."""
    array = particles(50)
    wanted = encode_array(NODE, array, config)
    padded = np.dtype([("id", "u4"), ("pos", "f8", 2), ("charge", "i8"), ("spin", "i1")], align=True)
    shuffled = np.dtype([("spin", "i1"), ("charge", ">i8"), ("pos", ">f8", 2), ("id", ">u4")])
    wider = np.dtype([("charge", "i8"), ("spin", "i4"), ("id", "i8"), ("pos", "f8", 2)])
    for dtype in (padded, shuffled, wider):
        other = np.zeros(50, dtype)
        for name in array.dtype.names:
            other[name] = array[name]
        assert encode_array(NODE, other, config) == wanted
        assert encode_array(NODE, np.repeat(other, 2)[::2], config) == wanted
    back, _ = decode_array(NODE, wanted, 0, len(wanted), config)
    assert (back == array).all()


def test_structs_within_structs_and_arrays_of_them_have_columns():
    inner = Struct("Point", (Field("x", Int(16, False)), Field("y", Int(16, False))))
    outer = Struct("Path", (Field("points", Array(inner, 2)), Field("pair", Tuple((Int(8, False), Float(32))))))
    array = np.zeros(2, layout_of(NdArray("", record=outer)).dtype)
    array["points"]["x"], array["points"]["y"], array["pair"]["f1"] = [[1, 2], [3, 4]], 300, 0.5
    encoded = encode_array(NdArray("", record=outer), array, standard())
    assert encoded.hex(" ") == "02 01 fb 2c 01 02 fb 2c 01 00 00 00 00 3f 03 fb 2c 01 04 fb 2c 01 00 00 00 00 3f"


@pytest.mark.parametrize("config", CONFIGS)
@each_engine
def test_fixed_arrays_of_no_items_take_no_bytes(config):
    record = Struct("R", (Field("none", Array(Array(Bool(), 2), 0)), Field("n", Int(16, False))))
    node = NdArray("", record=record)
    array = np.zeros(3, layout_of(node).dtype)
    array["n"] = [1, 2, 300]
    encoded = encode_array(node, array, config)
    assert encoded == put_all(Int(16, False), [1, 2, 300], config)
    assert (decode_array(node, encoded, 0, len(encoded), config)[0]["n"] == array["n"]).all()


def test_what_is_wrong_is_named_by_element_and_field():
    with pytest.raises(WrongTypeError, match=r"other fields; wanted id, pos, charge, spin, found 'id'"):
        encode_array(NODE, np.zeros(2, [("id", "u4")]), standard())
    wide = np.zeros(3, [("id", "i8"), ("pos", "f8", 2), ("charge", "i8"), ("spin", "i1")])
    wide["id"][2] = -1
    with pytest.raises(OutOfRangeError, match=r"at \[2\]\.id: .*found -1"):
        encode_array(NODE, wide, standard())
    with pytest.raises(WrongTypeError, match=r"at pos: of another shape"):
        encode_array(NODE, np.zeros(3, [("id", "u4"), ("pos", "f8", 3), ("charge", "i8"), ("spin", "i1")]), standard())
    with pytest.raises(WrongTypeError, match="at id: an array of another kind"):
        encode_array(NODE, np.zeros(3, [("id", "f4"), ("pos", "f8", 2), ("charge", "i8"), ("spin", "i1")]), standard())
    with pytest.raises(WrongTypeError, match="not a structured array"):
        encode_array(NODE, np.zeros(3), standard())
    zero = NdArray("", record=Struct("Z", (Field("a", Array(Int(16, False, nonzero=True), 2)),)))
    with pytest.raises(OutOfRangeError, match=r"at \[1\]\.a\[0\]: zero"):
        encode_array(zero, np.array([([1, 1],), ([0, 1],)], layout_of(zero).dtype), standard())


@pytest.mark.parametrize(
    "node", [Str(), Char(), Option(Int(8, False)), Seq(Int(8, False)), Int(128, False), NdArray("int8")]
)
def test_fields_that_are_no_numbers_of_one_size_are_refused_by_name(node):
    record = Struct("R", (Field("fine", Int(8, False)), Field("inner", Struct("I", (Field("bad", node),)))))
    with pytest.raises(SchemaError, match=r"at inner\.bad: "):
        layout_of(NdArray("", record=record))


def test_packed_bits_are_no_columns():
    packed = Struct("B", (Field("a", Int(8, False), bits=3),), packed=True)
    node = NdArray("", record=packed)
    array = np.array([(5,)], layout_of(node).dtype)
    assert encode_array(node, array, v3()) == b"\1\5"
    with pytest.raises(SchemaError, match="packed"):
        encode_array(node, array, v3().with_bit_packing())


@dataclasses.dataclass(slots=True)
class Point:
    x: f64
    y: f32
    n: u32
    m: i64


@pytest.mark.parametrize("config", CONFIGS)
def test_records_and_lists_of_objects_are_the_same_bytes(config):
    points = [Point(0.5, -1.5, 300, -70_000), Point(2.0, 0.25, 7, 1 << 40)]
    array = np.array(
        [dataclasses.astuple(point) for point in points], [("x", "f8"), ("y", "f4"), ("n", "u4"), ("m", "i8")]
    )
    data = from_records(array, Point, config)
    assert data == encode(points, list[Point], config)
    assert decode(data, list[Point], config) == points
    for hint in (Point, list[Point], Annotated[np.ndarray, Records(Point)]):
        assert (to_records(data, hint, config) == array).all()
    fields = encode(array, Annotated[np.ndarray, Records(Point)], config)
    assert fields == data
    assert (decode(data, Annotated[np.ndarray, Records(Point)], config) == array).all()


def test_records_ask_for_a_struct_and_plain_bincode():
    with pytest.raises(SchemaError, match="no struct"):
        to_records(b"\0", u32)
    with pytest.raises(ConfigError):
        to_records(b"\0", Point, v3().with_fingerprint())
    with pytest.raises(TrailingBytes):
        to_records(b"\0\0", Point, standard().with_strict())
    with pytest.raises(LimitExceeded):
        to_records(b"\1" + bytes(30), Point, standard().with_safety(Safety(bytes=1)))
    with pytest.raises(LimitExceeded):
        to_records(b"\1" + bytes(14), Point, standard().with_limit(20))
