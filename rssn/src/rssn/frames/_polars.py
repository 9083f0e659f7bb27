"""A Polars DataFrame as a table: its buffers are Arrow's, so the Arrow view does the work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from ._arrow import ArrowTable, array_of
from ._table import Array, Result, Table, unknown_kind


def open_table(data: Any) -> Table:
    """Return the view of a DataFrame or LazyFrame, or of a named Series as a table of one column."""
    if isinstance(data, pl.Series) and data.name:
        return PolarsTable(data.to_frame())
    if isinstance(data, pl.DataFrame | pl.LazyFrame):
        return PolarsTable(data)
    raise unknown_kind(data)


class PolarsTable(ArrowTable):
    """Only the columns that a formula reads are handed over, or collected where the frame is lazy."""

    def __init__(self, frame: pl.DataFrame | pl.LazyFrame) -> None:
        self._frame = frame
        self._names: list[str] = frame.collect_schema().names()

    @property
    def names(self) -> Sequence[str]:
        """The column names."""
        return self._names

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of rows; counted by Polars where the frame is lazy."""
        frame = self._frame
        return (frame.select(pl.len()).collect().item() if isinstance(frame, pl.LazyFrame) else frame.height,)

    def pieces(self, columns: Sequence[str]) -> list[list[Array]]:
        """Return the columns as Arrow holds them, chunk by chunk."""
        chosen = self._frame.select(columns)
        eager = chosen.collect() if isinstance(chosen, pl.LazyFrame) else chosen
        self._table = eager.to_arrow()
        return super().pieces(columns)

    def build(self, results: list[Result], *, single: bool) -> Any:
        """Return a DataFrame (lazy where the input was), or one Series."""
        frame = pl.DataFrame([pl.Series(result.name, pl.from_arrow(array_of(result))) for result in results])
        if single:
            return frame.to_series(0)
        return frame.lazy() if isinstance(self._frame, pl.LazyFrame) else frame
