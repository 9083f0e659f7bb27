"""Outputs in every format, closed properly or abandoned quietly."""

import gzip
import io

import pyarrow as pa
import pytest

from rssn.errors import OptionError
from rssn.frames._formats import Format
from rssn.frames._sinks import COMPRESSIONS, open_sink

BATCH = pa.record_batch({"z": [1.0, None, 0.1], "b": [True, False, None]})


class Kept(io.BytesIO):
    """A file whose bytes survive closing."""

    data = b""

    def close(self) -> None:
        self.data = self.getvalue()


def written(kind: Format, compression: str | None = None) -> bytes:
    file = Kept()
    sink = open_sink(file, kind, BATCH.schema, compression=compression, threads=None)
    sink.write(BATCH)
    sink.close()
    return file.getvalue()


def test_text_has_a_header_short_numbers_and_empty_nulls() -> None:
    assert written(Format.CSV) == b'"z","b"\n1,true\n,false\n0.1,\n'
    assert gzip.decompress(written(Format.CSV_GZ)) == written(Format.CSV)


@pytest.mark.parametrize("compression", [None, "none", "lz4", "zstd"])
def test_arrow_files_and_streams(compression: str | None) -> None:
    wanted = pa.Table.from_batches([BATCH])
    assert pa.ipc.open_file(written(Format.ARROW, compression)).read_all().equals(wanted)
    assert pa.ipc.open_stream(written(Format.ARROW_STREAM, compression)).read_all().equals(wanted)


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_parquet_takes_every_compression(compression: str) -> None:
    assert written(Format.PARQUET, compression)[:4] == b"PAR1"


@pytest.mark.parametrize("kind", [Format.ARROW, Format.ARROW_STREAM])
@pytest.mark.parametrize("compression", ["snappy", "gzip", "rar"])
def test_a_compression_that_does_not_fit_is_refused(kind: Format, compression: str) -> None:
    with pytest.raises(OptionError, match="compression"):
        open_sink(io.BytesIO(), kind, BATCH.schema, compression=compression, threads=None)


@pytest.mark.parametrize("kind", list(Format))
def test_abandoning_is_quiet(kind: Format, capfd: pytest.CaptureFixture[str]) -> None:
    file = io.BytesIO()
    sink = open_sink(file, kind, BATCH.schema, compression=None, threads=None)
    sink.write(BATCH)
    sink.abandon()
    file.close()
    del sink
    assert capfd.readouterr().err == ""
