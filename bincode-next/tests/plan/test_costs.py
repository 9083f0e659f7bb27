"""The least that values take: never more than a value of theirs does."""

from dataclasses import dataclass
from typing import Annotated

import pytest

from bincode_next.config import legacy, standard, v3
from bincode_next.plan._costs import Costs, memory
from bincode_next.schema import schema_of
from bincode_next.types import Bits, Bound, Duration, IpAddr, Length, Range, Result, SocketAddr, f32, u8, u16, u64


@dataclass
class Tree:
    value: u16
    kids: "list[Tree]"


@dataclass
class Chain:
    next: "Chain | None"


@dataclass
class Left:
    right: "Right"


@dataclass
class Right:
    left: "Left | None"
    value: u8


@dataclass
class Flags:
    a: Annotated[u8, Bits(3)]
    b: Annotated[u8, Bits(4)]


LEAST = [
    (None, 0, 0),
    (bool, 1, 1),
    (u8, 1, 1),
    (u64, 1, 8),
    (f32, 4, 4),
    (str, 1, 8),
    (list[u64], 1, 8),
    (dict[u8, u8], 1, 8),
    (tuple[u8, u64], 2, 9),
    (u64 | None, 1, 1),
    (Result[u64, None], 1, 4),
    (Bound[u64], 1, 4),
    (Range[u64], 2, 16),
    (Duration, 2, 12),
    (IpAddr, 5, 8),
    (SocketAddr, 6, 10),
    (Annotated[list[u16], Length(3)], 3, 6),
    (Annotated[bytes, Length(3)], 3, 3),
    (Tree, 2, 10),
    (Chain, 1, 1),
    (Left, 2, 2),
    (int | str, 2, 12),
]


@pytest.mark.parametrize(("hint", "varint", "fixed"), LEAST, ids=str)
def test_the_least_is_what_the_smallest_value_takes(hint: object, varint: int, fixed: int) -> None:
    schema = schema_of(hint)
    assert Costs(schema, standard()).least(schema.root) == varint
    assert Costs(schema, legacy()).least(schema.root) == fixed


def test_packed_fields_share_bytes() -> None:
    schema = schema_of(Flags)
    assert Costs(schema, v3()).least(schema.root) == 2
    assert Costs(schema, v3().with_bit_packing()).least(schema.root) == 1


def test_what_is_shared_takes_no_memory() -> None:
    assert memory(schema_of(bool).root) == 0
    assert memory(schema_of(tuple[bool, float]).root) == 40 + 8 + 8 + 24
    assert memory(schema_of(list[float]).root) == 56
