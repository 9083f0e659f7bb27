"""Record batches into files: Parquet, Arrow IPC and CSV."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from typing import IO

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from ..errors import OptionError
from ._formats import Format

ROW_GROUP_ROWS = 1 << 17
COMPRESSIONS = ("snappy", "zstd", "lz4", "gzip", "none")
_SAMPLE_ROWS = 4096


class Sink(ABC):
    """A table on its way out."""

    @abstractmethod
    def write(self, batch: pa.RecordBatch) -> None:
        """Take one batch."""

    @abstractmethod
    def close(self) -> None:
        """Write what is still held, and the file's end."""

    def abandon(self) -> None:  # noqa: B027
        """Let go of the file after a failure, without a word: Arrow's streams complain when they are forgotten open."""


def open_sink(file: IO[bytes], kind: Format, schema: pa.Schema, compression: str | None) -> Sink:
    """Return a writer in a format. `compression` is for Parquet and Arrow. Raises OptionError for what does not fit."""
    if compression is not None and compression not in COMPRESSIONS:
        raise OptionError(f"unknown compression {compression!r}", wanted=", ".join(COMPRESSIONS))
    match kind:
        case Format.PARQUET:
            return ParquetSink(file, schema, compression or "snappy")
        case Format.ARROW | Format.ARROW_STREAM:
            return ArrowSink(file, schema, compression, stream=kind == Format.ARROW_STREAM)
        case _:
            return CsvSink(file, schema, zipped=kind == Format.CSV_GZ)


class ParquetSink(Sink):
    """Parquet with one row group for each 131,072 rows or a little more.

    Columns get a dictionary only if a sample of their first rows repeats
    itself: on columns of ever new floats a dictionary costs time and saves
    nothing. Statistics are written: they cost about 1 % and let readers skip.
    """

    def __init__(self, file: IO[bytes], schema: pa.Schema, compression: str) -> None:
        self._file, self._schema, self._compression = file, schema, compression
        self._writer: pa_parquet.ParquetWriter | None = None
        self._stream = pa.output_stream(file, compression=None, buffer_size=1 << 20)
        self._waiting: list[pa.RecordBatch] = []
        self._rows = 0

    def write(self, batch: pa.RecordBatch) -> None:
        """Collect batches into row groups."""
        self._waiting.append(batch)
        self._rows += batch.num_rows
        if self._rows >= ROW_GROUP_ROWS:
            self._flush()

    def _flush(self) -> None:
        table = pa.Table.from_batches(self._waiting, self._schema)
        self._waiting, self._rows = [], 0
        if self._writer is None:
            self._writer = pa_parquet.ParquetWriter(
                self._stream,
                self._schema,
                compression=self._compression,
                use_dictionary=[name for name in table.column_names if _repeats(table.column(name))],
                write_batch_size=8192,
            )
        if table.num_rows:
            self._writer.write_table(table, row_group_size=table.num_rows)

    def close(self) -> None:
        """Write the last row group and the footer."""
        if self._rows or self._writer is None:
            self._flush()
        if self._writer is not None:
            self._writer.close()
        self._stream.close()

    def abandon(self) -> None:
        """Close the buffer between Arrow and the file."""
        with contextlib.suppress(pa.ArrowException, OSError, ValueError):
            self._stream.close()


def _repeats(column: pa.ChunkedArray) -> bool:
    """Return whether a dictionary pays: whether one row in sixteen of a sample repeats another.

    By the birthday rule, 256 repeats among 4,096 rows mean some 32,000 different values, a quarter of a row group.
    """
    if pa.types.is_boolean(column.type) or len(column) == 0:
        return False
    step = max(1, len(column) // _SAMPLE_ROWS)
    sample = pa.concat_arrays([column.slice(start, 16).combine_chunks() for start in range(0, len(column), 16 * step)])
    return len(sample.unique()) * 16 <= len(sample) * 15


class ArrowSink(Sink):
    """An Arrow IPC file or stream, uncompressed unless asked."""

    def __init__(self, file: IO[bytes], schema: pa.Schema, compression: str | None, *, stream: bool) -> None:
        codec = {None: None, "none": None, "lz4": "lz4", "zstd": "zstd"}.get(compression, "")
        if codec == "":
            raise OptionError(f"Arrow files have no {compression} compression", wanted="lz4, zstd or none")
        make = pa.ipc.new_stream if stream else pa.ipc.new_file
        self._writer = make(file, schema, options=pa.ipc.IpcWriteOptions(compression=codec))

    def write(self, batch: pa.RecordBatch) -> None:
        """Write at once."""
        self._writer.write_batch(batch)

    def close(self) -> None:
        """Write the end of the stream, or the file's footer."""
        self._writer.close()


class CsvSink(Sink):
    """Comma-separated text with a header; nulls are empty, numbers the shortest text that reads back the same."""

    def __init__(self, file: IO[bytes], schema: pa.Schema, *, zipped: bool) -> None:
        self._stack = contextlib.ExitStack()
        target = self._stack.enter_context(pa.output_stream(file, compression="gzip")) if zipped else file
        self._writer = pa_csv.CSVWriter(target, schema)

    def write(self, batch: pa.RecordBatch) -> None:
        """Write at once."""
        self._writer.write_batch(batch)

    def close(self) -> None:
        """Write the end of the compressed stream."""
        self._writer.close()
        self._stack.close()

    def abandon(self) -> None:
        """Close the compressed stream."""
        with contextlib.suppress(pa.ArrowException, OSError, ValueError):
            self._stack.close()
