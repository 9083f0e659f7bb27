"""The crate itself is the oracle: what it makes of thousands of broken encodings, ours must too.

Bytes used, the value (written again), the kind of error, and the limit are compared, in every format. The crate is run
by a Cargo project in `crate/`, whose folder `target` is kept between runs.
"""

from __future__ import annotations

import ipaddress
import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bincode_next.config import Config, v3, v3_legacy
from bincode_next.errors import DecodeError, EncodeError
from bincode_next.plan import plan_of
from bincode_next.plan._plan_py import Plan
from bincode_next.schema import _nodes as n
from bincode_next.types import UNBOUNDED, Duration, Err, Excluded, Included, Ok, SocketAddrV4, SocketAddrV6, SystemTime

pytestmark = pytest.mark.slow
PROJECT = Path(__file__).parent / "crate"
LIMIT, COUNT = 4096, 5_000
CONFIGS: dict[str, Config] = {
    "standard": v3(),
    "big": v3().with_big_endian(),
    "fixed": v3().with_fixed_int_encoding(),
    "legacy": v3_legacy(),
    "lsb": v3().with_bit_packing(),
    "msb": v3_legacy().with_big_endian().with_bit_packing(),
    "deterministic": v3().with_deterministic_bincode(),
    "cbor": v3().with_cbor_format(),
    "cbor-packed": v3().with_cbor_format().with_bit_packing(),
    "cbor-deterministic": v3().with_deterministic_cbor(),
}
# What the crate calls errors, where ours has another name. In CBOR it takes a wrong kind of item for an early end.
KINDS = {"Utf8": {"Utf8Error"}}
CBOR_KINDS = {
    "Utf8": {"Utf8Error"},
    "UnexpectedEnd": {"UnexpectedEnd", "InvalidCbor"},
    "InvalidCborInfo": {"InvalidCbor"},
    "OutsideUsizeRange": {"InvalidIntegerType", "UnexpectedEnd"},
    "OutsideIsizeRange": {"InvalidIntegerType"},
    "Other": {"ArrayLengthMismatch"},
}

U8, U16, U32 = (n.Int(bits, signed=False) for bits in (8, 16, 32))
I8, I16 = (n.Int(bits, signed=True) for bits in (8, 16))
PLAIN = n.Enum(
    "Plain",
    (
        n.Variant("A", n.Unit(value="A"), str),
        n.Variant("B", n.Tuple((U8,)), int, single=True),
        n.Variant("C", n.Struct("C", (n.Field("x", I16), n.Field("y", n.Option(n.Bool())))), tuple),
    ),
)
PAIR = n.Struct("Pair", (n.Field("a", n.Float(64)), n.Field("b", n.Array(U16, 2))))
PACKED = n.Struct(
    "Packed", (n.Field("a", U8, 3), n.Field("b", U16, 12), n.Field("c", U32), n.Field("d", n.Bool(), 1)), packed=True
)
NAMED = n.Struct("B", (n.Field("x", U8, 5), n.Field("y", U16)), python=dict, style="typeddict")
CHOICE = n.Enum(
    "Choice",
    (
        n.Variant("A", n.Unit(value="A"), str),
        n.Variant("B", NAMED, dict),
        n.Variant("C", n.Struct("C", (n.Field("f0", U8), n.Field("f1", I16, 9)), positional=True), tuple),
    ),
    packed=True,
)
INNER = n.Tuple(
    (
        n.Char(),
        PAIR,
        n.Result(U32, n.Duration()),
        n.Array(I8, 2),
        n.Seq(I8),
        n.Int(128, False),
        n.Int(64, False, pointer=True),
    )
)
VALUE = n.Schema(
    n.Tuple(
        (
            n.Option(n.Map(U8, n.Str(), rust="BTreeMap")),
            n.Seq(PLAIN),
            n.Set(n.Int(128, True), rust="BTreeSet"),
            n.Bytes(),
            n.Float(32),
            n.Socket(),
            INNER,
            PACKED,
            n.Seq(CHOICE),
            n.SystemTime(),
            n.Bound(U16),
        )
    )
)
SOCKETS = [
    SocketAddrV4(ipaddress.IPv4Address("1.2.3.4"), 80),
    SocketAddrV6(ipaddress.IPv6Address("::1"), 80, 0, 0),
]
TELLING = bytes.fromhex("000102171819 1a1b1f2038 40415f606178 7f80818298 9b9fa0a1bf c2c3f4f5f6 f9fafbfcfdfeff")


def _some_value(pick: random.Random) -> Any:
    inner = (
        pick.choice("a€ß"),
        (pick.choice([1.0, 0.1]), [1, 300]),
        pick.choice([Ok(5), Err(Duration(1, 2))]),
        [1, -1],
        [3, -4],
        pick.choice([5, 1 << 100]),
        9,
    )
    return (
        pick.choice([None, {}, {1: "a", 200: "é"}]),
        [pick.choice(["A", 7, (-3, None), (300, True)]) for _ in range(pick.randrange(4))],
        set(pick.sample([0, -1, 1 << 90, -(1 << 70), 300], pick.randrange(4))),
        bytes(pick.randrange(5)),
        pick.choice([1.5, 1e10, 0.1]),
        pick.choice(SOCKETS),
        inner,
        (5, 300, 70000, True),
        [pick.choice(["A", {"x": 3, "y": 300}, (7, 200)]) for _ in range(pick.randrange(4))],
        SystemTime(5, 6),
        pick.choice([UNBOUNDED, Included(4), Excluded(300)]),
    )


def _broken(data: bytes, pick: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(pick.randrange(4)):
        at = pick.randrange(len(changed))
        match pick.randrange(4):
            case 0:
                changed[at] = pick.choice(TELLING)
            case 1 if len(changed) > 1:
                del changed[at]
            case 2:
                changed.insert(at, pick.choice(TELLING))
            case _:
                changed[at] ^= 1 << pick.randrange(8)
    return bytes(changed)


@pytest.fixture(scope="module")
def judge() -> Callable[[str, list[bytes]], list[str]]:
    """Return a function that asks the crate; skip where cargo, or the crate, can't be had."""
    if shutil.which("cargo") is None:
        pytest.skip("cargo is not installed")
    environment = {**os.environ, "CARGO_TERM_COLOR": "never"}

    def cargo(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["cargo", *arguments], cwd=PROJECT, env=environment, capture_output=True, text=True)

    fetched = cargo("fetch", "--offline")
    if fetched.returncode and (fetched := cargo("fetch")).returncode:
        pytest.skip(f"the crate can't be had: {fetched.stderr.strip().splitlines()[-1]}")
    built = cargo("build", "--quiet", "--offline", "--release")
    assert built.returncode == 0, built.stderr[:5000]

    def ask(config: str, encodings: list[bytes]) -> list[str]:
        lines = "".join(f"{data.hex()}\n" for data in encodings)
        program = PROJECT / "target" / "release" / "judge"
        said = subprocess.run([program, config], input=lines, capture_output=True, text=True, check=True)
        return said.stdout.splitlines()

    return ask


def _ours(plan: Any, data: bytes) -> str:
    try:
        value, end = plan.decode(data)
    except DecodeError as error:
        return type(error).__name__
    names = list(value)
    names[0] = None if value[0] is None else dict(sorted(value[0].items()))  # as a BTreeMap and a BTreeSet have them
    names[2] = dict.fromkeys(sorted(value[2])).keys()
    try:
        return f"ok {end} {plan.encode(tuple(names)).hex()}"
    except EncodeError:
        return f"ok {end} -"


@pytest.mark.parametrize("engine", ["twin", "chosen"])
@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.timeout(900)
def test_ours_is_the_crates_judgement(name: str, engine: str, judge: Callable[[str, list[bytes]], list[str]]) -> None:
    """Of valid encodings and of ones with a few bytes changed, put in or taken out."""
    config = CONFIGS[name].with_limit(LIMIT)
    is_cbor = config.format == "cbor"
    if is_cbor and engine == "twin":
        pytest.skip("CBOR has one engine")
    plan = Plan(VALUE, config) if engine == "twin" else plan_of(VALUE, config)
    pick = random.Random(f"{name} {engine}")
    encodings = [_broken(plan.encode(_some_value(pick)), pick) for _ in range(COUNT)]
    kinds, taken = CBOR_KINDS if is_cbor else KINDS, 0
    for data, theirs in zip(encodings, judge(name, encodings), strict=True):
        ours = _ours(plan, data)
        taken += theirs.startswith("ok")
        # We find a repeated key before its value is read, which may be broken too; the crate looks afterwards.
        is_earlier = ours == "DuplicateMapKey" and not theirs.startswith("ok")
        agrees = ours == theirs or ours in kinds.get(theirs, ()) or is_earlier
        assert agrees, f"{data.hex()}: the crate says {theirs}, ours {ours}"
    assert taken > COUNT // 10
