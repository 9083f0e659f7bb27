"""Types that have several representations go through the one declared, and back."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bincode_next.errors import SchemaError
from bincode_next.schema import Bytes, Custom, Int, Node, Str, Tuple, schema_of
from bincode_next.types import As, u8, u128

WAYS: list[tuple[Any, Any, Node, st.SearchStrategy[Any]]] = [
    (UUID, str, Str(), st.uuids()),
    (UUID, bytes, Bytes(16), st.uuids()),
    (UUID, u128, Int(128, False), st.uuids()),
    (Decimal, str, Str(), st.decimals(allow_nan=False)),
    (Fraction, tuple[int, int], Tuple((Int(64, True), Int(64, True))), st.fractions()),
    (Fraction, str, Str(), st.fractions()),
    (complex, tuple[float, float], schema_of(tuple[float, float]).root, st.complex_numbers(allow_nan=False)),
    (date, str, Str(), st.dates()),
    (time, str, Str(), st.times()),
    (datetime, str, Str(), st.datetimes(timezones=st.just(UTC))),
    (timedelta, int, Int(64, True), st.timedeltas()),
]


@pytest.mark.parametrize(("cls", "inner", "node", "values"), WAYS, ids=lambda part: getattr(part, "__name__", ""))
@given(data=st.data())
def test_there_and_back(cls: Any, inner: Any, node: Node, values: Any, data: st.DataObject) -> None:
    """What is put together again is what was taken apart."""
    found = schema_of(Annotated[cls, As(inner)]).root
    assert found == Custom(node, cls.__name__, str, str)
    assert isinstance(found, Custom)
    value = data.draw(values)
    again = found.decode(found.encode(value))
    assert (again, type(again)) == (value, cls)


@pytest.mark.parametrize(
    "hint",
    [
        Annotated[UUID, As(u8 | None)],
        Annotated[str, As(int)],
        Annotated[complex, As(tuple[int, int])],
        Annotated[Fraction, As(tuple[int, int, int])],
    ],
)
def test_unknown_ways_are_refused(hint: Any) -> None:
    """With the types that `As` knows."""
    with pytest.raises(SchemaError, match="As"):
        schema_of(hint)


@pytest.mark.parametrize("cls", [UUID, Decimal, Fraction, complex, date, time])
def test_without_a_declaration_there_are_no_bytes(cls: Any) -> None:
    """And the refusal shows how to declare one."""
    with pytest.raises(SchemaError, match=r"As\("):
        schema_of(cls)
