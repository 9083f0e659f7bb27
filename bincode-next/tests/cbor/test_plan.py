"""Every row of the crate's CBOR, written and read; inputs that it takes and refuses."""

from __future__ import annotations

import pytest
from vector_rows import Described, Row, config_of, rows, same

from bincode_next import errors
from bincode_next.cbor import Plan

# What the crate calls errors of heads: a kind that can't stand here "ends unexpectedly".
KINDS: dict[str, tuple[type[errors.DecodeError], ...]] = {
    "UnexpectedEnd": (errors.UnexpectedEnd, errors.InvalidCbor),
    "InvalidCborInfo": (errors.InvalidCbor,),
    "OutsideUsizeRange": (errors.InvalidIntegerType,),
    "OutsideIsizeRange": (errors.InvalidIntegerType,),
    "Other": (errors.ArrayLengthMismatch,),
    "Utf8": (errors.Utf8Error,),
}
NATIVE = [
    row
    for row in rows("bincode_v3_cbor", "bincode_v3_bits", "bincode_decode_accepts", "bincode_decode_errors")
    if row["config"].get("format") == "cbor" and "api" not in row
]


def _plan(row: Row) -> tuple[Described, Plan]:
    described = Described(row["type"], row.get("rust", ""))
    return described, Plan(described.schema, config_of(row))


@pytest.mark.parametrize("row", [row for row in NATIVE if "value" in row and "hex" in row], ids=lambda row: row["id"])
def test_the_crates_bytes(row: Row) -> None:
    """Written byte for byte, measured, and read back to the same value."""
    described, plan = _plan(row)
    value = described.value(row["value"])
    data = bytes.fromhex(row["hex"])
    assert plan.encode(value) == data
    assert plan.size(value) == len(data)
    decoded, end = plan.decode(data)
    assert end == len(data)
    assert plan.encode(decoded) == data or same(decoded, value)  # sets come in an order of their own


@pytest.mark.parametrize("row", [row for row in NATIVE if "encode_error" in row], ids=lambda row: row["id"])
def test_values_that_the_crate_refuses(row: Row) -> None:
    """Numbers too wide for their bits."""
    described, plan = _plan(row)
    with pytest.raises(errors.OutOfRangeError):
        plan.encode(described.value(row["value"]))


@pytest.mark.parametrize("row", [row for row in NATIVE if "accepts" in row], ids=lambda row: row["id"])
def test_odd_bytes_that_the_crate_takes(row: Row) -> None:
    """Long heads, indefinite lengths, any order, with the value and the number of bytes."""
    described, plan = _plan(row)
    value, end = plan.decode(bytes.fromhex(row["hex"]))
    assert end == row["consumed"]
    assert same(value, described.value(row["accepts"]))


@pytest.mark.parametrize("row", [row for row in NATIVE if "error" in row], ids=lambda row: row["id"])
def test_bytes_that_the_crate_refuses(row: Row) -> None:
    """The error is of the crate's kind and says where."""
    _, plan = _plan(row)
    wanted = KINDS.get(row["error"]) or (getattr(errors, row["error"]),)
    with pytest.raises(errors.DecodeError) as caught:
        plan.decode(bytes.fromhex(row["hex"]))
    assert isinstance(caught.value, wanted)
    assert caught.value.offset is not None
