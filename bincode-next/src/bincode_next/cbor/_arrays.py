"""NumPy arrays in CBOR: arrays of numbers, by way of lists. What an array may be is for the room `arrays` to say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from .. import arrays
from ..config import Config, Safety, v3
from ..plan._plan_py import Plan
from ..schema import Schema
from ..schema import _nodes as n

# The limits of Safety hold for the lists; the numbers are handed over in the form that all arrays have.
_FIXED: Final[Config] = replace(
    v3().with_fixed_int_encoding(), safety=Safety(elements=None, empty=None, depth=None, memory=None)
)


def through_lists(node: n.NdArray) -> n.Custom:
    """Return the node of a list of the same numbers, with the ways from an array to it and back."""
    lists = _lists(node)
    plan = Plan(Schema(lists), _FIXED)

    def encode(array: Any) -> Any:
        return plan.decode(arrays.encode_array(node, array, _FIXED))[0]

    def decode(values: Any) -> Any:
        data = plan.encode(values)
        return arrays.decode_array(node, data, 0, len(data), _FIXED)[0]

    return n.Custom(lists, "numpy.ndarray", encode, decode)


def _lists(node: n.NdArray) -> n.Node:
    item = _number(node.dtype) if node.record is None else _plain(node.record)
    if node.shape is None:
        return n.Seq(item)
    for length in reversed(node.shape):
        item = n.Array(item, length)
    return item


def _number(dtype: str) -> n.Node:
    if dtype == "bool":
        return n.Bool()
    if dtype.startswith("float"):
        return n.Float(int(dtype.removeprefix("float")))
    return n.Int(int(dtype.lstrip("uint")), signed=not dtype.startswith("u"))


def _plain(node: n.Node) -> n.Node:
    """Return the elements of a structured array as tuples, whatever class stands for them elsewhere."""
    match node:
        case n.Struct(fields=fields):
            parts = tuple(replace(each, node=_plain(each.node)) for each in fields)
            return replace(node, fields=parts, python=tuple, style="tuple", after=None)
        case n.Tuple(items=items):
            return n.Tuple(tuple(map(_plain, items)))
        case n.Array(item=item):
            return replace(node, item=_plain(item), python=list)
        case n.NdArray():
            return _lists(node)
        case _:
            return node
