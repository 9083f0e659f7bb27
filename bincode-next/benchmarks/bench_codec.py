"""bincode_next beside msgspec's MessagePack (array-like structs, reusable encoder and decoder), and beside memcpy.

Both write and read the same values in turn; what each reads back is checked first. Fixed and varying
integers; dataclasses with slots, without, and msgspec's own structs. A result is dropped at once, except in
the rows that keep it, which are timed until the next one comes, its freeing left out.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Optional

import codec_models as models
import msgspec
import numpy as np
from measure import Report, once_each, race
from numpy.typing import NDArray

from bincode_next.arrays import from_records, to_records
from bincode_next.codec import Decoder, Encoder, decode_many
from bincode_next.config import Config, standard
from bincode_next.stream import read_many
from bincode_next.types import View, f64, i64, u32

CONFIGS = {"fixed": standard().with_fixed_int_encoding(), "varint": standard()}
GIGABYTE = 1 << 30
OURS, PEER = "bincode_next", "msgspec"
Work = Callable[[], object]


class Pair:
    """Ours and msgspec's codec for the same value: bytes made and checked before anything is timed."""

    def __init__(self, ours: tuple[Any, Any], theirs: tuple[Any, Any], config: Config) -> None:
        (value, hint), (peer_value, peer_hint) = ours, theirs
        encode, decode = Encoder(hint, config).encode, Decoder(hint, config).decode
        peer_encode, peer_decode = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(peer_hint).decode
        data, peer_data = encode(value), peer_encode(peer_value)
        if decode(data) != value or peer_decode(peer_data) != peer_value:
            raise SystemExit(f"{hint} does not come back as it went")
        self.encode: dict[str, Work] = {OURS: lambda: encode(value), PEER: lambda: peer_encode(peer_value)}
        self.decode: dict[str, Work] = {OURS: lambda: decode(data), PEER: lambda: peer_decode(peer_data)}

    def state(self, report: Report, work: str, encode: float, decode: float, *, kept: float | None = None) -> None:
        """Race both ways and state them against bars; `kept`: decode again, with the result kept."""
        for way, contenders, bar in (("encode", self.encode, encode), ("decode", self.decode, decode)):
            times = race(contenders, rounds=report.rounds())
            report.ratio(f"{work}, {way}", times[OURS], times[PEER], peer=PEER, at_most=bar)
        if kept is not None:
            times = race_kept(self.decode, report.rounds(7))
            report.ratio(f"{work}, decode, kept", times[OURS], times[PEER], peer=PEER, at_most=kept)


def race_kept(contenders: dict[str, Work], rounds: int) -> dict[str, float]:
    """Return the best seconds of each, its result kept until after the clock is read."""
    best = dict.fromkeys(contenders, float("inf"))
    for _ in range(rounds):
        for name, work in contenders.items():
            gc.collect()
            start = time.perf_counter()
            kept = work()
            best[name] = min(best[name], time.perf_counter() - start)
            del kept
    return best


# ---------------------------------------------------------------- values


def structs(report: Report) -> None:
    """One struct of eight fields."""
    peer = models.EightStruct(*models.EIGHT)
    for name, config in CONFIGS.items():
        for kind, cls in models.EIGHTS.items():
            pair = Pair((cls(*models.EIGHT), cls), (peer, models.EightStruct), config)
            pair.state(report, f"struct of 8, {kind}, {name}", 0.8, 1.0 if kind == "plain" else 0.9)


def many_structs(report: Report) -> None:
    """A list of structs as objects, and as a structured array."""
    rows = models.point_rows(1_000 if report.quick else 100_000)
    peer = [models.PointStruct(*row) for row in rows]
    for name, config in CONFIGS.items():
        for kind, cls in models.POINTS.items():
            pair = Pair(([cls(*row) for row in rows], list[cls]), (peer, list[models.PointStruct]), config)
            bar = 1.05 if kind == "plain" else 0.95
            pair.state(report, f"{len(rows):,} structs, {kind}, {name}", 0.65, bar, kept=bar)
    array = np.array(rows, [("id", "u4"), ("x", "f8"), ("y", "f8"), ("k", "i8")])
    for name, config in CONFIGS.items():
        data = from_records(array, models.PointSlots, config)
        if data != Encoder(list[models.PointSlots], config).encode([models.PointSlots(*row) for row in rows]):
            raise SystemExit("an array of structs has other bytes than a list of them")
        if not (to_records(data, models.PointSlots, config) == array).all():
            raise SystemExit("an array of structs does not come back as it went")
        times = race(
            {
                "in": lambda config=config: from_records(array, models.PointSlots, config),
                "out": lambda config=config, data=data: to_records(data, models.PointSlots, config),
            },
            rounds=report.rounds(),
        )
        report.absolute(f"{len(rows):,} structs from an array, {name}", times["in"], at_most=2e-3)
        report.absolute(f"{len(rows):,} structs to an array, {name}", times["out"], at_most=2e-3)


def floats(report: Report) -> None:
    """A million f64: as an array beside memcpy, as a list beside msgspec."""
    count = 10_000 if report.quick else 1_000_000
    array = np.random.default_rng(3).random(count)
    raw, hint = array.tobytes(), NDArray[np.float64]
    for name, config in CONFIGS.items():
        encode, decode = Encoder(hint, config).encode, Decoder(hint, config).decode
        view = Decoder(Annotated[hint, View()], config).decode
        data = encode(array)
        if not data.endswith(raw) or decode(data).tobytes() != raw or view(data).tobytes() != raw:
            raise SystemExit("an array does not come back as it went")
        calls: dict[str, Work] = {
            "encode": lambda encode=encode: encode(array),
            "memcpy out": array.tobytes,
            "decode": lambda decode=decode, data=data: decode(data),
            "memcpy in": lambda: np.frombuffer(raw, np.float64).copy(),
            "view": lambda view=view, data=data: view(data),
        }
        times = race(calls, rounds=report.rounds())
        bytes_out, bytes_in = times["memcpy out"], times["memcpy in"]
        report.ratio(f"{count:,} f64, array, encode, {name}", times["encode"], bytes_out, peer="memcpy", at_most=1.2)
        report.ratio(f"{count:,} f64, array, decode, {name}", times["decode"], bytes_in, peer="memcpy", at_most=1.2)
        report.absolute(f"{count:,} f64, array, view, {name}", times["view"], at_most=5e-6)
    numbers = array.tolist()
    for name, config in CONFIGS.items():
        Pair((numbers, list[f64]), (numbers, list[float]), config).state(
            report, f"{count:,} f64, list, {name}", 1.0, 1.0
        )


def others(report: Report) -> None:
    """Dicts, unions, options, nesting, strings."""
    size = 100 if report.quick else 100_000
    table = {f"key number {number}": number * 99_991 % 4_000_000_000 for number in range(size // 10)}
    ours, theirs = models.shapes(size)
    options = [None if number % 3 == 0 else number * 12_345 for number in range(size)]
    for name, config in CONFIGS.items():
        pair = Pair((table, dict[str, u32]), (table, dict[str, int]), config)
        pair.state(report, f"dict of {len(table):,}, {name}", 0.85, 0.85)
        pair = Pair((ours, list[models.Shape]), (theirs, list[models.ShapeStruct]), config)
        pair.state(report, f"union of 5 × {size:,}, {name}", 1.0, 1.0)
        pair = Pair((options, list[Optional[i64]]), (options, list[Optional[int]]), config)  # noqa: UP045
        pair.state(report, f"Optional × {size:,}, {name}", 1.0, 1.0)
        pair = Pair((models.NESTED, models.Level5), (models.NESTED_STRUCT, models.Level5Struct), config)
        pair.state(report, f"nested 5 deep, {name}", 1.0, 1.0)
    for length in (5, 50, 5_000):
        text = "".join(chr(97 + number % 26) for number in range(length))
        pair = Pair((text, str), (text, str), standard())
        pair.state(report, f"str of {length:,} bytes", 1.0, 1.0)


# ---------------------------------------------------------------- start


def plans(report: Report) -> None:
    """From a class never seen before to a codec ready to run."""
    rounds = report.rounds(20)
    classes = [models.fifty_fields(number) for number in range(2 * rounds)]

    def ours(number: int) -> object:
        return Encoder(classes[number][0]), Decoder(classes[number][0])

    def theirs(number: int) -> object:
        return msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(classes[number][1])

    report.absolute(
        "plan of 50 fields, both ways",
        once_each(ours, range(rounds)),
        once_each(theirs, range(rounds)),
        peer=PEER,
        at_most=1e-3,
    )


def imports(report: Report) -> None:
    """`import bincode_next` in a Python of its own, and with what one encodes with."""
    for work, line, bar in (
        ("import bincode_next", "import bincode_next", 30e-3),
        ("import bincode_next, first names", "from bincode_next.codec import Decoder, Encoder", None),
    ):
        code = f"import time; t = time.perf_counter(); {line}; print(time.perf_counter() - t)"
        found = [float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(report.rounds(9))]
        report.absolute(work, min(found), at_most=bar)


# ---------------------------------------------------------------- streams


def streams(report: Report) -> None:
    """A file of structs of eight fields, larger than anything that is kept of it."""
    total = 1 << 22 if report.quick else GIGABYTE
    cls, config = models.EightSlots, standard()
    block = Encoder(cls, config).encode(cls(*models.EIGHT)) * 20_000
    blocks = total // len(block) + 1
    in_memory = min(spent(decode_many(block, cls, config))[0] for _ in range(report.rounds(7)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "records")
        with path.open("wb") as file:
            for _ in range(blocks):
                file.write(block)
        with path.open("rb") as file:
            seconds, count, growth = spent(read_many(file, cls, config), blocks * 20_000)
    if count != blocks * 20_000:
        raise SystemExit(f"{count} records came from a file of {blocks * 20_000}")
    name = f"{blocks * len(block) / GIGABYTE:.3g} GiB from a file"
    report.ratio(f"{name}, a block of it", seconds / blocks, in_memory, peer="in memory", at_most=1 / 0.8)
    report.absolute(f"{name}, memory that grows", growth, at_most=4.0, unit="MiB")


def spent(values: Iterator[Any], expected: int = 0) -> tuple[float, int, float]:
    """Take all values; return the seconds, how many they were, and the MiB gained from a tenth of them to the end."""
    start, count, early = time.perf_counter(), 0, resident()
    for _ in values:
        count += 1
        if count == expected // 10:
            early = resident()
    return time.perf_counter() - start, count, max(resident() - early, 0.0)


def resident() -> float:
    """Return the MiB this process holds in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / (1 << 20)


def summary(report: Report) -> None:
    """The README's table: fixed integers, dataclasses with slots."""
    for line in report.lines:
        for name in (
            "struct of 8, slots",
            "100,000 structs, slots",
            "dict of 10,000",
            "union of 5 × 100,000",
            "1,000,000 f64, list",
        ):
            for way in ("encode", "decode"):
                if line.work == f"{name}, fixed, {way}" and line.theirs:
                    row = f"{name.removesuffix(', slots')}, {way}"
                    report.table("codec", row, {"msgspec": line.theirs, "bincode_next 1": line.ours})


def main() -> None:
    """Streams first: what the other rows leave in memory is not theirs."""
    report = Report("codec", ours=OURS)
    for rows in (streams, imports, plans, structs, many_structs, floats, others, summary):
        rows(report)
    report.finish()


if __name__ == "__main__":
    main()
