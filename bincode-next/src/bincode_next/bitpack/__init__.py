"""Fields that share bytes, as bincode-next packs them. Start reading at `_runs.py`, then `_bits.py`."""

from ._bits import from_bits as from_bits
from ._bits import pack as pack
from ._bits import read_first as read_first
from ._bits import to_bits as to_bits
from ._bits import unpack as unpack
from ._runs import Order as Order
from ._runs import Run as Run
from ._runs import order_of as order_of
from ._runs import runs as runs
from ._runs import tag_width as tag_width

__all__ = ("Order", "Run", "from_bits", "order_of", "pack", "read_first", "runs", "tag_width", "to_bits", "unpack")
