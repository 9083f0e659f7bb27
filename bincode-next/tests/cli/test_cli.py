"""The shell command, as a user calls it."""

import io
import json
import os
import subprocess
import sys

import pytest
from samples import SAVE, Save

from bincode_next.cli import main
from bincode_next.cli._hint import parse_hint
from bincode_next.codec import encode, encode_many
from bincode_next.config import legacy, v3
from bincode_next.types import u8, u32

MODEL = """
from dataclasses import dataclass, field
from bincode_next.types import u8, u32, u64

@dataclass
class Player:
    name: str
    level: u32

@dataclass
class Grown:
    name: str
    level: u64
    tags: list[str] = field(default_factory=list)
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "model_of_cli.py").write_text(MODEL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    sys.modules.pop("model_of_cli", None)


def test_decode_and_encode(folder, capsys, monkeypatch):
    data = b"\x02Bo\xfb\x2c\x01"
    (folder / "save").write_bytes(data)
    assert main(["decode", "save", "--type", "model_of_cli:Player"]) == 0
    text = capsys.readouterr().out
    assert json.loads(text) == {"name": "Bo", "level": 300}
    (folder / "save.json").write_text(text)
    assert main(["encode", "save.json", "-t", "model_of_cli:Player", "-o", "again"]) == 0
    assert (folder / "again").read_bytes() == data
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    assert main(["encode", "--type", "model_of_cli:Player", "--hex", "--config", "legacy"]) == 0
    assert capsys.readouterr().out == "0200000000000000426f2c010000\n"


def test_many_values(folder, capsys):
    (folder / "many").write_bytes(encode_many([1, 300, 70_000], u32))
    assert main(["decode", "many", "--type", "u32", "--many"]) == 0
    lines = capsys.readouterr().out
    assert lines == "1\n300\n70000\n"
    (folder / "lines").write_text(lines)
    assert main(["encode", "lines", "--type", "u32", "--many", "-o", "again"]) == 0
    assert (folder / "again").read_bytes() == (folder / "many").read_bytes()
    assert main(["decode", "--hex", "01 02 03", "--type", "u8", "--many"]) == 0


def test_inspect(folder, capsys):
    (folder / "save").write_bytes(encode(SAVE))
    sys.modules["samples_of_cli"] = sys.modules[Save.__module__]
    assert main(["inspect", "save", "--type", "samples_of_cli:Save"]) == 0
    assert "'Ångström'" in capsys.readouterr().out
    assert main(["inspect", "--hex", "0205", "--type", "list[bool]", "--colour", "always"]) == 2
    out = capsys.readouterr().out
    assert "error" in out
    assert "\x1b[31m" in out
    assert main(["inspect", "--hex", "03010203", "--type", "list[u8]", "--all"]) == 0


def test_configurations(capsys):
    wanted = {
        "--config legacy": legacy(),
        "--config legacy --with-big-endian": legacy().with_big_endian(),
        "--config v3 --with-cbor-format": v3().with_cbor_format(),
        "--config v3 --with-fingerprint": v3().with_fingerprint(),
        "--config v3-legacy --with-variable-int-encoding": v3(),
        "--with-fixed-int-encoding --with-strict": legacy(),
    }
    for words, config in wanted.items():
        data = encode((7, 300), tuple[u8, u32], config)
        assert main(["decode", "--hex", data.hex(), "--type", "tuple[u8, u32]", *words.split()]) == 0
        assert json.loads(capsys.readouterr().out) == [7, 300]
    assert main(["decode", "--hex", "0506", "--type", "u8", "--reject-trailing-bytes"]) == 2
    assert main(["decode", "--hex", "0506", "--type", "u8", "--with-limit", "0"]) == 2
    assert main(["decode", "--hex", "05", "--type", "u8", "--with-bit-packing"]) == 2
    assert "v3()" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_schema_and_what_a_change_does(capsys):
    assert main(["schema", "--type", "model_of_cli:Player"]) == 0
    assert "level" in capsys.readouterr().out
    assert main(["schema", "--type", "model_of_cli:Grown", "--against", "model_of_cli:Player"]) == 1
    out = capsys.readouterr().out
    assert "level: u32 became u64 [wider]" in out
    assert "tags: field added with a default [missing]" in out
    assert main(["schema", "--type", "u64", "--against", "u32"]) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        "decode --hex 05 --type nothing:Here",
        "decode --hex 05 --type u9",
        "decode --hex 05 --type list[",
        "decode --hex 05 --type list",
        "decode --hex zz --type u8",
        "decode --hex fb --type u32",
        "decode --hex 05 --type u8 --nonsense",
        "decode --hex 05",
        "decode --hex 05 --type u8 --config v9",
        "decode --hex 05 --type __import__('os').getcwd()",
        "decode --hex 05 --type json:nothing",
        "nonsense",
    ],
)
def test_mistakes_take_one_line_and_2(arguments, capsys):
    assert main(arguments.split()) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("bincode-next: ")
    assert said.err.count("\n") == 1


def test_files_that_are_not_there_are_1(folder, capsys):
    assert main(["decode", "nowhere", "--type", "u8"]) == 1
    assert main(["encode", "nowhere", "--type", "u8"]) == 1
    (folder / "one").write_text("5")
    assert main(["encode", "one", "--type", "u8", "-o", "no/such/folder"]) == 1
    assert capsys.readouterr().err.count("\n") == 3
    assert main(["encode", "one", "--type", "str"]) == 2


def test_a_module_of_the_users_that_fails(folder, capsys):
    (folder / "broken_of_cli.py").write_text("1 / 0")
    assert main(["decode", "--hex", "05", "--type", "broken_of_cli:Thing"]) == 2
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_help(capsys):
    for words in ([], ["--help"], ["decode", "--help"], ["inspect", "-h"]):
        assert main(words) == 0
        assert "usage: bincode-next" in capsys.readouterr().out
    assert main(["--version"]) == 0


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("u8", u8),
        ("list[u32 | None]", list[u32 | None]),
        ("dict[str, tuple[u8, float]]", dict[str, tuple[u8, float]]),
        ("tuple[u8, ...]", tuple[u8, ...]),
        ("None", None),
    ],
)
def test_hints(text, hint):
    assert parse_hint(text) == hint
    parse_hint("Annotated[list[u8], Length(4)]")
    parse_hint("Literal['a', -1]")
    parse_hint("datetime.datetime")


def test_a_reader_that_goes_away(folder):
    (folder / "many").write_bytes(encode_many(range(100_000), u32))
    program = "from bincode_next.cli import main; raise SystemExit(main())"
    command = [sys.executable, "-c", program, "decode", "many", "--type", "u32", "--many"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait(20) == 141


RUST = """
#[derive(Encode, Decode)]
pub struct Level { pub name: String, pub tiles: Vec<u16> }
"""


def test_rust_and_back(folder, capsys):
    pytest.importorskip("tree_sitter_rust")
    (folder / "level.rs").write_text(RUST)
    assert main(["from-rust", "level.rs", "-o", "level_of_cli.py"]) == 0
    assert main(["encode", "--type", "level_of_cli:Level", "level.rs"]) == 2  # Rust is no JSON
    (folder / "level.json").write_text('{"name": "one", "tiles": [1, 300]}')
    assert main(["encode", "level.json", "--type", "level_of_cli:Level", "--hex"]) == 0
    assert capsys.readouterr().out == "036f6e650201fb2c01\n"
    assert main(["to-rust", "level_of_cli:Level"]) == 0
    assert "pub struct Level" in capsys.readouterr().out
    (folder / "broken.rs").write_text("struct {")
    assert main(["from-rust", "broken.rs"]) == 2
    assert main(["from-rust", "nowhere.rs"]) == 1


def test_vectors(folder, capsys):
    row = {
        "id": "x",
        "crate": "bincode-2",
        "version": "2.0.1",
        "config": {"endian": "little", "int": "varint", "limit": None},
        "type": "u16",
        "value": 300,
        "hex": "fb2c01",
    }
    (folder / "good.jsonl").write_text(json.dumps(row) + "\n")
    assert main(["vectors", "good.jsonl"]) == 0
    assert "0 failed" in capsys.readouterr().out
    (folder / "bad.jsonl").write_text(json.dumps(row | {"hex": "fb2d01"}) + "\n")
    assert main(["vectors", "bad.jsonl"]) != 0
