"""Choose who runs rows: machine code, or nobody where the readable twins are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import config

if not TYPE_CHECKING and config.PURE_PYTHON:
    from ._run_py import Program as Program
else:
    from ._run_c import Program as Program
