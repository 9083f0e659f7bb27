"""Fields that share bytes, within values of every kind."""

from dataclasses import dataclass
from typing import Annotated

import pytest

from bincode_next import types as t
from bincode_next.config import v3
from bincode_next.errors import OutOfRangeError, UnexpectedEnd, UnexpectedVariant, WrongTypeError
from bincode_next.types import Bits, Name, u8, u16, u32

PACKED, BIG = v3().with_bit_packing(), v3().with_big_endian().with_bit_packing()


@dataclass
class Telemetry:
    is_active: Annotated[bool, Bits(1)]
    has_error: Annotated[bool, Bits(1)]
    mode: Annotated[u8, Bits(3)]


@dataclass
class Groups:
    a: Annotated[u8, Bits(3)]
    b: Annotated[u8, Bits(7)]
    mid: u32
    c: Annotated[u16, Bits(12)]
    name: str
    inner: Telemetry


@t.bitpacked
@dataclass
class Empty:
    pass


@t.bitpacked
@dataclass
class Single:
    value: u8


@dataclass
class Small:
    a: Annotated[u8, Bits(2)]
    b: Annotated[u8, Bits(4)]


Complex = Annotated[Empty | Single | Small, Name("Complex"), t.BitPacked()]


def test_neighbours_share_bytes(plan) -> None:
    value = Telemetry(True, False, 5)
    for config, data in ((PACKED, "15"), (BIG, "a8"), (v3(), "010005")):
        it = plan(Telemetry, config)
        assert it.encode(value).hex() == data
        assert it.decode(bytes.fromhex(data)) == (value, len(data) // 2)
        assert it.size(value) == len(data) // 2


def test_groups_end_at_bytes(plan) -> None:
    value = Groups(5, 100, 7, 4095, "x", Telemetry(False, True, 1))
    it = plan(list[Groups], PACKED)
    data = it.encode([value, value])
    assert data.hex() == "02" + 2 * "250307ff0f017806"
    assert it.decode(data)[0] == [value, value]


def test_the_tag_of_an_enum_joins_the_first_group(plan) -> None:
    it = plan(Complex, PACKED)
    assert it.encode(Empty()).hex() == "00"
    assert it.encode(Single(200)).hex() == "01c8"
    assert it.encode(Small(3, 9)).hex() == "9e"
    for value in (Empty(), Single(200), Small(3, 9)):
        assert it.decode(it.encode(value)) == (value, len(it.encode(value)))
    assert plan(Complex, v3()).encode(Small(3, 9)).hex() == "020309"


def test_errors_have_their_place(plan) -> None:
    it = plan(list[Telemetry], PACKED)
    for value, kind in ((8, OutOfRangeError), (-1, OutOfRangeError), ("x", WrongTypeError), (True, WrongTypeError)):
        with pytest.raises(kind) as caught:
            it.encode([Telemetry(True, True, 1), Telemetry(True, True, value)])
        assert caught.value.path == "[1].mode"
    with pytest.raises(UnexpectedEnd) as ended:
        it.decode(b"\2\x15")
    assert (ended.value.path, ended.value.offset) == ("[1].is_active", 2)
    with pytest.raises(UnexpectedVariant) as unknown:
        plan(Complex, PACKED).decode(b"\3")
    assert unknown.value.offset == 0
    with pytest.raises(UnexpectedEnd) as ended:
        plan(Complex, PACKED).decode(b"\1")
    assert (ended.value.path, ended.value.offset) == ("Complex.Single.value", 1)


def test_packed_bytes_are_not_counted_against_the_limit(plan) -> None:
    assert plan(Telemetry, PACKED.with_limit(0)).decode(b"\x15")
