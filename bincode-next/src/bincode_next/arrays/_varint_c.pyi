from typing import Any

def encode_rows(prefix: bytes, source: Any, row_bytes: int, rows: int, program: bytes, big: bool) -> bytes: ...
def decode_rows(
    source: Any,
    offset: int,
    end: int,
    target: Any,
    row_bytes: int,
    rows: int,
    program: bytes,
    big: bool,
    strict: bool,
    any_width: bool,
) -> tuple[int, int, int, int, int]: ...
