"""The expression store: `Expr` handles of hash-consed nodes. Start reading at `_store_py.py`."""

from ._store import Expr as Expr
from ._store import apply as apply
from ._store import collect as collect
from ._store import constant as constant
from ._store import declare_operator as declare_operator
from ._store import is_commutative as is_commutative
from ._store import statistics as statistics
from ._store import symbol as symbol
from ._store import symbols as symbols

__all__ = (
    "Expr",
    "apply",
    "collect",
    "constant",
    "declare_operator",
    "is_commutative",
    "statistics",
    "symbol",
    "symbols",
)
