"""What users write as hints, and the values for what Rust has and Python has not. Start reading at `_aliases.py`."""

from ._aliases import Array as Array
from ._aliases import BinaryHeap as BinaryHeap
from ._aliases import Bound as Bound
from ._aliases import BTreeMap as BTreeMap
from ._aliases import BTreeSet as BTreeSet
from ._aliases import CStr as CStr
from ._aliases import IpAddr as IpAddr
from ._aliases import NonZero as NonZero
from ._aliases import Result as Result
from ._aliases import SocketAddr as SocketAddr
from ._aliases import char as char
from ._aliases import f32 as f32
from ._aliases import f64 as f64
from ._aliases import i8 as i8
from ._aliases import i16 as i16
from ._aliases import i32 as i32
from ._aliases import i64 as i64
from ._aliases import i128 as i128
from ._aliases import isize as isize
from ._aliases import u8 as u8
from ._aliases import u16 as u16
from ._aliases import u32 as u32
from ._aliases import u64 as u64
from ._aliases import u128 as u128
from ._aliases import usize as usize
from ._classes import ClassOptions as ClassOptions
from ._classes import bitpacked as bitpacked
from ._classes import options_of as options_of
from ._classes import rust_name as rust_name
from ._classes import tuple_struct as tuple_struct
from ._classes import variant as variant
from ._markers import As as As
from ._markers import BitPacked as BitPacked
from ._markers import Bits as Bits
from ._markers import Borrowed as Borrowed
from ._markers import Character as Character
from ._markers import Codec as Codec
from ._markers import CString as CString
from ._markers import Discriminant as Discriminant
from ._markers import Integer as Integer
from ._markers import Kind as Kind
from ._markers import Length as Length
from ._markers import MaxLength as MaxLength
from ._markers import Name as Name
from ._markers import NotZero as NotZero
from ._markers import Real as Real
from ._markers import Records as Records
from ._markers import Shape as Shape
from ._markers import SingleVariant as SingleVariant
from ._markers import View as View
from ._registry import on_change as on_change
from ._registry import register as register
from ._registry import registered as registered
from ._registry import unregister as unregister
from ._time import Duration as Duration
from ._time import SystemTime as SystemTime
from ._values import UNBOUNDED as UNBOUNDED
from ._values import Err as Err
from ._values import Excluded as Excluded
from ._values import Included as Included
from ._values import Ok as Ok
from ._values import Range as Range
from ._values import RangeInclusive as RangeInclusive
from ._values import SocketAddrV4 as SocketAddrV4
from ._values import SocketAddrV6 as SocketAddrV6
from ._values import Some as Some
from ._values import Unbounded as Unbounded

__all__ = (
    "UNBOUNDED",
    "Array",
    "As",
    "BTreeMap",
    "BTreeSet",
    "BinaryHeap",
    "BitPacked",
    "Bits",
    "Borrowed",
    "Bound",
    "CStr",
    "CString",
    "Character",
    "ClassOptions",
    "Codec",
    "Discriminant",
    "Duration",
    "Err",
    "Excluded",
    "Included",
    "Integer",
    "IpAddr",
    "Kind",
    "Length",
    "MaxLength",
    "Name",
    "NonZero",
    "NotZero",
    "Ok",
    "Range",
    "RangeInclusive",
    "Real",
    "Records",
    "Result",
    "Shape",
    "SingleVariant",
    "SocketAddr",
    "SocketAddrV4",
    "SocketAddrV6",
    "Some",
    "SystemTime",
    "Unbounded",
    "View",
    "bitpacked",
    "char",
    "f32",
    "f64",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "isize",
    "on_change",
    "options_of",
    "register",
    "registered",
    "rust_name",
    "tuple_struct",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "unregister",
    "usize",
    "variant",
)
