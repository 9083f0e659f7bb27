"""Choose the native reader or its readable twin."""

from typing import TYPE_CHECKING

from .. import config

if TYPE_CHECKING or not config.PURE_PYTHON:
    from ._read_c import read as read
else:
    from ._read_py import read as read
