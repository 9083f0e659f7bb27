"""Decoding what has parts: hostile lengths, limits, strictness, and errors that say where."""

import array
import enum
import tracemalloc
from collections import deque
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple, TypedDict

import pytest

from bincode_next import errors
from bincode_next.config import Safety, legacy, standard, v3
from bincode_next.schema import Enum, Schema
from bincode_next.types import (
    Bound,
    Codec,
    Length,
    MaxLength,
    Name,
    Range,
    Result,
    Some,
    f64,
    i64,
    u8,
    u16,
    u32,
    u64,
    usize,
)

HUGE = [1 << 20, 1 << 40, (1 << 63) - 1, (1 << 64) - 1]


@dataclass
class Circle:
    radius: u8
    label: str


@dataclass
class Square:
    sides: list[u16]


Shape = Annotated[Circle | Square, Name("Shape")]


@dataclass
class Item:
    name: str
    shape: Shape
    extra: dict[str, u8 | None]


@dataclass
class Box:
    items: list[Item]
    from_: Annotated[u8, Name("from")]


@dataclass(slots=True)
class Node:
    value: u32
    next: "Node | None" = None


def refused(plan: Any, data: bytes, kind: type[errors.DecodeError], path: str, offset: int) -> errors.DecodeError:
    with pytest.raises(kind) as caught:
        plan.decode(data)
    error = caught.value
    assert (type(error), error.path, error.offset) == (kind, path, offset)
    assert (f"at {path}" if path else "") in str(error)
    assert f"byte {offset}" in str(error)
    return error


# ---------------------------------------------------------------- places


def test_errors_say_where_in_the_value_and_in_the_bytes(plan) -> None:
    it = plan(Box)
    value = Box([Item("a", Circle(1, "x"), {}), Item("b", Square([7, 300]), {"k": 5, "l": None})], 9)
    data = it.encode(value)
    assert it.decode(data) == (value, len(data))
    assert data.hex(" ") == "02 01 61 00 01 01 78 00 01 62 01 02 07 fb 2c 01 02 01 6b 01 05 01 6c 00 09"
    ended = errors.UnexpectedEnd
    refused(it, data[:1], ended, "items[0].name", 1)
    refused(it, data[:2], ended, "items[0].name", 2)
    refused(it, data[:4], ended, "items[0].shape.Circle.radius", 4)
    refused(it, data[:14], ended, "items[1].shape.Square.sides[1]", 14)
    refused(it, data[:17], ended, "items[1].extra.keys()[0]", 17)
    refused(it, data[:20], ended, "items[1].extra['k']", 20)
    refused(it, data[:24], ended, "from_", 24)
    broken = bytearray(data)
    broken[19] = 2
    refused(it, bytes(broken), errors.UnexpectedVariant, "items[1].extra['k']", 19)
    broken[19], broken[10] = 1, 5
    error = refused(it, bytes(broken), errors.UnexpectedVariant, "items[1].shape", 10)
    assert (error.wanted, error.found) == ("Shape: 0 to 1", 5)
    broken[10], broken[9] = 1, 0xFF
    refused(it, bytes(broken), errors.Utf8Error, "items[1].name", 9)


def test_places_of_the_librarys_types(plan) -> None:
    ended = errors.UnexpectedEnd
    refused(plan(Result[u16, str]), b"\1\3a", ended, "Err", 2)
    refused(plan(Bound[u16]), b"\2", ended, "Excluded", 1)
    refused(plan(Range[u16]), b"\1", ended, "end", 1)
    refused(plan(tuple[u8, tuple[u8, u16]]), b"\1\2", ended, "[1][1]", 2)
    refused(plan(dict[u8, list[u8]]), b"\1\7\2\1", ended, "[7][1]", 4)
    refused(plan(set[u16]), b"\2\1", ended, "[1]", 2)
    refused(plan(Circle), b"", ended, "radius", 0)
    refused(plan(Shape), b"\0", ended, "Shape.Circle.radius", 1)
    refused(plan(Shape), b"", ended, "", 0)


def test_offsets_count_from_the_start_of_what_is_given(plan) -> None:
    refused_at = plan(u16)
    with pytest.raises(errors.UnexpectedEnd) as caught:
        refused_at.decode(b"\1\2\3\xfb\1", 3)
    assert caught.value.offset == 4
    assert refused_at.decode(b"\1\2\3\xfb\1\2", 3) == (513, 6)
    with pytest.raises(errors.UnexpectedEnd):
        refused_at.decode(b"\1\2\3\xfb\1\2", 3, 5)
    assert refused_at.decode(memoryview(b"\1\2\3"), 1, 2) == (2, 2)
    for offset, end in ((-1, None), (4, None), (2, 1), (0, 9)):
        with pytest.raises(ValueError, match="outside"):
            refused_at.decode(b"\1\2\3", offset, end)


# ---------------------------------------------------------------- hostile bytes

SEQUENCES = [
    list[u8],
    list[u64],
    list[f64],
    list[str],
    list[bool],
    list[Circle],
    list[u8 | None],
    tuple[u16, ...],
    deque[u32],
    set[u16],
    frozenset[str],
    dict[str, u32],
    dict[u8, list[u8]],
    list[list[list[u64]]],
    list[Annotated[list[u8], Length(3)]],
    list[tuple[u8, u16]],
]


@pytest.mark.parametrize("hint", SEQUENCES, ids=str)
@pytest.mark.parametrize("config", [standard(), legacy(), v3().with_deterministic_bincode()], ids=["2", "1", "3"])
def test_a_hostile_length_allocates_nothing(plan, hint: object, config: object) -> None:
    """Whatever the length says, memory stays within what the few bytes that follow can justify."""
    it, peaks = plan(hint, config), []
    for count in [HUGE[0], *HUGE]:  # the first one imports what is imported late
        data = plan(u64, config).encode(count) + b"\1\0\0\0\0\0\0\0\1"
        tracemalloc.start()
        with pytest.raises(errors.DecodeError):
            it.decode(data)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        peaks.append(peak)
    assert max(peaks[1:]) < 50_000


def test_elements_without_bytes_have_a_limit_of_their_own(plan) -> None:
    """Nothing on the wire stands for them, so that no byte justifies them."""
    it = plan(list[None])
    assert it.decode(b"\5") == ([None] * 5, 1)
    most = standard().safety.empty
    assert most is not None
    assert len(it.decode(plan(u64).encode(most))[0]) == most
    for count in [most + 1, *HUGE]:
        with pytest.raises(errors.LimitExceeded):
            it.decode(plan(u64).encode(count))
        with pytest.raises(errors.LimitExceeded):
            plan(dict[None, None]).decode(plan(u64).encode(count))
        with pytest.raises(errors.LimitExceeded):
            plan(set[tuple[()]]).decode(plan(u64).encode(count))
    with pytest.raises(errors.LimitExceeded):
        plan(list[tuple[None, None]]).decode(plan(u64).encode(most))
    with pytest.raises(errors.LimitExceeded):
        plan(list[list[None]]).decode(b"\2" + 2 * plan(u64).encode(most // 2 + 1))


def test_elements_are_counted_together(plan) -> None:
    few = standard().with_safety(Safety(elements=10))
    it = plan(list[list[u8]], few)
    assert it.decode(b"\2\4aaaa\4aaaa")[0] == [[97] * 4] * 2
    with pytest.raises(errors.LimitExceeded):
        it.decode(b"\2\4aaaa\5aaaaa")
    with pytest.raises(errors.LimitExceeded):
        plan(dict[u8, set[u8]], few).decode(b"\2\1\5abcde\2\5abcde")
    with pytest.raises(errors.UnexpectedEnd):
        it.decode(b"\2\xfd" + b"\xff" * 8)


def test_depth_is_bounded_by_memory_alone(plan) -> None:
    """100,000 levels, both ways, on the default limits."""
    it, depth = plan(Node), 100_000
    data = it.encode(chain(depth))
    found, end = it.decode(data)
    assert end == len(data)
    count = 0
    while found is not None:
        assert found.value == (depth - 1 - count) % 200
        found, count = found.next, count + 1
    assert count == depth


def chain(depth: int) -> Node | None:
    value = None
    for number in range(depth):
        value = Node(number % 200, value)
    return value


def test_one_level_more_than_the_limit_is_refused(plan) -> None:
    """The limit counts how many types that contain themselves are open within the outermost."""
    it = plan(Node, standard().with_safety(Safety(depth=1000)))
    value = chain(1001)
    data = it.encode(value)
    assert it.size(value) == len(data)
    assert it.encode(it.decode(data)[0]) == data
    for write in (it.encode, it.size):
        with pytest.raises(errors.EncodeError, match="deeper"):
            write(Node(0, value))
    with pytest.raises(errors.LimitExceeded) as caught:
        it.decode(b"\0\1" + data)
    assert len(str(caught.value)) < 2000
    with pytest.raises(errors.UnexpectedEnd):
        it.decode(data[:-1])


def test_a_value_that_contains_itself_ends(plan) -> None:
    it = plan(Node, standard().with_safety(Safety(depth=50)))
    round_about = Node(1)
    round_about.next = round_about
    for write in (it.encode, it.size):
        with pytest.raises(errors.EncodeError):
            write(round_about)


@dataclass(frozen=True)
class Key:
    next: "Key | None"


def test_keys_too_deep_to_hash_are_refused(plan) -> None:
    """Python hashes nested keys by recursion; that ends in an error of ours, not in another."""
    with pytest.raises(errors.DecodeError):
        plan(dict[Key, u8]).decode(b"\1" + b"\1" * 20_000 + b"\0\5")


# ---------------------------------------------------------------- the crate's limit


def test_bincode_2_counts_scalars_and_bincode_next_does_not(plan) -> None:
    for hint, least, data in (
        (u32, 4, b"\1"),
        (tuple[u8, u64], 9, b"\1\1"),
        (f64, 8, bytes(8)),
        (u16 | None, 3, b"\1\1"),
    ):
        assert plan(hint, standard().with_limit(least)).decode(data)
        with pytest.raises(errors.LimitExceeded):
            plan(hint, standard().with_limit(least - 1)).decode(data)
        assert plan(hint, v3().with_limit(0)).decode(data)
    with pytest.raises(errors.LimitExceeded):
        plan(usize, v3().with_limit(7)).decode(b"\1")


def test_sequences_claim_their_size_in_rusts_memory(plan) -> None:
    cases: list[tuple[Any, int, bytes]] = [
        (list[u32], 20, b"\3\1\2\3"),
        (list[str], 32, b"\1\1a"),
        (list[u8], 13, b"\5abcde"),
        (str, 10, b"\2ab"),
        (dict[u8, u8], 10, b"\1\1\2"),
        (list[Circle], 40, b"\1\1\1a"),
        (list[tuple[u8, u32]], 16, b"\1\1\2"),
    ]
    for hint, least, data in cases:
        for config in (standard(), v3()):
            assert plan(hint, config.with_limit(least)).decode(data)
            with pytest.raises(errors.LimitExceeded):
                plan(hint, config.with_limit(least - 1)).decode(data)
    with pytest.raises(errors.LimitExceeded):
        plan(list[u64], standard().with_limit(1 << 70)).decode(b"\xfd" + b"\xff" * 8)


def test_a_limit_is_held_before_the_bytes_are_missed(plan) -> None:
    with pytest.raises(errors.LimitExceeded):
        plan(u64, standard().with_limit(7)).decode(b"")


def test_bincode_1_holds_its_limit_where_it_writes(plan) -> None:
    it = plan(tuple[u32, str], legacy().with_limit(16))
    assert it.decode(plan(tuple[u32, str], legacy()).encode((1, "hello" * 9)))
    for write in (it.encode, it.size, lambda value: it.encode_into(value, bytearray(99))):
        with pytest.raises(errors.EncodeError):
            write((1, "hello"))
        assert write((1, "hell"))


# ---------------------------------------------------------------- strictness


def test_repeated_keys_win_or_are_refused(plan) -> None:
    for config in (standard(), legacy(), v3()):
        it = plan(dict[u8, u8], config)
        twice = it.encode({1: 10})
        data = plan(u64, config).encode(2) + twice[-2:] + b"\1\x14"
        assert it.decode(data)[0] == {1: 20}
        with pytest.raises(errors.DuplicateMapKey):
            plan(dict[u8, u8], config.with_strict()).decode(data)
    deterministic = v3().with_deterministic_bincode()
    refused(plan(dict[u8, u8], deterministic), b"\2\1\x0a\1\x14", errors.DuplicateMapKey, "[1]", 3)
    refused(plan(set[u16], deterministic), b"\2\1\1", errors.DuplicateMapKey, "[1]", 2)
    refused(plan(set[u16], deterministic), b"\2\1\xfb\1\0", errors.DuplicateMapKey, "[1]", 2)
    assert plan(set[u16]).decode(b"\2\1\1") == ({1}, 3)


def test_order_is_demanded_where_it_is_made_and_strict(plan) -> None:
    wrong = b"\2\2\0\1\0"
    deterministic = v3().with_deterministic_bincode()
    assert plan(dict[u8, u8], deterministic).decode(wrong)[0] == {2: 0, 1: 0}
    assert plan(dict[u8, u8], v3().with_strict()).decode(wrong)[0] == {2: 0, 1: 0}
    with pytest.raises(errors.InvalidMapOrder):
        plan(dict[u8, u8], deterministic.with_strict()).decode(wrong)
    with pytest.raises(errors.InvalidMapOrder):
        plan(set[u8], deterministic.with_strict()).decode(b"\2\2\1")
    by_bytes = {256: 1, 251: 2}
    it = plan(dict[u16, u8], deterministic.with_strict())
    assert it.decode(it.encode(by_bytes))[0] == by_bytes


def test_lengths_and_tags_are_held_to_the_shortest_form(plan) -> None:
    for hint, data in ((list[u8], b"\xfb\1\0a"), (str, b"\xfb\1\0a"), (Shape, b"\xfb\0\0\1\1a")):
        assert plan(hint).decode(data)[1] == len(data)
        with pytest.raises(errors.NotShortest):
            plan(hint, standard().with_strict()).decode(data)


# ---------------------------------------------------------------- values


class Pair(NamedTuple):
    a: u8
    b: str


class Entry(TypedDict):
    a: u8
    b: list[u8]


class Color(enum.Enum):
    RED = "r"
    BLUE = "b"


class Level(enum.IntEnum):
    LOW = 10
    HIGH = 20


def test_every_kind_of_class_comes_back(plan) -> None:
    cases: list[tuple[Any, Any, bytes]] = [
        (Pair, Pair(1, "x"), b"\1\1x"),
        (Entry, {"a": 1, "b": [2]}, b"\1\1\2"),
        (Color, Color.BLUE, b"\1"),
        (Level, Level.HIGH, b"\1"),
        (Literal["a", 1, True], 1, b"\1"),
        (Literal["a", 1, True], True, b"\2"),
        (int | str, "x", b"\1\1x"),
        (int | str, -1, b"\0\1"),
        (Some[u8 | None] | None, Some(None), b"\1\0"),
        (Some[u8 | None] | None, Some(5), b"\1\1\5"),
        (deque[u8], deque([1]), b"\1\1"),
        (frozenset[u8], frozenset([1]), b"\1\1"),
        (tuple[u8, ...], (1, 2), b"\2\1\2"),
        (Annotated[list[u16], Length(2)], [1, 2], b"\1\2"),
        (Annotated[tuple[u16, ...], Length(2)], (1, 2), b"\1\2"),
    ]
    for hint, value, data in cases:
        it = plan(hint)
        assert it.encode(value) == data
        found, end = it.decode(data)
        assert (found, type(found), end) == (value, type(value), len(data))


def test_what_a_class_refuses_is_an_error_of_decoding(plan) -> None:
    @dataclass(frozen=True, slots=True)
    class Even:
        value: u8

        def __post_init__(self) -> None:
            if self.value % 2:
                raise ValueError("odd")

    it = plan(tuple[u8, Even])
    assert it.decode(b"\1\2")[0] == (1, Even(2))
    error = refused(it, b"\1\3", errors.DecodeError, "[1]", 2)
    assert "odd" in str(error)


def test_codecs_may_refuse(plan) -> None:
    hint = Annotated[int, Codec(str, str, int)]
    it = plan(list[hint])
    assert it.encode([12]) == b"\1\x0212"
    assert it.decode(b"\1\x0212")[0] == [12]
    refused(it, b"\1\2xy", errors.DecodeError, "[0]", 1)
    decimals = plan(Annotated[Decimal, Codec(str, str, Decimal)])
    assert decimals.decode(b"\0031.5")[0] == Decimal("1.5")
    refused(decimals, b"\2xy", errors.DecodeError, "", 0)


def test_more_than_a_type_allows_is_refused(plan) -> None:
    it = plan(Annotated[list[u8], MaxLength(2)])
    assert it.decode(b"\2ab")[0] == [97, 98]
    refused(it, b"\3abc", errors.LimitExceeded, "", 0)


def test_an_enum_without_variants_has_no_values(plan) -> None:
    schema = Schema(Enum("Never", ()))
    with pytest.raises(errors.EmptyEnum):
        plan(schema).decode(b"\0")
    with pytest.raises(errors.WrongTypeError):
        plan(schema).encode(None)


def test_the_input_is_left_alone_and_may_be_anything_with_bytes(plan) -> None:
    it = plan(list[i64])
    value = [1, -1, 1 << 40]
    data = it.encode(value)

    for source in (bytearray(data), memoryview(data), memoryview(bytearray(data)), array.array("B", data)):
        before = bytes(source)
        assert it.decode(source) == (value, len(data))
        assert bytes(source) == before
    with pytest.raises(TypeError):
        it.decode("text")
