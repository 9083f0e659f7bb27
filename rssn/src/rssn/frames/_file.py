"""Formulas over a file: what a caller asks for, checked before anything is opened."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os import PathLike, fspath

from ..errors import OptionError
from ._formats import Format, named_format
from ._output import is_stream, refuse_same_file
from ._statements import Formulas, Statements, read_statements

BATCH_ROWS = 1 << 16

#: Called after each batch with the rows read so far and the share of the input that is (None: unknown).
Progress = Callable[[int, float | None], None]


@dataclass(frozen=True, slots=True)
class FileReport:
    """What a run over a file did; `compile_seconds` of its `seconds` went into making machine code."""

    rows_read: int
    rows_written: int
    seconds: float
    compile_seconds: float
    columns: tuple[str, ...]

    @property
    def rows_per_second(self) -> float:
        """Rows read per second, start to end, opening and closing the files included."""
        return self.rows_read / self.seconds if self.seconds > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Job:
    """One run, as plain values."""

    formulas: Formulas
    where: bool
    source: str
    target: str
    keep: tuple[str, ...]
    source_format: Format | None
    target_format: Format | None
    compression: str | None
    dtype: str | None
    math: str
    threads: int | None
    lossy: bool
    batch_rows: int
    progress: Progress | None


def evaluate_file(
    statements: Statements,
    source: str | PathLike[str],
    target: str | PathLike[str],
    *,
    where: str | None = None,
    keep: Sequence[str] | None = None,
    dtype: str | None = None,
    math: str = "contract",
    threads: int | None = None,
    lossy: bool = False,
    batch_rows: int = BATCH_ROWS,
    compression: str | None = None,
    source_format: str | None = None,
    target_format: str | None = None,
    progress: Progress | None = None,
) -> FileReport:
    """Evaluate formulas over a file and write the results to another; memory does not grow with the file.

    `source` and `target` are CSV (``.csv``, ``.csv.gz``), Parquet or Arrow IPC
    files, or ``-`` for the standard streams; `source_format` and
    `target_format` (``csv``, ``csv.gz``, ``parquet``, ``arrow``,
    ``arrow-stream``) overrule their names. Only the columns that are needed
    are read, `batch_rows` rows at a time; reading, computing and writing
    overlap. `keep` names columns to pass through (``"*"``: all), `where` is a
    formula that picks rows; it may use the names of `statements`, and a null
    drops the row. `compression` is that of
    Parquet (default ``snappy``) or Arrow (default none).

    The target appears in one step when all is written; after an error or an
    interruption what stood there before still stands. Raises what `evaluate`
    raises, TableError for an unreadable source, OutputError for a full disk,
    OptionError for a target that is the source, a folder, or unreachable.
    """
    source, target = fspath(source), fspath(target)
    if batch_rows < 1:
        raise OptionError("batch_rows must be at least 1", found=str(batch_rows))
    formulas = read_statements(statements)
    if where is not None:
        # The condition rides in the same kernel, as one more output.
        formulas = formulas.with_condition(where)
    refuse_same_file(source, target)
    job = Job(
        formulas=formulas,
        where=where is not None,
        source=source,
        target=target,
        keep=tuple(dict.fromkeys(keep or ())),
        source_format=named_format(source_format) if source_format else None,
        target_format=named_format(target_format) if target_format else None,
        compression=compression,
        dtype=dtype,
        math=math,
        threads=threads,
        lossy=lossy,
        batch_rows=batch_rows,
        progress=progress,
    )
    return _run(job)


def _run(job: Job) -> FileReport:
    try:
        stream = importlib.import_module("._stream", __package__)
    except ModuleNotFoundError as error:
        if error.name != "pyarrow":
            raise
        raise OptionError("files of tables need the package pyarrow", hint="install pyarrow, or rssn[frames]") from None
    can_repeat = job.source != "-" and not is_stream(job.source) and job.target != "-" and not is_stream(job.target)
    report: FileReport = stream.run(job, can_repeat=can_repeat)
    return report
