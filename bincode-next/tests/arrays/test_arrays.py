"""Arrays of numbers: their bytes are those of lists, whatever way the array lies in memory."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire import CONFIGS, DTYPES, each_engine, put_all, values_of

from bincode_next.arrays import decode_array, encode_array, encode_parts
from bincode_next.arrays._layout import SCALARS
from bincode_next.config import legacy, standard
from bincode_next.errors import OutOfRangeError, SchemaError, WrongTypeError
from bincode_next.schema import NdArray

each_config = pytest.mark.parametrize("config", CONFIGS, ids=lambda c: f"{c.crate}-{c.ints}-{c.endian}")
each_dtype = pytest.mark.parametrize("dtype", DTYPES)


def same(one, other):
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()


@each_dtype
@each_config
@given(data=st.data())
def test_an_array_has_the_bytes_of_a_list(dtype, config, data):
    values = data.draw(st.lists(values_of(SCALARS[dtype]), max_size=6))
    array, node = np.array(values, dtype), NdArray(dtype)
    encoded = encode_array(node, array, config)
    assert encoded == put_all(SCALARS[dtype], values, config)
    back, end = decode_array(node, b"??" + encoded + b"rest", 2, 2 + len(encoded) + 4, config)
    assert end == 2 + len(encoded)
    assert same(back, array)
    assert back.flags.writeable
    assert back.flags.aligned
    assert back.flags.owndata or back.base is not None


@each_dtype
@each_config
@each_engine
def test_the_twin_and_the_native_loops_agree_on_long_arrays(dtype, config):
    rng = np.random.default_rng(5)
    array = (rng.integers(0, 1 << 62, 3000) >> rng.integers(0, 62, 3000)).astype(dtype)
    encoded = encode_array(NdArray(dtype), array, config)
    assert encoded == put_all(SCALARS[dtype], array.tolist(), config)
    assert same(decode_array(NdArray(dtype), encoded, 0, len(encoded), config)[0], array)


@each_config
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (2, 0, 3), (1, 2, 2)])
@each_engine
def test_a_shape_is_not_on_the_wire(config, shape):
    array = np.asarray(np.arange(np.prod(shape, dtype=int), dtype="int32").reshape(shape) * np.int32(-100_000))
    node = NdArray("int32", shape)
    encoded = encode_array(node, array, config)
    assert encoded == encode_array(NdArray("int32"), array.reshape(-1), config)[len(put_all(None, [], config)) :]
    back, end = decode_array(node, encoded, 0, len(encoded), config)
    assert end == len(encoded)
    assert same(back, array)


@each_config
@each_engine
def test_any_memory_has_the_same_bytes(config):
    """Steps, other byte orders, unaligned and read-only memory, Fortran order, memory-mapped subclasses."""
    plain = np.arange(1000, 1024, dtype="u4")
    wanted = encode_array(NdArray("uint32"), plain, config)
    twice, raw = np.repeat(plain, 2), np.empty(97, np.uint8)
    unaligned = raw[1:].view("u4")
    unaligned[:] = plain
    frozen = plain.copy()
    frozen.flags.writeable = False
    for array in (twice[::2], plain.astype(">u4"), plain.astype("<u4"), unaligned, frozen, plain[::-1][::-1]):
        assert encode_array(NdArray("uint32"), array, config) == wanted
    table, node = plain.reshape(4, 6), NdArray("uint32", (4, 6))
    assert encode_array(node, np.asfortranarray(table), config) == encode_array(node, table, config)
    assert encode_array(node, table.astype(">u4").T.copy().T, config) == encode_array(node, table, config)


@each_config
def test_numbers_that_fit_are_converted(config):
    wanted = encode_array(NdArray("int16"), np.array([-5, 300], "i2"), config)
    for dtype in ("i4", "i8", ">i8"):
        assert encode_array(NdArray("int16"), np.array([-5, 300], dtype), config) == wanted
    halves = encode_array(NdArray("float32"), np.array([0.5, 2, np.inf], "f4"), config)
    for dtype in ("f2", "f8", ">f8"):
        assert encode_array(NdArray("float32"), np.array([0.5, 2, np.inf], dtype), config) == halves
    assert encode_array(NdArray("float64"), np.array([1, 2]), config) == put_all(SCALARS["float64"], [1, 2], config)


def test_what_does_not_fit_is_named_by_its_index():
    with pytest.raises(OutOfRangeError, match=r"at \[2\]: .*found 70000"):
        encode_array(NdArray("uint16"), np.array([0, 1, 70_000, 80_000]), standard())
    with pytest.raises(OutOfRangeError, match=r"at \[1\]\[0\]: .*found -1"):
        encode_array(NdArray("uint64", (2, 2)), np.array([[0, 1], [-1, 2]]), standard())
    with pytest.raises(OutOfRangeError, match=r"at \[0\]"):
        encode_array(NdArray("int64"), np.array([1 << 63], "u8"), standard())
    with pytest.raises(OutOfRangeError, match=r"at \[1\]: .*1e\+300"):
        encode_array(NdArray("float32"), np.array([1.0, 1e300, np.inf]), standard())


@pytest.mark.parametrize(
    ("dtype", "array"),
    [
        ("int32", np.array([1.0])),
        ("int32", np.array([True])),
        ("bool", np.array([1])),
        ("float64", np.array([1j])),
        ("float64", np.array(["x"])),
        ("float64", np.array([None])),
        ("float64", np.array([True])),
        ("float64", np.zeros((2, 2))),
        ("float64", np.float64(1)),
        ("float64", [1.0]),
        ("float64", np.ma.masked_array([1.0, 2.0], [True, False])),
        ("float64", np.zeros(1, [("x", "f8")])),
        ("int64", np.array(["2020-01-01"], "M8[s]")),
    ],
)
def test_other_kinds_are_refused(dtype, array):
    with pytest.raises(WrongTypeError):
        encode_array(NdArray(dtype), array, standard())


@pytest.mark.parametrize("dtype", ["float16", "complex64", "complex128", "object", "datetime64[s]", "<U3", "nonsense"])
def test_dtypes_without_bytes_are_refused_with_advice(dtype):
    with pytest.raises(SchemaError, match=r"declare|with bytes"):
        encode_array(NdArray(dtype), np.zeros(1), standard())


@each_engine
def test_booleans_are_written_as_0_and_1_whatever_memory_holds():
    strange = np.array([0, 1, 7, 255], np.uint8).view(np.bool_)
    for config in CONFIGS:
        assert encode_array(NdArray("bool"), strange, config)[-4:] == b"\0\1\1\1"


def test_a_view_shares_memory_and_is_read_only():
    for config in (legacy(), standard()):
        array = np.arange(300.0)
        data = bytearray(encode_array(NdArray("float64"), array, config))
        view, _ = decode_array(NdArray("float64", view=True), data, 0, len(data), config)
        assert np.shares_memory(view, np.frombuffer(data, np.uint8))
        assert not view.flags.writeable
        assert same(view, array)
        own, _ = decode_array(NdArray("float64"), data, 0, len(data), config)
        assert not np.shares_memory(own, np.frombuffer(data, np.uint8))
    swapped = legacy().with_big_endian()
    data = encode_array(NdArray("float64"), array, swapped)
    view, _ = decode_array(NdArray("float64", view=True), data, 0, len(data), swapped)
    assert same(view, array)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, lambda b: np.frombuffer(b, np.uint8)])
@each_engine
def test_any_bytes_like_is_decoded(kind):
    for config in CONFIGS:
        array = np.arange(400, dtype="i8")
        encoded = encode_array(NdArray("int64"), array, config)
        back, end = decode_array(NdArray("int64"), kind(encoded), 0, len(encoded), config)
        assert end == len(encoded)
        assert same(back, array)


def test_the_parts_of_an_array_need_no_copy():
    array = np.arange(10.0)
    prefix, body = encode_parts(NdArray("float64"), array, standard())
    assert prefix == b"\x0a"
    assert np.shares_memory(body, array)
