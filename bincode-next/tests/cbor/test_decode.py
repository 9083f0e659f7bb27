"""Limits, strictness, places of errors, depth, and hostile bytes."""

from __future__ import annotations

import tracemalloc
from collections import deque
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bincode_next import errors
from bincode_next.cbor import Plan
from bincode_next.config import CborOptions, Config, Safety, v3
from bincode_next.schema import _nodes as n

CBOR = v3().with_cbor_format()
DETERMINISTIC = v3().with_deterministic_cbor()
LENGTH_FIRST = v3().with_cbor_options(CborOptions(deterministic="length-first"))
U8, U16, U32, USIZE = n.Int(8, False), n.Int(16, False), n.Int(32, False), n.Int(64, False, pointer=True)


def _plan(node: n.Node, config: Config = CBOR) -> Plan:
    return Plan(n.Schema(node), config)


@pytest.mark.parametrize(
    ("node", "data", "limit"),
    [
        (n.Bytes(), "43010203", 12),
        (n.Bytes(), "83010203", 12),
        (n.Seq(U32), "83010203", 21),
        (n.Str(), "6161", 10),
        (n.Map(U8, U8), "a10102", 11),
        (n.Bytes(length=2), "420102", 11),
        (n.Array(U16, 2), "820102", 9),
        (USIZE, "05", 8),
        (n.Bytes(), "9f010203ff", 9),
        (n.Bytes(), "5f41014102ff", 29),
        (n.Seq(U16), "9f010203ff", 9),
        (n.Seq(USIZE), "820102", 25),
        (n.Set(U8), "820102", 11),
        (n.Bytes(cstring=True), "420102", 11),
        (n.Result(U8, U8), "0001", 1),
        (n.Char(), "e282ac", 3),
        (n.Tuple((U32, n.Bool(), n.Float(64), n.Option(U8))), "01f5f93c000105", 0),
        (n.Duration(), "0507", 0),
        (n.Struct("S", (n.Field("a", U8),)), "8105", 0),
    ],
)
def test_the_crates_limit(node: n.Node, data: str, limit: int) -> None:
    """The least limit under which bincode-next takes the bytes; one less is refused."""
    _plan(node, CBOR.with_limit(limit)).decode(bytes.fromhex(data))
    if limit:
        with pytest.raises(errors.LimitExceeded):
            _plan(node, CBOR.with_limit(limit - 1)).decode(bytes.fromhex(data))


@pytest.mark.parametrize(
    ("config", "node", "data", "error"),
    [
        (CBOR, U8, "1817", errors.NotShortest),
        (CBOR, U16, "1900ff", errors.NotShortest),
        (CBOR, n.Int(128, False), "c24105", errors.NotShortest),
        (CBOR, n.Int(128, False), "c24a00010000000000000000", errors.NotShortest),
        (CBOR, n.Str(), "780161", errors.NotShortest),
        (CBOR, n.Map(U8, U8), "a201020103", errors.DuplicateMapKey),
        (CBOR, n.Set(U8), "820101", errors.DuplicateMapKey),
        (DETERMINISTIC, n.Map(U16, U8), "a219010001011802", errors.InvalidMapOrder),
        (DETERMINISTIC, n.Set(U8), "820201", errors.InvalidMapOrder),
        (LENGTH_FIRST, n.Set(n.Int(16, True)), "82181820", errors.InvalidMapOrder),
        (DETERMINISTIC, n.Bytes(), "9f01ff", errors.InvalidCbor),
        (DETERMINISTIC, n.Map(U8, U8), "bf0102ff", errors.InvalidCbor),
        (CBOR, n.Array(U16, 2), "9f0102ff", errors.InvalidCbor),
    ],
)
def test_strict_refuses_what_the_crate_takes(
    config: Config, node: n.Node, data: str, error: type[errors.DecodeError]
) -> None:
    """Without it the same bytes are a value."""
    _plan(node, config).decode(bytes.fromhex(data))
    with pytest.raises(error):
        _plan(node, config.with_strict()).decode(bytes.fromhex(data))


def test_strict_takes_what_is_written() -> None:
    """In both orders, which differ."""
    node, value = n.Set(n.Int(32, True)), {0, -1, 24, -300, 70000}
    written = {config: _plan(node, config).encode(value) for config in (DETERMINISTIC, LENGTH_FIRST)}
    assert written[DETERMINISTIC].hex() == "850018181a000111702039012b"
    assert written[LENGTH_FIRST].hex() == "850020181839012b1a00011170"
    for config, data in written.items():
        assert _plan(node, config.with_strict()).decode(data) == (value, len(data))


@dataclass
class Item:
    """A struct in a list."""

    name: str
    size: int


ITEM = n.Struct("Item", (n.Field("name", n.Str()), n.Field("size", U8)), python=Item, style="dataclass")
SAVE = n.Struct("Save", (n.Field("items", n.Seq(ITEM)), n.Field("by_key", n.Map(n.Str(), U8))))


def test_a_decode_error_has_its_place() -> None:
    """Path and offset; inside maps the key."""
    plan = _plan(SAVE)
    data = plan.encode(([Item("a", 1), Item("b", 2)], {"k": 3}))
    broken = data[:9] + b"\xf4" + data[10:]
    with pytest.raises(errors.InvalidCbor) as caught:
        plan.decode(broken)
    assert (caught.value.path, caught.value.offset) == ("items[1].size", 9)
    with pytest.raises(errors.UnexpectedEnd) as ended:
        plan.decode(data[:-1])
    assert (ended.value.path, ended.value.offset, ended.value.additional) == ("by_key['k']", len(data) - 1, 1)


def test_an_encode_error_has_its_place() -> None:
    """And nothing is written."""
    plan = _plan(SAVE)
    buffer = bytearray(b"x" * 40)
    with pytest.raises(errors.OutOfRangeError) as caught:
        plan.encode_into(([Item("a", 1), Item("b", 256)], {}), buffer)
    assert caught.value.path == "items[1].size"
    assert buffer == b"x" * 40
    with pytest.raises(errors.OutOfRangeError) as inner:
        _plan(n.Array(U8, 2)).encode([1, 256])
    assert inner.value.path == "[1]"


def test_encode_into_a_buffer() -> None:
    """At its offset, and not at all where it is too small."""
    plan, buffer = _plan(n.Seq(U8)), bytearray(6)
    assert plan.encode_into([1, 2], buffer, 2) == 5
    assert buffer.hex() == "000082010200"
    with pytest.raises(errors.BufferTooSmallError):
        plan.encode_into([1, 2, 3], buffer, 3)
    assert buffer.hex() == "000082010200"


TREE = n.Schema(n.Ref("Tree"), (("Tree", n.Struct("Tree", (n.Field("kids", n.Seq(n.Ref("Tree"))),))),))


def test_depth_takes_no_stack() -> None:
    """A hundred thousand levels are written and read."""
    plan, value = Plan(TREE, CBOR), _nested(100_000)
    data = plan.encode(value)
    decoded, end = plan.decode(data)
    assert end == len(data)
    assert _depth(decoded) == _depth(value) == 100_000


@pytest.mark.parametrize("config", [CBOR, v3().with_cbor_options(CborOptions(well_formed=True))])
def test_depth_is_bounded_by_safety(config: Config) -> None:
    """One level more is refused both ways."""
    plan = Plan(TREE, config.with_safety(Safety(depth=1000)))
    data = plan.encode(_nested(1000))
    assert plan.size(_nested(1000)) == len(data)
    assert _depth(plan.decode(data)[0]) == 1000
    with pytest.raises(errors.LimitExceeded):
        plan.decode(b"\x81\x81" + data)
    with pytest.raises(errors.EncodeError):
        plan.encode(_nested(1001))


def _nested(levels: int) -> Any:
    value: Any = ([],)
    for _ in range(levels - 1):
        value = ([value],)
    return value


def _depth(value: Any) -> int:
    levels = 1
    while value[0]:
        value, levels = value[0][0], levels + 1
    return levels


@pytest.mark.parametrize(
    ("node", "data"),
    [
        (n.Seq(U8), "9bffffffffffffffff"),
        (n.Seq(n.Unit()), "9bffffffffffffffff"),
        (n.Seq(n.Unit()), "9a0fffffff"),
        (n.Map(n.Str(), n.Str()), "bb00000000ffffffff"),
        (n.Bytes(), "5bffffffffffffffff"),
        (n.Bytes(), "9bffffffffffffffff"),
        (n.Str(), "7bffffffffffffffff"),
    ],
)
def test_a_hostile_length_allocates_nothing(node: n.Node, data: str) -> None:
    """It is refused, by the bytes that are there or by Safety."""
    tracemalloc.start()
    try:
        with pytest.raises(errors.DecodeError) as caught:
            _plan(node).decode(bytes.fromhex(data))
        assert isinstance(caught.value, errors.UnexpectedEnd | errors.LimitExceeded)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_elements_are_counted_in_arrays_of_indefinite_length() -> None:
    """Each as it comes."""
    config = replace(CBOR, safety=Safety(elements=3))
    assert _plan(n.Seq(U8), config).decode(bytes.fromhex("9f010203ff"))[0] == [1, 2, 3]
    with pytest.raises(errors.LimitExceeded):
        _plan(n.Seq(U8), config).decode(bytes.fromhex("9f01020304ff"))


@pytest.mark.parametrize(
    ("node", "data", "error"),
    [
        (n.Str(capacity=2), "63616263", errors.LimitExceeded),
        (n.Seq(U16, capacity=2), "83010203", errors.LimitExceeded),
        (n.Seq(U16, capacity=2), "9f010203ff", errors.LimitExceeded),
        (n.Bytes(capacity=2), "9f010203ff", errors.LimitExceeded),
        (n.Bytes(capacity=2), "5f4101420203ff", errors.LimitExceeded),
        (n.Int(16, False, nonzero=True), "00", errors.NonZeroTypeIsZero),
        (n.Int(128, True), "c250ffffffffffffffffffffffffffffffff", errors.InvalidIntegerType),
        (n.Bytes(cstring=True), "420100", errors.CStringNul),
        (n.Enum("E", ()), "00", errors.EmptyEnum),
        (n.Option(U8), "19010105", errors.InvalidIntegerType),
        (n.Result(U8, U8), "19010105", errors.UnexpectedVariant),
        (n.Map(n.Seq(U8), U8), "a1800102", errors.DecodeError),
    ],
)
def test_values_that_no_type_has(node: n.Node, data: str, error: type[errors.DecodeError]) -> None:
    """Each its own error, with an offset."""
    with pytest.raises(error) as caught:
        _plan(node).decode(bytes.fromhex(data))
    assert caught.value.offset is not None


ANY = n.Tuple(
    (
        n.Option(n.Map(U8, n.Str())),
        n.Seq(n.Enum("E", (n.Variant("A", n.Unit(value=1), 1), n.Variant("B", n.Tuple((U8,)), str, single=True)))),
        n.Set(n.Int(128, True)),
        n.Bytes(),
        n.Float(32),
        n.Socket(),
        n.Char(),
    )
)


PLANS = [
    _plan(ANY, v3().with_cbor_options(CborOptions(well_formed=well_formed)).with_strict(strict))
    for well_formed in (False, True)
    for strict in (False, True)
]


@given(st.binary(max_size=60), st.sampled_from(PLANS))
def test_any_bytes_are_a_value_or_a_decode_error(data: bytes, plan: Plan) -> None:
    """Nothing else comes out, and what is read can be written."""
    try:
        value, end = plan.decode(data)
    except errors.DecodeError as error:
        end = -1 if error.offset is None else error.offset
    else:
        plan.size(value)
    assert 0 <= end <= len(data)


@pytest.mark.parametrize("python", [list, tuple, deque])
@pytest.mark.parametrize("signed", [False, True])
def test_octets_come_in_the_container_of_their_type(python: type, signed: bool) -> None:
    """A fixed array and a slice of u8 or i8 are byte strings on the wire, and what the hint says in Python."""
    item, value = n.Int(8, signed), python([1, 127])
    for node in (n.Array(item, 2, python=python), n.Seq(item, python=python, rust="slice")):
        plan = _plan(node)
        found, _ = plan.decode(plan.encode(value))
        assert (found, type(found)) == (value, python)
