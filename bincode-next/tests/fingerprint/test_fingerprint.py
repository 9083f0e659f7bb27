"""Fingerprints of configurations and types against those of the crate."""

from __future__ import annotations

import dataclasses

import pytest
from vector_rows import Described, Row, config_of, rows

from bincode_next.config import v3
from bincode_next.errors import SchemaError
from bincode_next.fingerprint import config_hash, of, prefix
from bincode_next.schema import _nodes as n

ROWS = rows("bincode_v3_fingerprint")
U8 = n.Int(8, False)


def _kind(kind: str) -> list[Row]:
    return [row for row in ROWS if row.get("kind") == kind]


@pytest.mark.parametrize("row", _kind("config_hash"), ids=lambda row: row["id"])
def test_the_crates_hash_of_a_configuration(row: Row) -> None:
    """All options that the crate counts, and none other."""
    assert config_hash(config_of(row)) == int(row["hash"], 16)


@pytest.mark.parametrize("row", _kind("schema_hash"), ids=lambda row: row["id"])
def test_the_crates_fingerprint_of_a_type(row: Row) -> None:
    """Primitives, collections, tuples, structs and enums."""
    assert of(Described(row["type"], row.get("rust", "")).schema, config_of(row)) == int(row["hash"], 16)


@pytest.mark.parametrize("row", [row for row in ROWS if row["id"].startswith("fe-")], ids=lambda row: row["id"])
def test_the_bytes_before_a_value(row: Row) -> None:
    """What the crate wrote starts with our eight bytes, unless it wrote none (legacy) or the row is a refused input."""
    schema, config = Described(row["type"]).schema, config_of(row)
    assert config.fingerprint is not None
    if config.fingerprint.legacy is not None:
        assert of(schema, config) == config.fingerprint.legacy
        assert not row["hex"].startswith(prefix(schema, config).hex())
    elif "value" in row or "accepts" in row:
        assert row["hex"].startswith(prefix(schema, config).hex())
    elif row["error"] == "SchemaMismatch":
        assert not row["hex"].startswith(prefix(schema, config).hex())


def test_what_does_not_reach_the_bytes_changes_nothing() -> None:
    """The seed, the value of the limit and what only guards the decoder."""
    schema = n.Schema(U8)
    plain = of(schema, v3().with_fingerprint())
    assert of(schema, v3().with_fingerprint(seed=42)) == plain
    assert of(schema, v3().with_strict().with_fingerprint()) == plain
    assert of(schema, v3().with_limit(7)) == of(schema, v3().with_limit(8)) != plain


def test_well_formed_cbor_is_another_configuration() -> None:
    """It writes other bytes, so it must not be taken for the crate's CBOR."""
    cbor = v3().with_cbor_format()
    ours = v3().with_cbor_options(dataclasses.replace(cbor.cbor, well_formed=True))
    assert config_hash(cbor) != config_hash(ours)


@pytest.mark.parametrize(
    "node",
    [
        n.Ref("Tree"),
        n.Range(U8),
        n.Bound(U8),
        n.Int(16, False, nonzero=True),
        n.Bytes(borrowed=True),
        n.Tuple((U8,) * 9),
    ],
    ids=repr,
)
def test_what_the_crate_cannot_hash_is_refused_by_path(node: n.Node) -> None:
    """The crate's program would not compile."""
    inner = n.Struct("Inner", (n.Field("a", U8), n.Field("b", n.Option(node))))
    with pytest.raises(SchemaError) as caught:
        of(n.Schema(n.Struct("Outer", (n.Field("inner", inner),))), v3())
    assert caught.value.path == "inner.b"


def test_depth_of_a_type_takes_no_stack() -> None:
    """Ten thousand options in each other."""
    node: n.Node = U8
    for _ in range(10_000):
        node = n.Option(node)
    schema = n.Schema(n.Unit())
    object.__setattr__(schema, "root", node)
    assert of.__wrapped__(schema, v3()) > 0


@pytest.mark.parametrize(
    ("array", "rust"),
    [
        (n.NdArray("float64"), n.Seq(n.Float(64))),
        (n.NdArray("uint8", (2, 3)), n.Array(n.Array(U8, 3), 2)),
        (n.NdArray("bool"), n.Seq(n.Bool())),
        (n.NdArray("int16", (4,)), n.Array(n.Int(16, True), 4)),
        (n.NdArray("", record=n.Tuple((U8, n.Float(32)))), n.Seq(n.Tuple((U8, n.Float(32))))),
        (n.Custom(n.Str(), "Decimal", str, str), n.Str()),
        (n.Bytes(length=4), n.Array(U8, 4)),
        (n.Bytes(), n.Seq(U8)),
    ],
    ids=repr,
)
def test_what_python_has_hashes_as_what_stands_for_it_in_rust(array: n.Node, rust: n.Node) -> None:
    """NumPy arrays as vectors and fixed arrays, custom types as what they travel as."""
    assert of(n.Schema(array), v3()) == of(n.Schema(rust), v3())


def test_bits_are_hashed_for_named_fields_of_structs_only() -> None:
    """Values that the crate computed: a tuple struct and a variant with bits, and one without."""
    bits = n.Field("a", U8, 3)
    tuple_struct = n.Struct("TB", (bits, n.Field("b", U8)), positional=True)
    assert of(n.Schema(tuple_struct), v3()) == 0x003AC13A7CFDAD27
    with_bits = n.Enum("EB", (n.Variant("A", n.Struct("A", (bits,))),))
    assert of(n.Schema(with_bits), v3()) == 0xD3E5944A9670E07D
    without = n.Enum("EN", (n.Variant("A", n.Struct("A", (n.Field("a", U8),))),))
    assert of(n.Schema(without), v3()) == 0xE4911F2C6D6976AC
