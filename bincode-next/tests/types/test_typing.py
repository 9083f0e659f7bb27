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
CODEC = """
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, assert_type

from bincode_next import (
    Array, Decoder, Encoder, PushDecoder, decode, decode_many, decode_prefix, encode, f32, from_json, read_from,
    read_many, schema_of, standard, u8,
)
from bincode_next.types import Bits


@dataclass(slots=True)
class Circle:
    radius: f32


@dataclass(slots=True)
class Scene:
    version: Annotated[u8, Bits(3)]
    shapes: list[Circle | Literal["none"]]
    board: Array[f32, Literal[4]]
    owner: u8 | None = None


scene = Scene(3, [Circle(0.5), "none"], [0.0, 1.0, 2.0, 3.0])
encoder, decoder = Encoder(Scene), Decoder(Scene, standard())
assert_type(encoder, Encoder[Scene])
assert_type(decoder, Decoder[Scene])
assert_type(encoder.encode, Callable[[Scene], bytes])
assert_type(decoder.decode(encoder.encode(scene)), Scene)
assert_type(decoder.decode_prefix(b"", 3), tuple[Scene, int])
assert_type(decoder.decode_many(b""), Iterator[Scene])
assert_type(decode(encode(scene), Scene), Scene)
assert_type(decode_prefix(b"", list[u8]), tuple[list[int], int])
assert_type(decode_many(b"", Circle), Iterator[Circle])
Shape = Circle | Scene
assert_type(decode(b"", Circle | Literal["none"]), Circle | Literal["none"])
assert_type(decode(b"", Shape), Circle | Scene)
assert_type(decode(b"", Circle | None), Circle | None)
assert_type(decode(b"", Annotated[int, Bits(3)]), int)
assert_type(decode(b"", list[Shape]), list[Circle | Scene])
assert_type(decode_prefix(b"", Shape), tuple[Circle | Scene, int])
assert_type(Decoder(Shape), Decoder[Circle | Scene])
assert_type(Encoder(Shape), Encoder[Circle | Scene])
assert_type(read_from(io.BytesIO(), Shape), Circle | Scene)
assert_type(read_many(io.BytesIO(), Shape), Iterator[Circle | Scene])
assert_type(PushDecoder(Shape), PushDecoder[Circle | Scene])
assert_type(from_json({}, Shape), Circle | Scene)
assert_type(decode(b"", schema_of(Shape)), Any)
hint: Any = Shape
assert_type(decode(b"", hint), Any)
number: int = decode(b"", u8)
ratios: Decoder[float] = Decoder(f32)
"""
WRONG_CODEC = """
from bincode_next import Decoder, Encoder, PushDecoder, decode, f32, u8

Encoder(str).encode(3)
text: str = Decoder(int).decode(b"")
other: str = decode(b"", bytes)
decoder: Decoder[str] = Decoder(int)
one: int = decode(b"", int | str)
push: PushDecoder[u8] = PushDecoder(f32 | None)
number: str = decode(b"", u8)
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


def test_mypy_knows_what_codecs_take_and_give(tmp_path: Path) -> None:
    """Encoders and decoders are generic in the class they were made of, and so are the functions."""
    found = mypy(tmp_path, CODEC)
    assert "Success" in found, found


def test_mypy_finds_values_of_other_types_at_codecs(tmp_path: Path) -> None:
    """One for each statement."""
    found = mypy(tmp_path, WRONG_CODEC)
    lines = {int(line.split(":")[1]) for line in found.splitlines() if "error:" in line}
    assert lines == set(range(4, 11)), found
