"""Classes that are one node by themselves, containers of the standard library, and advice for what has no bytes."""

from __future__ import annotations

import collections
import collections.abc
from collections.abc import Callable
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Any, Final

from .. import types as t
from ._nodes import (
    Array,
    Bool,
    Bytes,
    Custom,
    Duration,
    Float,
    Int,
    Ip,
    Map,
    NdArray,
    Node,
    Range,
    Seq,
    Set,
    Socket,
    Str,
    Struct,
    SystemTime,
    Tuple,
    Unit,
    children,
)
from ._scope import Scope

if TYPE_CHECKING:
    from ._build import Builder

LEAVES: Final[dict[Any, Node]] = {
    bool: Bool(),
    int: Int(64, True),
    float: Float(64),
    str: Str(),
    bytes: Bytes(),
    bytearray: Bytes(python="bytearray"),
    memoryview: Bytes(python="memoryview"),
    type(None): Unit(),
    datetime: SystemTime("datetime"),
    timedelta: Duration("timedelta"),
    t.SystemTime: SystemTime(),
    t.Duration: Duration(),
    IPv4Address: Ip(4),
    IPv6Address: Ip(6),
    t.SocketAddrV4: Socket(4),
    t.SocketAddrV6: Socket(6),
}
PATHS: Final = frozenset({"Path", "PosixPath", "WindowsPath", "PurePath", "PurePosixPath", "PureWindowsPath"})
Container = Callable[[Node], Node]
OF_ONE: Final[dict[Any, Container]] = {
    list: Seq,
    collections.abc.Sequence: Seq,
    collections.abc.MutableSequence: Seq,
    collections.deque: lambda item: Seq(item, python=collections.deque, rust="VecDeque"),
    set: Set,
    collections.abc.Set: Set,
    collections.abc.MutableSet: Set,
    frozenset: lambda item: Set(item, python=frozenset),
    t.Range: Range,
    t.RangeInclusive: lambda item: Range(item, inclusive=True),
}
SETS: Final = frozenset({set, frozenset, collections.abc.Set, collections.abc.MutableSet})
MAPS: Final = frozenset({dict, collections.abc.Mapping, collections.abc.MutableMapping})
ADVICE: Final = {
    **{name: f"Say what it holds, as in {name}[u8]." for name in ("list", "set", "frozenset")},
    "collections.deque": "Say what it holds, as in deque[u8].",
    "dict": "Say what it holds, as in dict[str, u8].",
    "tuple": "Say what it holds, as in tuple[u8, str], or tuple[u8, ...].",
    "decimal.Decimal": "Say how it travels: Annotated[Decimal, As(str)].",
    "uuid.UUID": "Say how it travels: Annotated[UUID, As(u128)], As(str), or As(bytes) for its 16 bytes.",
    "fractions.Fraction": "Say how it travels: Annotated[Fraction, As(tuple[int, int])].",
    "complex": "Say how it travels: Annotated[complex, As(tuple[float, float])].",
    "datetime.date": "Say how it travels: Annotated[date, As(str)].",
    "datetime.time": "Say how it travels: Annotated[time, As(str)].",
    "range": "Use Range[i64], which has no step.",
    "object": "Every field needs a type of its own.",
    "typing.Any": "Every field needs a type of its own.",
    "numpy.ndarray": "Say what it holds, as in NDArray[np.float64], or Annotated[np.ndarray, Records(Point)].",
    "bincode_next.types._values.Ok": "A result has both sides: Result[T, E], which is Ok[T] | Err[E].",
    "bincode_next.types._values.Err": "A result has both sides: Result[T, E], which is Ok[T] | Err[E].",
    "bincode_next.types._values.Included": "A bound has three forms: Bound[T].",
    "bincode_next.types._values.Excluded": "A bound has three forms: Bound[T].",
    "bincode_next.types._values.Unbounded": "A bound has three forms: Bound[T].",
    "bincode_next.types._values.Range": "Say what it holds, as in Range[u32].",
    "bincode_next.types._values.RangeInclusive": "Say what it holds, as in Range[u32].",
    "bincode_next.types._values.Some": "It is for an option in an option: Some[u8 | None] | None.",
}
ELSE: Final = "Make it a dataclass, annotate it with a Codec, or `register` one for it."


def advice_for(hint: Any) -> str:
    """Return what to write instead of a hint that has no bytes."""
    if isinstance(hint, type):
        return ADVICE.get(
            hint.__qualname__ if hint.__module__ == "builtins" else f"{hint.__module__}.{hint.__qualname__}", ELSE
        )
    return ADVICE.get(str(hint), ELSE)


def leaf(cls: type) -> Node | None:
    """Return the node of a class that needs no arguments."""
    if cls in LEAVES:
        return LEAVES[cls]
    if cls.__module__.partition(".")[0] == "pathlib" and cls.__name__ in PATHS:
        return Str("path")
    return None


def containers(builder: Builder, cls: type, arguments: tuple[Any, ...], scope: Scope) -> Node | None:
    """Return the node of a container of the standard library, or of a range."""
    if cls is tuple:
        return _tuple(builder, arguments, scope)
    if cls in MAPS:
        key, value = arguments
        return Map(_hashable(builder, "[key]", key, scope), builder.inside("[]", value, scope))
    make = OF_ONE.get(cls)
    if make is None:
        return None
    if cls in SETS:
        return make(_hashable(builder, "[]", arguments[0], scope))
    is_range = cls in (t.Range, t.RangeInclusive)
    return make(builder.inside(".start" if is_range else "[]", arguments[0], scope))


def _hashable(builder: Builder, step: str, hint: Any, scope: Scope) -> Node:
    """Describe the key of a map or the item of a set: Python must be able to hash its values."""
    builder.path.append(step)
    node = builder.node(hint, scope)
    culprit = unhashable(node)
    if culprit:
        raise builder.refuse(
            f"values of {culprit} can't be hashed in Python, so they are no keys",
            advice="Use a tuple for a list, bytes for a bytearray, a frozen dataclass for a mutable one.",
        )
    builder.path.pop()
    return node


def unhashable(node: Node) -> str:
    """Return the name of a class in a node whose values can't be hashed, or nothing."""
    match node:
        case Bytes(python="bytearray"):
            return "bytearray"
        case NdArray():
            return "ndarray"
        case Struct(style="typeddict"):
            return node.name
        case Map():
            return "dict"
        case Seq(python=made) | Set(python=made) | Array(python=made) | Struct(python=made):
            if getattr(made, "__hash__", None) is None:
                return str(made.__name__)
        case Custom():
            return ""  # its values are of a class of its own
    return next(filter(None, map(unhashable, children(node))), "")


def _tuple(builder: Builder, arguments: tuple[Any, ...], scope: Scope) -> Node:
    if len(arguments) == 2 and arguments[1] is ...:
        return Seq(builder.inside("[]", arguments[0], scope), python=tuple)
    return Tuple(tuple(builder.inside(f"[{i}]", argument, scope) for i, argument in enumerate(arguments)))
