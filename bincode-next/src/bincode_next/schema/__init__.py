"""Type hints into trees of nodes that say what is on the wire. Start reading at `_nodes.py`, then `_build.py`."""

from ._build import schema_of as schema_of
from ._nodes import MISSING as MISSING
from ._nodes import Array as Array
from ._nodes import Bool as Bool
from ._nodes import Bound as Bound
from ._nodes import Bytes as Bytes
from ._nodes import Char as Char
from ._nodes import Custom as Custom
from ._nodes import Duration as Duration
from ._nodes import Enum as Enum
from ._nodes import Field as Field
from ._nodes import Float as Float
from ._nodes import Int as Int
from ._nodes import Ip as Ip
from ._nodes import Map as Map
from ._nodes import NdArray as NdArray
from ._nodes import Node as Node
from ._nodes import Option as Option
from ._nodes import Range as Range
from ._nodes import Ref as Ref
from ._nodes import Result as Result
from ._nodes import Schema as Schema
from ._nodes import Seq as Seq
from ._nodes import Set as Set
from ._nodes import Socket as Socket
from ._nodes import Str as Str
from ._nodes import Struct as Struct
from ._nodes import Style as Style
from ._nodes import SystemTime as SystemTime
from ._nodes import Tuple as Tuple
from ._nodes import Unit as Unit
from ._nodes import Variant as Variant
from ._nodes import children as children
from ._nodes import payload_fields as payload_fields

__all__ = (
    "MISSING",
    "Array",
    "Bool",
    "Bound",
    "Bytes",
    "Char",
    "Custom",
    "Duration",
    "Enum",
    "Field",
    "Float",
    "Int",
    "Ip",
    "Map",
    "NdArray",
    "Node",
    "Option",
    "Range",
    "Ref",
    "Result",
    "Schema",
    "Seq",
    "Set",
    "Socket",
    "Str",
    "Struct",
    "Style",
    "SystemTime",
    "Tuple",
    "Unit",
    "Variant",
    "children",
    "payload_fields",
    "schema_of",
)
