"""Everything this package reads from the environment."""

from __future__ import annotations

import os
from typing import Final

PURE_PYTHON: Final = os.environ.get("BINCODE_NEXT_PURE", "") not in ("", "0")
"""Whether the readable twins run instead of the native modules (`BINCODE_NEXT_PURE=1`)."""


def is_colour_refused() -> bool:
    """Return whether `NO_COLOR` asks programs for plain text, as no-color.org says: set to anything."""
    return bool(os.environ.get("NO_COLOR"))
