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
