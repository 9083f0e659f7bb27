"""Flights, Parquet to Parquet: rssn beside Polars and DuckDB on the same formulas and the same compression.

Great-circle distance, ground speed and delay made up for 336,776 flights, and
for the same table ten times over. Everyone runs in this process, warm, reads
the same file and writes one; row groups have about 2^17 rows for each. Answers
are compared before anything is timed. A peer that is not installed is left out.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pa_parquet
from measure import Report, race

from rssn.frames import evaluate_file

ROOT = Path(__file__).resolve().parents[2]
AT_MOST = 1 / 0.8  # of the peer's time: at least 0.8 times its rate
RESULTS = ("great_circle", "ground_speed", "made_up")
COMPRESSIONS = ("snappy", "zstd", "none")
Write = Callable[[str, str, str], Any]  # source, target, compression


def example() -> ModuleType:
    """Load examples/flights.py: its preparation and its formulas are the demo's."""
    spec = importlib.util.spec_from_file_location("flights", ROOT / "examples" / "flights.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def with_rssn(formulas: tuple[str, ...]) -> Write:
    return lambda source, target, compression: evaluate_file(formulas, source, target, compression=compression)


def with_polars(pl: Any) -> Write:
    """Return the streaming way: scan, select, sink; what its users call for speed."""
    col = pl.col
    north = (col("dest_lat") - col("origin_lat")).radians()
    east = (col("dest_lon") - col("origin_lon")).radians()
    cosines = col("origin_lat").radians().cos() * col("dest_lat").radians().cos()
    h = (north / 2).sin() ** 2 + cosines * (east / 2).sin() ** 2
    made = [
        (2 * 3958.76 * h.sqrt().arcsin()).alias("great_circle"),
        (col("distance") / (col("air_time") / 60)).alias("ground_speed"),
        (col("dep_delay") - col("arr_delay")).cast(pl.Float64).alias("made_up"),
    ]

    def write(source: str, target: str, compression: str) -> None:
        name = "uncompressed" if compression == "none" else compression
        pl.scan_parquet(source).select(made).sink_parquet(target, compression=name, row_group_size=1 << 17)

    return write


def with_duckdb(duckdb: Any) -> Write:
    connection = duckdb.connect()
    query = """
        SELECT 2*3958.76*asin(sqrt(pow(sin(radians(dest_lat - origin_lat)/2), 2)
               + cos(radians(origin_lat))*cos(radians(dest_lat))*pow(sin(radians(dest_lon - origin_lon)/2), 2)))
               AS great_circle,
               distance/(air_time/60.0) AS ground_speed,
               CAST(dep_delay - arr_delay AS DOUBLE) AS made_up
        FROM read_parquet('{source}')"""

    def write(source: str, target: str, compression: str) -> None:
        name = "uncompressed" if compression == "none" else compression
        chosen = f"(FORMAT parquet, COMPRESSION {name}, ROW_GROUP_SIZE {1 << 17})"
        connection.execute(f"COPY ({query.format(source=source)}) TO '{target}' {chosen}")

    return write


def contenders(formulas: tuple[str, ...]) -> dict[str, Write]:
    """Return everyone who is installed."""
    found = {"rssn": with_rssn(formulas)}
    for name, make in (("polars", with_polars), ("duckdb", with_duckdb)):
        if importlib.util.find_spec(name):
            found[name] = make(importlib.import_module(name))
    return found


def check(source: str, everyone: dict[str, Write], folder: str) -> None:
    """Stop unless all give the same numbers and the same nulls."""
    answers = {}
    for name, write in everyone.items():
        write(source, f"{folder}/{name}.parquet", "snappy")
        answers[name] = pa_parquet.read_table(f"{folder}/{name}.parquet")
    for name, answer in answers.items():
        for column in RESULTS:
            ours, theirs = answers["rssn"][column], answer[column]
            if not ours.is_null().equals(theirs.is_null()):
                sys.exit(f"{name} has nulls elsewhere in {column}")
            if not np.allclose(ours.drop_null(), theirs.drop_null(), rtol=1e-9, atol=1e-6):
                sys.exit(f"{name} answers differently in {column}")


def times_over(source: str, count: int, target: str) -> None:
    """Write a table several times over, as one."""
    pa_parquet.write_table(pa.concat_tables([pa_parquet.read_table(source)] * count), target)


def measure(report: Report, label: str, source: str, everyone: dict[str, Write], folder: str) -> None:
    for compression in COMPRESSIONS:
        targets = {name: f"{folder}/{name}.parquet" for name in everyone}
        works = {name: functools.partial(write, source, targets[name], compression) for name, write in everyone.items()}
        times = race(works, rounds=report.rounds(7))
        for name in list(everyone)[1:]:
            work = f"{label}, {compression}"
            report.ratio(work, times["rssn"], times[name], peer=name, at_most=AT_MOST)
        sizes = [f"{name} {Path(targets[name]).stat().st_size / 1e6:.1f} MB" for name in everyone]
        report.note(f"{label}, {compression}: the file takes {', '.join(sizes)}")


def main() -> None:
    report = Report("flights")
    flights = example()
    if not flights.FLIGHTS.exists():
        flights.prepare()
    everyone = contenders(flights.FORMULAS)
    with tempfile.TemporaryDirectory() as folder:
        check(str(flights.FLIGHTS), everyone, folder)
        measure(report, "flights", str(flights.FLIGHTS), everyone, folder)
        if not report.quick:
            times_over(str(flights.FLIGHTS), 10, f"{folder}/ten.parquet")
            measure(report, "flights × 10", f"{folder}/ten.parquet", everyone, folder)
    report.finish()


if __name__ == "__main__":
    main()
