"""Choose who takes a kernel's arguments: native code, or the readable twin that always interprets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import config

__all__ = ["Caller"]

if not TYPE_CHECKING and config.PURE_PYTHON:
    from ._call_py import Caller as Caller
else:
    from ._direct_c import DirectCaller as Caller
