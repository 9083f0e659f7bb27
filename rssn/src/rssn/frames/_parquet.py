"""Parquet written by several threads: row groups are encoded apart and joined under one footer.

Arrow's writer works through the columns of a row group one after another on
one thread, and that is most of the time a run over a Parquet file takes. So
each row group is written as a small Parquet file in memory, on any thread;
this file appends their bodies in order, and a footer in which their offsets
are moved to where the bodies came to lie. The bytes do not depend on the
number of threads.
"""

from __future__ import annotations

import struct
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pa_parquet

from ._arrow import values_of
from ._bitmap import validity
from ._thrift import I16, I64, STRUCT, Struct, read_struct, write_struct

ROW_GROUP_ROWS = 1 << 17
_MAGIC = b"PAR1"
_SAMPLE_ROWS, _RUN_ROWS = 4096, 64

# Numbers of fields in the footer, from parquet.thrift.
_NUM_ROWS, _ROW_GROUPS = 3, 4  # of FileMetaData
_COLUMNS, _GROUP_OFFSET, _ORDINAL = 1, 5, 7  # of RowGroup
_CHUNK_OFFSET, _META_DATA = 2, 3  # of ColumnChunk
_PAGE_OFFSETS = (9, 10, 11)  # of ColumnMetaData: data, index and dictionary page


class ParquetSink:
    """Parquet with one row group for each 131,072 rows or a little more.

    Text gets a dictionary, numbers if a sample of their first rows repeats
    itself: where every number is new, a dictionary costs time and saves nothing.
    Statistics are written: they cost about 1 % and let readers skip.
    """

    def __init__(self, file: IO[bytes], schema: pa.Schema, compression: str, threads: int | None) -> None:
        self._file, self._schema, self._compression = file, schema, compression
        self._workers = min(threads or pa.cpu_count(), pa.cpu_count(), 16)
        self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="rssn-encoder")
        self._encoding: deque[Future[pa.Buffer]] = deque()
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_rows = self._rows = self._offset = 0
        self._dictionaries: list[str] | None = None
        self._footer: Struct | None = None
        self._groups: list[Struct] = []

    def write(self, batch: pa.RecordBatch) -> None:
        """Collect batches into row groups; wait for the oldest only if every thread has one and the next waits."""
        self._waiting.append(batch)
        self._waiting_rows += batch.num_rows
        if self._waiting_rows >= ROW_GROUP_ROWS:
            self._submit()
            while len(self._encoding) > self._workers:
                self._append(self._encoding.popleft().result())

    def close(self) -> None:
        """Write what is left, and the footer."""
        if self._waiting_rows or not (self._encoding or self._groups):
            self._submit()
        while self._encoding:
            self._append(self._encoding.popleft().result())
        self._pool.shutdown()
        footer = self._footer or {}
        footer[_NUM_ROWS] = (I64, self._rows)
        footer[_ROW_GROUPS] = (footer[_ROW_GROUPS][0], (STRUCT, self._groups))
        end = write_struct(footer)
        self._put(end, struct.pack("<i", len(end)), _MAGIC)

    def abandon(self) -> None:
        """Stop the threads."""
        self._pool.shutdown(cancel_futures=True)

    def _submit(self) -> None:
        table = pa.Table.from_batches(self._waiting, self._schema)
        self._waiting, self._waiting_rows = [], 0
        if self._dictionaries is None:
            self._dictionaries = [name for name in table.column_names if repeats(table.column(name))]
        self._encoding.append(self._pool.submit(self._encode, table))

    def _encode(self, table: pa.Table) -> pa.Buffer:
        """Return one row group as a Parquet file of its own."""
        sink = pa.BufferOutputStream()
        with pa_parquet.ParquetWriter(
            sink, self._schema, compression=self._compression, use_dictionary=self._dictionaries, write_batch_size=8192
        ) as writer:
            if table.num_rows:
                writer.write_table(table, row_group_size=table.num_rows)
        return sink.getvalue()

    def _append(self, part: pa.Buffer) -> None:
        size = int.from_bytes(part[-8:-4], "little")
        footer, _ = read_struct(part[-8 - size : -8].to_pybytes())
        if self._footer is None:
            self._footer = footer
            self._put(_MAGIC)
        # A part begins with four bytes of magic, so its offsets are 4 where its body begins.
        shift = self._offset - len(_MAGIC)
        self._put(part[len(_MAGIC) : -8 - size])
        self._rows += footer[_NUM_ROWS][1]
        for group in footer[_ROW_GROUPS][1][1]:
            move_group(group, shift, len(self._groups))
            self._groups.append(group)

    def _put(self, *parts: Any) -> None:
        for part in parts:
            view = memoryview(part)
            self._offset += len(view)
            # A raw file may write less than it is given, as when the disk is nearly full.
            while view:
                view = view[self._file.write(view) or 0 :]


def move_group(group: Struct, shift: int, ordinal: int) -> None:
    """Change a row group's offsets in place, by so many bytes, and its place in the order of row groups."""
    _move(group, _GROUP_OFFSET, shift)
    if ordinal < 1 << 15:
        group[_ORDINAL] = (I16, ordinal)
    else:
        group.pop(_ORDINAL, None)
    for chunk in group[_COLUMNS][1][1]:
        # Arrow writes 0 here: the metadata stands in the footer alone.
        if chunk[_CHUNK_OFFSET][1]:
            _move(chunk, _CHUNK_OFFSET, shift)
        for number in _PAGE_OFFSETS:
            _move(chunk[_META_DATA][1], number, shift)


def _move(fields: Struct, number: int, shift: int) -> None:
    if number in fields:
        kind, offset = fields[number]
        fields[number] = (kind, offset + shift)


def repeats(column: pa.ChunkedArray) -> bool:
    """Return whether a dictionary pays: for text always, for numbers and times if a sample repeats itself.

    One row in sixteen of the sample must repeat another: by the birthday rule, 256 repeats among 4,096 rows
    mean some 32,000 different values, a quarter of a row group.
    """
    kind = column.type
    if pa.types.is_boolean(kind) or len(column) == 0:
        return False
    chunks = column.chunks
    if pa.types.is_temporal(kind) and kind.bit_width in (32, 64):
        chunks = [chunk.view(pa.int32() if kind.bit_width == 32 else pa.int64()) for chunk in chunks]
    elif not (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
        return True
    runs = len(column) // _SAMPLE_ROWS * _RUN_ROWS
    rows = np.arange(len(column))
    if runs > _RUN_ROWS:
        rows = rows[: len(column) // runs * runs].reshape(-1, runs)[:, :_RUN_ROWS].ravel()
    values = np.concatenate([values_of("", chunk) for chunk in chunks])[rows]
    valid = validity(chunks)
    sample = values if valid is None else values[valid.mask()[rows]]
    # Patterns of bits, which is what a dictionary holds. (`np.unique` would load NumPy's masked arrays.)
    ordered = np.sort(sample.view(f"i{sample.itemsize}"))
    distinct = np.count_nonzero(ordered[1:] != ordered[:-1]) + min(len(sample), 1)
    return bool(distinct * 16 <= len(sample) * 15)
