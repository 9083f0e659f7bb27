"""See bytes: which belong to which field; and values as JSON, both ways. Start reading at `_walk.py`."""

from ._inspect import inspect as inspect
from ._json import from_json as from_json
from ._json import to_json as to_json
from ._walk import Piece as Piece
from ._walk import pieces as pieces

__all__ = ("Piece", "from_json", "inspect", "pieces", "to_json")
