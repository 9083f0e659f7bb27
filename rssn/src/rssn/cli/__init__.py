"""The shell command `rssn`. Start reading at `_main.py`; each command has a file of its own, loaded when called."""

from ._main import main as main

__all__ = ("main",)
