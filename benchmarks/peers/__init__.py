"""The rivals. One that has no wheel for this Python or machine is left out, and its lines are not judged."""

from __future__ import annotations

import importlib
from typing import Any


def optional(name: str) -> Any:
    """Return a module, or None where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
