"""Any value of any type comes back; any bytes end in a value or an error of the family; both engines agree."""

import datetime
import enum
import ipaddress
from collections import deque
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Annotated, Any, NamedTuple, TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bincode_next import types as t
from bincode_next.config import Config, Safety, legacy, standard, v3, v3_legacy
from bincode_next.errors import DecodeError, EncodeError
from bincode_next.plan import AnyPlan
from bincode_next.plan._plan_py import Plan as Twin
from bincode_next.plan._select import Plan as Selected
from bincode_next.schema import schema_of

CONFIGS = [
    *(standard(), legacy(), v3(), v3_legacy()),
    *(standard().with_big_endian(), legacy().with_big_endian(), v3().with_strict(), standard().with_limit(300)),
    *(v3().with_deterministic_bincode(), v3().with_deterministic_bincode().with_strict(), v3().with_bit_packing()),
    *(legacy().with_variable_int_encoding(), v3().with_big_endian().with_bit_packing().with_limit(100)),
    standard().with_safety(Safety(elements=20, memory=2000, depth=5, empty=4)),
]


@dataclass
class Plain:
    a: t.u8
    b: str


@dataclass(slots=True, frozen=True)
class Slotted:
    a: t.i32
    b: t.f64
    c: bool


class Pair(NamedTuple):
    a: t.u16
    b: t.char


class Entry(TypedDict):
    a: t.u8
    b: bytes


@dataclass
class Flags:
    a: Annotated[t.u8, t.Bits(3)]
    b: Annotated[bool, t.Bits(1)]
    c: t.u16
    d: Annotated[t.u64, t.Bits(33)]


@dataclass
class Tree:
    value: t.i16
    kids: "list[Tree]"
    name: "str | None"


@dataclass
class Empty:
    pass


@dataclass
class Leaf:
    value: t.u32


@dataclass
class Branch:
    left: "Expr"
    right: "Expr"


Expr = Annotated[Leaf | Branch | Empty, t.Name("Expr")]


class Color(enum.Enum):
    RED = "r"
    GREEN = "g"
    BLUE = "b"


Typed = tuple[Any, st.SearchStrategy[Any]]
NUMBERS = {
    t.u8: st.integers(0, 255),
    t.i8: st.integers(-128, 127),
    t.u16: st.integers(0, (1 << 16) - 1),
    t.i32: st.integers(-(1 << 31), (1 << 31) - 1),
    t.u64: st.integers(0, (1 << 64) - 1),
    t.i128: st.integers(-(1 << 127), (1 << 127) - 1),
    t.NonZero[t.u32]: st.integers(1, (1 << 32) - 1),
}
TEXT = st.text(max_size=8)
CHARS = st.characters(exclude_categories=["Cs"])
TREES = st.deferred(lambda: st.builds(Tree, NUMBERS[t.i8], st.lists(TREES, max_size=2), st.none() | TEXT))
EXPRS = st.deferred(lambda: st.builds(Leaf, NUMBERS[t.u8]) | st.builds(Empty) | st.builds(Branch, EXPRS, EXPRS))
KEYS: list[Typed] = [
    *NUMBERS.items(),
    (str, TEXT),
    (t.char, CHARS),
    (bool, st.booleans()),
    (Color, st.sampled_from(Color)),
]
LEAVES: list[Typed] = [
    *KEYS,
    (t.f64, st.floats(allow_nan=False)),
    (t.f32, st.floats(width=32, allow_nan=False)),
    (bytes, st.binary(max_size=8)),
    (bytearray, st.binary(max_size=8).map(bytearray)),
    (None, st.none()),
    (Annotated[bytes, t.Length(3)], st.binary(min_size=3, max_size=3)),
    (PurePosixPath, st.just(PurePosixPath("a/b"))),
    (t.Duration, st.builds(t.Duration, st.integers(0, (1 << 64) - 1), st.integers(0, 999_999_999))),
    (datetime.timedelta, st.timedeltas(min_value=datetime.timedelta(0))),
    (t.SystemTime, st.builds(t.SystemTime, st.integers(0, (1 << 63) - 1), st.integers(0, 999_999_999))),
    (ipaddress.IPv4Address, st.ip_addresses(v=4)),
    (t.IpAddr, st.ip_addresses()),
    (t.SocketAddr, st.builds(t.SocketAddrV4, st.ip_addresses(v=4), NUMBERS[t.u16])),
    (Plain, st.builds(Plain, NUMBERS[t.u8], TEXT)),
    (Slotted, st.builds(Slotted, NUMBERS[t.i32], st.floats(allow_nan=False), st.booleans())),
    (Pair, st.builds(Pair, NUMBERS[t.u16], CHARS)),
    (Entry, st.fixed_dictionaries({"a": NUMBERS[t.u8], "b": st.binary(max_size=4)})),
    (Flags, st.builds(Flags, st.integers(0, 7), st.booleans(), NUMBERS[t.u16], st.integers(0, (1 << 33) - 1))),
    (Tree, TREES),
    (Expr, EXPRS),
    (Empty, st.builds(Empty)),
]


def _optional(inner: Typed) -> Typed:
    hint, values = inner
    try:
        schema_of(hint | None)
    except (TypeError, ValueError):  # None would mean two things
        return t.Some[hint] | None, st.none() | st.builds(t.Some, values)
    return hint | None, st.none() | values


def _containers(inner: st.SearchStrategy[Typed]) -> st.SearchStrategy[Typed]:
    key = st.sampled_from(KEYS)
    few = {"max_size": 3}
    return st.one_of(
        inner.map(lambda one: (list[one[0]], st.lists(one[1], **few))),
        inner.map(lambda one: (tuple[one[0], ...], st.lists(one[1], **few).map(tuple))),
        inner.map(lambda one: (deque[one[0]], st.lists(one[1], **few).map(deque))),
        inner.map(lambda one: (Annotated[list[one[0]], t.Length(2)], st.lists(one[1], min_size=2, max_size=2))),
        inner.map(_optional),
        inner.map(lambda one: (t.Bound[one[0]], st.builds(t.Included, one[1]) | st.just(t.UNBOUNDED))),
        inner.map(lambda one: (t.Range[one[0]], st.builds(t.Range, one[1], one[1]))),
        st.tuples(inner, inner).map(lambda two: (tuple[two[0][0], two[1][0]], st.tuples(two[0][1], two[1][1]))),
        st.tuples(inner, inner).map(
            lambda two: (t.Result[two[0][0], two[1][0]], st.builds(t.Ok, two[0][1]) | st.builds(t.Err, two[1][1]))
        ),
        key.map(lambda one: (set[one[0]], st.sets(one[1], **few))),
        key.map(lambda one: (frozenset[one[0]], st.frozensets(one[1], **few))),
        st.tuples(key, inner).map(
            lambda two: (dict[two[0][0], two[1][0]], st.dictionaries(two[0][1], two[1][1], **few))
        ),
    )


TYPES = st.recursive(st.sampled_from(LEAVES), _containers, max_leaves=4)


@st.composite
def typed_values(draw: st.DrawFn) -> tuple[Any, Any]:
    hint, values = draw(TYPES)
    return hint, draw(values)


def both(hint: Any, config: Config) -> tuple[AnyPlan, AnyPlan]:
    schema = schema_of(hint)
    return Twin(schema, config), Selected(schema, config)


def outcome(action: Any, *arguments: Any) -> Any:
    """Return a value, or all that an error of the family says. Anything else is raised."""
    try:
        return action(*arguments)
    except (DecodeError, EncodeError) as error:
        return type(error), str(error), error.path, error.offset, getattr(error, "additional", None)


@given(typed_values(), st.sampled_from(CONFIGS))
def test_any_value_of_any_type_comes_back(typed: tuple[Any, Any], config: Config) -> None:
    hint, value = typed
    config = replace(config, limit=None, safety=Safety())
    twin, native = both(hint, config)
    data = twin.encode(value)
    assert native.encode(value) == data
    for it in (twin, native):
        found, end = it.decode(data)
        assert found == value
        assert end == len(data) == it.size(value)
        assert it.decode(it.encode(found))[0] == found  # a set may have another order
        buffer = bytearray(len(data))
        assert it.encode_into(value, buffer) == len(data)
        assert buffer == data


@given(typed_values(), st.sampled_from(CONFIGS), st.data())
def test_any_bytes_are_a_value_or_an_error_and_the_engines_agree(
    typed: tuple[Any, Any], config: Config, data: st.DataObject
) -> None:
    """Bytes that are nearly right: some changed, some cut off, some put in; under limits that bite."""
    hint, value = typed
    twin, native = both(hint, config)
    raw = bytearray(Twin(schema_of(hint), replace(config, limit=None, safety=Safety())).encode(value))
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(raw)))
        raw[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=3))
    wanted = outcome(twin.decode, bytes(raw))
    assert _same(outcome(native.decode, bytes(raw)), wanted)
    assert _same(outcome(native.decode, memoryview(raw)), wanted)


@given(TYPES, st.binary(max_size=40), st.sampled_from(CONFIGS))
def test_random_bytes_are_a_value_or_an_error_and_the_engines_agree(typed: Typed, raw: bytes, config: Config) -> None:
    twin, native = both(typed[0], config)
    assert _same(outcome(native.decode, raw), outcome(twin.decode, raw))


@given(TYPES, typed_values(), st.sampled_from(CONFIGS))
def test_values_of_another_type_are_refused_alike(typed: Typed, other: tuple[Any, Any], config: Config) -> None:
    twin, native = both(typed[0], config)
    for action in ("encode", "size"):
        assert outcome(getattr(native, action), other[1]) == outcome(getattr(twin, action), other[1])


def _same(left: Any, right: Any) -> bool:
    """Whether two outcomes are equal; values with NaN in them are compared by what they print."""
    return bool(left == right or repr(left) == repr(right))


@pytest.mark.parametrize("engine", [Twin, Selected])
def test_a_plan_knows_what_it_was_made_of(engine: Any) -> None:
    schema = schema_of(Plain)
    plan = engine(schema, standard())
    assert plan.schema is schema
    assert plan.config is standard()
