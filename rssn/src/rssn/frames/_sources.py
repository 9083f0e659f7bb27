"""Files as record batches: Parquet, Arrow IPC and CSV, from disk or from a pipe."""

from __future__ import annotations

import contextlib
import functools
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from ..errors import RssnError, TableError
from ._channel import interruptibly
from ._formats import Format, format_of_bytes, format_of_path
from ._input import Input

# Text that means null in CSV. NaN is not among them: it is a number.
NULL_TEXTS = ("", "NA", "N/A", "n/a", "#N/A", "NULL", "null", "None")
_CSV_BLOCK_BYTES = 8 << 20


class Source(ABC):
    """A table on its way in. `schema` is known at once, rows come as batches."""

    schema: pa.Schema
    names: list[str]
    row_count: int | None = None

    @abstractmethod
    def batches(self, columns: Sequence[str], batch_rows: int) -> Iterator[pa.RecordBatch]:
        """Yield batches of at most about `batch_rows` rows that hold just these columns; can be called once."""

    def fraction(self) -> float | None:
        """Return how much of the input has been read, 0 to 1, where that is known otherwise than by rows."""
        return None


@contextlib.contextmanager
def saying_which(source: str) -> Iterator[None]:
    """Turn what Arrow and the system say about an unreadable input into TableError."""
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeError, OverflowError, MemoryError) as error:
        if isinstance(error, RssnError):
            raise
        number = getattr(error, "errno", None)
        reason = os.strerror(number) if number else " ".join(str(error).split())[:300] or type(error).__name__
        hint = "" if number else "the file may be truncated, damaged or in another format than its name says"
        raise TableError(f"can't read {source!r}: {reason}", hint=hint) from error


@contextlib.contextmanager
def open_source(
    source: str, kind: Format | None, *, texts: Sequence[str] = (), floats: Sequence[str] = ()
) -> Iterator[Source]:
    """Give the input for a path or `-`, in the format given, or that its suffix or first bytes show.

    `texts` and `floats` are columns whose CSV text is not to be guessed at but read as it is, or as f64.
    Raises TableError if it can't be read.
    """
    with saying_which(source):
        file = Input(source)
    with contextlib.closing(file):
        with saying_which(source):
            kind = kind or format_of_path(source) or format_of_bytes(file.head())
            opened = interruptibly(functools.partial(_reader, kind, file, texts, floats))
            opened.names = list(opened.schema.names)  # decoded here, where names that are not UTF-8 are an error
        yield opened


def _reader(kind: Format, file: Input, texts: Sequence[str], floats: Sequence[str]) -> Source:
    match kind:
        case Format.PARQUET:
            return ParquetSource(file)
        case Format.ARROW:
            return ArrowFileSource(file)
        case Format.ARROW_STREAM:
            return ArrowStreamSource(file)
        case _:
            return CsvSource(file, zipped=kind == Format.CSV_GZ, texts=texts, floats=floats)


class ParquetSource(Source):
    """Row groups decoded by Arrow's threads; the file is read, not mapped, so that truncation can't kill us."""

    def __init__(self, file: Input) -> None:
        file.spool()
        self._file = pa_parquet.ParquetFile(file.open(), pre_buffer=False, page_checksum_verification=True)
        self.schema = self._file.schema_arrow
        self.row_count = self._file.metadata.num_rows

    def batches(self, columns: Sequence[str], batch_rows: int) -> Iterator[pa.RecordBatch]:
        """Yield batches; only the pages of the columns asked for are read."""
        if columns:
            yield from self._file.iter_batches(batch_rows, columns=list(columns), use_threads=True)
            return
        for start in range(0, self.row_count or 0, batch_rows):
            yield empty_rows(min(batch_rows, (self.row_count or 0) - start))


class ArrowFileSource(Source):
    """An Arrow IPC file (Feather 2)."""

    def __init__(self, file: Input) -> None:
        file.spool()
        self._input = file
        self.schema = pa.ipc.open_file(file.open()).schema

    def batches(self, columns: Sequence[str], batch_rows: int) -> Iterator[pa.RecordBatch]:
        """Yield batches; the buffers of other columns are skipped."""
        fields = [self.schema.get_field_index(name) for name in columns]
        options = pa.ipc.IpcReadOptions(included_fields=fields) if fields else None
        reader = pa.ipc.open_file(self._input.open(), options=options)
        for index in range(reader.num_record_batches):
            batch = reader.get_batch(index)
            yield from _cut(_checked(batch, columns), batch_rows)


class ArrowStreamSource(Source):
    """An Arrow IPC stream, of any length."""

    def __init__(self, file: Input) -> None:
        self._reader = pa.ipc.open_stream(file.open())
        self.schema = self._reader.schema

    def batches(self, columns: Sequence[str], batch_rows: int) -> Iterator[pa.RecordBatch]:
        """Yield batches as they arrive."""
        for batch in self._reader:
            yield from _cut(_checked(batch, columns), batch_rows)


class CsvSource(Source):
    """Text, plain or gzipped. Types are guessed from the first megabytes; `ConversionError` names a wrong guess."""

    def __init__(self, file: Input, *, zipped: bool, texts: Sequence[str], floats: Sequence[str]) -> None:
        self._input, self._zipped = file, zipped
        self._types = dict.fromkeys(texts, pa.string()) | dict.fromkeys(floats, pa.float64())
        self._reader = self._open(None)
        self.schema = self._reader.schema

    def _open(self, columns: Sequence[str] | None) -> Any:
        self._raw = self._input.open()
        convert = pa_csv.ConvertOptions(
            column_types=self._types, null_values=list(NULL_TEXTS), strings_can_be_null=True, include_columns=columns
        )
        return pa_csv.open_csv(
            pa.CompressedInputStream(self._raw, "gzip") if self._zipped else self._raw,
            read_options=pa_csv.ReadOptions(block_size=_CSV_BLOCK_BYTES),
            convert_options=convert,
        )

    def batches(self, columns: Sequence[str], batch_rows: int) -> Iterator[pa.RecordBatch]:
        """Yield batches; where the file can be opened again, only the columns asked for are parsed."""
        if columns and self._input.can_reopen and len(columns) < len(self.schema):
            self._reader.close()
            self._reader = self._open(columns)
        for batch in self._reader:
            yield from _cut(_chosen(batch, columns), batch_rows)

    def fraction(self) -> float | None:
        """Return the share of the file's bytes that have been read."""
        size = self._input.byte_count
        return min(1.0, self._raw.tell() / size) if size and not self._raw.closed else None


def empty_rows(count: int) -> pa.RecordBatch:
    """Return a batch of rows without data, for formulas that read no column: Arrow can't count rows of nothing."""
    return pa.RecordBatch.from_arrays([pa.nulls(count)], [""])


def _chosen(batch: pa.RecordBatch, columns: Sequence[str]) -> pa.RecordBatch:
    return batch.select(list(columns)) if columns else empty_rows(batch.num_rows)


def _checked(batch: pa.RecordBatch, columns: Sequence[str]) -> pa.RecordBatch:
    """Return the columns chosen, after a look at their buffers: Arrow files have no checksums, and Arrow
    itself trusts them; an offset that a flipped bit sends astray would be a crash later."""
    chosen = _chosen(batch, columns)
    chosen.validate(full=True)
    return chosen


def _cut(batch: pa.RecordBatch, batch_rows: int) -> Iterator[pa.RecordBatch]:
    if batch.num_rows <= batch_rows:
        yield batch
        return
    for start in range(0, batch.num_rows, batch_rows):
        yield batch.slice(start, batch_rows)
