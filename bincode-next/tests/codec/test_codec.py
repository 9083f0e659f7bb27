"""Functions and compiled codecs do the same; configurations and limits are kept."""

import dataclasses
from typing import Annotated

import pytest
from samples import NAMES, PAIRS, SAVE, Point, Save

from bincode_next.codec import (
    Decoder,
    Encoder,
    decode,
    decode_many,
    decode_prefix,
    encode,
    encode_into,
    encode_many,
    encoded_size,
)
from bincode_next.config import Safety, legacy, standard, v3
from bincode_next.errors import (
    BufferTooSmallError,
    ConfigError,
    DecodeError,
    EncodeError,
    LimitExceeded,
    NotShortest,
    SchemaError,
    TrailingBytes,
    UnexpectedEnd,
)
from bincode_next.types import Codec, f64, register, u8, u16, u32, unregister


@dataclasses.dataclass
class Filled:
    name: str
    level: u8 = 7


CONFIGS = [standard(), standard().with_big_endian(), legacy(), v3(), v3().with_fingerprint()]


@pytest.mark.parametrize("config", CONFIGS, ids=["standard", "big", "legacy", "v3", "fingerprint"])
@pytest.mark.parametrize(("name", "hint", "value"), PAIRS, ids=NAMES)
def test_values_come_back(name, hint, value, config):
    """What was encoded decodes to the same, in one piece, from any buffer, and among other bytes."""
    try:
        data = encode(value, hint, config)
    except SchemaError:
        assert config.fingerprint, name  # the crate has none for some types
        pytest.skip("no fingerprint of this type")
    assert decode(data, hint, config) == value
    assert decode(memoryview(b"xy" + data)[2:], hint, config) == value
    assert decode_prefix(b"xyz" + data + b"!", hint, config, offset=3) == (value, len(data))
    assert encoded_size(value, hint, config) == len(data)
    assert Encoder(hint, config).encode(value) == data
    assert Decoder(hint, config).decode(bytearray(data)) == value
    buffer = bytearray(len(data) + 4)
    assert encode_into(buffer, value, 2, type=hint, config=config) == len(data) + 2
    assert buffer == b"\0\0" + data + b"\0\0"


def test_the_class_of_a_value_is_its_type():
    assert decode(encode(SAVE), Save) == SAVE
    assert encode(7) == encode(7, int)
    with pytest.raises(SchemaError):
        encode([1, 2])


def test_a_type_or_config_that_is_equal_is_not_the_same():
    """`A | B` equals `B | A` in Python; their bytes differ."""
    assert (u8 | str) != (str | u8) or encode("x", u8 | str) != encode("x", str | u8)
    first, second = Point | Save, Save | Point
    point = Point(1.0, 2.0)
    assert encode(point, first)[0] == 0
    assert encode(point, second)[0] == 1
    assert decode(encode(point, second), second) == point


def test_several_values_in_a_row():
    values = ["", "a", "bc" * 300]
    data = encode_many(values, str)
    assert list(decode_many(data, str)) == values
    assert list(decode_many(data, str, offset=1)) == values[1:]
    assert list(decode_many(data, str, count=2)) == values[:2]
    assert list(Decoder(str).decode_many(memoryview(data))) == values
    assert list(decode_many(b"", None, count=3)) == [None] * 3
    with pytest.raises(ValueError, match="count="):
        list(decode_many(b"x", None))
    reader = decode_many(data[:-1], str)
    assert [next(reader), next(reader)] == values[:2]
    with pytest.raises(UnexpectedEnd):
        next(reader)
    with pytest.raises(UnexpectedEnd):
        list(decode_many(data, str, count=4))


def test_trailing_bytes():
    data = encode(5, u8) + b"x"
    assert decode(data, u8) == 5
    for config in (legacy().reject_trailing_bytes(), standard().with_strict()):
        with pytest.raises(TrailingBytes) as caught:
            decode(data, u8, config)
        assert caught.value.offset == 1
        assert decode_prefix(data, u8, config) == (5, 1)
    with pytest.raises(NotShortest):
        decode(b"\xfb\x05\x00", u16, standard().with_strict())


def test_limit_on_bytes():
    config = standard().with_safety(Safety(bytes=4))
    assert decode(b"\x03abc", str, config) == "abc"
    with pytest.raises(LimitExceeded):
        decode(b"\x04abcd", str, config)
    assert decode(b"\x03abc" + b"more", str, config) == "abc"
    assert decode_prefix(b"\x01abcdef", str, config) == ("a", 2)
    assert decode_prefix(b"......\x03abcdef", str, config, offset=6) == ("abc", 4)
    assert list(decode_many(b"\x03abc" * 500, str, config)) == ["abc"] * 500
    with pytest.raises(LimitExceeded):
        decode_prefix(b"......\x04abcdef", str, config, offset=6)
    taken = []
    with pytest.raises(LimitExceeded):
        taken += decode_many(b"\x03abc\x04abcd", str, config)
    pair = tuple[u8, Annotated[str, Codec(str, str, str)]]
    assert decode(b"\x01\x02ab" + b"more", pair, config) == (1, "ab")


def test_fields_filled_in_count_against_the_limit_on_bytes():
    """The value of an older program is as long as what it has."""
    config = standard().with_safety(Safety(bytes=4))
    assert decode(b"\x03abc", Filled, config, allow_missing=True) == Filled("abc", 7)
    with pytest.raises(LimitExceeded):
        decode(b"\x04abcd", Filled, config, allow_missing=True)


def test_buffers_are_left_alone():
    """A failed `encode_into` leaves the buffer, whatever fails."""
    buffer = bytearray(b"........")
    with pytest.raises(BufferTooSmallError):
        encode_into(buffer, ["a" * 3, "b" * 9], type=list[str])
    with pytest.raises(EncodeError):
        encode_into(buffer, [1, 2, 300], type=list[u8])
    assert buffer == b"........"


def test_codecs_of_the_process_are_seen_at_once():
    """A codec registered after a type was used serves the next call."""

    class Money:
        def __init__(self, cents):
            self.cents = cents

    with pytest.raises(SchemaError):
        encode(Money(5), Money)
    register(Money, u32, lambda money: money.cents, Money)
    try:
        assert encode(Money(5), Money) == b"\x05"
        assert decode(b"\x07", Money).cents == 7
        register(Money, str, lambda money: str(money.cents), lambda text: Money(int(text)))
        assert encode(Money(5), Money) == b"\x015"
    finally:
        unregister(Money)
    with pytest.raises(SchemaError):
        encode(Money(5), Money)
    assert Codec(u8, int, int) == Codec(u8, int, int)


@dataclasses.dataclass
class Grown:
    name: str
    age: u32
    tags: list[str] = dataclasses.field(default_factory=list)
    weight: f64 = 1.5
    note: "str | None" = None


@dataclasses.dataclass
class Before:
    name: str
    age: u32


def test_missing_fields_have_their_defaults():
    """Fields at the end are filled in where the bytes end before them, and only there."""
    old = encode(Before("Bo", 300))
    whole = encode(Grown("Bo", 300, ["x"], 2.0, "n"))
    assert decode(old, Grown, allow_missing=True) == Grown("Bo", 300)
    assert decode(whole, Grown, allow_missing=True) == Grown("Bo", 300, ["x"], 2.0, "n")
    ends = {len(old), len(old) + 3, len(old) + 11, len(whole)}
    for cut in range(len(whole) + 1):
        if cut in ends:
            assert decode(whole[:cut], Grown, allow_missing=True).name == "Bo"
        else:
            with pytest.raises(UnexpectedEnd):
                decode(whole[:cut], Grown, allow_missing=True)
    with pytest.raises(UnexpectedEnd):
        decode(old, Grown)
    first, second = decode(old, Grown, allow_missing=True), decode(old, Grown, allow_missing=True)
    assert first.tags is not second.tags


def test_missing_fields_where_they_cannot_be():
    for hint, config in [(list[u8], standard()), (Grown, v3().with_fingerprint()), (Grown, v3().with_cbor_format())]:
        with pytest.raises(ConfigError):
            Decoder(hint, config, allow_missing=True)


@pytest.mark.parametrize("config", CONFIGS[:4], ids=["standard", "big", "legacy", "v3"])
@pytest.mark.parametrize(("name", "hint", "value"), PAIRS, ids=NAMES)
def test_every_truncation_is_an_unexpected_end(name, hint, value, config):
    """However short the bytes, one error says so; nothing else is raised."""
    data = encode(value, hint, config)
    for cut in range(min(len(data), 300)):
        with pytest.raises(DecodeError) as caught:
            decode(data[:cut], hint, config)
        if name == "char" and config.crate == 1:
            continue  # bincode 1 calls a cut character a wrong one
        assert isinstance(caught.value, UnexpectedEnd)
        assert caught.value.additional >= 1


def test_a_configuration_at_the_wrong_place_is_said():
    """The function instead of what it returns, a name, the place of the type."""
    for make in (lambda: encode(1, u8, standard), lambda: decode(b"", u8, legacy), lambda: Decoder(u8, "legacy")):
        with pytest.raises(ConfigError, match=r"no configuration\. (Call it|Take)"):
            make()
    with pytest.raises(SchemaError, match="config="):
        encode(1, standard())
