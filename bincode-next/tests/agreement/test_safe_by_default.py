"""What untrusted bytes can't do under the configurations as they come, promise by promise, by the public functions."""

import dataclasses
import sys
import tracemalloc
from typing import Annotated

import pytest

from bincode_next import decode, encode, encode_into, errors, legacy, standard, u8, u16, u32, u64, v3, v3_legacy
from bincode_next.types import Length, NonZero, char

CONFIGS = (legacy(), standard(), v3(), v3_legacy())
STRICT = v3().with_deterministic_bincode().with_strict()


@dataclasses.dataclass(slots=True)
class Link:
    value: u8
    next: "Link | None" = None


@dataclasses.dataclass(slots=True)
class Both:
    name: str
    rest: list[u16]


@pytest.mark.parametrize("config", CONFIGS)
def test_limits_are_on(config):
    """On bytes, elements, depth and memory. What they come to: that of bytes in `config/test_reach.py`."""
    safety = config.safety
    assert None not in dataclasses.astuple(safety)
    with pytest.raises(errors.LimitExceeded):
        decode(encode(safety.empty + 1, u64, config), list[None], config)
    deep = encode(1, u8, config) + b"\1"
    with pytest.raises(errors.LimitExceeded):
        decode(deep * (safety.depth + 2) + b"\0\0", Link, config)


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize(
    "hint", [bytes, str, list[u8], list[str], set[u64], dict[str, u8], list[list[u64]], list[tuple[u64, u64]]]
)
def test_a_length_allocates_no_more_than_the_bytes_that_follow_justify(hint, config):
    """However large it is, and wherever it stands."""
    for count in (1 << 20, 1 << 40, (1 << 64) - 1):
        data = encode(count, u64, config) + b"\1" * 64
        with pytest.raises(errors.DecodeError):  # makes the plan, and imports what an error needs
            decode(data, hint, config)
        tracemalloc.start()
        try:
            with pytest.raises(errors.DecodeError):
                decode(data, hint, config)
            assert tracemalloc.get_traced_memory()[1] < 50_000
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize("config", CONFIGS)
def test_a_hundred_thousand_levels_are_a_value_or_an_error(config):
    """Decoded and encoded without the stack; cut off, an error; Python's own limit of recursion plays no part."""
    depth = 100_000
    data = b"\7\1" * (depth - 1) + b"\7\0"
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(150)
    try:
        value = decode(data, Link, config)
        again = encode(value, Link, config)
        with pytest.raises(errors.UnexpectedEnd):
            decode(data[:-1], Link, config)
    finally:
        sys.setrecursionlimit(limit)
    assert again == data
    levels = 0
    while value is not None:
        value, levels = value.next, levels + 1
    assert levels == depth


@pytest.mark.parametrize(
    ("hint", "data", "error"),
    [
        (u8, b"\1\2", errors.TrailingBytes),
        (u16, b"\xfb\1\0", errors.NotShortest),
        (str, b"\xfb\1\0a", errors.NotShortest),
        (dict[u8, u8], b"\2\1\7\1\7", errors.DuplicateMapKey),
        (set[u8], b"\2\1\1", errors.DuplicateMapKey),
        (dict[u8, u8], b"\2\2\7\1\7", errors.InvalidMapOrder),
        (set[u8], b"\2\2\1", errors.InvalidMapOrder),
    ],
)
def test_strict_refuses_what_no_encoder_writes(hint, data, error):
    """Trailing bytes, long varints, keys twice, keys out of order; each is taken without it."""
    with pytest.raises(error):
        decode(data, hint, STRICT)
    if error is not errors.DuplicateMapKey:  # deterministic maps never have a key twice
        decode(data, hint, v3().with_deterministic_bincode())
    decode(data, hint, v3())


@pytest.mark.parametrize(
    ("hint", "data", "path", "offset"),
    [
        (list[u16], b"\2\5", "[1]", 2),
        (tuple[u8, bool], b"\1\2", "[1]", 1),
        (tuple[u8, char], b"\1\xff", "[1]", 1),
        (tuple[u8, str], b"\1\1\xff", "[1]", 2),
        (dict[str, u8 | None], b"\1\1k\2", "['k']", 3),
        (Both, b"\1n\1\xfd", "rest[0]", 3),
        (list[Both], b"\1\1n\1\xfd", "[0].rest[0]", 4),
        (tuple[NonZero[u8], u8], b"\0\0", "[0]", 0),
        (tuple[Link, Annotated[list[u8], Length(2)]], b"\1\2\0\0", "[0].next", 1),
    ],
)
def test_errors_are_of_one_family_and_say_where_what_was_wanted_and_found(hint, data, path, offset):
    """A path and an offset that are right, and two words."""
    with pytest.raises(errors.DecodeError) as caught:
        decode(data, hint)
    found = caught.value
    assert (found.path, found.offset) == (path, offset)
    assert found.wanted is not None
    assert found.found is not None
    assert path in str(found)
    assert f"byte {offset}" in str(found)


@pytest.mark.parametrize("config", [*CONFIGS, STRICT])
def test_the_buffer_given_is_never_written(config):
    """Whether it decodes or not, and it is free to change afterwards."""
    whole = bytearray(encode(Both("name", [1, 2, 300]), Both, config))
    for end in range(len(whole) + 1):
        data = whole[:end]
        try:
            decode(memoryview(data), Both, config)
        except errors.DecodeError:
            assert end < len(whole)
        assert data == whole[:end]
        data.extend(b"x")


@pytest.mark.parametrize("config", [*CONFIGS, STRICT])
def test_a_failed_encode_into_leaves_the_buffer(config):
    """However late it fails, for lack of room or for a value that is none."""
    needed = len(encode(Both("name", [1, 2, 300]), Both, config))
    for room in range(needed):
        buffer = bytearray(b"\xaa" * room)
        with pytest.raises(errors.BufferTooSmallError):
            encode_into(buffer, Both("name", [1, 2, 300]), type=Both, config=config)
        assert buffer == b"\xaa" * room
    buffer = bytearray(b"\xaa" * 64)
    for wrong in (Both("name", [1, 2, 1 << 16]), Both("name", [1, "x"]), Both(None, [1])):
        with pytest.raises(errors.EncodeError):
            encode_into(buffer, wrong, type=Both, config=config)
        assert buffer == b"\xaa" * 64


def test_a_wide_value_of_small_parts_counts_as_a_whole():
    """Limits are of the value, not of each list in it."""
    most = standard().safety.empty
    half = encode(most // 2 + 1, u32)
    with pytest.raises(errors.LimitExceeded):
        decode(b"\2" + half + half, list[list[None]])
