"""Every error dtact raises on purpose.

Each says what was wanted, what came and what to do; each is also the builtin
that a Python user would expect::

    DtactError
    └── MeshError                            the native worker pool
        ├── JobError         (TypeError)     what was given as a native function or context is none
        └── CountError       (ValueError)    a count, grain or number of threads out of range
"""

from __future__ import annotations


class DtactError(Exception):
    """The root of all errors raised on purpose.

    Fields: `message`, `wanted`, `found`, `hint`; each but the first may be empty.
    """

    def __init__(self, message: str, *, wanted: str = "", found: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message, self.wanted, self.found, self.hint = message, wanted, found, hint

    def __str__(self) -> str:
        parts = [self.message]
        if self.wanted:
            parts.append(f"wanted {self.wanted}")
        if self.found:
            parts.append(f"found {self.found}")
        if self.hint:
            parts.append(self.hint)
        return "; ".join(parts)


class MeshError(DtactError):
    """The native worker pool refused."""


class JobError(MeshError, TypeError):
    """What was given as a native function or as its context is none: wrong kind of object, or address 0."""


class CountError(MeshError, ValueError):
    """A count, a grain or a number of threads is out of range."""
