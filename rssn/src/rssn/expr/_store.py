"""Choose the native store or its readable twin. A missing build is an ImportError, not a slow day."""

from ._store_c import Expr as Expr
from ._store_c import apply as apply
from ._store_c import collect as collect
from ._store_c import constant as constant
from ._store_c import declare_operator as declare_operator
from ._store_c import is_commutative as is_commutative
from ._store_c import statistics as statistics
from ._store_c import symbol as symbol
from ._store_c import symbols as symbols
