"""Types of the native passes; the twin says what they do."""

from collections.abc import Sequence

from ..expr import Expr

def forward(roots: Sequence[Expr], x: Expr) -> list[Expr]: ...
def reverse(root: Expr, xs: Sequence[Expr]) -> list[Expr]: ...
