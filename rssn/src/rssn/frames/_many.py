"""Thousands of formulas over one table in one call: a row of numbers for each of them."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import OptionError, ShapeError
from ..expr import Expr
from ..jit import Kernel, compile
from ..parser import parse
from ._statements import columns_of, require_column
from ._table import Array, Table, open_table

PLANS = 16


def evaluate_many(
    formulas: Sequence[str | Expr],
    data: Any,
    *,
    dtype: str | None = None,
    math: str = "contract",
    threads: int | None = None,
    lossy: bool = False,
    out: NDArray[Any] | None = None,
) -> NDArray[Any]:
    """Evaluate many formulas over one table; return an array of shape ``(len(formulas), rows)``.

    For symbolic regression and feature search: what formulas share is computed once, and all of them are one kernel.
    `formulas` are texts or Exprs; `data` is what `evaluate` takes. Row i holds formula i as f64
    (`dtype="f32"`: f32), truth values as 0 and 1, NaN where a column that the formula reads is null; a dict of arrays
    of more dimensions gives ``(len(formulas), *shape)``. `out` is such an array to write to. The same formulas again,
    in the same order, are not read and compiled again. A first call over few rows is answered by the interpreter.

    Raises what `evaluate` does, and ShapeError for an `out` of another shape.
    """
    if isinstance(formulas, str | Expr):
        raise OptionError("evaluate_many takes a sequence of formulas", hint="for one formula call rssn.evaluate")
    table = open_table(data)
    listed = tuple(formulas)
    for number, each in enumerate(listed):
        if not isinstance(each, str | Expr):
            raise OptionError(
                "a formula is text or an Expr", where=f"formula {number}", wanted="text, or an Expr",
                found=type(each).__name__, hint="pass formulas one by one, in one flat sequence",
            )  # fmt: skip
    plan = _plan(listed, dtype, math, threads, lossy)
    plan.check(table.names)
    return plan.run(table, out)


@functools.lru_cache(maxsize=PLANS)
def _plan(formulas: tuple[str | Expr, ...], dtype: Any, math: str, threads: int | None, lossy: bool) -> ManyPlan:
    return ManyPlan(formulas, dtype=dtype, math=math, threads=threads, lossy=lossy)


class ManyPlan:
    """Formulas read once, as one kernel."""

    def __init__(
        self, formulas: tuple[str | Expr, ...], *, dtype: Any, math: str, threads: int | None, lossy: bool
    ) -> None:
        if not formulas:
            raise OptionError("no formula given", wanted="at least one formula")
        exprs = [parse(each) if isinstance(each, str) else each for each in formulas]
        self.reads = [columns_of(expr) for expr in exprs]
        self.columns = sorted(set().union(*self.reads))
        self.kernel: Kernel = compile(
            exprs, self.columns, dtype=dtype or "f64", math=math, threads=threads, lossy=lossy, tier="auto"
        )
        real = np.dtype(np.float32 if dtype in ("f32", "float32", np.float32) else np.float64)
        self.dtype = np.result_type(real, *self.kernel.dtypes)

    def check(self, known: Sequence[str]) -> None:
        """Raise UnknownNameError for a column that the table lacks, naming the first formula that reads it."""
        for column in self.columns:
            number = next(number for number, columns in enumerate(self.reads) if column in columns)
            require_column(column, known, where=f"in formula {number}")

    def run(self, table: Table, out: NDArray[Any] | None) -> NDArray[Any]:
        """Evaluate over one table."""
        pieces = table.pieces(self.columns)
        if not self.columns or not pieces:
            shape = table.shape or ()
        elif len(pieces) == 1:
            shape = np.broadcast_shapes(*(piece.shape for piece in pieces[0]))
        else:
            shape = (sum(len(piece[0]) for piece in pieces),)
        found = _given(out, (len(self.reads), *shape), self.dtype)
        start = 0
        for piece in pieces if self.columns else [[]]:
            stop = start + (len(piece[0]) if len(pieces) > 1 else 0)
            rows = found if len(pieces) <= 1 else found[:, start:stop]
            self.kernel(*piece, out=tuple(rows[number, ...] for number in range(len(rows))))
            start = stop
        self._lose_nulls(table, found)
        return found

    def _lose_nulls(self, table: Table, found: Array) -> None:
        """Write NaN where a column that a formula reads is null."""
        nulls = {name: ~table.mask(valid) for name in self.columns if (valid := table.valid(name)) is not None}
        for row, columns in zip(found, self.reads, strict=True) if nulls else ():
            for name in columns & nulls.keys():
                row[np.broadcast_to(nulls[name], row.shape)] = np.nan


def _given(out: NDArray[Any] | None, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    if out is None:
        return np.empty(shape, dtype)
    if not isinstance(out, np.ndarray) or out.shape != shape:
        raise ShapeError("out has another shape", wanted=str(shape), found=str(getattr(out, "shape", type(out))))
    return out
