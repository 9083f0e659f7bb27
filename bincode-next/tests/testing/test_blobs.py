"""Rows of relative pointers are checked byte for byte, whatever padding holds."""

import json
from pathlib import Path
from typing import Any

import pytest

from bincode_next.testing._blobs import problem_of

FILE = Path(__file__).parent.parent / "vectors" / "bincode_v3_zero_copy.jsonl"
ROWS: list[dict[str, Any]] = [json.loads(line) for line in FILE.read_text().splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_blobs_are_the_crates(row: dict[str, Any]) -> None:
    assert problem_of(row) == ""


def test_wrong_rows_are_found() -> None:
    row = next(row for row in ROWS if row["type"] == {"zerostring": 4})
    assert "bytes" in problem_of({**row, "hex": row["hex"] + "00"})
    assert "bytes" in problem_of({**row, "hex": row["hex"][:-2] + "01"})
    assert "bytes" in problem_of({**row, "value": "other"})
