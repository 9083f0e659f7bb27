"""Types of the native reader. What each name means is said in `_read_py.py`."""

from collections.abc import Sequence

from ..expr import Expr
from ._reading import Reading

def read(roots: Sequence[Expr], *, inverses: bool) -> Reading: ...
