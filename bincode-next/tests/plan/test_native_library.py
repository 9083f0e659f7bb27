"""Users' classes and Rust's library types in the native engine: values, bytes and errors are its twin's."""

import dataclasses
import enum
import ipaddress
import random
import uuid
from collections import deque
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest

from bincode_next import types as t
from bincode_next.config import PURE_PYTHON, Config, legacy, standard, v3, v3_legacy
from bincode_next.errors import DecodeError, EncodeError
from bincode_next.plan._plan_py import Plan as Twin
from bincode_next.schema import schema_of

if PURE_PYTHON:
    pytest.skip("the native engine is not chosen", allow_module_level=True)

from bincode_next.plan._plan_c import Plan

CONFIGS = (
    standard(),
    legacy(),
    v3(),
    v3_legacy().with_big_endian(),
    standard().with_fixed_int_encoding().with_strict(),
    v3().with_deterministic_bincode(),
    v3().with_deterministic_bincode().with_strict().with_big_endian(),
)


@dataclasses.dataclass
class Checked:
    low: t.u8
    high: t.u8

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"{self.low} is above {self.high}")
        self.span = self.high - self.low


@dataclasses.dataclass(slots=True)
class SlotsBesideDict(Checked):
    note: str


class CheckedStruct(msgspec.Struct):
    value: t.u8

    def __post_init__(self) -> None:
        if self.value > 9:
            raise ValueError("more than a digit")


class Shout:
    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Shout) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)


def unshout(value: Any) -> str:
    if not isinstance(value, Shout):
        raise TypeError("no Shout")
    return value.text


def shout(text: str) -> Shout:
    if text == "quiet":
        raise ValueError("not loud")
    return Shout(text)


@dataclasses.dataclass(slots=True)
class Row:
    number: t.u16
    when: datetime
    price: Annotated[Decimal, t.As(str)]
    said: Annotated[Shout, t.Codec(str, unshout, shout)]
    tags: dict[str, set[t.u8]]


def row(number: int) -> Row:
    when = datetime(2026, 11, 24, 9, number % 60, 1, 250, tzinfo=UTC)
    return Row(number, when, Decimal(number) / 8, Shout(f"s{number}"), {"b": {2, 1}, "a": set()})


POINT = np.dtype([("x", "f8"), ("n", "u4")])


@dataclasses.dataclass
class Point:
    x: t.f64
    n: t.u32


@dataclasses.dataclass
class Track:
    name: str
    points: Annotated[np.ndarray, t.Records(Point)]


UNITS = (0, 1, 999, 1_000, 1_001, 999_999_000, 999_999_999)
VALUES: list[tuple[Any, Any]] = [
    *((t.Duration, t.Duration(secs, nanos)) for secs in (0, 250, 2**32, 2**64 - 1) for nanos in UNITS),
    *((t.SystemTime, t.SystemTime(secs, nanos)) for secs in (0, 2**31, 2**63 - 1) for nanos in UNITS),
    (t.Duration, timedelta(3, 4, 5)),
    (timedelta, t.Duration(86_400 * 10**9 - 1, 999_999_000)),
    (timedelta, timedelta.max),
    (timedelta, timedelta(0)),
    (timedelta, timedelta(-1)),
    *((datetime, datetime(*day, 23, 59, 58, 999_999, UTC)) for day in ((1970, 1, 1), (2000, 2, 29), (9999, 12, 31))),
    *((datetime, datetime(1969 + year, 3, 1, tzinfo=UTC)) for year in range(1, 140)),
    (datetime, datetime(1969, 12, 31, 23, 59, tzinfo=UTC)),
    (datetime, datetime(2024, 7, 1, tzinfo=ZoneInfo("Europe/Berlin"))),
    (datetime, datetime(2024, 7, 1, tzinfo=timezone(timedelta(hours=-3)))),
    (datetime, datetime(2024, 7, 1)),
    (datetime, t.SystemTime(2**40, 5_000)),
    (t.SystemTime, datetime(2024, 7, 1, tzinfo=UTC)),
    (ipaddress.IPv4Address, ipaddress.IPv4Address("192.0.2.7")),
    (ipaddress.IPv6Address, ipaddress.IPv6Address("2001:db8::7")),
    (ipaddress.IPv6Address, ipaddress.IPv6Address("fe80::1%eth0")),
    (t.IpAddr, ipaddress.IPv4Address("192.0.2.7")),
    (t.IpAddr, ipaddress.IPv6Address("2001:db8::7")),
    (t.IpAddr, "192.0.2.7"),
    (t.SocketAddr, t.SocketAddrV4(ipaddress.IPv4Address(1), 80)),
    (t.SocketAddr, t.SocketAddrV6(ipaddress.IPv6Address(1), 80, 7, 9)),
    (t.SocketAddrV6, t.SocketAddrV6(ipaddress.IPv6Address(2**128 - 1), 65_535)),
    (t.SocketAddrV4, t.SocketAddrV4(ipaddress.IPv4Address(1), 65_536)),
    (Path, Path("a/b.txt")),
    (Path, "a/b.txt"),
    (Path, 7),
    (memoryview, memoryview(b"bytes")),
    (memoryview, memoryview(b"bytes")[::2]),
    (bytes, memoryview(bytearray(b"ab"))),
    (t.CStr, b"no nul"),
    (t.CStr, b"a\0b"),
    (Annotated[Decimal, t.As(str)], Decimal("1.50")),
    (Annotated[uuid.UUID, t.As(bytes)], uuid.UUID(int=5)),
    (Annotated[uuid.UUID, t.As(t.u128)], uuid.UUID(int=5)),
    (np.float32, np.float32(1.5)),
    (Checked, Checked(1, 2)),
    (SlotsBesideDict, SlotsBesideDict(1, 2, "both")),
    (CheckedStruct, CheckedStruct(9)),
    (list[CheckedStruct], [CheckedStruct(1), CheckedStruct(2)]),
    (Annotated[Shout, t.Codec(str, unshout, shout)], Shout("loud")),
    (Annotated[Shout, t.Codec(str, unshout, shout)], Shout("quiet")),
    (Annotated[Shout, t.Codec(str, unshout, shout)], 7),
    (Annotated[list[t.u16], t.MaxLength(3)], [1, 2, 3]),
    (Annotated[list[t.u16], t.MaxLength(3)], [1, 2, 3, 4]),
    (Annotated[str, t.MaxLength(3)], "four"),
    (dict[str, t.u32], {"b": 1, "a": 2, "": 3, "aa": 4}),
    (dict[t.u32, dict[str, t.u8]], {300: {"z": 1, "y": 2}, 2: {}, 70_000: {"q": 0}}),
    (set[t.i64], {-1, 1, 0, 2**40, -300}),
    (frozenset[str], frozenset({"a", "ab", "b", ""})),
    (dict[t.char, frozenset[t.u8]], {"ß": frozenset({3, 1}), "a": frozenset()}),
    (deque[t.IpAddr], deque([ipaddress.IPv4Address(7), ipaddress.IPv6Address(7)])),
    (list[Row], [row(number) for number in range(30)]),
    (tuple[Row, ...], tuple(row(number) for number in range(3))),
    (dict[str, Row], {"two": row(2), "one": row(1)}),
    (Row | None, row(1)),
    (t.Result[Row, str], t.Ok(row(1))),
    (list[Checked | Row], [row(3), Checked(1, 1)]),
    (Annotated[list[Row], t.Length(2)], [row(3), row(4)]),
    (list[tuple[Path, t.Duration]], [(Path("x"), t.Duration(1))] * 3),
]  # fmt: skip


def outcome(call: Any, *arguments: Any) -> Any:
    try:
        return call(*arguments)
    except (DecodeError, EncodeError) as error:
        return type(error), str(error), error.path, error.offset, getattr(error, "additional", None)


def both(hint: Any, config: Config) -> tuple[Plan, Twin]:
    schema = schema_of(hint)
    plan = Plan(schema, config)
    assert plan.encodes_natively, plan.reason
    assert plan.decodes_natively, plan.reason
    return plan, Twin(schema, config)


@pytest.mark.parametrize("config", CONFIGS, ids=str)
@pytest.mark.parametrize("case", VALUES, ids=[str(index) for index in range(len(VALUES))])
def test_engines_agree_on_values_and_broken_bytes(case: tuple[Any, Any], config: Config) -> None:
    hint, value = case
    plan, twin = both(hint, config)
    data = outcome(plan.encode, value)
    assert data == outcome(twin.encode, value)
    if not isinstance(data, bytes):
        return
    assert outcome(plan.decode, data) == outcome(twin.decode, data)
    pick = random.Random(len(data))
    for _ in range(20):
        damaged = bytearray(data)
        for _ in range(pick.randrange(1, 3)):
            at = pick.randrange(len(data) + 1)
            damaged[at : at + pick.randrange(3)] = pick.randbytes(pick.randrange(3))
        assert outcome(plan.decode, bytes(damaged)) == outcome(twin.decode, bytes(damaged))
    for end in range(min(len(data), 40)):
        assert outcome(plan.decode, data[:end]) == outcome(twin.decode, data[:end])


@pytest.mark.parametrize("crate", [standard(), v3(), legacy(), v3_legacy()], ids=str)
@pytest.mark.parametrize("case", VALUES, ids=[str(index) for index in range(len(VALUES))])
def test_the_limit_is_counted_as_the_twin_counts_it(case: tuple[Any, Any], crate: Config) -> None:
    """From none to enough: the same claims, in whatever order they are made."""
    hint, value = case
    data = outcome(both(hint, crate)[0].encode, value)
    if not isinstance(data, bytes):
        return
    for limit in sorted(random.Random(len(data)).sample(range(6 * len(data) + 20), 12)):
        plan, twin = both(hint, crate.with_limit(limit))
        assert outcome(plan.decode, data) == outcome(twin.decode, data), limit
        assert outcome(plan.encode, value) == outcome(twin.encode, value), limit


SCALARS = (bool, t.u8, t.i16, t.u64, t.usize, t.f32, t.char, t.NonZero[t.u8], t.i128, str)


@pytest.mark.parametrize("crate", [standard(), v3(), v3().with_fixed_int_encoding()], ids=str)
@pytest.mark.parametrize("item", SCALARS, ids=str)
def test_the_limit_holds_in_every_container(item: Any, crate: Config) -> None:
    data = bytes([2, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]) * 6
    for hint in (
        list[item],
        tuple[item, ...],
        set[item],
        dict[item, item],
        list[item | None],
        list[list[item]],
        list[tuple[item, item]],
        Annotated[list[item], t.Length(3)],
        list[t.Result[item, None]],
        t.Bound[item],
    ):
        for limit in (*range(0, 60, 7), 16, 17, 24, 25):
            plan, twin = both(hint, crate.with_limit(limit))
            for start in range(3):
                assert outcome(plan.decode, data, start) == outcome(twin.decode, data, start), (hint, limit)


def test_keys_out_of_order_are_refused_where_the_order_is_fixed() -> None:
    config = v3().with_deterministic_bincode()
    for hint, data in ((set[t.u8], b"\2\2\1"), (dict[t.u8, str], b"\2\2\1x\1\1y"), (frozenset[str], b"\2\1b\1a")):
        plan, twin = both(hint, config.with_strict())
        assert outcome(plan.decode, data) == outcome(twin.decode, data)
        assert outcome(plan.decode, data)[0].__name__ == "InvalidMapOrder"
        assert outcome(both(hint, config)[0].decode, data)[1] == len(data)


def test_two_keys_of_the_same_bytes_have_no_order() -> None:
    plan, twin = both(dict[t.f32, t.u8], v3().with_deterministic_bincode())
    value = {1.0: 1, 1.0 + 1e-12: 2, 0.5: 3}
    assert outcome(plan.encode, value) == outcome(twin.encode, value)
    assert "the same bytes" in outcome(plan.encode, value)[1]


def test_arrays_of_records_are_fields_like_others() -> None:
    plan, twin = both(Track, standard())
    value = Track("t", np.array([(1.5, 2), (2.5, 70_000)], POINT))
    data = plan.encode(value)
    assert data == twin.encode(value)
    back = plan.decode(data)[0]
    assert (back.points == value.points).all()
    assert outcome(plan.encode, Track("t", [1])) == outcome(twin.encode, Track("t", [1]))
    for end in range(len(data)):
        assert outcome(plan.decode, data[:end]) == outcome(twin.decode, data[:end])


def test_a_memoryview_is_of_the_input_and_can_not_write_it() -> None:
    plan, _ = both(tuple[t.u8, memoryview], standard())
    for data in (b"\7\3abc", bytearray(b"\7\3abc")):
        view = plan.decode(data)[0][1]
        assert (view, view.readonly, view.obj is data) == (b"abc", True, True)


# ---------------------------------------------------------------- Python code that runs while values are written


class Level(enum.IntEnum):
    HIGH = 3


class Word(enum.StrEnum):
    HELLO = "héllo"


def test_members_and_numbers_of_numpy_are_taken_where_numbers_and_text_are() -> None:
    hint = tuple[t.u8, t.i64, t.f64, t.f32, str]
    plan, twin = both(hint, standard())
    for value in (
        (Level.HIGH, np.int64(-5), np.float64(2.5), np.float32(1.5), Word.HELLO),
        (np.uint64(2**64 - 1), 0, 0.0, 0.0, ""),
        (True, 0, 0.0, 0.0, ""),
        (np.float64(1), 0, 0.0, 0.0, ""),
        (0, 0, True, 0.0, ""),
        (0, 0, 0.0, np.float64(1e300), ""),
    ):
        assert outcome(plan.encode, value) == outcome(twin.encode, value)


def test_what_a_codec_does_to_the_value_being_written_harms_nothing() -> None:
    """It may empty the lists and objects that are being written: what was begun is held until it is done."""
    victims: list[Any] = []

    def vandal(value: Any) -> int:
        for victim in victims:
            if isinstance(victim, list | dict | set):
                victim.clear()
            else:
                for name in ("a", "b", "c"):
                    if hasattr(victim, name):
                        setattr(victim, name, [object() for _ in range(20)])
                if hasattr(victim, "__dict__"):
                    victim.__dict__ = {}
        return int(value)

    odd = Annotated[str, t.Codec(t.u8, vandal, str)]
    slots = dataclasses.make_dataclass("S", [("a", odd), ("b", list[str])], slots=True)
    plain = dataclasses.make_dataclass("D", [("a", odd), ("b", list[str]), ("c", slots)])
    plan = Plan(schema_of(list[dict[str, plain]]), standard())
    assert plan.encodes_natively
    for _ in range(50):
        one = slots("1", [f"text {number}" * 3 for number in range(9)])
        two = plain("2", [f"text {number}" * 3 for number in range(9)], one)
        entries = {"x" * 40: two, "y" * 40: two}
        values = [entries, entries]
        victims[:] = [values, entries, one, two, one.b, two.b]
        outcome(plan.encode, values)


def test_errors_of_users_code_that_are_no_refusals_come_through() -> None:
    class Stop(BaseException):
        pass

    def fail(value: Any) -> Any:
        raise value if isinstance(value, BaseException) else Stop

    plan = Plan(schema_of(list[Annotated[str, t.Codec(str, fail, fail)]]), standard())
    for error in (Stop(), RuntimeError("broken"), OSError("gone")):
        with pytest.raises(type(error)):
            plan.encode([error])
    with pytest.raises(Stop):
        plan.decode(b"\1\1a")


def test_a_codec_may_use_its_own_plan() -> None:
    calls: list[bytes] = []

    def outer(value: str) -> str:
        calls.append(plan.encode(["inner"]) if value == "outer" else b"")
        return value

    plan = Plan(schema_of(list[Annotated[str, t.Codec(str, outer, str)]]), standard())
    assert plan.encode(["outer"]) == b"\1\5outer"
    assert calls[1] == b"\1\5inner"
