"""What a schema looks like on the wire, without Python values. Start reading at `_shape.py`."""

from ._layout import Layout as Layout
from ._layout import is_cut as is_cut
from ._layout import layout_of as layout_of
from ._read import Malformed as Malformed
from ._scan import Scan as Scan
from ._scan import extended as extended
from ._shape import Shape as Shape

__all__ = ("Layout", "Malformed", "Scan", "Shape", "extended", "is_cut", "layout_of")
