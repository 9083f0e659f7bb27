"""The shell command `bincode-next`. Start reading at `_main.py`; each command has a file of its own."""

from ._main import main as main

__all__ = ("main",)
