"""A push decoder gives each value with its last byte, however the bytes are chopped."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import NAMES, PAIRS, SAMPLES, SAVE, Chain, Save, chain

from bincode_next.codec import decode_many, encode
from bincode_next.config import CborOptions, Safety, legacy, standard, v3
from bincode_next.errors import (
    ConfigError,
    DecodeError,
    InvalidBooleanValue,
    InvalidCharEncoding,
    LimitExceeded,
    SchemaError,
    UnexpectedEnd,
)
from bincode_next.stream import PushDecoder
from bincode_next.stream._frame import framed
from bincode_next.types import u8, u16, u32

KINDS = [(hint, value) for _, hint, value in PAIRS]
FRAMES = ["u32", "u32-big", "u64", "varint"]


def pieces(data, size):
    return (data[at : at + size] for at in range(0, len(data), size))


@pytest.mark.parametrize("config", [standard(), legacy(), v3().with_big_endian()], ids=["standard", "legacy", "big"])
@pytest.mark.parametrize(("name", "hint", "value"), PAIRS, ids=NAMES)
def test_every_byte_boundary(name, hint, value, config):
    """Two values cut at any byte: each comes with its last byte, not before and not after."""
    data = encode(value, hint, config)
    if not data:
        return
    both = data + data
    for cut in range(min(len(both), 200)):
        push = PushDecoder(hint, config)
        first = push.feed(both[:cut])
        assert first == [value] * (cut // len(data)), name
        assert push.offset == len(first) * len(data)
        assert push.buffered == cut - push.offset
        assert 1 <= push.needed <= len(data) - push.buffered
        assert push.feed(both[cut:]) == [value] * (2 - len(first))
        push.close()


OTHERS = {
    "cbor": v3().with_cbor_format(),
    "deterministic-cbor": v3().with_deterministic_cbor(),
    "well-formed": v3().with_cbor_options(CborOptions(well_formed=True)),
    "fingerprint": v3().with_fingerprint(),
    "limit": standard().with_limit(100_000),
}


@pytest.mark.parametrize("config", OTHERS.values(), ids=OTHERS)
def test_other_configurations(config):
    """CBOR, fingerprints and limits: the same, of every type that has them."""
    for name, hint, value in PAIRS:
        try:
            data = encode(value, hint, config)
        except SchemaError:
            continue
        for cut in range(0, min(2 * len(data), 100), 3) if data else ():
            push = PushDecoder(hint, config)
            first = push.feed((data + data)[:cut])
            assert first == [value] * (cut // len(data)), name
            assert 1 <= push.needed <= len(data) - push.buffered
            assert push.feed((data + data)[cut:]) == [value] * (2 - len(first))
            push.close()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100, 5000])
@pytest.mark.parametrize("frame", [None, *FRAMES])
def test_chunks_of_any_size(size, frame):
    values = [SAVE] * 5
    data = b"".join(framed(frame, encode(one)) for one in values)
    push = PushDecoder(Save, frame=frame)
    found = [value for piece in pieces(data, size) for value in push.feed(piece)]
    push.close()
    assert found == values
    assert push.offset == len(data)


@given(st.lists(st.lists(st.integers(0, 1 << 40)), max_size=20), st.randoms(use_true_random=False))
def test_random_values_in_random_chunks(values, dice):
    data = b"".join(encode(one, list[int]) for one in values)
    push, found, at = PushDecoder(list[int]), [], 0
    while at < len(data):
        size = dice.choice((1, 2, 5, 50))
        found += push.feed(memoryview(data)[at : at + size])
        at += size
    push.close()
    assert found == values


def test_batches_and_single_values_agree():
    """Thousands of small values in one chunk, of sizes that change: as one by one."""
    values = [(i, "x" * (i % 300 if i > 3000 else 1)) for i in range(6000)]
    hint = tuple[u32, str]
    data = b"".join(encode(one, hint) for one in values)
    for size in (len(data), 10_000, 4097):
        push = PushDecoder(hint)
        assert [one for piece in pieces(data, size) for one in push.feed(piece)] == values
        push.close()


def test_bad_bytes_after_good_values():
    """The values before are returned; the error comes with the next call, and with every later one."""
    push = PushDecoder(bool)
    assert push.feed(b"\x01\x00\x07\x01") == [True, False]
    assert isinstance(push.failed, InvalidBooleanValue)
    for call in (lambda: push.feed(b"\x01"), push.close, lambda: push.feed(b"")):
        with pytest.raises(InvalidBooleanValue):
            call()
    fresh = PushDecoder(tuple[str, bool])
    assert fresh.feed(b"\x01") == []
    with pytest.raises(InvalidBooleanValue):
        fresh.feed(b"a\x02")


@pytest.mark.parametrize("size", [1, 3, 7, 100])
@pytest.mark.parametrize("frame", [None, "u32"])
def test_offsets_count_from_the_first_byte(size, frame):
    """Wherever the chunks are cut, an error names the byte of the stream, and the field."""
    hint = tuple[u16, list[bool]]
    good = framed(frame, encode((300, [True, False]), hint))
    data = good * 5 + framed(frame, b"\x05\x03\x00\x01\x07")
    push, found = PushDecoder(hint, frame=frame), []
    for piece in pieces(data[:-1], size):
        found += push.feed(piece)
    with pytest.raises(InvalidBooleanValue) as caught:
        push.feed(data[-1:])
    assert len(found) == 5
    assert caught.value.offset == len(data) - 1
    assert caught.value.path == "[1][2]"


@pytest.mark.parametrize(("name", "hint", "value"), PAIRS, ids=NAMES)
def test_an_end_within_a_value(name, hint, value):
    data = encode(value, hint)
    for cut in range(1, min(len(data), 100)):
        push = PushDecoder(hint)
        assert push.feed(data[:cut]) == [], name
        with pytest.raises(UnexpectedEnd):
            push.close()


def test_what_is_missing_is_said():
    push = PushDecoder(bytes)
    assert push.needed == 1
    push.feed(b"\xfc")
    assert push.needed == 4
    push.feed((1000).to_bytes(4, "little") + b"abc")
    assert push.needed == 997
    framed_push = PushDecoder(bytes, frame="u32")
    assert framed_push.needed == 4
    framed_push.feed(b"\x08\0\0\0ab")
    assert framed_push.needed == 6


def test_values_without_bytes():
    with pytest.raises(ValueError, match="Frame them"):
        PushDecoder(None)
    assert PushDecoder(None, frame="u32").feed(b"\0" * 12) == [None] * 3


def test_hostile_lengths_wait_or_are_refused():
    """Exabytes are never allocated; what the limits refuse is refused when it is announced."""
    huge = b"\xfd" + b"\xff" * 6 + b"\x0f\x00"
    push = PushDecoder(bytes, standard().with_safety(Safety(bytes=None)))
    assert push.feed(huge) == []
    assert push.needed > 1 << 40
    with pytest.raises(LimitExceeded, match=f"at most {1 << 32}, found"):
        PushDecoder(bytes).feed(huge)
    limited = standard().with_safety(Safety(elements=10))
    with pytest.raises(LimitExceeded):
        PushDecoder(list[u16], limited).feed(b"\x0b")
    for chunk in (b"\xfb\xe8\x03", b"\x0a" + b"x" * 9):  # announced, and come
        with pytest.raises(LimitExceeded):
            PushDecoder(tuple[str, str], standard().with_safety(Safety(bytes=9))).feed(chunk)
    for frame, head in [("u32", b"\xff\xff\xff\xff"), ("u64", b"\xff" * 8), ("varint", b"\xfd" + b"\xff" * 8)]:
        with pytest.raises(LimitExceeded):
            PushDecoder(bytes, standard().with_safety(Safety(bytes=1000)), frame=frame).feed(head)
    with pytest.raises(DecodeError):
        PushDecoder(bytes, frame="varint").feed(b"\xff")


def test_deep_values_come_in_pieces():
    """A chain of many thousand links in small chunks: no recursion, and no second look at all of it."""
    deep = chain(20_000)
    push, found = PushDecoder(Chain), []
    for piece in pieces(encode(deep), 512):
        found += push.feed(piece)
    (made,) = found
    depth = 0
    while made is not None:
        depth, made = depth + 1, made.next
    while deep is not None:  # taken apart link by link: so deep a chain is not freed at once
        deep = deep.next
    assert depth == 20_000


def test_large_values_in_small_chunks():
    dice = random.Random(1)
    value = [dice.choice([1, 300, 1 << 40]) for _ in range(20_000)]
    push = PushDecoder(list[int])
    found = [one for piece in pieces(encode(value, list[int]), 64) for one in push.feed(piece)]
    assert found == [value]


def test_fields_may_be_missing_in_frames_only():
    from samples import Point

    with pytest.raises(ConfigError):
        PushDecoder(Point, allow_missing=True)
    body = encode(SAVE)[: len(encode(SAVE)) - len(encode(SAVE.extra, list[int]))]
    (made,) = PushDecoder(Save, frame="varint", allow_missing=True).feed(framed("varint", body))
    assert made.extra == []
    assert made.key == SAVE.key


def test_frames_and_names():
    with pytest.raises(ValueError, match="u32-big"):
        PushDecoder(u8, frame="u16")
    assert framed("u32", b"abc") == b"\x03\0\0\0abc"
    assert framed("u32-big", b"abc") == b"\0\0\0\x03abc"
    assert framed("u64", b"abc") == b"\x03" + b"\0" * 7 + b"abc"
    assert framed("varint", b"a" * 251) == b"\xfb\xfb\x00" + b"a" * 251
    assert framed("varint", b"a" * 70000) == b"\xfc" + (70000).to_bytes(4, "little") + b"a" * 70000


HINTS = [hint for name, (hint, _) in SAMPLES.items() if encode(SAMPLES[name][1][-1], hint)]
CONFIGS = [standard(), standard().with_strict(), legacy(), v3().with_big_endian(), v3().with_deterministic_bincode()]


def outcome(values):
    """Return the values of an iterator and the error that ended it, by its kind and place."""
    found = []
    try:
        found.extend(values)
    except DecodeError as error:
        return found, type(error), error.offset, error.path
    except ValueError as error:
        return found, type(error), None, None
    return found, None, None, None


def pushed(push, data, size):
    for piece in pieces(data, size):
        yield from push.feed(piece)
    push.close()


@settings(max_examples=400)
@given(st.data())
def test_random_bytes_in_chunks_and_whole(data):
    """Bytes that nobody encoded, and samples with a byte changed: chunks give the values and the error of the whole."""
    config = data.draw(st.sampled_from(CONFIGS))
    hint = data.draw(st.sampled_from(HINTS))
    if data.draw(st.booleans()):
        raw = data.draw(st.binary(max_size=60))
    else:
        whole = bytearray(b"".join(encode(value, hint, config) for kind, value in KINDS if kind is hint) * 2)
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
        raw = bytes(whole)
    size = data.draw(st.sampled_from([1, 2, 5, 30, 1000]))
    wanted = outcome(decode_many(raw, hint, config))
    found = outcome(pushed(PushDecoder(hint, config), raw, size))
    assert repr(found[0]) == repr(wanted[0])
    if found[1] is LimitExceeded or {wanted[1], found[1]} == {UnexpectedEnd, LimitExceeded}:
        return  # a stream refuses what a length announces; in memory, items may be looked at before
    if config.crate == 1 and (wanted[1], found[1]) == (InvalidCharEncoding, UnexpectedEnd):
        return  # bincode 1 calls a cut character a wrong one; a stream knows better
    assert found[1:] == wanted[1:]
