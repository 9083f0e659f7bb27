"""Types of the native reader. What each name means is said in `_read_py.py`."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Literal, overload

from ..expr import Expr
from ._reading import Reading

@overload
def read(roots: Sequence[Expr], *, inverses: bool, stops: None = None) -> Reading: ...
@overload
def read(roots: Sequence[Expr], *, inverses: Literal[True], stops: AbstractSet[Expr]) -> Reading | None: ...
