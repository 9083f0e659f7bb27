"""Rust source into Python classes, and back. Start reading at `_from_rust.py` and `_to_rust.py`."""

from ._from_rust import from_rust as from_rust
from ._to_rust import to_rust as to_rust

__all__ = ("from_rust", "to_rust")
