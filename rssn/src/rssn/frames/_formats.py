"""Which format a file is in: by option, by suffix, or by its first bytes."""

from __future__ import annotations

from enum import StrEnum
from os.path import splitext

from ..errors import OptionError


class Format(StrEnum):
    """A file format that `evaluate_file` reads and writes."""

    CSV = "csv"
    CSV_GZ = "csv.gz"
    PARQUET = "parquet"
    ARROW = "arrow"
    ARROW_STREAM = "arrow-stream"


_SUFFIXES = {
    ".csv": Format.CSV,
    ".csv.gz": Format.CSV_GZ,
    ".parquet": Format.PARQUET,
    ".pq": Format.PARQUET,
    ".arrow": Format.ARROW,
    ".feather": Format.ARROW,
    ".ipc": Format.ARROW,
    ".arrows": Format.ARROW_STREAM,
}
_MAGIC = {
    b"PAR1": Format.PARQUET,
    b"ARROW1": Format.ARROW,
    b"\xff\xff\xff\xff": Format.ARROW_STREAM,
    b"\x1f\x8b": Format.CSV_GZ,
}


def named_format(text: str) -> Format:
    """Return the format an option names. Raises OptionError."""
    try:
        return Format(text.lower().lstrip("."))
    except ValueError:
        raise OptionError(f"unknown format {text!r}", wanted=", ".join(Format)) from None


def format_of_path(path: str) -> Format | None:
    """Return what a path's suffix says, or None."""
    root, last = splitext(path.lower())
    return _SUFFIXES.get(splitext(root)[1] + last) or _SUFFIXES.get(last)


def format_of_bytes(head: bytes) -> Format:
    """Return what the first bytes of a file say; what is nothing else is CSV."""
    return next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), Format.CSV)
