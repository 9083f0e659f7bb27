"""Types of the native constructors; the twin says what they do."""

from ..expr import Expr

def make(name: str, operands: list[Expr]) -> Expr: ...
