"""Formats are told by option, by suffix, or by the first bytes."""

import pytest

from rssn.errors import OptionError
from rssn.frames._formats import Format, format_of_bytes, format_of_path, named_format


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a.csv", Format.CSV),
        ("a.CSV.GZ", Format.CSV_GZ),
        ("folder.csv/b.parquet", Format.PARQUET),
        ("1.2.pq", Format.PARQUET),
        ("a.b.feather", Format.ARROW),
        ("a.arrows", Format.ARROW_STREAM),
        ("a.gz", None),
        ("-", None),
        ("a", None),
        ("a.txt", None),
    ],
)
def test_suffixes_tell_the_format(path: str, kind: Format | None) -> None:
    assert format_of_path(path) == kind


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"PAR1....", Format.PARQUET),
        (b"ARROW1\0\0", Format.ARROW),
        (b"\xff\xff\xff\xff\x10\0", Format.ARROW_STREAM),
        (b"\x1f\x8b\x08", Format.CSV_GZ),
        (b"x,y\n1,2", Format.CSV),
        (b"", Format.CSV),
    ],
)
def test_first_bytes_tell_the_format(head: bytes, kind: Format) -> None:
    assert format_of_bytes(head) == kind


def test_an_unknown_format_names_those_there_are() -> None:
    assert named_format("Parquet") is Format.PARQUET
    with pytest.raises(OptionError, match=r"xlsx.*csv, csv\.gz, parquet, arrow, arrow-stream"):
        named_format("xlsx")
