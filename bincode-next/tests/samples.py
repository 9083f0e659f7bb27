"""Types of every kind, each with values: what the rooms above the plans try everything on."""

import dataclasses
import enum
import ipaddress
import math
import pathlib
import typing
from collections import deque
from typing import Annotated, Literal

from bincode_next.types import (
    UNBOUNDED,
    Array,
    Bound,
    Codec,
    Duration,
    Err,
    Excluded,
    Included,
    IpAddr,
    NonZero,
    Ok,
    Range,
    RangeInclusive,
    Result,
    SocketAddr,
    SocketAddrV4,
    SocketAddrV6,
    Some,
    SystemTime,
    char,
    f32,
    f64,
    i8,
    i16,
    i64,
    i128,
    tuple_struct,
    u8,
    u16,
    u32,
    u64,
    u128,
    usize,
)


@dataclasses.dataclass(slots=True)
class Point:
    x: f64
    y: f32


@dataclasses.dataclass
class Empty:
    pass


@dataclasses.dataclass
class Circle:
    centre: Point
    radius: f64


@dataclasses.dataclass
class Text:
    lines: list[str]
    style: u8 | None


Shape = Empty | Circle | Text


class Colour(enum.Enum):
    RED = "red"
    GREEN = "green"


@tuple_struct
@dataclasses.dataclass
class Metres:
    value: f64


@dataclasses.dataclass
class Tree:
    value: i64
    children: "list[Tree]"


@dataclasses.dataclass
class Chain:
    value: u32
    next: "Chain | None"


class Pair(typing.NamedTuple):
    first: u16
    second: str


class Options(typing.TypedDict):
    fast: bool
    level: i8


@dataclasses.dataclass
class Save:
    name: str
    level: u32
    money: i128
    items: dict[str, list[u16]]
    where: Point
    shapes: list[Shape]
    friend: "str | None"
    key: bytes = b""
    extra: list[int] = dataclasses.field(default_factory=list)


SAVE = Save(
    "Ångström",
    300,
    -(1 << 100),
    {"sword": [1, 2, 3000], "": []},
    Point(1.5, -0.25),
    [Empty(), Circle(Point(0.0, 1.0), 2.5), Text(["a", "bc"], 7), Text([], None)],
    "Bo",
    bytes(range(20)),
    [1, -1, 1 << 40],
)

SAMPLES = {
    "u8": (u8, [0, 250, 255]),
    "u16": (u16, [0, 250, 251, 65535]),
    "u64": (u64, [0, 1 << 32, (1 << 64) - 1]),
    "u128": (u128, [0, (1 << 128) - 1]),
    "usize": (usize, [7, 1 << 50]),
    "i8": (i8, [-128, 127]),
    "int": (int, [0, -1, 1 << 62, -(1 << 63)]),
    "i128": (i128, [-(1 << 127)]),
    "nonzero": (NonZero[u16], [1, 700]),
    "float": (float, [0.0, -0.0, 1.5, math.inf, -math.inf]),
    "f32": (f32, [0.25, -math.inf]),
    "bool": (bool, [True, False]),
    "char": (char, ["a", "é", "€", "🌍", "\0"]),
    "str": (str, ["", "hello", "Ä🌍" * 100]),
    "bytes": (bytes, [b"", b"\x00\xff" * 200]),
    "bytearray": (bytearray, [bytearray(b"abc")]),
    "array of bytes": (Annotated[bytes, *Array[u8, Literal[4]].__metadata__], [b"abcd"]),
    "array": (Array[u16, Literal[3]], [[1, 2, 3]]),
    "none": (None, [None]),
    "path": (pathlib.Path, [pathlib.Path("a/b"), pathlib.Path("/x")]),
    "list": (list[u32], [[], [1, 300, 70000], list(range(500))]),
    "list of nothing": (list[None], [[], [None] * 10]),
    "deque": (deque[u8], [deque([1, 2])]),
    "tuple": (tuple[u8, str, bool], [(1, "a", True)]),
    "empty tuple": (tuple[()], [()]),
    "many": (tuple[u16, ...], [(1, 2, 3), ()]),
    "set": (set[u16], [set(), {1, 500}]),
    "frozenset": (frozenset[str], [frozenset({"a"})]),
    "dict": (dict[str, u32], [{}, {"a": 1, "b": 70000}]),
    "dict of ints": (dict[i16, list[bool]], [{-5: [True], 300: []}]),
    "dict of tuples": (dict[tuple[u8, u8], str], [{(1, 2): "x", (3, 4): ""}]),
    "option": (u8 | None, [None, 0, 7]),
    "option of option": (Some[u8 | None] | None, [None, Some(None), Some(3)]),
    "option of none": (Some[None] | None, [None, Some(None)]),
    "result": (Result[u32, str], [Ok(1), Err("no")]),
    "bound": (Bound[u16], [UNBOUNDED, Included(1), Excluded(300)]),
    "range": (Range[i64], [Range(-1, 1 << 40)]),
    "range inclusive": (RangeInclusive[char], [RangeInclusive("a", "z")]),
    "duration": (Duration, [Duration(5, 730_023_852)]),
    "time": (SystemTime, [SystemTime(1_700_000_000, 5)]),
    "ipv4": (ipaddress.IPv4Address, [ipaddress.IPv4Address("127.0.0.1")]),
    "ip": (IpAddr, [ipaddress.ip_address("1.2.3.4"), ipaddress.ip_address("::1")]),
    "socket": (
        SocketAddr,
        [SocketAddrV4(ipaddress.IPv4Address("1.2.3.4"), 80), SocketAddrV6(ipaddress.IPv6Address("::1"), 8080)],
    ),
    "socket6": (SocketAddrV6, [SocketAddrV6(ipaddress.IPv6Address("fe80::1"), 443, 0, 0)]),
    "enum": (Colour, [Colour.RED, Colour.GREEN]),
    "literal": (Literal["up", "down"], ["up", "down"]),
    "union": (Shape, [Empty(), Circle(Point(1.0, 2.0), 3.0), Text(["x"], None)]),
    "plain union": (u8 | str, [7, "seven"]),
    "point": (Point, [Point(1.0, 0.5)]),
    "empty": (Empty, [Empty()]),
    "newtype": (Metres, [Metres(2.5)]),
    "namedtuple": (Pair, [Pair(300, "x")]),
    "typeddict": (Options, [{"fast": True, "level": -3}]),
    "tree": (Tree, [Tree(1, []), Tree(1, [Tree(2, [Tree(-300, [])]), Tree(3, [])])]),
    "chain": (Chain, [Chain(1, None), Chain(1, Chain(1000, Chain(3, None)))]),
    "custom": (Annotated[complex, Codec(tuple[f64, f64], lambda z: (z.real, z.imag), lambda p: complex(*p))], [1 + 2j]),
    "save": (Save, [SAVE]),
    "saves": (list[Save], [[SAVE, SAVE], []]),
}

PAIRS = [(name, hint, value) for name, (hint, values) in SAMPLES.items() for value in values]
NAMES = [f"{name}-{i}" for name, (_, values) in SAMPLES.items() for i in range(len(values))]


def chain(depth):
    """Return a chain of this depth, built from its end."""
    made = None
    for i in range(depth):
        made = Chain(i, made)
    return made
