"""The classes and values of the codec's benchmarks, the same data for every contender."""

from __future__ import annotations

import random
from dataclasses import dataclass, make_dataclass
from typing import Any

import msgspec

from bincode_next.types import f64, i32, i64, u16, u32, u64


@dataclass(slots=True)
class EightSlots:
    a: u32
    b: u64
    c: i32
    d: f64
    e: f64
    f: bool
    g: str
    h: u16


@dataclass
class EightPlain:
    a: u32
    b: u64
    c: i32
    d: f64
    e: f64
    f: bool
    g: str
    h: u16


class EightStruct(msgspec.Struct, array_like=True):
    a: u32
    b: u64
    c: i32
    d: f64
    e: f64
    f: bool
    g: str
    h: u16


@dataclass(slots=True)
class PointSlots:
    id: u32
    x: f64
    y: f64
    k: i64


@dataclass
class PointPlain:
    id: u32
    x: f64
    y: f64
    k: i64


class PointStruct(msgspec.Struct, array_like=True):
    id: u32
    x: f64
    y: f64
    k: i64


EIGHTS: dict[str, type[Any]] = {"slots": EightSlots, "plain": EightPlain, "Struct": EightStruct}
POINTS: dict[str, type[Any]] = {"slots": PointSlots, "plain": PointPlain, "Struct": PointStruct}
EIGHT = (4_000_000_000, 12_345_678_901_234, -70_000, 3.141592653589793, -2.5e-8, True, "twelve chars", 40_000)


def point_rows(count: int) -> list[tuple[int, float, float, int]]:
    """Return (u32, f64, f64, i64) of sizes of all kinds."""
    pick = random.Random(1)
    return [
        (
            pick.getrandbits(32) >> pick.randrange(32),
            pick.random(),
            pick.random(),
            pick.getrandbits(62) >> pick.randrange(62),
        )
        for _ in range(count)
    ]


# ---------------------------------------------------------------- unions


@dataclass(slots=True)
class Circle:
    radius: f64


@dataclass(slots=True)
class Box:
    width: f64
    height: f64


@dataclass(slots=True)
class Label:
    text: str


@dataclass(slots=True)
class Count:
    number: u32
    of: i64


@dataclass(slots=True)
class Nothing:
    pass


Shape = Circle | Box | Label | Count | Nothing


class CircleStruct(msgspec.Struct, array_like=True, tag=0):
    radius: f64


class BoxStruct(msgspec.Struct, array_like=True, tag=1):
    width: f64
    height: f64


class LabelStruct(msgspec.Struct, array_like=True, tag=2):
    text: str


class CountStruct(msgspec.Struct, array_like=True, tag=3):
    number: u32
    of: i64


class NothingStruct(msgspec.Struct, array_like=True, tag=4):
    pass


ShapeStruct = CircleStruct | BoxStruct | LabelStruct | CountStruct | NothingStruct


def shapes(count: int) -> tuple[list[Any], list[Any]]:
    """Return the same shapes as dataclasses and as msgspec's structs."""
    pick, ours, theirs = random.Random(2), [], []
    for _ in range(count):
        kind = pick.randrange(5)
        values = (
            *((pick.random(),), (pick.random(), pick.random()), (f"label {pick.randrange(1000)}",)),
            *((pick.getrandbits(20), -pick.getrandbits(40)), ()),
        )[kind]
        ours.append((Circle, Box, Label, Count, Nothing)[kind](*values))
        theirs.append((CircleStruct, BoxStruct, LabelStruct, CountStruct, NothingStruct)[kind](*values))
    return ours, theirs


# ---------------------------------------------------------------- nesting


@dataclass(slots=True)
class Level1:
    n: i64


@dataclass(slots=True)
class Level2:
    n: i64
    inner: Level1


@dataclass(slots=True)
class Level3:
    n: i64
    inner: Level2


@dataclass(slots=True)
class Level4:
    n: i64
    inner: Level3


@dataclass(slots=True)
class Level5:
    n: i64
    inner: Level4


class Level1Struct(msgspec.Struct, array_like=True):
    n: i64


class Level2Struct(msgspec.Struct, array_like=True):
    n: i64
    inner: Level1Struct


class Level3Struct(msgspec.Struct, array_like=True):
    n: i64
    inner: Level2Struct


class Level4Struct(msgspec.Struct, array_like=True):
    n: i64
    inner: Level3Struct


class Level5Struct(msgspec.Struct, array_like=True):
    n: i64
    inner: Level4Struct


NESTED = Level5(5, Level4(-4, Level3(3000, Level2(-2_000_000, Level1(1)))))
NESTED_STRUCT = Level5Struct(5, Level4Struct(-4, Level3Struct(3000, Level2Struct(-2_000_000, Level1Struct(1)))))


def fifty_fields(number: int) -> tuple[type[Any], type[Any]]:
    """Return a new dataclass and a new msgspec struct of 50 fields of all kinds."""
    kinds = (u32, i64, f64, bool, str, u16, bytes, list[u32], dict[str, f64], f64 | None)
    fields: list[tuple[str, Any]] = [(f"field{index}", kinds[index % len(kinds)]) for index in range(50)]
    ours = make_dataclass(f"Fifty{number}", fields, slots=True)
    return ours, msgspec.defstruct(f"FiftyStruct{number}", fields, array_like=True)
