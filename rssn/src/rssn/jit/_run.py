"""Choose who calls: native code, or the readable twin that always interprets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import config

if not TYPE_CHECKING and config.PURE_PYTHON:
    from ._run_py import Caller as Caller
    from ._run_py import Program as Program
else:
    from ._call_c import Caller as Caller
    from ._run_c import Program as Program
