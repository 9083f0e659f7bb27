"""Floats in CBOR: the shortest exact form, NaNs with their bits, and the crate's own bytes for the corners."""

from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vector_rows import float_of

from bincode_next.cbor import Plan
from bincode_next.config import CborOptions, v3
from bincode_next.errors import InvalidCbor, NotShortest, OutOfRangeError
from bincode_next.schema import _nodes as n

KEEPS_NAN = CborOptions(canonical_nan=False)
PLAIN = CborOptions(preferred_float=False, canonical_nan=False)


def _plan(bits: int, options: CborOptions, strict: bool = False) -> Plan:
    return Plan(n.Schema(n.Float(bits)), v3().with_cbor_options(options).with_strict(strict))


@pytest.mark.parametrize(
    ("width", "bits", "data"),
    [
        (64, 0x7FF8000020000000, "fb7ff8000020000000"),  # would fit an f32, but the crate looks at 37 bits
        (64, 0x7FF8040000000000, "f97e01"),
        (64, 0x7FF0040000000000, "f97c01"),
        (64, 0xFFF8000000000001, "fbfff8000000000001"),
        (32, 0x7FC02000, "f97e01"),
        (32, 0x7FC00001, "fa7fc00001"),
        (64, 0x3E70000000000000, "f90001"),  # 2^-24, the smallest half
        (64, 0x3E60000000000000, "fa33000000"),  # 2^-25
        (64, 0x36A0000000000000, "fa00000001"),  # 2^-149, the smallest single
        (64, 0x3690000000000000, "fb3690000000000000"),  # 2^-150
        (64, 0x7FF0000000000000, "f97c00"),
        (64, 0x40EFFC0000000000, "f97bff"),  # 65504, the largest half
        (64, 0x40F0000000000000, "fa47800000"),  # 65536
    ],
)
def test_the_crates_shortest_form(width: int, bits: int, data: str) -> None:
    """Bytes that bincode-next writes with preferred floats and NaNs kept."""
    plan = _plan(width, KEEPS_NAN)
    value = float_of(bits, width)
    assert plan.encode(value).hex() == data
    assert struct.pack("<d", plan.decode(bytes.fromhex(data))[0]) == struct.pack("<d", value)


@pytest.mark.parametrize(
    ("options", "width", "value", "data"),
    [
        (CborOptions(), 64, math.nan, "f97e00"),
        (CborOptions(preferred_float=False), 64, math.nan, "f97e00"),
        (CborOptions(), 64, -0.0, "f98000"),
        (CborOptions(normalize_neg_zero=True), 64, -0.0, "f90000"),
        (CborOptions(preferred_float=False, normalize_neg_zero=True), 32, -0.0, "fa00000000"),
    ],
)
def test_options(options: CborOptions, width: int, value: float, data: str) -> None:
    """The one NaN, and zeros without a sign."""
    assert _plan(width, options).encode(value).hex() == data


@given(st.integers(0, (1 << 64) - 1), st.sampled_from([KEEPS_NAN, PLAIN]))
def test_every_f64_comes_back_with_its_bits(bits: int, options: CborOptions) -> None:
    """NaNs too, in the shortest form or the plain one."""
    plan = _plan(64, options)
    data = plan.encode(float_of(bits, 64))
    assert struct.pack("<d", plan.decode(data)[0]) == bits.to_bytes(8, "little")


@given(st.integers(0, (1 << 32) - 1), st.sampled_from([KEEPS_NAN, PLAIN]))
def test_every_f32_comes_back_with_its_bits(bits: int, options: CborOptions) -> None:
    """Signalling NaNs too."""
    plan = _plan(32, options)
    value = float_of(bits, 32)
    assert struct.pack("<d", plan.decode(plan.encode(value))[0]) == struct.pack("<d", value)


@given(st.floats(allow_nan=False))
def test_no_shorter_form_is_exact(value: float) -> None:
    """The oracle tries all three."""
    data = _plan(64, CborOptions()).encode(value)
    exact = []
    for form in (">e", ">f", ">d"):
        try:
            packed = struct.pack(form, value)
        except OverflowError:
            continue
        if struct.unpack(form, packed)[0] == value:
            exact.append(packed)
    assert data[1:] == exact[0]


def test_an_f64_for_an_f32_is_rounded_as_the_crate_does() -> None:
    """Too large is infinite, a NaN becomes quiet."""
    plan = _plan(32, KEEPS_NAN)
    assert plan.decode(bytes.fromhex("fb7fefffffffffffff"))[0] == math.inf
    assert plan.encode(plan.decode(bytes.fromhex("fb7ff0000000000001"))[0]).hex() == "f97e00"
    with pytest.raises(OutOfRangeError):
        plan.encode(1e300)


@pytest.mark.parametrize("data", ["00", "f4", "f816", "80", "fb00"])
def test_what_is_no_float_is_refused(data: str) -> None:
    """Another kind of item, a simple value, bytes that end."""
    with pytest.raises(Exception, match=r"byte 0|byte 1") as caught:
        _plan(64, CborOptions()).decode(bytes.fromhex(data))
    assert isinstance(caught.value, InvalidCbor) or data == "fb00"


def test_strict_wants_the_shortest_form_that_the_options_prefer() -> None:
    """1.0 in four bytes is refused only then."""
    data = bytes.fromhex("fa3f800000")
    assert _plan(64, CborOptions()).decode(data)[0] == 1.0
    assert _plan(64, PLAIN, strict=True).decode(data)[0] == 1.0
    with pytest.raises(NotShortest):
        _plan(64, CborOptions(), strict=True).decode(data)
