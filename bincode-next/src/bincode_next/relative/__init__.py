"""bincode-next's zero-copy memory: relative pointers, built and viewed in place. Start reading at `_layouts.py`."""

from ._build import build as build
from ._hints import RelativePtr as RelativePtr
from ._hints import Tag as Tag
from ._hints import ZeroArray as ZeroArray
from ._hints import ZeroSlice as ZeroSlice
from ._hints import ZeroStr as ZeroStr
from ._hints import ZeroString as ZeroString
from ._hints import layout_of as layout_of
from ._layouts import Choice as Choice
from ._layouts import FixedArray as FixedArray
from ._layouts import FixedString as FixedString
from ._layouts import Inline as Inline
from ._layouts import Layout as Layout
from ._layouts import Number as Number
from ._layouts import Pointer as Pointer
from ._layouts import Record as Record
from ._layouts import Slice as Slice
from ._layouts import Text as Text
from ._read import read as read
from ._read import validate as validate
from ._view import Items as Items
from ._view import Struct as Struct
from ._view import view as view

__all__ = (
    "Choice",
    "FixedArray",
    "FixedString",
    "Inline",
    "Items",
    "Layout",
    "Number",
    "Pointer",
    "Record",
    "RelativePtr",
    "Slice",
    "Struct",
    "Tag",
    "Text",
    "ZeroArray",
    "ZeroSlice",
    "ZeroStr",
    "ZeroString",
    "build",
    "layout_of",
    "read",
    "validate",
    "view",
)
