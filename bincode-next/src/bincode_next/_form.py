"""What a hint is to type checkers: `decode(data, A | B)` is an `A | B`. Where it runs, nothing but a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ("TypeForm",)

if TYPE_CHECKING:
    from typing_extensions import TypeForm  # part of every type checker, so nothing to install
else:
    TypeForm = type
