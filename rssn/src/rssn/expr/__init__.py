"""The expression store: `Expr` handles of hash-consed nodes. Start reading at `_store_py.py`."""

from ._ast import Ast as Ast
from ._ast import linearize as linearize
from ._common import Statistics as Statistics
from ._common import install_evaluate as install_evaluate
from ._latex import latex as latex
from ._printer import Precedence as Precedence
from ._printer import Printer as Printer
from ._printer import printer_of as printer_of
from ._printer import register_printer as register_printer
from ._store import Expr as Expr
from ._store import apply as apply
from ._store import collect as collect
from ._store import constant as constant
from ._store import count_nodes as count_nodes
from ._store import declare_operator as declare_operator
from ._store import free_symbols as free_symbols
from ._store import is_commutative as is_commutative
from ._store import precedes as precedes
from ._store import statistics as statistics
from ._store import substitute as substitute
from ._store import symbol as symbol
from ._store import symbols as symbols
from ._store import walk as walk
from ._text import text as text

__all__ = (
    "Ast",
    "Expr",
    "Precedence",
    "Printer",
    "Statistics",
    "apply",
    "collect",
    "constant",
    "count_nodes",
    "declare_operator",
    "free_symbols",
    "install_evaluate",
    "is_commutative",
    "latex",
    "linearize",
    "precedes",
    "printer_of",
    "register_printer",
    "statistics",
    "substitute",
    "symbol",
    "symbols",
    "text",
    "walk",
)
