"""Single numbers, strings and addresses, between bytes and JSON. The configuration is `v3()`."""

from __future__ import annotations

import ipaddress
import math
import struct
from dataclasses import replace
from typing import Any, NoReturn

from ..config import v3
from ..errors import WrongTypeError
from ..plan import plan_of
from ..schema import Schema
from ..schema import _nodes as n
from ..shape import Shape

_NAMED = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_CONFIG = v3()


class Encoded(bytes):
    """A part of a document that is bytes already: the default of a field that the document lacks."""


def encoded(schema: Schema, value: Any) -> Encoded:
    """Return a Python value as a part of a document."""
    return Encoded(plan_of(schema, _CONFIG).encode(value))


def plain(node: n.Node) -> n.Node:
    """Return a leaf's node with the plainest Python value: `str` and `bytes`, of any length."""
    if isinstance(node, n.Str):
        return n.Str()
    return replace(node, python="bytes") if isinstance(node, n.Bytes) else node


def _plan(shape: Shape) -> Any:
    if shape.plan is None:
        shape.plan = plan_of(Schema(plain(shape.node)), _CONFIG)
    return shape.plan


def leaf_to_json(shape: Shape, data: bytes, at: int) -> tuple[Any, int]:
    """Return the JSON of the leaf at `at`, and where it ends."""
    value, end = _plan(shape).decode(data, at)
    node = shape.node
    if isinstance(node, n.Float):
        return _float_to_json(value, data[at:end]), end
    if isinstance(node, n.Bytes):
        return value.hex(), end
    return (str(value) if isinstance(node, n.Ip) else value), end


def leaf_from_json(shape: Shape, document: Any) -> bytes:
    """Return the bytes of the leaf whose JSON this is."""
    node = shape.node
    value = document
    if isinstance(node, n.Float) and isinstance(document, str):
        if document.startswith("NaN:"):
            return int(document[4:], 16).to_bytes(node.bits // 8, "little")
        value = _NAMED[document] if document in _NAMED else wrong("a number", document)
    elif isinstance(node, n.Bytes):
        value = bytes.fromhex(document) if isinstance(document, str) else bytes(document)
    elif isinstance(node, n.Ip):
        value = ipaddress.ip_address(document)
    encoded: bytes = _plan(shape).encode(value)
    return encoded


def _float_to_json(value: float, raw: bytes) -> Any:
    if math.isfinite(value):
        return value
    if not math.isnan(value):
        return "Infinity" if value > 0 else "-Infinity"
    if raw == struct.pack("<d" if len(raw) == 8 else "<f", math.nan):
        return "NaN"
    return f"NaN:{int.from_bytes(raw, 'little'):#x}"  # its other bits are data too


def number_bytes(number: int) -> bytes:
    """Return a length or tag as a variable integer."""
    if number <= 250:
        return bytes((number,))
    size = 2 if number < 1 << 16 else 4 if number < 1 << 32 else 8
    return bytes((0xF9 + size.bit_length(),)) + number.to_bytes(size, "little")


def wrong(wanted: str, found: Any) -> NoReturn:
    """Refuse a part of a document."""
    raise WrongTypeError("the document doesn't fit the type", wanted=wanted, found=found)
