"""The hash function alone."""

from __future__ import annotations

import pytest
from vector_rows import Row, rows

from bincode_next.fingerprint import rapidhash

HASHES = [row for row in rows("bincode_v3_fingerprint") if row.get("kind") == "rapidhash_v3_seed_cpp"]


@pytest.mark.parametrize("row", HASHES, ids=lambda row: row["id"])
def test_the_crates_hash_of_bytes_and_seed(row: Row) -> None:
    """Every length from nothing to several blocks hashes as rapidhash's own crate does."""
    assert rapidhash(bytes.fromhex(row["input"]), int(row["seed"], 16)) == int(row["hash"], 16)


def test_the_published_value_of_hello_world() -> None:
    """A value known apart from the vectors."""
    assert rapidhash(b"hello world") == 3397907815814400320
