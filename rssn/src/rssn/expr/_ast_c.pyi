"""Types of the native linearizer; `_ast_py.py` says what it does."""

from collections.abc import Sequence
from typing import Any

from ._bytes import Fields
from ._store_c import Expr

def columns(roots: Expr | Sequence[Expr]) -> Fields: ...
def rebuild(*fields: Any) -> list[Expr]: ...
