"""Types of the native constructors; the twin says what they do."""

from ..expr import Expr

def make(operator: str, operands: list[Expr]) -> Expr: ...
