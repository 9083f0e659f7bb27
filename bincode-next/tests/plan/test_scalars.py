"""bool, floats, char, text and bytes."""

import math
import struct
from pathlib import Path
from typing import Annotated

import pytest

from bincode_next.config import Safety, legacy, standard, v3
from bincode_next.errors import (
    CStringNul,
    InvalidBooleanValue,
    InvalidCharEncoding,
    LimitExceeded,
    OutOfRangeError,
    UnexpectedEnd,
    Utf8Error,
    WrongTypeError,
)
from bincode_next.types import CStr, Length, MaxLength, char, f32, f64


def test_a_bool_is_0_or_1(plan) -> None:
    it = plan(bool)
    assert it.encode(True) == b"\1"
    assert it.decode(b"\0") == (False, 1)
    for byte in range(2, 256):
        with pytest.raises(InvalidBooleanValue) as caught:
            it.decode(bytes([byte]))
        assert caught.value.found == byte
    for value in (1, 0, "True", None):
        with pytest.raises(WrongTypeError):
            it.encode(value)


@pytest.mark.parametrize("endian", ["little", "big"])
def test_floats_keep_every_bit(plan, endian: str) -> None:
    """Signs of zero, infinities, subnormal numbers and the payloads of NaNs, signalling ones too."""
    config = standard() if endian == "little" else standard().with_big_endian()
    wide, narrow = plan(f64, config), plan(f32, config)
    for bits in (0, 1 << 63, 1, 0x7FF << 52, 0xFFF << 52, 0x7FF8 << 48, 0x7FF0_0000_0000_0001, 0xFFF4_2000_0000_0000):
        data = bits.to_bytes(8, endian)
        value, end = wide.decode(data)
        assert (wide.encode(value), end) == (data, 8)
    for bits in (0, 1 << 31, 1, 0xFF << 23, 0x7FC0_0000, 0x7F80_0001, 0xFFA0_0000, 0x7F80_2000):
        data = bits.to_bytes(4, endian)
        value, end = narrow.decode(data)
        assert (narrow.encode(value), end) == (data, 4)


def test_an_f64_is_rounded_to_the_nearest_f32(plan) -> None:
    it = plan(f32)
    for value in (0.1, 1 / 3, 1e-40, 1 + 2**-24, 1 + 3 * 2**-24, 3.4e38):
        assert it.encode(value) == struct.pack("<f", value)
    assert it.encode(2**24) == struct.pack("<f", 2.0**24)
    for value in (1e39, -3.5e38, 1 << 200):
        with pytest.raises(OutOfRangeError):
            it.encode(value)
    low_nan = struct.unpack("<d", (0x7FF0_0000_0000_0001).to_bytes(8, "little"))[0]
    assert math.isnan(it.decode(it.encode(low_nan))[0])


def test_what_is_no_number_is_no_float(plan) -> None:
    for value in (True, "1.0", b"1", None, [1.0], 1j):
        with pytest.raises(WrongTypeError):
            plan(f64).encode(value)
    with pytest.raises(OutOfRangeError):
        plan(f64).encode(1 << 2000)
    assert plan(f64).encode(3) == struct.pack("<d", 3.0)


def test_numbers_of_numpy_are_floats(plan) -> None:
    numpy = pytest.importorskip("numpy")
    assert plan(f64).encode(numpy.float32(0.5)) == struct.pack("<d", 0.5)
    assert plan(f32).encode(numpy.int16(-2)) == struct.pack("<f", -2.0)
    assert plan(bool).encode(numpy.bool_(True)) == b"\1"
    for value in (numpy.bool_(True), numpy.complex128(1)):
        with pytest.raises(WrongTypeError):
            plan(f64).encode(value)


@pytest.mark.parametrize("text", ["a", "\0", "\x7f", "é", "€", "\ud7ff", "\ue000", "\uffff", "🌍", "\U0010ffff"])
def test_a_char_is_its_utf8(plan, text: str) -> None:
    for config in (standard(), legacy().with_big_endian(), v3()):
        it = plan(char, config)
        assert it.encode(text) == text.encode()
        assert it.decode(text.encode() + b"x") == (text, len(text.encode()))


@pytest.mark.parametrize(
    "data", ["80", "bf", "c080", "c1bf", "eda080", "edbfbf", "e08080", "f0808080", "f4908080", "f5", "ff", "e28261"]
)
def test_what_is_no_scalar_value_is_refused(plan, data: str) -> None:
    with pytest.raises(InvalidCharEncoding) as caught:
        plan(char).decode(bytes.fromhex(data))
    assert caught.value.offset == 0


def test_a_char_that_is_cut_off(plan) -> None:
    """bincode 1 calls it a wrong one; its successors say how much is missing."""
    with pytest.raises(UnexpectedEnd) as caught:
        plan(char).decode(b"\xf0\x9f")
    assert caught.value.additional == 2
    with pytest.raises(InvalidCharEncoding):
        plan(char, legacy()).decode(b"\xf0\x9f")


def test_only_one_character_is_a_char(plan) -> None:
    for value in ("", "ab", "\ud800", b"a", 97, None):
        with pytest.raises(WrongTypeError):
            plan(char).encode(value)


@pytest.mark.parametrize("data", ["ff", "c328", "eda080", "f4908080", "c080", "61e2"])
def test_text_is_strict_utf8(plan, data: str) -> None:
    raw = bytes.fromhex(data)
    with pytest.raises(Utf8Error) as caught:
        plan(str).decode(bytes([len(raw)]) + raw)
    assert caught.value.offset == 1 + (1 if data == "61e2" else 0)


def test_text_that_has_no_utf8_is_refused(plan) -> None:
    for value in ("a\ud800", "\udfff", b"a", 1, None, ["a"]):
        with pytest.raises(WrongTypeError):
            plan(str).encode(value)


def test_paths_are_text(plan) -> None:
    it = plan(Path)
    assert it.encode(Path("/a/é")) == plan(str).encode("/a/é") == it.encode("/a/é")
    assert it.decode(plan(str).encode("/a/é"))[0] == Path("/a/é")
    with pytest.raises(WrongTypeError):
        it.encode(Path("a\udcff"))
    with pytest.raises(WrongTypeError):
        it.encode(b"a")


def test_bytes_of_every_kind_are_taken(plan) -> None:
    it = plan(bytes)
    for value in (b"\1\2", bytearray(b"\1\2"), memoryview(b"\1\2"), memoryview(b"\1x\2x")[::2]):
        assert it.encode(value) == b"\2\1\2"
        assert it.size(value) == 3
    for value in ("ab", [1, 2], 5, None, memoryview(b"abcd").cast("H")):
        with pytest.raises(WrongTypeError):
            it.encode(value)


def test_each_kind_of_bytes_comes_back_as_such(plan) -> None:
    data = b"\2\1\2"
    assert type(plan(bytes).decode(data)[0]) is bytes
    assert type(plan(bytearray).decode(data)[0]) is bytearray
    source = bytearray(data)
    view, _ = plan(memoryview).decode(source)
    assert (view, view.readonly) == (b"\1\2", True)
    source[1] = 9
    assert view[0] == 9


def test_lengths_of_types_are_kept(plan) -> None:
    four = plan(Annotated[bytes, Length(4)])
    assert four.encode(b"abcd") == b"abcd"
    assert four.decode(b"abcde") == (b"abcd", 4)
    for value in (b"abc", b"abcde"):
        with pytest.raises(WrongTypeError):
            four.encode(value)
    for hint, fit, more in ((Annotated[bytes, MaxLength(2)], b"ab", b"abc"), (Annotated[str, MaxLength(2)], "é", "éa")):
        it = plan(hint)
        assert it.decode(it.encode(fit))[0] == fit
        with pytest.raises(OutOfRangeError):
            it.encode(more)
        with pytest.raises(LimitExceeded):
            it.decode(b"\3abc")


def test_a_c_string_has_no_nul_inside(plan) -> None:
    assert plan(CStr).encode(b"ab") == b"\2ab"
    with pytest.raises(WrongTypeError):
        plan(CStr).encode(b"a\0b")
    with pytest.raises(CStringNul) as caught:
        plan(CStr).decode(b"\3a\0b")
    assert caught.value.offset == 2


@pytest.mark.parametrize("hint", [str, bytes, memoryview, bytearray, Path])
def test_a_hostile_length_is_an_end(plan, hint: object) -> None:
    """Lengths up to 2**64 - 1 allocate nothing."""
    for count in (1 << 40, (1 << 63) - 1, 1 << 63, (1 << 64) - 1):
        with pytest.raises(UnexpectedEnd) as caught:
            plan(hint).decode(b"\xfd" + count.to_bytes(8, "little") + b"ab")
        assert caught.value.additional == count - 2


def test_memory_is_bounded(plan) -> None:
    small = standard().with_safety(Safety(memory=1000))
    assert plan(bytes, small).decode(plan(bytes).encode(b"x" * 1000))[0] == b"x" * 1000
    with pytest.raises(LimitExceeded):
        plan(bytes, small).decode(plan(bytes).encode(b"x" * 1001))
    with pytest.raises(LimitExceeded):
        plan(list[str], small).decode(plan(list[str]).encode(["x" * 300] * 4))
