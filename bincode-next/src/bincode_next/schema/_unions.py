"""Choices: `X | None`, tagged unions by position, `Literal`, and enum classes."""

from __future__ import annotations

import enum
import keyword
import types
from collections.abc import Hashable, Iterator
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Any, Final, Literal, Union, get_args, get_origin

from .. import types as t
from ..errors import SchemaError
from ._nodes import (
    Array,
    Bool,
    Bound,
    Bytes,
    Char,
    Custom,
    Duration,
    Enum,
    Float,
    Int,
    Ip,
    Map,
    NdArray,
    Node,
    Option,
    Range,
    Result,
    Seq,
    Set,
    Socket,
    Str,
    Struct,
    SystemTime,
    Tuple,
    Unit,
    Variant,
)
from ._scope import Scope, key_of, resolved

if TYPE_CHECKING:
    from ._build import Builder

Member = tuple[Any, Scope]
NONE: Final = (None, type(None))
FAMILIES: Final[dict[frozenset[Any], Node]] = {
    frozenset({IPv4Address, IPv6Address}): Ip(),
    frozenset({t.SocketAddrV4, t.SocketAddrV6}): Socket(),
}


def is_union(hint: Any) -> bool:
    """Whether a hint is `A | B` or `Union[A, B]`, however it is spelled."""
    return get_origin(hint) in (Union, types.UnionType)


def takes_name(hint: Any) -> bool:
    """Whether a hint stands for a Rust enum of its own, which a marker `Name` names: a union of several, a Literal."""
    return get_origin(hint) is Literal or (is_union(hint) and sum(part not in NONE for part in get_args(hint)) > 1)


def head_of(hint: Any) -> Any:
    """Return the class of a generic hint, or the hint itself."""
    origin: Any = get_origin(hint)
    return hint if origin is None else origin


def union(builder: Builder, hint: Any, scope: Scope, name: str, packed: t.BitPacked | None = None) -> Node:
    """Describe a union: an option, a result, a bound, an address, or variants by their position."""
    members = list(_members(builder, hint, scope))
    present = [member for member in members if member[0] not in NONE]
    absent = len(members) - len(present)
    if absent > 1:
        raise _ambiguous(builder)
    if len(present) == 1:
        return _option(builder, *present[0])
    node = _choice(builder, present, name, packed)
    return Option(node) if absent else node


def _members(builder: Builder, hint: Any, scope: Scope) -> Iterator[Member]:
    for argument in get_args(hint):
        member, where = resolved(argument, scope, builder.where)
        if is_union(member):
            yield from _members(builder, member, where)
        else:
            yield member, where


def _option(builder: Builder, hint: Any, scope: Scope) -> Node:
    if get_origin(hint) is t.Some:
        inner = builder.node(get_args(hint)[0], scope)
        if not is_nullable(inner):
            raise builder.refuse("Some is for an option in an option", advice="Write `… | None` without Some.")
        return Option(inner)
    inner = builder.node(hint, scope)
    if is_nullable(inner):
        raise _ambiguous(builder)
    return Option(inner)


def is_nullable(node: Node) -> bool:
    """Whether None is a value of a node."""
    while isinstance(node, Custom):
        node = node.inner
    return isinstance(node, Option) or (isinstance(node, Unit) and node.value is None)


def _ambiguous(builder: Builder) -> SchemaError:
    return builder.refuse("None would mean two things here", advice="Write the outer option as Some[u8 | None] | None.")


def _choice(builder: Builder, members: list[Member], name: str, packed: t.BitPacked | None) -> Node:
    plain = [hint for hint, _ in members if not hasattr(hint, "__metadata__") and isinstance(hint, Hashable)]
    heads = frozenset(map(head_of, plain))
    if heads in FAMILIES and len(members) == len(heads):
        return FAMILIES[heads]
    if heads == {t.Ok, t.Err} and len(members) == 2:
        sides = {head_of(hint): (get_args(hint)[0], scope) for hint, scope in members if get_args(hint)}
        if len(sides) == 2:
            return Result(builder.inside(".Ok", *sides[t.Ok]), builder.inside(".Err", *sides[t.Err]))
    if heads == {t.Included, t.Excluded, t.Unbounded} and len(members) == 3:
        inner = [(get_args(hint)[0], scope) for hint, scope in members if get_args(hint)]
        if len(inner) == 2 and key_of(*inner[0]) == key_of(*inner[1]):
            return Bound(builder.inside(".Included", *inner[0]))
    key = (Union, name, packed, *(key_of(hint, scope) for hint, scope in members))
    names = [_name(hint) for hint, _ in members]
    label = name or "Or".join(names)
    return builder.described(key, label, lambda: _tagged(builder, members, names, label, packed))


def _name(hint: Any) -> str:
    """Return what a variant is called: by a marker, by its class's decorator, or as its class."""
    for mark in reversed(getattr(hint, "__metadata__", ())):
        if type(mark) is t.Name:
            return str(mark.name)
    cls = head_of(hint.__origin__ if hasattr(hint, "__metadata__") else hint)
    declared = t.options_of(cls).name if isinstance(cls, type) else None
    name = declared or str(getattr(cls, "__name__", cls))
    return name.capitalize() if getattr(cls, "__module__", "") in ("builtins", "collections") else name


def union_of_one(builder: Builder, hint: Any, scope: Scope, name: str, packed: t.BitPacked | None) -> Node:
    """Describe an enum of one variant, which Python's unions can't say."""
    key = (Union, name, packed, key_of(hint, scope))
    return builder.described(key, name, lambda: _tagged(builder, [(hint, scope)], [_name(hint)], name, packed))


def _tagged(builder: Builder, members: list[Member], names: list[str], label: str, packed: t.BitPacked | None) -> Node:
    if not builder.path:
        builder.path.append(label)
    variants = []
    for (hint, scope), name in zip(members, names, strict=True):
        builder.path.append(f".{name}")
        variants.append(_variant(builder, hint, scope, name))
        builder.path.pop()
    seen: dict[Any, str] = {}
    for variant in variants:
        if variant.key in seen:
            raise builder.refuse(
                f"values of {seen[variant.key]} and {variant.name} can't be told apart: all are {variant.key.__name__}",
                advice="Make each a dataclass of its own.",
            )
        seen[variant.key] = variant.name
    structs = [variant.payload for variant in variants if isinstance(variant.payload, Struct)]
    orders = [packed.order] if packed is not None else [struct.bit_order for struct in structs if struct.packed]
    return Enum(label, tuple(variants), bool(orders), next(filter(None, orders), None))


def _variant(builder: Builder, hint: Any, scope: Scope, name: str) -> Variant:
    all_marks = getattr(hint, "__metadata__", ())
    marks = [mark for mark in all_marks if type(mark).__module__ == t.Name.__module__]
    marks = [mark for mark in marks if type(mark) not in (t.Name, t.Discriminant)]
    if all_marks:
        hint, scope = resolved(hint.__origin__, scope, builder.where)
    cls = head_of(hint)
    discriminant = t.options_of(cls).discriminant if isinstance(cls, type) else None
    discriminant = next((mark.value for mark in all_marks if type(mark) is t.Discriminant), discriminant)
    kind = builder.kind(cls) if isinstance(cls, type) and not marks else None
    if kind is not None:
        payload = builder.struct(cls, kind, get_args(hint), scope, name)
        return Variant(name, payload, dict if kind.style == "typeddict" else cls, discriminant)
    node = builder.annotated(hint, tuple(marks), scope)
    key = python_class(node, cls)
    if key is None:
        problem = "values of this kind can't be told from those of other variants"
        raise builder.refuse(problem, found=str(node), advice="Wrap it in a dataclass.")
    return Variant(name, Tuple((node,)), key, discriminant, single=True)


def python_class(node: Node, cls: Any) -> Any:
    """Return the class of a node's values, or None if there is not one. `cls` is the class in the hint."""
    match node:
        case Custom() | Ip(version=4 | 6) | Socket(version=4 | 6) | Duration() | SystemTime() | Range() | NdArray():
            return cls if isinstance(cls, type) else None
        case Seq() | Array() | Set() | Map():
            return node.python
        case Enum(style="enum"):
            return node.python
        case Struct():
            return dict if node.style == "typeddict" else node.python
        case Unit():
            return type(node.value)
        case Bytes(python=python):
            return {"bytes": bytes, "bytearray": bytearray, "memoryview": memoryview}[python]
        case Str(kind="path"):
            return cls
    return BUILTIN.get(type(node))


BUILTIN: Final[dict[type[Node], type]] = {Bool: bool, Int: int, Float: float, Char: str, Str: str, Tuple: tuple}


# ---------------------------------------------------------------- plain values


def literal(builder: Builder, values: tuple[Any, ...], name: str) -> Node:
    """Describe `Literal["a", "b"]`: unit variants by position; None among them makes it an option."""
    found = tuple(dict.fromkeys((type(value), value) for value in values if value is not None))
    if any(isinstance(value, enum.Enum) for _, value in found):
        raise builder.refuse(
            "a Literal of an enum's members has positions of its own", advice="Use the enum class itself."
        )
    variants = tuple(Variant(str(value), Unit("", value), value) for _, value in found)
    if not variants:
        return Unit()
    node = Enum(name or "Literal", variants, style="literal")
    return Option(node) if None in values else node


def enumeration(builder: Builder, cls: Any) -> Node | None:
    """Describe an enum class by the positions of its members; whole numbers are recorded as discriminants."""
    if not isinstance(cls, type) or not issubclass(cls, enum.Enum):
        return None
    if issubclass(cls, enum.Flag):
        raise builder.refuse(
            f"members of the flag {cls.__name__} combine, and a variant is one of several",
            advice=f"Annotated[{cls.__name__}, Codec(u32, int, {cls.__name__})] writes its bits.",
        )
    options = t.options_of(cls)
    variants = tuple(
        Variant(_without_underscore(member.name), Unit("", member), member, _whole(member.value)) for member in cls
    )
    return Enum(options.name or cls.__name__, variants, options.packed, options.bit_order, cls, "enum")


def _without_underscore(name: str) -> str:
    """Return what Rust calls a member that would be a keyword of Python: `None_` is None there."""
    return name[:-1] if name.endswith("_") and keyword.iskeyword(name[:-1]) else name


def _whole(value: Any) -> int | None:
    return value if type(value) is int else None
