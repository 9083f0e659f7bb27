"""Choose who takes the arguments of a reduction: native code, or the readable twin that always interprets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import config

if not TYPE_CHECKING and config.PURE_PYTHON:
    from ._reduce_py import Reducer as Reducer
else:
    from ._reduce_c import Reducer as Reducer
