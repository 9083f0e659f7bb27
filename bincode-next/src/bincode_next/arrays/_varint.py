"""Choose the native loops over rows or their readable twin; a missing build is an ImportError."""

from typing import TYPE_CHECKING

from ..config import PURE_PYTHON

if TYPE_CHECKING or not PURE_PYTHON:
    from ._varint_c import decode_rows as decode_rows
    from ._varint_c import encode_rows as encode_rows
else:
    from ._varint_py import decode_rows as decode_rows
    from ._varint_py import encode_rows as encode_rows
