"""Types of the native pass; the twin says what it does."""

from collections.abc import Sequence

from ..expr import Expr

def forward_all(roots: Sequence[Expr], xs: Sequence[Expr], *, triangle: bool = False) -> list[list[Expr]]: ...
