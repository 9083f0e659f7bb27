"""mypy reads the types without a plugin: they are what they stand for in Python."""

import subprocess
import sys
from pathlib import Path

import bincode_next

GOOD = """
from dataclasses import dataclass
from typing import Annotated, Generic, Literal, TypeVar

from bincode_next.types import (
    UNBOUNDED, Array, Bits, Bound, BTreeMap, CStr, Codec, Err, Included, Name, NonZero, Ok, Range, Result,
    Some, bitpacked, char, f32, rust_name, u8, u16, variant,
)

T = TypeVar("T")


@rust_name("Thing")
@dataclass(slots=True)
class Item(Generic[T]):
    id: u16
    ratio: f32
    letter: char
    raw: CStr
    board: Array[Array[u8, Literal[8]], Literal[8]]
    low: Annotated[u8, Bits(3), Name("type")]
    count: NonZero[u16]
    index: BTreeMap[str, u8]
    result: Result[u8, str]
    bound: Bound[u8]
    span: Range[u8]
    nested: Some[u8 | None] | None
    inner: T


@bitpacked(order="msb")
@variant("Nil", discriminant=3)
@dataclass
class Nil:
    pass


item = Item(1, 0.5, "x", b"", [[1] * 8] * 8, 3, 4, {"a": 1}, Ok(1), UNBOUNDED, Range(1, 2), Some(None), Nil())
total: int = item.id + item.board[0][0] + item.count + item.index["a"]
text: str = item.letter + item.raw.decode()
item.result = Err("no")
item.bound = Included(3)
if isinstance(item.result, Ok):
    total += item.result.value
reveal_type(item.inner)
reveal_type(item.board)
reveal_type(item.result)
"""
WRONG = """
from dataclasses import dataclass
from typing import Literal
from bincode_next.types import Array, Err, Ok, Result, char, u8


@dataclass
class Item:
    id: u8
    letter: char
    board: Array[u8, Literal[4]]
    result: Result[u8, str]


Item("x", 1, ["a"], Err(3))
"""
REVEALED = ('"user.Nil"', '"list[list[int]]"', 'bincode_next.types._values.Err[str]"')


def mypy(tmp_path: Path, text: str) -> str:
    (tmp_path / "user.py").write_text(text)
    source = str(Path(bincode_next.__file__).parent.parent)
    (tmp_path / "mypy.ini").write_text(f"[mypy]\nstrict = true\nmypy_path = {source}\ncache_dir = {tmp_path}\n")
    command = [sys.executable, "-m", "mypy", "--config-file", str(tmp_path / "mypy.ini"), "user.py"]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout


def test_mypy_understands_the_types(tmp_path: Path) -> None:
    """Fields are ints, floats, strings and lists to it; what generic classes hold, it knows."""
    found = mypy(tmp_path, GOOD)
    assert "Success" in found, found
    assert all(text in found for text in REVEALED), found


def test_mypy_finds_mistakes(tmp_path: Path) -> None:
    """Each argument of the wrong type."""
    found = mypy(tmp_path, WRONG)
    assert found.count("error: Argument") == 3, found
    assert "List item 0" in found
