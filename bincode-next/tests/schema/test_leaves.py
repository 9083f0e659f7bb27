"""Classes of the standard library and of this package that are one node by themselves."""

import ipaddress
import pathlib
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bincode_next import types as t
from bincode_next.errors import SchemaError
from bincode_next.schema import Bytes, Duration, Int, Ip, Node, Range, Seq, Set, Socket, Str, SystemTime, schema_of

U8 = Int(8, False)


@pytest.mark.parametrize(
    ("hint", "node"),
    [
        (bytearray, Bytes(python="bytearray")),
        (memoryview, Bytes(python="memoryview")),
        (datetime, SystemTime("datetime")),
        (timedelta, Duration("timedelta")),
        (t.SystemTime, SystemTime()),
        (t.Duration, Duration()),
        (ipaddress.IPv4Address, Ip(4)),
        (ipaddress.IPv6Address, Ip(6)),
        (t.SocketAddrV4, Socket(4)),
        (t.SocketAddrV6, Socket(6)),
        (pathlib.Path, Str("path")),
        (pathlib.PurePath, Str("path")),
        (t.Range[t.u8], Range(U8)),
        (t.RangeInclusive[t.u8], Range(U8, inclusive=True)),
        (AbstractSet[t.u8], Set(U8)),
        (list[None], Seq(schema_of(None).root)),
    ],
    ids=str,
)
def test_a_class_is_its_node(hint: Any, node: Node) -> None:
    """Python's side of the node too."""
    found = schema_of(hint).root
    assert found == node
    assert getattr(found, "python", None) == getattr(node, "python", None)


@pytest.mark.parametrize(
    "hint", [date, ipaddress.IPv4Network, t.Range, t.RangeInclusive, t.Ok, t.Unbounded, t.Some, int | object, frozenset]
)
def test_others_have_no_bytes(hint: Any) -> None:
    """A subclass is another class, and a container says what it holds."""
    with pytest.raises(SchemaError):
        schema_of(hint)


@dataclass
class Mutable:
    id: t.u8


@dataclass(frozen=True)
class Frozen:
    id: tuple[t.u8, ...]


@pytest.mark.parametrize(
    "key",
    [
        list[t.u8],
        tuple[t.u8, list[t.u8]],
        bytearray,
        Mutable,
        dict[str, t.u8],
        set[t.u8],
        Mutable | None,
        str | Mutable,
    ],
    ids=str,
)
def test_keys_are_hashable(key: Any) -> None:
    """What Python can't hash, it can't keep in a set."""
    for hint in (dict[key, t.u8], set[key], frozenset[key], t.BTreeMap[key, t.u8]):
        with pytest.raises(SchemaError, match="can't be hashed"):
            schema_of(hint)
        assert schema_of(dict[str, key])


@pytest.mark.parametrize(
    "key", [tuple[t.u8, ...], bytes, Frozen, frozenset[t.u8], int | str, datetime, t.Range[t.u8], None], ids=str
)
def test_other_keys_are_fine(key: Any) -> None:
    """Also where a container holds them."""
    assert schema_of(dict[key, set[key]])


def test_subclasses_are_not_their_bases() -> None:
    """They might hold more."""
    for base in (int, str, datetime, dict):
        with pytest.raises(SchemaError, match="Mine has no bytes"):
            schema_of(type("Mine", (base,), {}))
