"""The crates' vectors hold, on the engine that is selected and on the readable twin."""

import json
from pathlib import Path

import pytest

from bincode_next.config import Config
from bincode_next.plan import AnyPlan
from bincode_next.plan._plan_py import Plan
from bincode_next.plan._select import made, plan_of
from bincode_next.schema import Schema
from bincode_next.testing.vectors import check_rows, main, rows_of

FOLDER = Path(__file__).parent.parent / "vectors"
FILES = sorted(FOLDER.glob("*.jsonl"))
ALLOWED_SKIPS = ("static_size: ", "bounded: ", "the value is described in words", "the crate's serde path under CBOR")


def twin(schema: Schema, config: Config) -> AnyPlan:
    return made(schema, config, Plan)


@pytest.mark.parametrize("make_plan", [plan_of, twin], ids=["engine", "twin"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_row_of_the_crates_holds(path: Path, make_plan: object) -> None:
    """Bytes, values, lengths consumed and kinds of errors are those of bincode 1, bincode 2 and bincode-next 3."""
    report = check_rows(rows_of([path]), make_plan)
    assert report.failures == []
    assert report.passed + report.skipped.total() == len(path.read_text().splitlines())


def test_rows_are_skipped_for_known_reasons_only() -> None:
    """Rows without a value, and the crate's unreadable serde CBOR, are all that is passed over."""
    skipped = check_rows(rows_of(FILES)).skipped
    assert [reason for reason in skipped if not reason.startswith(ALLOWED_SKIPS)] == []
    assert skipped.total() < 0.05 * sum(len(path.read_text().splitlines()) for path in FILES)


def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], *rows: object) -> tuple[int, str]:
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    code = main([str(file)])
    return code, capsys.readouterr().out


ROW = {
    "id": "x-1",
    "crate": "bincode-2",
    "config": {"endian": "little", "int": "varint", "limit": None},
    "type": "u16",
    "value": 300,
    "hex": "fb2c01",
}


def test_rows_that_hold_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = run(tmp_path, capsys, ROW, {**ROW, "type": "i8", "value": -1, "hex": "ff"})
    assert code == 0
    assert text.splitlines()[-1] == "2 passed, 0 failed, 0 skipped"


@pytest.mark.parametrize(
    "change",
    [
        {"hex": "fb2d01"},
        {"value": 301},
        {"consumed": 2},
        {"value": "a text"},
        {"type": "u999"},
        {"type": {"strange": "u8"}},
        {"crate": "postcard"},
        {"value": None, "hex": None, "error": "UnexpectedEnd"},
        {"error": "UnexpectedEnd"},
        {"error": "Unheard", "hex": "fb"},
        {"error": "InvalidBooleanValue", "hex": "fb"},
        {"encode_error": "Other"},
        {"roundtrip": "LimitExceeded"},
    ],
)
def test_a_row_that_does_not_hold_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, object]
) -> None:
    """Whatever is wrong with a row, it is printed by name, the others are still checked, and the exit code says so."""
    code, text = run(tmp_path, capsys, {**ROW, **change}, ROW)
    assert code == 1
    assert "rows.jsonl:1 x-1: " in text
    assert text.splitlines()[-1] == "1 passed, 1 failed, 0 skipped"


def test_skips_are_printed_with_their_reasons(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sizes = {"id": "s-1", "crate": "bincode-next-3", "config": {}, "kind": "static_size", "max_size": 1}
    code, text = run(tmp_path, capsys, sizes, sizes)
    assert code == 0
    assert "skipped 2: static_size: " in text
    assert text.splitlines()[-1] == "0 passed, 0 failed, 2 skipped"


def test_a_file_that_is_no_json_ends_with_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text("no json\n")
    assert main([str(file)]) == 2
    assert main([str(tmp_path / "missing")]) == 2
    assert "missing" in capsys.readouterr().err
