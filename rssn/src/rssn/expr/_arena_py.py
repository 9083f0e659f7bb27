"""Nodes and the intern table, to read. `_arena_c.pyx` keeps them in columns and collects what nobody reaches.

Here a node is a Python object and the table a dictionary of weak references,
so a node goes as soon as nobody holds it.
"""

from __future__ import annotations

import struct
import sys
from fractions import Fraction
from threading import RLock
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from ._common import CONSTANT_NAMES


class Node:
    """A record of an operator and its operands, or of a leaf. Two of equal structure are one object."""

    __slots__ = ("__weakref__", "_hash", "_leaf", "operands", "operator")

    operator: str
    """the operator's name; for a leaf "integer", "rational", "float", "constant" or "symbol" """
    operands: tuple[Any, ...]
    _leaf: int | Fraction | float | str | None  # the number, or the name of a constant or symbol
    _hash: int


_Kind = TypeVar("_Kind", bound=Node)

lock = RLock()  # reentrant: a finalizer that runs inside may build expressions too
_nodes: WeakValueDictionary[tuple[object, ...], Any] = WeakValueDictionary()


def find_or_make(
    cls: type[_Kind], kind: str, operands: tuple[_Kind, ...] = (), leaf: int | Fraction | float | str | None = None
) -> _Kind:
    """Return the one node of this structure. Keys see type and bits: 1, 1.0, True, 0.0 and -0.0 are five nodes."""
    key = (kind, operands, struct.pack("<d", leaf) if isinstance(leaf, float) else leaf)
    with lock:
        found: _Kind | None = _nodes.get(key)
        if found is None:
            found = object.__new__(cls)
            found.operator, found.operands, found._leaf = kind, operands, leaf
            h = structural_hash(kind, leaf, operands)
            found._hash = h - (1 << 64) if h >> 63 else h
            _nodes[key] = found
        return found


def held() -> tuple[int, int]:
    """Return how many nodes there are, and their bytes."""
    with lock:
        nodes = list(_nodes.values())
    return len(nodes), sum(sys.getsizeof(node) for node in nodes)


# ---- structural hashes, the same in every process and in both stores ------------------------------------------------

_MASK = (1 << 64) - 1
KINDS = {"integer": 0, "big": 1, "rational": 2, "float": 3, "constant": 4, "symbol": 5, "operator": 8}


def _mix(h: int, x: int) -> int:
    h = ((h ^ x) + 0x9E3779B97F4A7C15) * 0xD6E8FEB86659FD93 & _MASK
    return h ^ h >> 32


def _text_hash(seed: int, text: str) -> int:
    utf8 = text.encode()
    seed = _mix(seed, len(utf8))
    for at in range(0, len(utf8), 8):
        seed = _mix(seed, int.from_bytes(utf8[at : at + 8], "little"))
    return seed


def structural_hash(kind: str, leaf: object, operands: tuple[Node, ...]) -> int:
    if isinstance(leaf, Fraction):
        numerator, denominator = (structural_hash("integer", part, ()) for part in (leaf.numerator, leaf.denominator))
        return _mix(_mix(KINDS[kind], numerator), denominator)
    if isinstance(leaf, float):
        return _mix(KINDS[kind], int.from_bytes(struct.pack("<d", leaf), "little"))
    if isinstance(leaf, int):
        small = -(1 << 63) <= leaf < 1 << 63
        return _mix(KINDS["integer"], leaf & _MASK) if small else _mix(KINDS["big"], hash(leaf) & _MASK)
    if isinstance(leaf, str):
        return _mix(KINDS[kind], CONSTANT_NAMES.index(leaf)) if kind == "constant" else _text_hash(KINDS[kind], leaf)
    h = _text_hash(KINDS["operator"], kind)
    if len(operands) not in (1, 2):
        h = _mix(h, len(operands))
    for operand in operands:
        h = _mix(h, operand._hash & _MASK)
    return h
