"""Record batches into files: Parquet, Arrow IPC and CSV."""

from __future__ import annotations

import contextlib
from typing import IO, Protocol

import pyarrow as pa
import pyarrow.csv as pa_csv

from ..errors import OptionError
from ._formats import Format
from ._parquet import ParquetSink

COMPRESSIONS = ("snappy", "zstd", "lz4", "gzip", "none")


class Sink(Protocol):
    """A table on its way out."""

    def write(self, batch: pa.RecordBatch) -> None:
        """Take one batch."""

    def close(self) -> None:
        """Write what is still held, and the file's end."""

    def abandon(self) -> None:
        """Let go of threads and file after a failure, without a word."""


def open_sink(
    file: IO[bytes], kind: Format, schema: pa.Schema, *, compression: str | None, threads: int | None
) -> Sink:
    """Return a writer in a format. `compression` is for Parquet and Arrow, `threads` bounds those that encode Parquet.

    Raises OptionError for what does not fit.
    """
    if compression is not None and compression not in COMPRESSIONS:
        raise OptionError(f"unknown compression {compression!r}", wanted=", ".join(COMPRESSIONS))
    match kind:
        case Format.PARQUET:
            return ParquetSink(file, schema, compression or "snappy", threads)
        case Format.ARROW | Format.ARROW_STREAM:
            return ArrowSink(file, schema, compression, stream=kind == Format.ARROW_STREAM)
        case _:
            return CsvSink(file, schema, zipped=kind == Format.CSV_GZ)


class ArrowSink:
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

    def abandon(self) -> None:
        """Do nothing: Arrow's writer holds neither threads nor bytes."""


class CsvSink:
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
        """Close the compressed stream, which would complain if it outlived the file."""
        with contextlib.suppress(pa.ArrowException, OSError, ValueError):
            self._stack.close()
