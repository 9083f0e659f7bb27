"""Types that contain themselves: which of them have values."""

from dataclasses import dataclass
from typing import Annotated, Any

import pytest

from bincode_next.errors import SchemaError
from bincode_next.schema import schema_of
from bincode_next.types import Array, Length, Result, u8


@dataclass
class InList:
    items: "list[InList]"


@dataclass
class InMap:
    items: "dict[str, InMap]"


@dataclass
class InResult:
    item: "Result[InResult, u8]"


@dataclass
class InUnion:
    item: "InUnion | u8"


@dataclass
class InEmptyArray:
    items: "Annotated[list[InEmptyArray], Length(0)]"


@dataclass
class InTuple:
    item: "tuple[u8, InTuple]"


@dataclass
class InArray:
    items: "Array[InArray, 2]"


@dataclass
class InBoth:
    item: "InBoth | InTuple"


@pytest.mark.parametrize("hint", [InList, InMap, InResult, InUnion, InEmptyArray])
def test_some_end(hint: Any) -> None:
    """In a list that may be empty, beside a variant that ends."""
    assert schema_of(hint).definitions


@pytest.mark.parametrize("hint", [InTuple, InArray, InBoth])
def test_others_never_do(hint: Any) -> None:
    """Rust refuses them for the same reason."""
    with pytest.raises(SchemaError, match="has an end"):
        schema_of(hint)


def test_deep_but_finite_hints_are_described() -> None:
    """A hundred lists around a number."""
    hint: Any = u8
    for _ in range(100):
        hint = list[hint | None]
    assert str(schema_of(hint)).count("Vec") == 100
