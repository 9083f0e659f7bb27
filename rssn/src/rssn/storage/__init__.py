"""Expressions on disk, more of them than memory holds. Start reading at `_store.py`."""

from ._builder import Builder as Builder
from ._image import Image as Image
from ._image import open_image as open_image
from ._image import write_image as write_image
from ._nodes import StoredExpr as StoredExpr
from ._store import Snapshot as Snapshot
from ._store import Store as Store
from ._store import StoreStatistics as StoreStatistics
from ._store import open_store as open_store
from ._verify import verify as verify

__all__ = (
    "Builder",
    "Image",
    "Snapshot",
    "Store",
    "StoreStatistics",
    "StoredExpr",
    "open_image",
    "open_store",
    "verify",
    "write_image",
)
