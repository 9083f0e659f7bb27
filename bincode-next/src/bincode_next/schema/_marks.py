"""What the markers in `Annotated` make of a node. Markers of other libraries are let pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal, cast, get_args, get_origin

from .. import types as t
from ._foreign import foreign
from ._nodes import Array, Bytes, Char, Float, Int, Map, NdArray, Node, Seq, Set, Str
from ._representations import represented
from ._scope import Scope, resolved
from ._unions import is_union, takes_name, union, union_of_one

if TYPE_CHECKING:
    from ._build import Builder

INTS: Final = {
    (bits, signed, pointer): Int(bits, signed, pointer)
    for bits, pointer in ((8, False), (16, False), (32, False), (64, False), (128, False), (64, True))
    for signed in (False, True)
}
KINDS: Final = {
    "Vec": Seq,
    "VecDeque": Seq,
    "BinaryHeap": Seq,
    "slice": Seq,
    "HashSet": Set,
    "BTreeSet": Set,
    "HashMap": Map,
    "BTreeMap": Map,
}


def annotated(builder: Builder, inner: Any, marks: tuple[Any, ...], scope: Scope, name: str = "") -> Node:
    """Describe `Annotated[inner, *marks]`; the last marker of a kind counts."""
    first = marks[0] if marks else None
    if inner is int and type(first) is t.Integer and len(marks) == 1 and not t.registered(int):
        return INTS[first.bits, first.signed, first.pointer]
    found = {type(mark): mark for mark in marks}
    if t.Codec in found:
        return builder.custom(found[t.Codec], getattr(inner, "__name__", str(inner)), scope)
    inner, scope = resolved(inner, scope, builder.where)
    if t.As in found:
        return represented(builder, inner, found[t.As].inner, scope)
    if t.Name in found and takes_name(inner):
        name = found.pop(t.Name).name
    if t.SingleVariant in found:
        only = found.pop(t.SingleVariant).name
        node = union_of_one(builder, inner, scope, only, found.pop(t.BitPacked, None))
    elif is_union(inner):
        node = union(builder, inner, scope, name, found.pop(t.BitPacked, None))
    else:
        node = foreign(builder, get_origin(inner) or inner, get_args(inner), found, scope) or builder.node(
            inner, scope, name
        )
    for kind, mark in found.items():
        step = STEPS.get(kind)
        if step is not None:
            node = step(builder, node, mark, scope)
    return node


def _integer(builder: Builder, node: Node, mark: t.Integer, _: Scope) -> Node:
    if not isinstance(node, Int):
        raise builder.refuse("the width of an integer on something else", wanted="int", found=str(node))
    return replace(INTS[mark.bits, mark.signed, mark.pointer], nonzero=node.nonzero)


def _real(builder: Builder, node: Node, mark: t.Real, _: Scope) -> Node:
    if not isinstance(node, Float):
        raise builder.refuse("the width of a float on something else", wanted="float", found=str(node))
    return Float(mark.bits)


def _char(builder: Builder, node: Node, _mark: t.Character, _: Scope) -> Node:
    if not isinstance(node, Str) or node.kind != "str":
        raise builder.refuse("a char is a str", wanted="str", found=str(node))
    return Char()


def _nonzero(builder: Builder, node: Node, _mark: t.NotZero, _: Scope) -> Node:
    if not isinstance(node, Int):
        raise builder.refuse("only integers exclude zero", wanted="an integer", found=str(node))
    return replace(node, nonzero=True)


def _length(builder: Builder, node: Node, mark: t.Length, scope: Scope) -> Node:
    count: Any = mark.count
    if not isinstance(count, int):
        count, _ = resolved(count, scope, builder.where)
        count = get_args(count)[0] if get_origin(count) is Literal else count
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise builder.refuse("a length is a number from 0", wanted="Length(4) or Literal[4]", found=count)
    match node:
        case Seq(capacity=None):
            return Array(node.item, count, node.python)
        case Bytes(length=None, cstring=False, borrowed=False, capacity=None):
            return replace(node, length=count)
        case NdArray(shape=None):
            return replace(node, shape=(count,))
    raise builder.refuse("only a list, a tuple, bytes or an array have a fixed length", found=str(node))


def _capacity(builder: Builder, node: Node, mark: t.MaxLength, _: Scope) -> Node:
    if isinstance(node, Seq | Str) or (isinstance(node, Bytes) and node.length is None):
        return replace(node, capacity=mark.count)
    raise builder.refuse("only a list, a str or bytes have a greatest length", found=str(node))


def _kind(builder: Builder, node: Node, mark: t.Kind, _: Scope) -> Node:
    if not isinstance(node, KINDS[mark.rust]):
        raise builder.refuse(f"this is no {mark.rust}", found=str(node))
    changed: Any = node
    return cast(Node, replace(changed, rust=mark.rust))


def _borrowed(builder: Builder, node: Node, _mark: t.Borrowed, _: Scope) -> Node:
    match node:
        case Bytes(length=None, cstring=False):
            return replace(node, borrowed=True)
        case Seq():
            return replace(node, rust="slice")
    raise builder.refuse("only bytes and lists are slices", found=str(node))


def _cstring(builder: Builder, node: Node, _mark: t.CString, _: Scope) -> Node:
    if not isinstance(node, Bytes) or node.length is not None or node.borrowed:
        raise builder.refuse("a C string is bytes", found=str(node))
    return replace(node, cstring=True)


def _shape(builder: Builder, node: Node, mark: t.Shape, scope: Scope) -> Node:
    """`NDArray[…]` may be an alias (NumPy 2.5 on), behind which `foreign` sees no markers."""
    if not isinstance(node, NdArray) or node.shape is not None:
        return _misplaced(builder, node, mark, scope)
    return replace(node, shape=mark.sizes)


def _view(builder: Builder, node: Node, mark: t.View, scope: Scope) -> Node:
    return replace(node, view=True) if isinstance(node, NdArray) else _misplaced(builder, node, mark, scope)


def _misplaced(builder: Builder, node: Node, mark: Any, _: Scope) -> Node:
    raise builder.refuse(f"{mark} says nothing here", found=str(node), advice=PLACES[type(mark)])


PLACES: Final = {
    t.Bits: "Bits belong at a field of a struct.",
    t.BitPacked: "Put it at a union; classes are decorated with @bitpacked.",
    t.Name: "A name belongs at a field, a variant or a union; classes are decorated with @rust_name.",
    t.Discriminant: "A discriminant belongs at a variant of a union.",
    t.Shape: "Put it at a NumPy array.",
    t.Records: "Put it at a NumPy array.",
    t.View: "Put it at a NumPy array.",
}
STEPS: Final[dict[type, Callable[[Any, Node, Any, Scope], Node]]] = {
    t.Integer: _integer,
    t.Real: _real,
    t.Character: _char,
    t.NotZero: _nonzero,
    t.Length: _length,
    t.MaxLength: _capacity,
    t.Kind: _kind,
    t.Borrowed: _borrowed,
    t.CString: _cstring,
    **dict.fromkeys(PLACES, _misplaced),
    t.Shape: _shape,
    t.View: _view,
}
