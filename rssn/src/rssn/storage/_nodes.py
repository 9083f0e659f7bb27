"""Choose the native nodes or their readable twin. A missing build is an ImportError, not a slow day."""

from typing import TYPE_CHECKING

from .. import config

if TYPE_CHECKING or not config.PURE_PYTHON:
    from ._handle_c import StoredExpr as StoredExpr
    from ._handle_c import number_of as number_of
    from ._handle_c import part as part
    from ._nodes_c import Nodes as Nodes
    from ._pages_c import checksum as checksum
else:
    from ._handle_py import StoredExpr as StoredExpr
    from ._handle_py import number_of as number_of
    from ._handle_py import part as part
    from ._nodes_py import Nodes as Nodes
    from ._pages_py import checksum as checksum
