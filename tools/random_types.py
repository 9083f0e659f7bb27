"""Random types for the codec, each with what makes random values of it: `fuzz_bincode.py` draws its cases from here."""

from __future__ import annotations

import datetime as dt
import enum
import ipaddress
import math
import random
import struct
import typing
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, make_dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Union

import numpy as np

from bincode_next import types as t

Make = Callable[[random.Random], Any]
Typed = tuple[Any, Make]

MOST_DEPTH = 4
EDGES = (0, 1, 2, 125, 126, 127, 128, 250, 251, 255, 256, 65535, 65536, (1 << 32) - 1, 1 << 32, (1 << 64) - 1, 1 << 64)
TEXTS = ("", "a", "naïve", "0123456789" * 3, "变数", "🌍", "\x00", "e\u0301")
CHARS = ("a", "\x00", "é", "€", "🌍", "\x7f", "\u0800")
FLOATS = (0.0, -0.0, 1.0, -1.5, math.inf, -math.inf, math.nan, 1e300, 5e-324, 3.14)
DTYPES = ("bool", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)), "float32", "float64")


class Colour(enum.Enum):
    """Members that are no numbers."""

    RED = "red"
    GREEN = "green"
    BLUE = "blue"


class Level(enum.IntEnum):
    """Members whose numbers are not on the wire."""

    LOW = -5
    HIGH = 1000


@dataclass
class Chain:
    """A list within itself."""

    value: t.u16
    next: Chain | None


@dataclass(slots=True)
class Tree:
    """A tree, in slots."""

    name: str
    children: list[Tree]
    by_name: dict[str, Tree]


@dataclass(slots=True)
class Point:
    """A record of numbers."""

    x: t.f64
    y: t.f32
    n: t.u32
    m: t.i64


@dataclass
class Checked:
    """Looks at its values, and computes one more."""

    low: t.u8
    high: t.u8

    def __post_init__(self) -> None:
        """Refuse an order that is not one."""
        if self.low > self.high:
            raise ValueError(f"{self.low} is above {self.high}")
        self.span = self.high - self.low


@dataclass(slots=True)
class Derived(Checked):
    """Has slots beside the dict of its base."""

    note: str


class Pair(NamedTuple):
    """A struct that is a tuple."""

    first: t.u16
    second: str


class Options(typing.TypedDict):
    """A struct that is a dict."""

    fast: bool
    level: t.i8


# ---------------------------------------------------------------- numbers and text


def integer(bits: int, signed: bool, *, nonzero: bool = False) -> Make:
    """Return what makes integers of a width, often those at the edges of the wire's forms."""
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)

    def make(pick: random.Random) -> int:
        value = pick.choice(EDGES) if pick.random() < 0.5 else pick.getrandbits(pick.randrange(1, bits + 1))
        value = -value if signed and pick.random() < 0.5 else value
        value = min(max(value, low), high)
        return value or 1 if nonzero else value

    return make


def number(pick: random.Random) -> float:
    """Return an f64."""
    return pick.choice(FLOATS) if pick.random() < 0.5 else pick.uniform(-1e9, 1e9)


def single(pick: random.Random) -> float:
    """Return an f64 that is an f32 too."""
    value = pick.choice((0.0, -0.0, 1.5, math.inf, math.nan)) if pick.random() < 0.5 else pick.uniform(-1e9, 1e9)
    return float(struct.unpack("<f", struct.pack("<f", value))[0])


def text(pick: random.Random) -> str:
    """Return a short text of any alphabet, or a longer one of letters."""
    return pick.choice(TEXTS) if pick.random() < 0.8 else "x" * pick.randrange(400)


WIDTHS = ((t.u8, 8), (t.u16, 16), (t.u32, 32), (t.u64, 64), (t.u128, 128), (t.usize, 64))
SIGNED = ((t.i8, 8), (t.i16, 16), (t.i32, 32), (t.i64, 64), (t.i128, 128), (t.isize, 64), (int, 64))
KEYS: tuple[Typed, ...] = (
    *((hint, integer(bits, False)) for hint, bits in WIDTHS),
    *((hint, integer(bits, True)) for hint, bits in SIGNED),
    (t.NonZero[t.u16], integer(16, False, nonzero=True)),
    (t.NonZero[t.i64], integer(64, True, nonzero=True)),
    (bool, lambda pick: pick.random() < 0.5),
    (t.char, lambda pick: pick.choice(CHARS)),
    (str, text),
    (bytes, lambda pick: pick.randbytes(pick.randrange(20))),
    (Literal["up", "down", 7], lambda pick: pick.choice(("up", "down", 7))),
    (Colour, lambda pick: pick.choice(list(Colour))),
    (Level, lambda pick: pick.choice(list(Level))),
    (Pair, lambda pick: Pair(pick.randrange(65536), text(pick))),
    (t.IpAddr, lambda pick: address(pick)),
    (t.Duration, lambda pick: t.Duration(pick.getrandbits(pick.randrange(1, 64)), pick.randrange(10**9))),
)
LEAVES: tuple[Typed, ...] = (
    *KEYS,
    (float, number),
    (t.f32, single),
    (None, lambda _: None),
    (bytearray, lambda pick: bytearray(pick.randbytes(pick.randrange(20)))),
    (Annotated[bytes, t.Length(4)], lambda pick: pick.randbytes(4)),
    (t.CStr, lambda pick: b"c" * pick.randrange(5)),
    (t.SystemTime, lambda pick: t.SystemTime(pick.getrandbits(pick.randrange(1, 60)), pick.randrange(10**9))),
    (t.SocketAddrV4, lambda pick: t.SocketAddrV4(ipaddress.IPv4Address(pick.getrandbits(32)), pick.randrange(65536))),
    (ipaddress.IPv6Address, lambda pick: ipaddress.IPv6Address(pick.getrandbits(128))),
    (t.Bound[t.u16], lambda pick: pick.choice((t.UNBOUNDED, t.Included(3), t.Excluded(65535)))),
    (t.Range[t.i32], lambda pick: t.Range(pick.randrange(-5, 5), pick.getrandbits(31))),
    (t.RangeInclusive[t.u8], lambda pick: t.RangeInclusive(pick.randrange(256), pick.randrange(256))),
    (t.SocketAddr, lambda pick: socket(pick)),
    (ipaddress.IPv4Address, lambda pick: ipaddress.IPv4Address(pick.getrandbits(32))),
    (dt.timedelta, lambda pick: dt.timedelta(pick.randrange(10**6), pick.randrange(86_400), pick.randrange(10**6))),
    (dt.datetime, lambda pick: instant(pick)),
    (Path, lambda pick: Path(pick.choice(("a/b.txt", "/", ".", "naïve")))),
    (memoryview, lambda pick: memoryview(pick.randbytes(pick.randrange(20)))),
    (Annotated[Decimal, t.As(str)], lambda pick: Decimal(pick.randrange(-(10**9), 10**9)).scaleb(-3)),
    (Annotated[uuid.UUID, t.As(bytes)], lambda pick: uuid.UUID(int=pick.getrandbits(128))),
    (Annotated[list[t.u16], t.MaxLength(3)], lambda pick: [7] * pick.randrange(4)),
    (Annotated[str, t.Codec(bytes, str.encode, bytes.decode)], text),
    (Checked, lambda pick: Checked(pick.randrange(100), pick.randrange(100, 256))),
    (Derived, lambda pick: Derived(pick.randrange(100), pick.randrange(100, 256), text(pick))),
    (Options, lambda pick: {"fast": pick.random() < 0.5, "level": pick.randrange(-128, 128)}),
    (Chain, lambda pick: chain(pick)),
    (Tree, lambda pick: tree(pick, 3)),
)


def address(pick: random.Random) -> Any:
    """Return an address of either version."""
    if pick.random() < 0.5:
        return ipaddress.IPv4Address(pick.getrandbits(32))
    return ipaddress.IPv6Address(pick.getrandbits(128))


def socket(pick: random.Random) -> Any:
    """Return a socket's address of either version."""
    ip, port = address(pick), pick.randrange(65536)
    return t.SocketAddrV4(ip, port) if ip.version == 4 else t.SocketAddrV6(ip, port)


def instant(pick: random.Random) -> dt.datetime:
    """Return an instant after 1970 in UTC or beside it."""
    zone = dt.UTC if pick.random() < 0.7 else dt.timezone(dt.timedelta(minutes=pick.randrange(-720, 720)))
    moment = dt.datetime(1970, 1, 2, tzinfo=zone)
    return moment + dt.timedelta(pick.randrange(2_900_000), pick.randrange(86_400), pick.randrange(10**6))


def chain(pick: random.Random) -> Chain:
    """Return a chain of a few links, rarely of many."""
    last = None
    for _ in range(pick.choice((1, 1, 2, 3, 40))):
        last = Chain(pick.randrange(65536), last)
    assert last is not None
    return last


def tree(pick: random.Random, depth: int) -> Tree:
    """Return a small tree."""
    count = pick.randrange(3) if depth else 0
    branches = [tree(pick, depth - 1) for _ in range(count)]
    return Tree(text(pick), branches, {f"{i}": tree(pick, 0) for i in range(pick.randrange(2))} if depth else {})


# ---------------------------------------------------------------- arrays


def array(pick: random.Random) -> Typed:
    """Return an array of some dtype: of any length, of a shape, or of records."""
    kind = pick.random()
    if kind < 0.2:
        dtype = np.dtype([("x", "f8"), ("y", "f4"), ("n", "u4"), ("m", "i8")])
        return Annotated[np.ndarray, t.Records(Point)], lambda pick: numbers(pick, dtype, (pick.randrange(5),))
    name = pick.choice(DTYPES)
    hint = np.ndarray[Any, np.dtype[getattr(np, name)]]
    if kind < 0.4:
        shape = tuple(pick.randrange(4) for _ in range(pick.randrange(1, 3)))
        return Annotated[hint, t.Shape(*shape)], lambda pick: numbers(pick, np.dtype(name), shape)
    hint = Annotated[hint, t.View()] if kind < 0.5 else hint
    return hint, lambda pick: numbers(pick, np.dtype(name), (pick.choice((0, 1, 3, 8, 300)),))


def numbers(pick: random.Random, dtype: Any, shape: tuple[int, ...]) -> Any:
    """Return an array of random bytes, many of them zero."""
    count = math.prod(shape)
    if dtype == np.bool_:
        return np.frombuffer(pick.randbytes(count), np.uint8).reshape(shape) > 127
    raw = bytes(byte if pick.random() < 0.6 else 0 for byte in pick.randbytes(count * dtype.itemsize))
    return np.frombuffer(raw, dtype).reshape(shape).copy()


# ---------------------------------------------------------------- what is made of other types


def random_type(pick: random.Random, depth: int = 0) -> Typed:
    """Return a hint and what makes its values."""
    if depth >= MOST_DEPTH or pick.random() < 0.12 * depth:
        return array(pick) if pick.random() < 0.1 else pick.choice(LEAVES)
    return pick.choice(MAKERS)(pick, depth + 1)


def _leaf(pick: random.Random, _: int) -> Typed:
    return pick.choice(LEAVES)


def _array(pick: random.Random, _: int) -> Typed:
    return array(pick)


def _sequence(pick: random.Random, depth: int) -> Typed:
    inner, make = random_type(pick, depth)
    hint, container = pick.choice(((list[inner], list), (tuple[inner, ...], tuple), (deque[inner], deque)))
    most = pick.choice((0, 1, 3, 3, 20))
    return hint, lambda pick: container(make(pick) for _ in range(pick.randrange(most + 1)))


def _fixed(pick: random.Random, depth: int) -> Typed:
    inner, make = random_type(pick, depth)
    count = pick.randrange(4)
    return Annotated[list[inner], t.Length(count)], lambda pick: [make(pick) for _ in range(count)]


def _tuple(pick: random.Random, depth: int) -> Typed:
    parts = [random_type(pick, depth) for _ in range(pick.randrange(4))]
    hint = tuple[tuple(hint for hint, _ in parts)] if parts else tuple[()]  # type: ignore[misc]
    return hint, lambda pick: tuple(make(pick) for _, make in parts)


def _set(pick: random.Random, _: int) -> Typed:
    inner, make = pick.choice(KEYS)
    hint, container = pick.choice(((set[inner], set), (frozenset[inner], frozenset)))
    return hint, lambda pick: container(make(pick) for _ in range(pick.randrange(4)))


def _map(pick: random.Random, depth: int) -> Typed:
    (key, make_key), (value, make) = pick.choice(KEYS), random_type(pick, depth)
    return dict[key, value], lambda pick: {make_key(pick): make(pick) for _ in range(pick.randrange(4))}


def _option(pick: random.Random, depth: int) -> Typed:
    inner, make = random_type(pick, depth)
    if inner is None or type(None) in typing.get_args(inner):
        return Union[t.Some[inner], None], lambda pick: None if pick.random() < 0.3 else t.Some(make(pick))  # noqa: UP007
    return Union[inner, None], lambda pick: None if pick.random() < 0.3 else make(pick)  # noqa: UP007


def _result(pick: random.Random, depth: int) -> Typed:
    (ok, make_ok), (err, make_err) = random_type(pick, depth), random_type(pick, depth)
    return t.Result[ok, err], lambda pick: t.Ok(make_ok(pick)) if pick.random() < 0.5 else t.Err(make_err(pick))


def _struct(pick: random.Random, depth: int) -> Typed:
    parts = [random_type(pick, depth) for _ in range(pick.choice((0, 1, 2, 3, 5, 9)))]
    hints = [(f"field{index}", hint) for index, (hint, _) in enumerate(parts)]
    cls = make_dataclass(f"S{pick.randrange(1000)}", hints, slots=pick.random() < 0.5, frozen=pick.random() < 0.2)
    return cls, lambda pick: cls(*(make(pick) for _, make in parts))


def _packed(pick: random.Random, _: int) -> Typed:
    bits = [pick.randrange(1, 17) for _ in range(pick.randrange(1, 6))]
    hints = [(f"field{index}", Annotated[int, t.Integer(16, False), t.Bits(count)]) for index, count in enumerate(bits)]
    cls = make_dataclass(f"P{pick.randrange(1000)}", hints, slots=True)
    return cls, lambda pick: cls(*(pick.getrandbits(count) for count in bits))


def _union(pick: random.Random, depth: int) -> Typed:
    variants = [_struct(pick, depth) for _ in range(pick.randrange(2, 5))]
    hint = Union[tuple(cls for cls, _ in variants)]  # type: ignore[valid-type]  # noqa: UP007
    return hint, lambda pick: pick.choice(variants)[1](pick)


MAKERS = (_leaf, _array, _sequence, _fixed, _tuple, _set, _map, _option, _result, _struct, _struct, _packed, _union)


# ---------------------------------------------------------------- values and types, looked at


def same(one: Any, other: Any, *, exact: bool = True) -> bool:
    """Whether two values are the same to the bit, dicts in the same order; not `exact`: any order, any NaN."""
    waiting = [(one, other)]
    while waiting:
        one, other = waiting.pop()
        if type(one) is not type(other):
            return False
        if isinstance(one, np.ndarray):
            if one.dtype != other.dtype or one.shape != other.shape or not _same_numbers(one, other, exact):
                return False
        elif isinstance(one, float):
            if struct.pack("<d", one) != struct.pack("<d", other) and (exact or one == one or other == other):
                return False
        elif isinstance(one, dict):
            if list(one) != list(other) and (exact or one.keys() != other.keys()):
                return False
            waiting += [(value, other[key]) for key, value in one.items()]
        elif isinstance(one, list | tuple | deque):
            if len(one) != len(other):
                return False
            waiting += zip(one, other, strict=True)
        elif is_dataclass(one):
            waiting += [(getattr(one, field.name), getattr(other, field.name)) for field in fields(one)]
        elif one != other:
            return False
    return True


def _same_numbers(one: Any, other: Any, exact: bool) -> bool:
    if exact or one.dtype.kind not in "fV":
        return bool(one.tobytes() == other.tobytes())
    names = one.dtype.names
    pairs = [(one[name], other[name]) for name in names] if names else [(one, other)]
    return all(np.array_equal(left, right, equal_nan=left.dtype.kind == "f") for left, right in pairs)


def shown(hint: Any) -> str:
    """Return a hint with the fields of its classes."""
    if isinstance(hint, type) and is_dataclass(hint) and hint not in (Chain, Tree, Point):
        inside = ", ".join(f"{field.name}: {shown(field.type)}" for field in fields(hint))
        return f"{hint.__name__}({inside})"
    arguments = typing.get_args(hint)
    if not arguments:
        return getattr(hint, "__name__", repr(hint))
    return f"{typing.get_origin(hint)}[{', '.join(map(shown, arguments))}]"
