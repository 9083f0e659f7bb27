"""Described scalars and Python's."""

import math
import struct

import pytest

from bincode_next.testing._scalars import SCALARS, as_bytes, as_float, from_bytes, plain, repeated


@pytest.mark.parametrize("bits", [0, 1, 0x8000_0000, 0x7F80_0000, 0x7FC0_0000, 0x7F80_0001, 0xFFA1_2345, 0x3F80_0000])
def test_an_f32_keeps_its_bits(bits: int) -> None:
    _, load, show = SCALARS["f32"]
    said = f"f32:0x{bits:08x}"
    assert show(load(said)) == said


@pytest.mark.parametrize("bits", [0, 1, 1 << 63, 0x7FF << 52, (0x7FF << 52) + 1, 0x3FF0_0000_0000_0000])
def test_an_f64_keeps_its_bits(bits: int) -> None:
    _, load, show = SCALARS["f64"]
    said = f"f64:0x{bits:016x}"
    assert show(load(said)) == said


def test_floats_are_what_their_bits_say() -> None:
    assert as_float("f64:0x3ff0000000000000") == 1.0
    assert as_float("f32:0x3f800000") == 1.0
    assert math.isnan(as_float("f32:0x7f802000"))
    assert struct.pack("<d", as_float("f32:0x7f800001")).hex() == "000000200000f07f"


def test_bytes_and_runs() -> None:
    assert as_bytes("hex:0102") == b"\1\2"
    assert as_bytes({"repeat_hex": ["07", 3]}) == b"\7\7\7"
    assert from_bytes(bytearray(b"\1")) == "hex:01"
    assert repeated({"repeat": ["ab", 2]}) == "abab"
    assert repeated({"repeat": [5, 2]}) == [5, 5]
    assert repeated([1]) == [1]


def test_two_descriptions_of_a_value_are_equal_in_plain_form() -> None:
    assert plain([5, "5", True, None]) == ["5", "5", True, None]
    assert plain({"a": {"repeat": [1, 2]}}) == {"a": ["1", "1"]}
    assert plain({"repeat_hex": ["01", 2]}) == "hex:0101"
