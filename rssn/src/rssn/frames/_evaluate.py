"""Formulas over a table in memory: the same kind of table comes back."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..errors import PrecisionLossError
from ..expr import Expr
from ..jit import Kernel, compile
from ._statements import Formulas, Statements, check_statements, columns_of, read_statements
from ._table import Array, Result, Table, open_table

PLANS = 256


def evaluate(
    statements: Statements,
    data: Any,
    *,
    dtype: str | None = None,
    math: str = "contract",
    threads: int | None = None,
    lossy: bool = False,
) -> Any:
    """Evaluate formulas over a table and return the results as the same kind of table.

    `statements` is text, an Expr, a sequence of them or a mapping of names to
    them; ``'z = x*y'`` names its result, and later statements may use `z`; a
    name that begins with an underscore is a step, not a result.
    `data` is a dict of arrays, a NumPy structured array, or a table of pandas,
    Polars or PyArrow. One expression without a name gives one array (Series,
    ChunkedArray); anything else gives a table whose columns are the results.

    Dates, timestamps and durations count as their integers, in the finest unit of those that the formulas read,
    from the epoch (of UTC, where they have a time zone); NaT as NaN: ``"end - start"`` of milliseconds is milliseconds.

    A null in any column that a formula reads is a null in its result. Results
    are f64 (`dtype="f32"`: f32), comparisons boolean. `math` and `threads` are
    those of `rssn.compile`; `lossy` allows integers beyond 2**53.

    Raises ParseError, UnknownNameError (a missing column), DtypeError
    (text), PrecisionLossError, ShapeError, TableError (not a table).
    """
    table = open_table(data)
    plan = _plan(_frozen(statements), dtype, math, threads, lossy)
    plan.formulas.check(table.names)
    return table.build(plan.run(table), single=plan.formulas.single)


def _frozen(statements: Statements) -> str | Expr | tuple[Any, ...]:
    """Return the same statements as something a cache can hold. Raises OptionError for what is no statement."""
    check_statements(statements)
    if isinstance(statements, str | Expr):
        return statements
    return tuple(_Named(*pair) for pair in statements.items()) if isinstance(statements, Mapping) else tuple(statements)


class _Named(NamedTuple):
    """A result with the name it gets, from a mapping."""

    name: str
    statement: str | Expr


@functools.lru_cache(maxsize=PLANS)
def _plan(statements: Any, dtype: Any, math: str, threads: int | None, lossy: bool) -> Plan:
    """Read and compile; the same text over the same kind of table costs that once."""
    if isinstance(statements, tuple) and statements and isinstance(statements[0], _Named):
        statements = dict(statements)
    return Plan(read_statements(statements), dtype=dtype, math=math, threads=threads, lossy=lossy)


class Plan:
    """Formulas compiled once, to be run over any number of tables with the same columns."""

    def __init__(
        self, formulas: Formulas, *, dtype: str | None, math: str, threads: int | None, lossy: bool = False
    ) -> None:
        self.formulas = formulas
        self.columns = formulas.columns()
        self.reads = [tuple(sorted(columns_of(expr))) for expr in formulas.exprs]
        self.kernel: Kernel = compile(
            list(formulas.exprs), self.columns, dtype=dtype or "f64", math=math, threads=threads, lossy=lossy
        )
        self.dtypes = self.kernel.dtypes

    def run(self, table: Table) -> list[Result]:
        """Evaluate over one table; results are in the order of the formulas."""
        pieces = table.pieces(self.columns)
        valids = {name: valid for name in self.columns if (valid := table.valid(name)) is not None}
        try:
            values = self._values(pieces, table)
        except PrecisionLossError:
            if not valids:
                raise
            # What lies under a null is anything, a huge integer too: look again with those slots cleared.
            masks = {name: table.mask(valid) for name, valid in valids.items()}
            values = self._values(_clear_nulls(pieces, self.columns, masks), table)
        results = []
        for name, array, columns in zip(self.formulas.names, values, self.reads, strict=True):
            known = [valids[column] for column in columns if column in valids]
            results.append(Result(name, array, table.combine(known) if known else None, columns))
        return results

    def _values(self, pieces: list[list[Array]], table: Table) -> list[Any]:
        if len(pieces) == 1 and pieces[0]:
            return list(self._call(pieces[0]))
        if not pieces or not pieces[0]:
            # Formulas that read no column: one number each, given the length of the table.
            constants = self._call([])
            return [value if table.shape is None else np.full(table.shape, value) for value in constants]
        total = sum(len(piece[0]) for piece in pieces)
        outputs = [np.empty(total, dtype) for dtype in self.dtypes]
        start = 0
        for piece in pieces:
            stop = start + len(piece[0])
            self._call(piece, [output[start:stop] for output in outputs])
            start = stop
        return outputs

    def _call(self, arrays: Sequence[Array], out: Sequence[Array] | None = None) -> tuple[Any, ...]:
        found: tuple[Any, ...] = self.kernel(*arrays, out=None if out is None else tuple(out))
        return found


def _clear_nulls(pieces: list[list[Array]], columns: list[str], masks: dict[str, Any]) -> list[list[Array]]:
    cleared, start = [], 0
    for piece in pieces:
        stop = start + max((len(values) for values in piece), default=0)
        cleared.append(
            [
                np.where(masks[name][start:stop], values, np.zeros((), values.dtype)) if name in masks else values
                for name, values in zip(columns, piece, strict=True)
            ]
        )
        start = stop
    return cleared
