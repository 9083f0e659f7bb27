"""The most bytes that a value of a type can take. Start reading at `_max_size.py`."""

from ._max_size import max_size as max_size

__all__ = ("max_size",)
