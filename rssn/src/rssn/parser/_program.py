"""What a text is read into."""

from __future__ import annotations

from .._record import record
from ..expr import Expr


@record(frozen=True, slots=True)
class Program:
    """The statements of a text: named values in order, each with earlier names put in, and the last bare expression."""

    assignments: tuple[tuple[str, Expr], ...]
    result: Expr | None

    @property
    def value(self) -> Expr:
        """The result, or the last named value where there is no bare expression."""
        return self.assignments[-1][1] if self.result is None else self.result
