"""Sizes of Rust types in memory, as `size_of` gives them on 64-bit targets."""

import dataclasses
from collections import deque
from typing import Annotated

import pytest

from bincode_next.plan._layout import Layouts
from bincode_next.schema import schema_of
from bincode_next.types import (
    BinaryHeap,
    Borrowed,
    Bound,
    BTreeMap,
    BTreeSet,
    Duration,
    IpAddr,
    NonZero,
    Range,
    RangeInclusive,
    Result,
    SocketAddr,
    SocketAddrV4,
    SocketAddrV6,
    Some,
    SystemTime,
    char,
    i128,
    u8,
    u16,
    u32,
    u64,
)


@dataclasses.dataclass
class Mixed:
    a: u8
    b: u32
    c: u16
    d: u64


@dataclasses.dataclass
class Tree:
    value: u8
    kids: "list[Tree]"
    left: "Tree | None"


SIZES = [
    (bool, 1),
    (u16, 2),
    (i128, 16),
    (char, 4),
    (str, 24),
    (bytes, 24),
    (None, 0),
    (list[u8], 24),
    (set[u8], 48),
    (BTreeSet[u8], 24),
    (BTreeMap[u8, u8], 24),
    (BinaryHeap[u8], 24),
    (deque[u8], 32),
    (Annotated[list[u8], Borrowed()], 16),
    (Annotated[bytes, Borrowed()], 16),
    (dict[u8, u8], 48),
    (tuple[u8, u32], 8),
    (tuple[u8, u32, u16], 8),
    (tuple[u8, u64, u16], 16),
    (Mixed, 16),
    (u8 | None, 2),
    (u32 | None, 8),
    (u64 | None, 16),
    (bool | None, 1),
    (Some[bool | None] | None, 1),
    (char | None, 4),
    (str | None, 24),
    (Some[str | None] | None, 24),
    (NonZero[u32] | None, 4),
    (tuple[u8, u32] | None, 12),
    (Result[u8, u8], 2),
    (Result[u32, None], 8),
    (Result[str, None], 24),
    (Bound[u8], 2),
    (Range[u32], 8),
    (RangeInclusive[u32], 12),
    (Duration, 16),
    (Duration | None, 16),
    (SystemTime, 16),
    (IpAddr, 17),
    (SocketAddrV4, 6),
    (SocketAddrV6, 28),
    (SocketAddr, 32),
    (Tree, 40),
]


@pytest.mark.parametrize(("hint", "size"), SIZES, ids=lambda each: str(each))
def test_sizes_are_those_of_rustc(hint: object, size: int) -> None:
    schema = schema_of(hint)
    assert Layouts(schema).size(schema.root) == size


def test_a_pair_is_laid_out_as_a_tuple() -> None:
    one, two = schema_of(u8).root, schema_of(u32).root
    assert Layouts(schema_of(u8)).size(one, two) == 8
