"""What a configuration of CBOR means for each type: which have heads, which are byte strings, what is sorted how."""

from __future__ import annotations

from typing import Final

from ..config import Config
from ..schema import _nodes as n

FALSE: Final = 0xF4
TRUE: Final = 0xF5
NULL: Final = 0xF6
_EMPTY: Final = b"\x80"


class Form:
    """The crate's form or the well-formed one, with the crate's options."""

    __slots__ = ("is_deterministic", "is_length_first", "well_formed")

    def __init__(self, config: Config) -> None:
        self.well_formed = config.cbor.well_formed
        self.is_deterministic = config.cbor.deterministic != "none"
        self.is_length_first = config.cbor.deterministic == "length-first"

    def order(self, key: bytes) -> tuple[int, bytes]:
        """Return what encoded keys and elements are sorted by."""
        return (len(key) if self.is_length_first else 0), key

    def unit(self, node: n.Unit) -> bytes:
        """Return the bytes of a type without values: in the crate's form only unit structs have any."""
        if node.name not in ("", "PhantomData") or (self.well_formed and node.value is not None):
            return _EMPTY
        return bytes((NULL,)) if self.well_formed else b""

    def has_head(self, node: n.Struct | n.Enum) -> bool:
        """Whether fields stand in an array; those of types that derive bit packing don't in the crate's form."""
        return self.well_formed or not node.packed

    def is_byte_string(self, node: n.Bytes) -> bool:
        """Whether bytes are a byte string; a `Vec<u8>` is an array of numbers in the crate's form."""
        return self.well_formed or node.borrowed or node.cstring or node.length is not None

    def sorts(self, node: n.Seq) -> bool:
        """Whether the items of a sequence are sorted, as the crate does with a heap."""
        return self.is_deterministic and node.rust == "BinaryHeap" and not self.well_formed

    def is_octets(self, node: n.Node) -> bool:
        """Whether a list of u8 or i8 is a byte string: in the crate's form, slices, fixed arrays and heaps."""
        if self.well_formed:
            return False
        match node:
            case n.Array(item=n.Int(bits=8)):
                return True
            case n.Seq(item=n.Int(bits=8), rust="slice"):
                return True
            case n.Seq(item=n.Int(bits=8), rust="BinaryHeap"):
                return not self.is_deterministic
            case _:
                return False
