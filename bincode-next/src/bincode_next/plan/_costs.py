"""What one value of a node takes at least: bytes on the wire, memory in Python. Hostile lengths are held against it."""

from __future__ import annotations

from math import prod
from typing import Final

from ..config import Config
from ..schema import _nodes as n

_NEVER: Final = 1 << 62  # of a type within itself, until another way round it is known
_POINTER: Final = 8
_IP: Final = {0: 4, 4: 4, 6: 16}


class Costs:
    """Least sizes of the nodes of one schema under one configuration."""

    def __init__(self, schema: n.Schema, config: Config) -> None:
        self.fixed = config.ints == "fixed"
        self.config = config
        self.of_definitions = {key: _NEVER for key, _ in schema.definitions}
        changed = True
        while changed:  # least fixed point from above: each round settles at least one definition
            changed = False
            for key, node in schema.definitions:
                least = self.least(node)
                if least < self.of_definitions[key]:
                    self.of_definitions[key], changed = least, True

    def least(self, node: n.Node) -> int:
        """Return how many bytes a value takes at least."""
        match node:
            case n.Bool() | n.Char():
                return 1
            case n.Int(bits=bits):
                return self._int(bits)
            case n.Float(bits=bits):
                return bits // 8
            case n.Unit():
                return 0
            case n.Array(item=item, length=length):
                return min(length * self.least(item), _NEVER)
            case n.Tuple(items=items):
                return min(sum(map(self.least, items)), _NEVER)
            case n.Struct(fields=fields):
                return self._struct(node, fields)
            case n.Enum(variants=variants):
                tag = 0 if self._packs(node) else self._int(32)
                return tag + min((self.least(variant.payload) for variant in variants), default=0)
            case n.Custom(inner=inner):
                return self.least(inner)
            case n.Ref(key=key):
                return self.of_definitions[key]
            case _:
                return self._library(node)

    def _struct(self, node: n.Struct, fields: tuple[n.Field, ...]) -> int:
        packs = self._packs(node)
        least = sum(0 if packs and field.bits is not None else self.least(field.node) for field in fields)
        if packs and any(field.bits is not None for field in fields):
            least = max(least, 1)
        return min(least, _NEVER)

    def _packs(self, node: n.Struct | n.Enum) -> bool:
        return self.config.bit_packing and node.packed

    def _library(self, node: n.Node) -> int:
        match node:
            case n.Bytes(length=int(length)):
                return length
            case n.NdArray(shape=shape) if shape is not None:
                return prod(shape) * self._number(node)
            case n.Option():
                return 1
            case n.Result(ok=ok, err=err):
                tag = 1 if self.config.crate == 3 else self._int(32)
                return tag + min(self.least(ok), self.least(err))
            case n.Bound():
                return self._int(32)
            case n.Range(inner=inner):
                return min(2 * self.least(inner), _NEVER)
            case n.Duration() | n.SystemTime():
                return self._int(64) + self._int(32)
            case n.Ip(version=version):
                return _IP[version] + (0 if version else self._int(32))
            case n.Socket(version=version):
                return _IP[version] + self._int(16) + (0 if version else self._int(32))
            case _:
                return self._int(64)  # a length

    def _number(self, node: n.NdArray) -> int:
        if node.record is not None:
            return self.least(node.record)
        is_int = "int" in node.dtype
        return 1 if is_int and not self.fixed else int(node.dtype.lstrip("abcdefghijklmnopqrstuvwxyz") or 8) // 8

    def _int(self, bits: int) -> int:
        return bits // 8 if self.fixed else 1

    def values(self, node: n.Node) -> int:
        """Return how many values a value without bytes consists of."""
        match node:
            case n.Array(item=item, length=length):
                return 1 + length * self.values(item)
            case n.Tuple(items=items):
                return 1 + sum(map(self.values, items))
            case n.Struct(fields=fields):
                return 1 + sum(self.values(field.node) for field in fields)
            case n.Custom(inner=inner):
                return 1 + self.values(inner)
            case _:
                return 1


def memory(node: n.Node) -> int:
    """Return how many bytes of memory a value takes at least in CPython, beside the pointer to it.

    Small integers, booleans and None are shared and count as nothing; what lies behind a length counts when it is read.
    """
    match node:
        case n.Float():
            return 24
        case n.Str():
            return 49
        case n.Bytes(length=length):
            return 33 + (length or 0)
        case n.Seq() | n.NdArray():
            return 56
        case n.Map():
            return 64
        case n.Set():
            return 216
        case n.Array(item=item, length=length):
            return 56 + length * (_POINTER + memory(item))
        case n.Tuple(items=items):
            return 40 + sum(_POINTER + memory(item) for item in items)
        case n.Struct(fields=fields):
            return 16 + sum(_POINTER + memory(field.node) for field in fields)
        case n.Range(inner=inner):
            return 32 + 2 * memory(inner)
        case n.Duration() | n.SystemTime() | n.Socket() | n.Ip() | n.Result():
            return 32
        case n.Ref():
            return 16
        case _:
            return 0


def element_memory(*nodes: n.Node) -> int:
    """Return what one element of a sequence, or one entry of a map, takes at least with the pointers to it."""
    return sum(_POINTER + memory(node) for node in nodes)
