"""The readable twin of `_run_c.pyx`, which has no machine code to run: it only remembers what it was given."""

from __future__ import annotations


class Program:
    """Machine code for one signature: where it is, what owns it, its rows per vector, the bytes of frame it wants."""

    def __init__(self, address: int, keep: object, width: int, frame_bytes: int) -> None:
        self.address, self.keep, self.width, self.frame_bytes = address, keep, width, frame_bytes

    def become(self, better: Program) -> None:
        """From now on stand for other code for the same."""
        if (better.width, better.frame_bytes) != (self.width, self.frame_bytes):
            raise ValueError("not the same program")
        self.address, self.keep = better.address, (self.keep, better.keep)
