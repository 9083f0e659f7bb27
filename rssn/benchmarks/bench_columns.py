"""Nullable columns, and columns of narrow types: a formula beside Arrow's own functions and Polars; the cost of types.

The bars: a formula over a million rows with nulls no slower than Polars or `pyarrow.compute`, which write every
intermediate column; an integer column that is looked at for values beyond 2**53 at most 1.1 times one that is not.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from measure import Report, race

import rssn

ROWS = 1_000_000
FORMULA = "z = x*y + k/3"


def table() -> pa.Table:
    """Two columns of floats and one of integers; a tenth of each is null."""
    source = np.random.default_rng(1)

    def column(dtype: str) -> pa.Array:
        return pa.array((source.normal(size=ROWS) * 100).astype(dtype), mask=source.random(ROWS) < 0.1)

    return pa.table({"x": column("f8"), "y": column("f8"), "k": column("i4")})


def by_arrow(data: pa.Table) -> pa.ChunkedArray:
    """The formula in Arrow's functions."""
    return pc.add(pc.multiply(data["x"], data["y"]), pc.divide(data["k"].cast("double"), 3.0))


def by_polars(data: pl.DataFrame) -> pl.DataFrame:
    """The formula in Polars' expressions."""
    return data.select((pl.col("x") * pl.col("y") + pl.col("k") / 3).alias("z"))


def nullable(report: Report) -> None:
    """The same rows in Arrow and in Polars."""
    data = table()
    frame = pl.from_arrow(data)
    found, wanted = rssn.evaluate(FORMULA, data)["z"], by_arrow(data)
    if found.is_null().to_pylist() != wanted.is_null().to_pylist() or not np.allclose(
        found.drop_null(), wanted.drop_null(), rtol=1e-14
    ):
        raise SystemExit("rssn.evaluate and pyarrow.compute disagree")
    work = f"{FORMULA}, {ROWS:,} rows with nulls"
    runs = {"ours": lambda: rssn.evaluate(FORMULA, data), "arrow": lambda: by_arrow(data)}
    times = race(runs, rounds=report.rounds())
    report.ratio(f"{work}, Arrow", times["ours"], times["arrow"], peer="pyarrow.compute", at_most=1)
    times = race(
        {"ours": lambda: rssn.evaluate(FORMULA, frame), "polars": lambda: by_polars(frame)}, rounds=report.rounds()
    )
    report.ratio(f"{work}, Polars", times["ours"], times["polars"], peer="Polars", at_most=1)


def checked_integers(report: Report) -> None:
    """An i64 column, looked at and not."""
    column = np.random.default_rng(1).integers(-1000, 1000, 10_000)
    out = np.empty(len(column))
    looks, trusts = (rssn.compile("x*2.5 + 1", ["x"], threads=1, lossy=lossy) for lossy in (False, True))
    if looks(column).tolist() != (column * 2.5 + 1).tolist():
        raise SystemExit("integers are read wrongly")
    times = race(
        {"ours": lambda: looks(column, out=out), "lossy": lambda: trusts(column, out=out)}, rounds=report.rounds()
    )
    report.ratio("i64, 10,000 rows", times["ours"], times["lossy"], peer="lossy=True", at_most=1.1)


def main() -> None:
    """Run all and print them."""
    report = Report("columns")
    nullable(report)
    checked_integers(report)
    report.finish()


if __name__ == "__main__":
    main()
