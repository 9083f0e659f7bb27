"""What is wrong in bytes is named by element, field and offset, the first thing that is wrong first."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wire import CONFIGS, DTYPES, each_engine, put_all, records, values_of

from bincode_next.arrays import _decode, _varint_c, _varint_py, claims, decode_array, encode_array
from bincode_next.config import Safety, legacy, standard, v3
from bincode_next.errors import (
    DecodeError,
    InvalidBooleanValue,
    InvalidIntegerType,
    LimitExceeded,
    NonZeroTypeIsZero,
    NotShortest,
    UnexpectedEnd,
)
from bincode_next.schema import Array, Bool, Field, Float, Int, NdArray, Struct

POINT = Struct("P", (Field("x", Float(64)), Field("y", Int(32, False)), Field("ok", Array(Bool(), 2))))


def fails(node, data, config, limit=None):
    with pytest.raises(DecodeError) as caught:
        decode_array(node, data, 0, len(data), config, limit)
    error = caught.value
    return type(error), error.path, error.offset


@each_engine
def test_the_first_wrong_element_is_named():
    u16, boolean = NdArray("uint16"), NdArray("bool")
    assert fails(u16, b"\x03\x01\xfb\x02", standard()) == (UnexpectedEnd, "[1]", 3)
    assert fails(u16, b"\x03\x01\xfc\0\0\0\0", standard()) == (InvalidIntegerType, "[1]", 2)
    assert fails(u16, b"\x03\x01\x02\xff", standard()) == (InvalidIntegerType, "[2]", 3)
    assert fails(u16, b"\x02\x01\xfb\x05\0", standard().with_strict()) == (NotShortest, "[1]", 2)
    assert fails(u16, b"\xfb\x02\0\x01\x05", standard().with_strict()) == (NotShortest, "", 0)
    assert fails(u16, b"\xfb\x02", standard()) == (UnexpectedEnd, "", 1)
    assert fails(u16, b"", standard()) == (UnexpectedEnd, "", 0)
    assert fails(u16, b"\xff", standard()) == (InvalidIntegerType, "", 0)
    assert fails(boolean, b"\x03\x01\x00\x02", standard()) == (InvalidBooleanValue, "[2]", 3)
    assert fails(boolean, b"\x05\x01\x02", standard()) == (InvalidBooleanValue, "[1]", 2)
    assert fails(boolean, b"\x05\x01\x01", standard()) == (UnexpectedEnd, "[2]", 3)
    table = NdArray("float64", (2, 2))
    assert fails(table, bytes(20), standard()) == (UnexpectedEnd, "[1][0]", 16)
    assert fails(NdArray("float64", ()), bytes(3), standard()) == (UnexpectedEnd, "", 0)
    assert fails(NdArray("int32"), bytes([3, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2]), legacy()) == (
        *(UnexpectedEnd, "[1]", 12),
    )


@each_engine
def test_fields_are_named_within_their_element():
    node = NdArray("", record=POINT)
    row = bytes(8) + b"\x07\1\1"
    assert fails(node, b"\2" + row + bytes(8) + b"\x07\1\3", standard()) == (InvalidBooleanValue, "[1].ok[1]", 22)
    assert fails(node, b"\2" + row + bytes(3), standard()) == (UnexpectedEnd, "[1].x", 12)
    assert fails(node, b"\2" + row + bytes(8) + b"\xfb\x07", standard()) == (UnexpectedEnd, "[1].y", 21)
    fixed = (1).to_bytes(8, "little") + bytes(8) + b"\7\0\0\0\1\2"
    assert fails(node, fixed, legacy()) == (InvalidBooleanValue, "[0].ok[1]", 21)
    assert fails(node, fixed[:18], legacy()) == (UnexpectedEnd, "[0].y", 16)
    zero = NdArray(
        "", record=Struct("Z", (Field("a", Int(8, False, nonzero=True)), Field("b", Int(16, True, nonzero=True))))
    )
    for config in CONFIGS:
        head = put_all(Bool(), [True, True], config)[:-2]
        two = b"\x05\x04" if config.ints == "varint" else b"\x05\x04\x04"
        assert fails(zero, head + two + b"\0", config) == (NonZeroTypeIsZero, "[1].a", len(head + two))
        zeros = b"\x05" + bytes(len(two) - 1)
        assert fails(zero, head + zeros, config) == (NonZeroTypeIsZero, "[0].b", len(head) + 1)


@each_engine
def test_bincode_1_takes_wide_integers_whose_value_fits():
    config = legacy().with_variable_int_encoding()
    back, end = decode_array(NdArray("int16"), b"\2\xfd\xff\xff\0\0\0\0\0\0\4", 0, 11, config)
    assert (back.tolist(), end) == ([-32768, 2], 11)
    assert fails(NdArray("int16"), b"\1\xfc\0\0\1\0", config) == (InvalidIntegerType, "[0]", 1)
    assert fails(NdArray("uint64"), b"\1\xfe" + bytes(16), config) == (InvalidIntegerType, "[0]", 1)


@each_engine
def test_a_hostile_length_allocates_nothing():
    for dtype in DTYPES:
        for config in CONFIGS:
            for count in (1 << 20, 1 << 40, (1 << 64) - 1):
                head = put_all(Bool(), [], config)
                head = (
                    b"\xfd" + count.to_bytes(8, config.endian) if len(head) == 1 else count.to_bytes(8, config.endian)
                )
                kind, path, offset = fails(NdArray(dtype), head + b"\0" * 16, config)
                assert kind is UnexpectedEnd
                assert path
                assert offset == len(head) + 16


@each_engine
def test_elements_without_bytes_have_a_limit_of_their_own():
    node = NdArray("", record=Struct("Nothing", ()))
    back, end = decode_array(node, b"\xfb\0\1", 0, 3, standard())
    assert (back.shape, end) == ((256,), 3)
    assert fails(node, b"\xfd" + b"\xff" * 8, standard())[0] is LimitExceeded
    unlimited = standard().with_safety(Safety(elements=None, empty=None, memory=None))
    assert fails(node, b"\xfd" + b"\xff" * 8, unlimited)[0] is LimitExceeded


def test_safety_counts_elements_and_memory():
    node, data = NdArray("uint64"), b"\x0a" + bytes(10)
    assert fails(node, data, standard().with_safety(Safety(elements=9)))[0] is LimitExceeded
    assert fails(node, data, standard().with_safety(Safety(memory=79)))[0] is LimitExceeded
    assert decode_array(node, data, 0, 11, standard().with_safety(Safety(elements=10, memory=80)))[1] == 11


def test_the_limit_counts_as_the_crates_do():
    data = b"\3\1\2\3"
    assert decode_array(NdArray("uint32"), data, 0, 4, standard(), 20)[0].tolist() == [1, 2, 3]
    assert fails(NdArray("uint32"), data, standard(), 19)[0] is LimitExceeded
    assert fails(NdArray("uint8"), data, standard(), 10)[0] is LimitExceeded
    assert fails(NdArray("uint8"), b"", standard(), 7)[0] is LimitExceeded
    assert claims(NdArray("uint32"), 3, standard()) == (20, 20)
    assert claims(NdArray("uint32"), 3, v3()) == (20, 8)
    assert claims(NdArray("uint8", (3,)), 3, v3()) == (3, 3)
    row = Struct(
        "R", (Field("a", Int(32, False)), Field("b", Float(64)), Field("c", Float(64)), Field("d", Int(64, True)))
    )
    assert claims(NdArray("", record=row), 10, standard()) == (8 + 320, 8 + 280)


def outcome(engine, monkeypatch, node, data, config):
    monkeypatch.setattr(_decode, "decode_rows", engine.decode_rows)
    try:
        array, end = decode_array(node, data, 0, len(data), config)
    except DecodeError as error:
        return type(error), str(error), error.path, error.offset, getattr(error, "additional", None)
    return array.tobytes(), array.dtype, end


@given(data=st.data())
@settings(max_examples=300)
def test_both_engines_end_the_same_way_on_damaged_bytes(data):
    config = data.draw(st.sampled_from(CONFIGS)).with_strict(data.draw(st.booleans()))
    record = data.draw(records())
    node = data.draw(st.sampled_from([NdArray("", record=record), *map(NdArray, DTYPES)]))
    if node.record is not None:
        values = data.draw(st.lists(values_of(record), max_size=3))
        encoded = bytearray(put_all(record, values, config))
    else:
        encoded = bytearray(data.draw(st.binary(max_size=30)))
    for place, byte in data.draw(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 255)), max_size=3)):
        if place < len(encoded):
            encoded[place] = byte
    del encoded[data.draw(st.integers(0, len(encoded))) if data.draw(st.booleans()) else len(encoded) :]
    with pytest.MonkeyPatch.context() as patch:
        one = outcome(_varint_c, patch, node, bytes(encoded), config)
        assert one == outcome(_varint_py, patch, node, bytes(encoded), config)


@given(st.data())
def test_a_prefix_of_good_bytes_ends_unexpectedly(data):
    dtype = data.draw(st.sampled_from(DTYPES))
    config = data.draw(st.sampled_from(CONFIGS))
    encoded = encode_array(NdArray(dtype), np.array([1, 0, 1, 1], dtype), config)
    cut = data.draw(st.integers(0, len(encoded) - 1))
    assert fails(NdArray(dtype), encoded[:cut], config)[0] is UnexpectedEnd
