"""The names that users write as hints.

Type checkers read `u8` as `int`, `char` as `str`, `Array[T, Literal[4]]` as `list[T]`.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, TypeVar, Union, get_args, get_origin

from ._markers import Character, CString, Integer, Kind, Length, NotZero, Real
from ._values import Err, Excluded, Included, Ok, SocketAddrV4, SocketAddrV6, Unbounded

T = TypeVar("T")
N = TypeVar("N")
E = TypeVar("E")
K = TypeVar("K")
V = TypeVar("V")

u8: TypeAlias = Annotated[int, Integer(8, False)]
u16: TypeAlias = Annotated[int, Integer(16, False)]
u32: TypeAlias = Annotated[int, Integer(32, False)]
u64: TypeAlias = Annotated[int, Integer(64, False)]
u128: TypeAlias = Annotated[int, Integer(128, False)]
usize: TypeAlias = Annotated[int, Integer(64, False, pointer=True)]
i8: TypeAlias = Annotated[int, Integer(8, True)]
i16: TypeAlias = Annotated[int, Integer(16, True)]
i32: TypeAlias = Annotated[int, Integer(32, True)]
i64: TypeAlias = Annotated[int, Integer(64, True)]
i128: TypeAlias = Annotated[int, Integer(128, True)]
isize: TypeAlias = Annotated[int, Integer(64, True, pointer=True)]
f32: TypeAlias = Annotated[float, Real(32)]
f64: TypeAlias = Annotated[float, Real(64)]
char: TypeAlias = Annotated[str, Character()]
CStr: TypeAlias = Annotated[bytes, CString()]

NonZero = Annotated[T, NotZero()]
BinaryHeap = Annotated[list[T], Kind("BinaryHeap")]
BTreeSet = Annotated[set[T], Kind("BTreeSet")]
BTreeMap = Annotated[dict[K, V], Kind("BTreeMap")]

Result = Union[Ok[T], Err[E]]  # noqa: UP007  (a union of generics made with | has no parameters of its own on 3.11)
Bound = Union[Included[T], Excluded[T], Unbounded]  # noqa: UP007
IpAddr: TypeAlias = IPv4Address | IPv6Address
SocketAddr: TypeAlias = SocketAddrV4 | SocketAddrV6

if TYPE_CHECKING:
    from typing_extensions import TypeAliasType

    Array = TypeAliasType("Array", list[T], type_params=(T, N))
else:

    class Array:
        """A list with a fixed number of items: `Array[u8, Literal[4]]` is `[u8; 4]`."""

        def __class_getitem__(cls, arguments: tuple[Any, Any]) -> Any:
            """Return `Annotated[list[item], Length(count)]`; the count is a Literal, an int or a type variable."""
            item, count = arguments
            if get_origin(count) is Literal:
                (count,) = get_args(count)
            return Annotated[list[item], Length(count)]
