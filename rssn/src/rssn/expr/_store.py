"""Choose the native store or its readable twin. A missing build is an ImportError, not a slow day."""

from typing import TYPE_CHECKING

from rssn import config

if TYPE_CHECKING or not config.PURE_PYTHON:
    from ._ast_c import columns as columns
    from ._ast_c import rebuild as rebuild
    from ._store_c import Expr as Expr
    from ._store_c import apply as apply
    from ._store_c import collect as collect
    from ._store_c import constant as constant
    from ._store_c import declare_operator as declare_operator
    from ._store_c import is_commutative as is_commutative
    from ._store_c import precedes as precedes
    from ._store_c import statistics as statistics
    from ._store_c import symbol as symbol
    from ._store_c import symbols as symbols
    from ._walk_c import count_nodes as count_nodes
    from ._walk_c import free_symbols as free_symbols
    from ._walk_c import substitute as substitute
    from ._walk_c import walk as walk
else:
    from ._ast_py import columns as columns
    from ._ast_py import rebuild as rebuild
    from ._store_py import Expr as Expr
    from ._store_py import apply as apply
    from ._store_py import collect as collect
    from ._store_py import constant as constant
    from ._store_py import declare_operator as declare_operator
    from ._store_py import is_commutative as is_commutative
    from ._store_py import precedes as precedes
    from ._store_py import statistics as statistics
    from ._store_py import symbol as symbol
    from ._store_py import symbols as symbols
    from ._walk_py import count_nodes as count_nodes
    from ._walk_py import free_symbols as free_symbols
    from ._walk_py import substitute as substitute
    from ._walk_py import walk as walk
