"""Well-formed CBOR, read by another library and read back."""

from __future__ import annotations

import dataclasses
import ipaddress
from dataclasses import dataclass
from typing import Any

import pytest
from vector_rows import Described, Row, config_of, rows, same

from bincode_next.cbor import Plan
from bincode_next.config import CborOptions, v3
from bincode_next.errors import ArrayLengthMismatch, DecodeError, InvalidCbor
from bincode_next.schema import _nodes as n
from bincode_next.types import (
    UNBOUNDED,
    Duration,
    Err,
    Excluded,
    Included,
    Ok,
    Range,
    SocketAddrV4,
    SocketAddrV6,
    Some,
    SystemTime,
)

cbor2 = pytest.importorskip("cbor2")

WELL_FORMED = v3().with_cbor_options(CborOptions(well_formed=True))
U8, TEXT = n.Int(8, False), n.Str()


@dataclass(frozen=True)
class Circle:
    """A variant with a field."""

    radius: float


@dataclass(frozen=True)
class Nothing:
    """A variant without fields."""


CIRCLE = n.Struct("Circle", (n.Field("radius", n.Float(64)),), python=Circle, style="dataclass")
SHAPE = n.Enum(
    "Shape",
    (
        n.Variant("Nothing", n.Unit(value=Nothing()), Nothing),
        n.Variant(
            "Circle", n.Struct("Circle", (n.Field("radius", n.Float(64)),), python=Circle, style="dataclass"), Circle
        ),
        n.Variant("Number", n.Tuple((U8,)), int, single=True),
    ),
)
CASES: list[tuple[n.Node, Any, Any]] = [
    (n.Tuple((U8, TEXT)), (1, "a"), [1, "a"]),
    (n.Char(), "€", "€"),
    (n.Unit(), None, None),
    (n.Unit("Marker"), None, []),
    (n.Bytes(), b"ab", b"ab"),
    (n.Array(U8, 2), [1, 2], [1, 2]),
    (n.Option(U8), None, None),
    (n.Option(U8), 7, 7),
    (n.Option(n.Option(U8)), None, None),
    (n.Option(n.Option(U8)), Some(None), [None]),
    (n.Option(n.Option(U8)), Some(7), [7]),
    (n.Result(U8, TEXT), Ok(1), [0, 1]),
    (n.Result(U8, TEXT), Err("no"), [1, "no"]),
    (n.Bound(U8), UNBOUNDED, 0),
    (n.Bound(U8), Included(3), [1, 3]),
    (n.Bound(U8), Excluded(3), [2, 3]),
    (n.Range(U8), Range(1, 9), [1, 9]),
    (n.Duration(), Duration(5, 7), [5, 7]),
    (n.SystemTime(), SystemTime(5, 7), [5, 7]),
    (n.Ip(), ipaddress.ip_address("::1"), bytes(15) + b"\1"),
    (n.Socket(), SocketAddrV4(ipaddress.IPv4Address("1.2.3.4"), 80), [b"\1\2\3\4", 80]),
    (n.Socket(6), SocketAddrV6(ipaddress.IPv6Address("::1"), 80, 1, 2), [bytes(15) + b"\1", 80, 1, 2]),
    (SHAPE, Nothing(), 0),
    (SHAPE, Circle(1.5), [1, 1.5]),
    (SHAPE, 9, [2, 9]),
    (n.Map(TEXT, n.Tuple((U8, U8))), {"k": (1, 2)}, {"k": [1, 2]}),
    (n.Struct("Packed", (n.Field("a", U8, 3), n.Field("b", U8)), packed=True), (5, 6), [5, 6]),
    (n.Int(128, True), -(1 << 100), -(1 << 100)),
]


@pytest.mark.parametrize(("node", "value", "plain"), CASES, ids=lambda value: type(value).__name__)
def test_another_library_reads_the_value(node: n.Node, value: Any, plain: Any) -> None:
    """One item for each value, and our own reader takes it back, also from that library's writer."""
    plan = Plan(n.Schema(node), WELL_FORMED.with_bit_packing())
    data = plan.encode(value)
    assert cbor2.loads(data) == plain
    assert plan.decode(data) == (value, len(data))
    assert plan.decode(cbor2.dumps(plain)) == (value, len(cbor2.dumps(plain)))
    assert plan.size(value) == len(data)


ROWS = [row for row in rows("bincode_v3_cbor") if "api" not in row]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_every_value_of_the_vectors_is_one_item(row: Row) -> None:
    """With the options of its row."""
    described = Described(row["type"], row.get("rust", ""))
    config = config_of(row)
    plan = Plan(described.schema, dataclasses.replace(config, cbor=dataclasses.replace(config.cbor, well_formed=True)))
    value = described.value(row["value"])
    data = plan.encode(value)
    cbor2.loads(data)
    decoded, end = plan.decode(data)
    assert end == len(data)
    assert plan.encode(decoded) == data or same(decoded, value)


@pytest.mark.parametrize(
    ("node", "data"),
    [
        (n.Tuple((U8, U8)), "9f0102ff"),
        (SHAPE, "9f01f93c00ff"),
        (n.Bound(U8), "9f0103ff"),
        (n.Range(U8), "9f0103ff"),
        (n.Option(n.Option(U8)), "9f05ff"),
    ],
)
def test_indefinite_lengths_are_read_to_their_end(node: n.Node, data: str) -> None:
    """The crate leaves the end of an array whose length the type knows; here it belongs to the value."""
    whole = bytes.fromhex(data)
    assert Plan(n.Schema(node), WELL_FORMED).decode(whole)[1] == len(whole)


@pytest.mark.parametrize(
    ("node", "data", "error"),
    [
        (n.Tuple((U8, U8)), "9f010203ff", InvalidCbor),
        (n.Tuple((U8, U8)), "83010203", ArrayLengthMismatch),
        (SHAPE, "01", InvalidCbor),
        (SHAPE, "8201f93c00", None),
        (SHAPE, "8301f93c0000", ArrayLengthMismatch),
        (SHAPE, "60", InvalidCbor),
        (n.Bound(U8), "01", InvalidCbor),
        (n.Bound(U8), "820003", InvalidCbor),
        (n.Unit(), "00", InvalidCbor),
        (n.Ip(4), "43010203", ArrayLengthMismatch),
        (n.Socket(4), "83440102030400", ArrayLengthMismatch),
        (n.Char(), "626162", DecodeError),
    ],
)
def test_items_that_are_no_value(node: n.Node, data: str, error: type[DecodeError] | None) -> None:
    """They are refused with a place."""
    plan = Plan(n.Schema(node), WELL_FORMED)
    if error is None:
        plan.decode(bytes.fromhex(data))
        return
    with pytest.raises(error) as caught:
        plan.decode(bytes.fromhex(data))
    assert caught.value.offset is not None
