"""The annotated dump, as text."""

from __future__ import annotations

import re
from typing import Any, Final

from ..config import Config, standard
from ._walk import Piece, pieces

_STANDARD = standard()

_BYTES: Final = 8  # shown of each piece
_LETTERS: Final = 60
_RESET: Final = "\x1b[0m"
_COLOURS: Final = {
    "value": "\x1b[32m",
    "length": "\x1b[36m",
    "head": "\x1b[36m",
    "tag": "\x1b[35m",
    "items": "\x1b[2m",
    "fingerprint": "\x1b[33m",
    "after": "\x1b[2m",
    "error": "\x1b[31m",
}


def inspect(
    data: bytes | bytearray | memoryview,
    type: Any,
    config: Config = _STANDARD,
    *,
    most_items: int | None = 16,
    is_coloured: bool = False,
) -> str:
    """Return a dump of the value that `data` starts with: for each piece a line of offset, bytes, field, kind, value.

    Of long sequences the first `most_items` are shown (None: all). Bytes that are no value are shown up to where
    they stop being one, with the error; nothing is raised for them.
    """
    return "\n".join(lines(list(pieces(data, type, config, most_items=most_items)), bytes(data), is_coloured))


def lines(found: list[Piece], data: bytes, is_coloured: bool) -> list[str]:
    """Return the lines of a dump, in columns."""
    digits = max(4, len(f"{len(data):x}"))
    rows = [
        (f"{one.offset:0{digits}x}", _hex(data[one.offset : one.end]), one.path or "·", one.kind, _said(one))
        for one in found
    ]
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(4)]
    made = []
    for one, row in zip(found, rows, strict=True):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        if is_coloured:
            cells[1] = f"{_COLOURS[one.role]}{cells[1]}{_RESET}"
        made.append(f"{'  '.join(cells)}  {row[4]}".rstrip())
    return made


def _hex(data: bytes) -> str:
    if len(data) <= _BYTES:
        return data.hex(" ")
    return f"{data[: _BYTES - 1].hex(' ')} … {len(data)} bytes"


def _said(piece: Piece) -> str:
    if piece.role == "error":
        return f"error: {piece.value}"
    if piece.role == "after":
        return f"{piece.end - piece.offset} bytes after the value"
    if piece.role == "items":
        return f"… {piece.value} more"
    if piece.role == "fingerprint":
        return f"{piece.value:#018x} fingerprint"
    if piece.role == "value":
        return _short(piece.value)
    return "" if piece.value is None else str(piece.value)


def _short(value: Any) -> str:
    """Return a value as one line that is not long, without writing a long one out first."""
    shown = value[:_LETTERS] if isinstance(value, str | bytes | bytearray) else value
    text = re.sub(r"\n\s*", " ", repr(shown))
    is_whole = len(text) <= _LETTERS and not (isinstance(value, str | bytes | bytearray) and len(value) > _LETTERS)
    return text if is_whole else text[: _LETTERS - 1] + "…"
