"""Encoding what has parts: what is no value of the type, where it is not, sorted keys, and buffers left alone."""

import enum
from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple, TypedDict

import pytest

from bincode_next import errors
from bincode_next.config import legacy, standard, v3, v3_legacy
from bincode_next.types import (
    UNBOUNDED,
    Bound,
    Codec,
    Err,
    Excluded,
    Included,
    Length,
    MaxLength,
    Name,
    Ok,
    Range,
    RangeInclusive,
    Result,
    Some,
    f32,
    i8,
    i64,
    u8,
    u16,
    u32,
)


@dataclass
class Circle:
    radius: u8


@dataclass
class Square:
    sides: list[u16]


@dataclass
class Nothing:
    pass


Shape = Annotated[Circle | Square | Nothing, Name("Shape")]


@dataclass
class Box:
    shapes: list[Shape]
    names: dict[str, u8]


class Pair(NamedTuple):
    a: u8
    b: str


class Entry(TypedDict):
    a: u8
    b: u8


class Color(enum.Enum):
    RED = 1
    BLUE = 2


def refused(plan: Any, value: Any, kind: type[errors.EncodeError], path: str) -> errors.EncodeError:
    """Encoding and measuring refuse a value alike."""
    for write in (plan.encode, plan.size):
        with pytest.raises(kind) as caught:
            write(value)
        assert (type(caught.value), caught.value.path) == (kind, path)
    return caught.value


def test_errors_say_where_in_the_value(plan) -> None:
    it = plan(Box)
    assert (
        it.encode(Box([Circle(1), Square([300]), Nothing()], {"k": 1})).hex(" ")
        == "03 00 01 01 01 fb 2c 01 02 01 01 6b 01"
    )
    wrong, range_ = errors.WrongTypeError, errors.OutOfRangeError
    refused(it, Box([Circle(256)], {}), range_, "shapes[0].Circle.radius")
    refused(it, Box([Nothing(), Square([1, -1])], {}), range_, "shapes[1].Square.sides[1]")
    refused(it, Box([Nothing(), 5], {}), wrong, "shapes[1]")
    refused(it, Box([], {"k": "v"}), wrong, "names['k']")
    refused(it, Box([], {5: 5}), wrong, "names.keys()[0]")
    refused(it, Box({}, {}), wrong, "shapes")
    refused(it, Box("text", {}), wrong, "shapes")
    error = refused(it, None, wrong, "")
    assert (error.wanted, error.found) == ("Box", "NoneType")
    refused(plan(Shape), Circle(-1), range_, "Shape.Circle.radius")


WRONG: list[tuple[Any, list[Any]]] = [
    (list[u8], [b"ab", "ab", 5, {"a": 1}, None, [None], [256], [True]]),
    (set[u8], [[1], (1,), {1: 1}, "a", None, {300}]),
    (dict[u8, u8], [[(1, 1)], {1}, None, {300: 1}, {1: 300}]),
    (tuple[u8, u8], [(1,), (1, 2, 3), 5, None, "ab"]),
    (Annotated[list[u8], Length(2)], [[1], [1, 2, 3], None]),
    (Annotated[list[u8], MaxLength(2)], [[1, 2, 3]]),
    (Pair, [(1, "b"), [1, "b"], None]),
    (Entry, [{}, {"a": 1}, {"a": 1, "b": 2, "c": 3}, Pair(1, "b"), None, {"a": 1, "c": 2}]),
    (Color, [1, "RED", None]),
    (Literal["a", 1], ["b", True, 2, None, [1]]),
    (u8 | None, [256, "a", Some(1)]),
    (Some[u8 | None] | None, [5, Some(Some(5))]),
    (Result[u8, str], [5, "a", None, Ok("a"), Err(5)]),
    (Bound[u8], [5, None, Included("a"), Excluded(256)]),
    (Range[u8], [RangeInclusive(1, 2), (1, 2), range(1, 2), Range(1, 256)]),
    (RangeInclusive[u8], [Range(1, 2)]),
    (int | str, [None, 1.5, b"a", True]),
    (None, [0, "", False, ()]),
    (Nothing, [None, Nothing]),
    (Annotated[int, Codec(str, lambda value: value.strip(), int)], [5]),
]


@pytest.mark.parametrize(("hint", "values"), WRONG, ids=lambda each: str(each)[:40])
def test_what_is_no_value_of_the_type_is_refused(plan, hint: Any, values: list[Any]) -> None:
    it = plan(hint)
    for value in values:
        for write in (it.encode, it.size):
            with pytest.raises(errors.EncodeError):
                write(value)


def test_a_field_that_was_deleted_is_refused(plan) -> None:
    value = Circle(1)
    del value.radius
    with pytest.raises(errors.WrongTypeError):
        plan(Circle).encode(value)


def test_a_subclass_is_a_value_of_its_base(plan) -> None:
    @dataclass
    class Wide(Circle):
        more: u8 = 5

    assert plan(Circle).encode(Wide(3)) == b"\3"
    assert plan(Shape).encode(Wide(3)) == b"\0\3"


def test_sequences_of_other_kinds_are_taken(plan) -> None:
    wanted = b"\3\1\2\3"
    for value in ([1, 2, 3], (1, 2, 3), deque([1, 2, 3]), range(1, 4), {1: 0, 2: 0, 3: 0}.keys(), {1, 2, 3}):
        assert plan(list[u8]).encode(value) == wanted
    for value in ({1, 2, 3}, frozenset({1, 2, 3}), {1: 0, 2: 0, 3: 0}.keys()):
        assert plan(set[u8]).encode(value) == wanted
    assert plan(dict[u8, u8]).encode(OrderedDict([(2, 0), (1, 0)])) == b"\2\2\0\1\0"
    numpy = pytest.importorskip("numpy")
    assert plan(list[u8]).encode(numpy.array([1, 2, 3])) == wanted
    with pytest.raises(errors.WrongTypeError):
        plan(list[u8]).encode(numpy.array(1))


def test_a_list_may_not_change_while_it_is_written(plan) -> None:
    """A codec's own code runs in between: what is written is what the list was, or an error, never a wrong length."""
    values: list[int] = [1, 2, 3]

    def greedy(value: int) -> int:
        values.append(9)
        return value

    hint = Annotated[int, Codec(u8, greedy, int)]
    try:
        data = plan(list[hint]).encode(values)
    except errors.EncodeError:
        return
    assert data == b"\3\1\2\3"


# ---------------------------------------------------------------- tags


def test_the_tag_of_a_result_is_the_crates_own(plan) -> None:
    hint = Result[u8, u8]
    assert plan(hint, legacy()).encode(Err(5)).hex() == "0100000005"
    assert plan(hint, standard()).encode(Err(5)).hex() == "0105"
    assert plan(hint, v3_legacy()).encode(Err(5)).hex() == "0105"
    assert plan(hint, v3().with_fixed_int_encoding()).encode(Ok(5)).hex() == "0005"
    for config in (legacy(), standard(), v3(), v3_legacy()):
        it = plan(hint, config)
        for value in (Ok(1), Err(2)):
            assert it.decode(it.encode(value))[0] == value


def test_the_tag_of_an_option_is_a_byte_and_others_are_u32(plan) -> None:
    assert plan(u8 | None, legacy()).encode(5).hex() == "0105"
    assert plan(Shape, legacy().with_big_endian()).encode(Nothing()).hex() == "00000002"
    assert plan(Bound[u8], legacy()).encode(Included(5)).hex() == "0100000005"
    assert plan(Bound[u8]).encode(UNBOUNDED) == b"\0"


# ---------------------------------------------------------------- sorted keys


def test_deterministic_keys_are_sorted_by_their_bytes(plan) -> None:
    config = v3().with_deterministic_bincode()
    assert plan(dict[u16, u8], config).encode({251: 2, 256: 1}).hex() == "02fb000101fbfb0002"
    assert plan(set[i8], config).encode({-1, 0, 1}).hex() == "030001ff"
    assert plan(set[i64], config).encode({-1, 0, 1}).hex() == "03000102"
    assert plan(dict[str, list[u8]], config).encode({"b": [1], "a": []}).hex() == "0201610001620101"
    by_order = plan(dict[str, u8], config)
    assert by_order.encode({"x": 1, "y": 2}) == by_order.encode({"y": 2, "x": 1})
    nested = plan(dict[u8, dict[u8, set[u8]]], config)
    value = {9: {2: {3, 1}, 1: set()}, 1: {}}
    assert nested.size(value) == len(nested.encode(value))
    assert nested.decode(nested.encode(value))[0] == value


def test_keys_with_the_same_bytes_are_refused_where_they_are_sorted(plan) -> None:
    """Two floats may round to one f32; without an order both are written, as any two keys."""
    keys = {0.1: 1, 0.1 + 1e-12: 2}
    assert len(plan(dict[f32, u8]).encode(keys)) == 11
    for write in ("encode", "size"):
        it = plan(dict[f32, u8], v3().with_deterministic_bincode())
        with pytest.raises(errors.EncodeError, match="same bytes"):
            getattr(it, write)(keys)


def test_sorting_costs_no_copies_of_deep_values(plan) -> None:
    """Values are written in place once their keys are sorted."""

    @dataclass
    class Deep:
        below: "dict[u8, Deep]"

    value = Deep({})
    for _ in range(3000):
        value = Deep({2: Deep({}), 1: value})
    it = plan(Deep, v3().with_deterministic_bincode())
    assert len(it.encode(value)) == it.size(value) == 1 + 3000 * 4


# ---------------------------------------------------------------- buffers


def test_a_value_is_written_into_a_buffer(plan) -> None:
    it = plan(tuple[u8, str])
    for buffer in (bytearray(b"\xaa" * 8), memoryview(bytearray(b"\xaa" * 8))):
        assert it.encode_into((1, "xy"), buffer, 2) == 6
        assert bytes(buffer).hex() == "aaaa01027879aaaa"
    assert it.encode_into((1, "xy"), bytearray(4)) == 4


def test_a_failure_leaves_the_buffer_as_it_was(plan) -> None:
    it = plan(tuple[u8, list[u16]])
    buffer = bytearray(b"\xaa" * 8)
    for value, offset in (((1, [1] * 7), 0), ((1, [1]), 6), ((1, [1]), 8)):
        with pytest.raises(errors.BufferTooSmallError):
            it.encode_into(value, buffer, offset)
    for value in ((1, [1, "a"]), (1, [1, 1 << 16]), (256, [1]), (1, None)):
        with pytest.raises(errors.EncodeError):
            it.encode_into(value, buffer)
    for offset in (-1, 9):
        with pytest.raises(ValueError, match="outside"):
            it.encode_into((1, [1]), buffer, offset)
    with pytest.raises(TypeError):
        it.encode_into((1, [1]), b"\xaa" * 8)
    assert buffer == b"\xaa" * 8
    buffer.extend(b"x")  # nothing holds on to it


def test_a_u32_needs_its_bytes(plan) -> None:
    it = plan(u32, legacy())
    assert it.encode_into(7, bytearray(4)) == 4
    with pytest.raises(errors.BufferTooSmallError):
        it.encode_into(7, bytearray(3))
