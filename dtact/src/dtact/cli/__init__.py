"""The `dtact` command. Start reading at `_main.py`."""

from ._main import main as main

__all__ = ("main",)
