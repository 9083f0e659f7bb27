"""Integers: every width, both lengths, both byte orders, on the edges and beyond them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bincode_next.config import legacy, standard, v3
from bincode_next.errors import (
    InvalidIntegerType,
    NonZeroTypeIsZero,
    NotShortest,
    OutOfRangeError,
    UnexpectedEnd,
    WrongTypeError,
)
from bincode_next.types import NonZero, i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize

TYPES = {
    "u8": (u8, 8, False),
    "u16": (u16, 16, False),
    "u32": (u32, 32, False),
    "u64": (u64, 64, False),
    "u128": (u128, 128, False),
    "usize": (usize, 64, False),
    "i8": (i8, 8, True),
    "i16": (i16, 16, True),
    "i32": (i32, 32, True),
    "i64": (i64, 64, True),
    "i128": (i128, 128, True),
    "isize": (isize, 64, True),
}
WIDTH = pytest.mark.parametrize(
    ("hint", "bits"), [(u8, 8), (u16, 16), (i16, 16), (u32, 32), (i64, 64), (usize, 64), (i128, 128)], ids=str
)
EACH = pytest.mark.parametrize(("hint", "bits", "signed"), TYPES.values(), ids=TYPES)
CONFIGS = [standard(), standard().with_big_endian(), legacy(), legacy().with_big_endian()]


def bounds(bits: int, signed: bool) -> tuple[int, int]:
    return (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)


def varint(value: int, signed: bool, order: str) -> bytes:
    """The format as its documents say it, written a second time."""
    if signed:
        value = 2 * value if value >= 0 else -2 * value - 1
    if value < 251:
        return bytes([value])
    for tag, width in ((251, 2), (252, 4), (253, 8), (254, 16)):
        if value < 1 << 8 * width:
            return bytes([tag]) + value.to_bytes(width, order)
    raise AssertionError


def near_edges(bits: int, signed: bool) -> list[int]:
    low, high = bounds(bits, signed)
    edges = [0, 125, 126, 250, 251, 1 << 15, 1 << 16, 1 << 31, 1 << 32, 1 << 63, 1 << 64, low, high]
    every = {sign * edge + step for edge in edges for step in (-2, -1, 0, 1, 2) for sign in (1, -1)}
    return sorted(value for value in every if low <= value <= high)


@EACH
def test_integers_travel_as_the_documents_say(plan, hint: object, bits: int, signed: bool) -> None:
    """Near every edge of the format and of the type: bytes, size, and the way back."""
    for config in CONFIGS:
        it = plan(hint, config)
        for value in near_edges(bits, signed):
            if config.ints == "fixed" or bits == 8:
                wanted = value.to_bytes(bits // 8, config.endian, signed=signed)
            else:
                wanted = varint(value, signed, config.endian)
            assert it.encode(value) == wanted
            assert it.size(value) == len(wanted)
            assert it.decode(wanted + b"\xff") == (value, len(wanted))


@EACH
def test_what_does_not_fit_is_refused(plan, hint: object, bits: int, signed: bool) -> None:
    low, high = bounds(bits, signed)
    for config in CONFIGS:
        it = plan(hint, config)
        for value in (low - 1, high + 1, 1 << 200, -(1 << 200), 1 << 5000):
            with pytest.raises(OutOfRangeError):
                it.encode(value)


@pytest.mark.parametrize("hint", [u8, u64, i128, isize], ids=str)
@pytest.mark.parametrize("value", [True, False, 1.0, "1", b"1", None, [1], object()])
def test_only_integers_are_integers(plan, hint: object, value: object) -> None:
    with pytest.raises(WrongTypeError):
        plan(hint).encode(value)


@WIDTH
def test_wider_forms_and_the_reserved_byte_are_refused(plan, hint: object, bits: int) -> None:
    """A tag wider than the type is no integer of it, however small the value; bincode 1 takes what fits."""
    if bits == 8:
        return
    for tag, width in ((251, 16), (252, 32), (253, 64), (254, 128)):
        data = bytes([tag]) + b"\0" * (width // 8)
        if width <= bits:
            assert plan(hint).decode(data) == (0, len(data))
        else:
            with pytest.raises(InvalidIntegerType) as caught:
                plan(hint).decode(data)
            assert caught.value.offset == 0
            old = plan(hint, legacy().with_variable_int_encoding())
            if width <= 64:
                assert old.decode(data) == (0, len(data))
            else:
                with pytest.raises(InvalidIntegerType):
                    old.decode(data)
    with pytest.raises(InvalidIntegerType):
        plan(hint).decode(b"\xff" + b"\0" * 16)


def test_bincode_1_refuses_what_does_not_fit(plan) -> None:
    old = legacy().with_variable_int_encoding()
    assert plan(u16, old).decode(b"\xfc\xff\xff\0\0") == (65535, 5)
    for hint, data in ((u16, b"\xfc\0\0\1\0"), (i16, b"\xfc\0\0\1\0"), (u32, b"\xfd\0\0\0\0\1\0\0\0")):
        with pytest.raises(InvalidIntegerType):
            plan(hint, old).decode(data)


@WIDTH
def test_strict_refuses_longer_forms(plan, hint: object, bits: int) -> None:
    """Each width begins just above what the shorter one holds."""
    if bits == 8:
        return
    strict = plan(hint, standard().with_strict())
    for tag, width, below in ((251, 2, 250), (252, 4, 0xFFFF), (253, 8, 0xFFFF_FFFF), (254, 16, (1 << 64) - 1)):
        if width <= bits // 8:
            with pytest.raises(NotShortest):
                strict.decode(bytes([tag]) + below.to_bytes(width, "little"))
            data = bytes([tag]) + (below + 1).to_bytes(width, "little")
            value, end = strict.decode(data)
            assert (strict.encode(value), end) == (data, len(data))


@EACH
def test_every_cut_is_an_end_that_says_how_much_is_missing(plan, hint: object, bits: int, signed: bool) -> None:
    low, high = bounds(bits, signed)
    for config in CONFIGS:
        it = plan(hint, config)
        for value in (low, high, high // 2, 3):
            data = it.encode(value)
            for cut in range(len(data)):
                with pytest.raises(UnexpectedEnd) as caught:
                    it.decode(data[:cut])
                missing = len(data) - cut if cut or config.ints == "fixed" or bits == 8 else 1
                assert caught.value.additional == missing


def test_nonzero_is_never_zero(plan) -> None:
    for config in CONFIGS:
        it = plan(NonZero[i32], config)
        data = plan(i32, config).encode(0)
        with pytest.raises(NonZeroTypeIsZero):
            it.decode(data)
        with pytest.raises(OutOfRangeError):
            it.encode(0)
        assert it.decode(it.encode(-7))[0] == -7


class Indexed:
    def __init__(self, value: int) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value


def test_what_counts_as_an_index_is_an_integer(plan) -> None:
    assert plan(u16).encode(Indexed(300)) == plan(u16).encode(300)
    with pytest.raises(OutOfRangeError):
        plan(u16).encode(Indexed(-1))


def test_numbers_of_numpy_are_integers(plan) -> None:
    numpy = pytest.importorskip("numpy")
    assert plan(i64).encode(numpy.int32(-5)) == plan(i64).encode(-5)
    assert plan(u8).encode(numpy.uint64(200)) == b"\xc8"
    with pytest.raises(WrongTypeError):
        plan(u8).encode(numpy.float64(1))
    with pytest.raises(WrongTypeError):
        plan(u8).encode(numpy.bool_(True))


@given(st.integers(-(1 << 127), (1 << 127) - 1), st.sampled_from(CONFIGS), st.sampled_from(["twin", "selected"]))
def test_any_i128_comes_back(value: int, config: object, engine: str) -> None:
    from bincode_next.plan._plan_py import Plan as Twin
    from bincode_next.plan._select import Plan as Selected
    from bincode_next.schema import schema_of

    it = (Twin if engine == "twin" else Selected)(schema_of(i128), config)
    data = it.encode(value)
    assert it.decode(data) == (value, len(data))


def test_v3_counts_only_usize_against_its_limit(plan) -> None:
    tight = v3().with_limit(0)
    assert plan(u64, tight).decode(b"\x01") == (1, 1)
    with pytest.raises(Exception, match="limit"):
        plan(usize, tight).decode(b"\x01")
