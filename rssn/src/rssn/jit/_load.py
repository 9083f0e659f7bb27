"""Choose who maps machine code: native code, or the readable twin through ctypes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import config

if not TYPE_CHECKING and config.PURE_PYTHON:
    from ._load_py import Mapping as Mapping
    from ._load_py import describe_cpu as describe_cpu
else:
    from ._load_c import Mapping as Mapping
    from ._load_c import describe_cpu as describe_cpu
