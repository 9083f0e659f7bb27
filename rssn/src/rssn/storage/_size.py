"""Amounts of memory as users write them."""

from __future__ import annotations

import re

from ..errors import OptionError

_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30}
LEAST = 1 << 20


def parse_size(value: str | int | None) -> int:
    """Return the bytes that `"256 MB"`, `"1.5 GiB"` or a number means; 0 for None. Raises OptionError."""
    if value is None:
        return 0
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*", str(value))
    unit = _UNITS.get(found[2].lower()) if found else None
    if found is None or unit is None or isinstance(value, bool):
        raise OptionError("this is no amount of memory", found=repr(value), wanted='"256 MB", "1 GiB" or bytes')
    size = int(float(found[1]) * unit)
    if size < LEAST:
        raise OptionError("a store needs more memory than that", found=f"{size} bytes", wanted="at least 1 MiB")
    return size
