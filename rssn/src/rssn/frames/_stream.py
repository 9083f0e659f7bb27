"""The pipeline behind `evaluate_file`: one thread reads, the pool computes, one thread writes.

Nothing here holds more than a few batches, so a table may be larger than memory.
"""

from __future__ import annotations

import contextlib
import re
import sys
import time
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from ..errors import OptionError, TableError
from ._arrow import ArrowTable, array_of, arrow_type, require_numbers
from ._channel import Consumer, Producer
from ._evaluate import Plan
from ._file import FileReport, Job
from ._formats import Format, format_of_path
from ._output import open_output
from ._sinks import Sink, open_sink
from ._sources import CsvSource, Source, open_source, saying_which
from ._statements import require_column
from ._table import Result

_WRONG_GUESS = re.compile(r"In CSV column #(\d+):.*CSV conversion error to (\w+): invalid value '(.*)'", re.DOTALL)


def run(job: Job, *, can_repeat: bool) -> FileReport:
    """Do one job. A CSV column whose type was guessed wrong is read again as f64, or as text if only passed through."""
    floats: list[str] = []
    texts: list[str] = []
    started = time.perf_counter()
    while True:
        try:
            return _attempt(job, floats, texts, started)
        except _WrongGuessError as guess:
            wrong = guess.column
            if not can_repeat or wrong in floats or wrong in texts:
                raise guess.error from None
            (floats if wrong in job.formulas.columns() else texts).append(wrong)


class _WrongGuessError(Exception):
    """A CSV column holds, further down, what its first rows did not suggest. Never leaves this file."""

    def __init__(self, column: str, error: TableError) -> None:
        super().__init__(column)
        self.column, self.error = column, error


def _attempt(job: Job, floats: list[str], texts: list[str], started: float) -> FileReport:
    with open_source(job.source, job.source_format, texts=texts, floats=floats) as source:
        names = source.names
        job.formulas.check(names)
        kept = _kept(job, names)
        columns = list(dict.fromkeys([*kept, *job.formulas.columns()]))
        for name in job.formulas.columns():
            require_numbers(source.schema.field(name))
        tally = _Tally()
        # Reading starts before the formulas are compiled: the first batch is there when the kernel is.
        with Producer(lambda: _read(job, source, columns), name="rssn-reader") as batches:
            begun = time.perf_counter()
            plan = Plan(job.formulas, dtype=job.dtype, math=job.math, threads=job.threads, lossy=job.lossy)
            compile_s = time.perf_counter() - begun - _machine_code_s(plan)
            schema = _output_schema(plan, source, columns, kept)
            with _output(job, source, schema) as sink, Consumer(sink.write, name="rssn-writer") as put:
                for batch in batches:
                    result = _compute(plan, batch, kept, schema, filtered=job.where)
                    put(result)
                    tally.add(batch.num_rows, result.num_rows)
                    if job.progress is not None:
                        job.progress(tally.read, _fraction(source, tally.read))
    seconds = time.perf_counter() - started
    return FileReport(tally.read, tally.written, seconds, compile_s + _machine_code_s(plan), tuple(schema.names))


def _machine_code_s(plan: Plan) -> float:
    """Return what making machine code has cost this kernel so far, by whoever asked for it first."""
    return plan.kernel.compile_ms / 1e3


class _Tally:
    def __init__(self) -> None:
        self.read = self.written = 0

    def add(self, read: int, written: int) -> None:
        self.read += read
        self.written += written


def _fraction(source: Source, rows: int) -> float | None:
    return rows / source.row_count if source.row_count else source.fraction()


def _kept(job: Job, names: Sequence[str]) -> list[str]:
    """Return the columns that pass through; a result takes the place of a column of its name only under ``*``."""
    if "*" in job.keep:
        return [name for name in dict.fromkeys(names) if name not in job.formulas.names]
    for name in job.keep:
        require_column(name, names, where="in the columns to keep")
        if name in job.formulas.names:
            raise OptionError(f"{name!r} is both a result and a column to keep", hint="give the result another name")
    return list(job.keep)


@contextlib.contextmanager
def _output(job: Job, source: Source, schema: pa.Schema) -> Iterator[Sink]:
    kind = job.target_format or format_of_path(job.target) or _default_format(job, source)
    with open_output(job.target) as file:
        sink = open_sink(file, kind, schema, compression=job.compression, threads=job.threads)
        try:
            yield sink
            sink.close()
        except BaseException:
            sink.abandon()
            raise


def _default_format(job: Job, source: Source) -> Format:
    """Choose for a target without a telling name: text for text and terminals, else a stream of Arrow batches."""
    if isinstance(source, CsvSource) or (job.target == "-" and sys.stdout.isatty()):
        return Format.CSV
    return Format.ARROW_STREAM if job.target == "-" else Format.PARQUET


def _read(job: Job, source: Source, columns: list[str]) -> Iterator[pa.RecordBatch]:
    try:
        with saying_which(job.source):
            yield from source.batches(columns, job.batch_rows)
    except TableError as error:
        wrong = _WRONG_GUESS.search(str(error.__cause__))
        if wrong is None:
            raise
        name = source.names[int(wrong[1])]
        hint = "write to a file with -o: then the column is read once more, as decimal numbers or text"
        text = f"can't read {job.source!r}: column {name!r} looked like {wrong[2]}, but later holds {wrong[3]!r}"
        raise _WrongGuessError(name, TableError(text, hint=hint)) from error


def _output_schema(plan: Plan, source: Source, columns: list[str], kept: list[str]) -> pa.Schema:
    """Return what the output looks like."""
    fields = [source.schema.field(name) for name in columns]
    made = [
        pa.field(name, arrow_type(dtype)) for name, dtype in zip(plan.formulas.names, plan.dtypes, strict=True) if name
    ]
    return pa.schema([*(field for field in fields if field.name in kept), *made])


def _compute(
    plan: Plan, batch: pa.RecordBatch, kept: list[str], schema: pa.Schema, *, filtered: bool
) -> pa.RecordBatch:
    results = plan.run(ArrowTable(batch))
    condition = results.pop() if filtered else None
    arrays = [*(batch.column(name) for name in kept), *map(array_of, results)]
    made = pa.RecordBatch.from_arrays(arrays, schema=schema)
    return made if condition is None else made.filter(_chosen(condition))


def _chosen(condition: Result) -> pa.Array:
    chosen = Result("", np.asarray(condition.values).astype(np.bool, copy=False), condition.valid, ())
    return array_of(chosen)
