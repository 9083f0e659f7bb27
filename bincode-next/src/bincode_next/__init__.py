"""Python values to and from the bytes that Rust's bincode crates write: typed classes are the schema.

@dataclass
class Player:
    name: str
    level: u32

data = encode(Player("Bo", 3))  # what bincode 2 writes; legacy(), v3() are other crates'
assert decode(data, Player) == Player("Bo", 3)
"""

from typing import TYPE_CHECKING, Any

from . import errors as errors
from ._later import load as _load
from .errors import BincodeError as BincodeError
from .errors import DecodeError as DecodeError
from .errors import EncodeError as EncodeError
from .errors import SchemaError as SchemaError

if TYPE_CHECKING:
    from . import arrays as arrays
    from . import codec as codec
    from . import config as config
    from . import dump as dump
    from . import evolve as evolve
    from . import relative as relative
    from . import rust as rust
    from . import schema as schema
    from . import staticsize as staticsize
    from . import stream as stream
    from . import types as types
    from .arrays import from_column as from_column
    from .arrays import from_records as from_records
    from .arrays import to_column as to_column
    from .arrays import to_records as to_records
    from .codec import Decoder as Decoder
    from .codec import Encoder as Encoder
    from .codec import decode as decode
    from .codec import decode_many as decode_many
    from .codec import decode_prefix as decode_prefix
    from .codec import encode as encode
    from .codec import encode_into as encode_into
    from .codec import encode_many as encode_many
    from .codec import encoded_size as encoded_size
    from .config import CborOptions as CborOptions
    from .config import Config as Config
    from .config import Safety as Safety
    from .config import legacy as legacy
    from .config import standard as standard
    from .config import v3 as v3
    from .config import v3_legacy as v3_legacy
    from .dump import from_json as from_json
    from .dump import inspect as inspect
    from .dump import to_json as to_json
    from .evolve import Versions as Versions
    from .evolve import compare as compare
    from .rust import from_rust as from_rust
    from .rust import to_rust as to_rust
    from .schema import Schema as Schema
    from .schema import schema_of as schema_of
    from .stream import PushDecoder as PushDecoder
    from .stream import read_async as read_async
    from .stream import read_from as read_from
    from .stream import read_many as read_many
    from .stream import read_many_async as read_many_async
    from .stream import write_async as write_async
    from .stream import write_many as write_many
    from .stream import write_to as write_to
    from .types import UNBOUNDED as UNBOUNDED
    from .types import Array as Array
    from .types import As as As
    from .types import BinaryHeap as BinaryHeap
    from .types import Bits as Bits
    from .types import Bound as Bound
    from .types import BTreeMap as BTreeMap
    from .types import BTreeSet as BTreeSet
    from .types import Codec as Codec
    from .types import CStr as CStr
    from .types import Discriminant as Discriminant
    from .types import Duration as Duration
    from .types import Err as Err
    from .types import Excluded as Excluded
    from .types import Included as Included
    from .types import IpAddr as IpAddr
    from .types import Length as Length
    from .types import MaxLength as MaxLength
    from .types import Name as Name
    from .types import NonZero as NonZero
    from .types import Ok as Ok
    from .types import Range as Range
    from .types import RangeInclusive as RangeInclusive
    from .types import Records as Records
    from .types import Result as Result
    from .types import Shape as Shape
    from .types import SocketAddr as SocketAddr
    from .types import SocketAddrV4 as SocketAddrV4
    from .types import SocketAddrV6 as SocketAddrV6
    from .types import Some as Some
    from .types import SystemTime as SystemTime
    from .types import bitpacked as bitpacked
    from .types import char as char
    from .types import f32 as f32
    from .types import f64 as f64
    from .types import i8 as i8
    from .types import i16 as i16
    from .types import i32 as i32
    from .types import i64 as i64
    from .types import i128 as i128
    from .types import isize as isize
    from .types import register as register
    from .types import rust_name as rust_name
    from .types import tuple_struct as tuple_struct
    from .types import u8 as u8
    from .types import u16 as u16
    from .types import u32 as u32
    from .types import u64 as u64
    from .types import u128 as u128
    from .types import usize as usize
    from .types import variant as variant

__all__ = (
    "UNBOUNDED",
    "Array",
    "As",
    "BTreeMap",
    "BTreeSet",
    "BinaryHeap",
    "BincodeError",
    "Bits",
    "Bound",
    "CStr",
    "CborOptions",
    "Codec",
    "Config",
    "DecodeError",
    "Decoder",
    "Discriminant",
    "Duration",
    "EncodeError",
    "Encoder",
    "Err",
    "Excluded",
    "Included",
    "IpAddr",
    "Length",
    "MaxLength",
    "Name",
    "NonZero",
    "Ok",
    "PushDecoder",
    "Range",
    "RangeInclusive",
    "Records",
    "Result",
    "Safety",
    "Schema",
    "SchemaError",
    "Shape",
    "SocketAddr",
    "SocketAddrV4",
    "SocketAddrV6",
    "Some",
    "SystemTime",
    "Versions",
    "arrays",
    "bitpacked",
    "char",
    "codec",
    "compare",
    "config",
    "decode",
    "decode_many",
    "decode_prefix",
    "dump",
    "encode",
    "encode_into",
    "encode_many",
    "encoded_size",
    "errors",
    "evolve",
    "f32",
    "f64",
    "from_column",
    "from_json",
    "from_records",
    "from_rust",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "inspect",
    "isize",
    "legacy",
    "read_async",
    "read_from",
    "read_many",
    "read_many_async",
    "register",
    "relative",
    "rust",
    "rust_name",
    "schema",
    "schema_of",
    "standard",
    "staticsize",
    "stream",
    "to_column",
    "to_json",
    "to_records",
    "to_rust",
    "tuple_struct",
    "types",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "usize",
    "v3",
    "v3_legacy",
    "variant",
    "write_async",
    "write_many",
    "write_to",
)


def __getattr__(name: str) -> Any:
    value = _load(name)
    globals()[name] = value
    return value
