"""The crate's sizes, its bounded types, and that no value is larger."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vector_rows import SIMPLE, Row, rows

from bincode_next import errors
from bincode_next.config import Config, legacy, standard, v3, v3_legacy
from bincode_next.plan._plan_py import Plan
from bincode_next.schema import Schema
from bincode_next.schema import _nodes as n
from bincode_next.staticsize import max_size

U8, U16, U32, U64 = (n.Int(bits, False) for bits in (8, 16, 32, 64))


def _struct(name: str, *fields: tuple[n.Node, int | None], packed: bool = True) -> n.Struct:
    return n.Struct(name, tuple(n.Field(f"f{i}", node, bits) for i, (node, bits) in enumerate(fields)), packed=packed)


_ORDER = [
    "bool",
    "u8",
    "i8",
    "u16",
    "i16",
    "u32",
    "i32",
    "u64",
    "i64",
    "u128",
    "i128",
    "usize",
    "isize",
    "f32",
    "f64",
    "char",
    "unit",
]
# The rows don't say how the crate's test types are made; of those with a name, these have the sizes they should have.
TYPES: dict[str, n.Node] = {
    "[u8; 4]": n.Bytes(length=4),
    "Option<u8>": n.Option(U8),
    "(u8, u16)": n.Tuple((U8, U16)),
    "(u8, u16, u32, u64)": n.Tuple((U8, U16, U32, U64)),
    "BoundedVec<u8, 10>": n.Bytes(capacity=10),
    "BoundedVec<u32, 4>": n.Seq(U32, capacity=4),
    "Ss": _struct("Ss", (U32, None), (U64, None)),
    "Se": n.Enum("Se", (n.Variant("A", n.Unit()), n.Variant("B", n.Tuple((U64, U64))))),
    "Su": n.Enum("Su", (n.Variant("A", n.Unit()), n.Variant("B", n.Unit()))),
    "Telemetry": _struct("Telemetry", (n.Bool(), 1), (n.Bool(), 1), (U8, 3)),
    "Wide64": _struct("Wide64", (n.Bool(), 1), (U32, 32), (U64, 63)),
    "Full": _struct("Full", (U8, 8), (U16, 16), (U64, 33)),
    "Full64": _struct("Full64", (U8, 4), (U64, 64)),
    "NoBits": _struct("NoBits", (U8, None), (U16, None)),
}
ROWS = rows("bincode_v3_static_size")


@pytest.mark.parametrize("row", [row for row in ROWS if row["kind"] == "static_size"], ids=lambda row: row["id"])
def test_the_crates_sizes(row: Row) -> None:
    """`MAX_SIZE` and `PACKED_MAX_SIZE`."""
    number = int(row["id"].removeprefix("ss-"))
    schema = Schema(TYPES[row["rust"]] if "rust" in row else SIMPLE[_ORDER[number - 1]])
    assert max_size(schema) == row["max_size"]
    assert max_size(schema, packed=True) == row["packed_max_size"]


BOUNDED = {"BoundedVec<u16, 3>": n.Seq(U16, capacity=3), "BoundedString<3>": n.Str(capacity=3)}
ERRORS = {"Other": errors.LimitExceeded, "Utf8": errors.Utf8Error}


@pytest.mark.parametrize("row", [row for row in ROWS if row["kind"] == "bounded"], ids=lambda row: row["id"])
def test_the_crates_bounded_types(row: Row) -> None:
    """They are written as lists and strings are, and refused when they are longer, before anything is read."""
    plan = Plan(Schema(BOUNDED[row["rust"]]), v3())
    value: Any = [1, 300] if row.get("case") == "[1, 300]" else row.get("case")
    if "encode_error" in row:
        with pytest.raises(errors.OutOfRangeError):
            plan.encode(value)
    elif "case" in row:
        assert plan.encode(value).hex() == row["hex"]
    elif "error" in row:
        with pytest.raises(ERRORS[row["error"]]):
            plan.decode(bytes.fromhex(row["hex"]))
    else:
        assert plan.decode(bytes.fromhex(row["hex"]))[1] == row["consumed"]


def test_packing_reaches_fields_but_not_what_arrays_and_options_hold() -> None:
    """As the crate counts: an array of packed structs counts them unpacked."""
    telemetry = TYPES["Telemetry"]
    for node, plain, packed in [
        (_struct("Outer", (telemetry, None), (U8, 2)), 4, 2),
        (n.Array(telemetry, 4), 12, 12),
        (n.Option(telemetry), 4, 4),
        (n.Enum("E", (n.Variant("A", telemetry),)), 8, 6),
    ]:
        assert (max_size(Schema(node)), max_size(Schema(node), packed=True)) == (plain, packed)


@pytest.mark.parametrize(
    "node", [n.Str(), n.Bytes(), n.Seq(U8), n.Map(U8, U8), n.Set(U8), n.Ref("T"), n.NdArray("uint8")], ids=repr
)
def test_what_has_no_largest_size_is_refused_by_path(node: n.Node) -> None:
    """Naming the field."""
    schema = Schema(n.Struct("S", (n.Field("a", n.Option(n.Tuple((U8, node)))),)))
    with pytest.raises(errors.SchemaError) as caught:
        max_size(schema)
    assert caught.value.path == "a.1"


def test_of_types_that_the_crate_has_no_size_of() -> None:
    """By the same rules."""
    sizes = {
        n.Duration(): 14,
        n.Ip(): 21,
        n.Ip(4): 4,
        n.Socket(4): 7,
        n.Socket(6): 29,
        n.Range(U32): 10,
        n.Bound(U8): 6,
        n.Result(U8, U64): 14,
        n.NdArray("float32", (2, 3)): 24,
        n.NdArray("int64", (2,)): 18,
        n.NdArray("", (2,), n.Tuple((U8, U16))): 8,
        n.Enum("Never", ()): 5,
        n.Custom(U16, "c", int, int): 3,
    }
    for node, size in sizes.items():
        assert max_size(Schema(node)) == size


ANY = n.Tuple(
    (
        n.Int(64, True),
        n.Option(n.Int(128, False)),
        n.Seq(U32, capacity=3),
        n.Str(capacity=5),
        n.Char(),
        n.Enum(
            "E",
            (
                n.Variant("A", n.Tuple((U16,)), int, single=True),
                n.Variant("B", n.Tuple((n.Bool(),)), bool, single=True),
            ),
        ),
    )
)
VALUES = st.tuples(
    st.integers(-(1 << 63), (1 << 63) - 1),
    st.none() | st.integers(0, (1 << 128) - 1),
    st.lists(st.integers(0, (1 << 32) - 1), max_size=3),
    st.text(max_size=5).filter(lambda text: len(text.encode()) <= 5),
    st.characters(codec="utf-8"),
    st.integers(0, 65535) | st.booleans(),
)


@given(VALUES, st.sampled_from([legacy(), standard(), v3(), v3_legacy().with_big_endian()]))
def test_no_value_is_larger(value: Any, config: Config) -> None:
    """Under any configuration."""
    assert Plan(Schema(ANY), config).size(value) <= max_size(Schema(ANY))


def test_the_largest_value_is_that_large() -> None:
    """Where the crate's count is exact."""
    schema = Schema(n.Tuple((U64, n.Int(128, True), n.Char(), n.Float(64))))
    assert Plan(schema, v3()).size(((1 << 64) - 1, 1 << 126, "🌍", 1.0)) == max_size(schema)
