"""What an array node means: its dtype in memory and on the wire, and the steps that write one element."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from struct import pack
from typing import Any, Final, NamedTuple

import numpy as np

from ..errors import SchemaError
from ..schema import Array, Bool, Float, Int, NdArray, Node, Struct, Tuple

DType = np.dtype[Any]
Scalar = Bool | Int | Float

# Kinds of steps; `_varint_c.pyx` has the same numbers. A step of varints works on `repeat` items, COPY on bytes.
COPY, SWAP2, SWAP4, SWAP8, U8, U16, U32, U64, I16, I32, I64, BOOL, OPTION = range(13)
VARINTS: Final = {
    (16, False): U16,
    (32, False): U32,
    (64, False): U64,
    (16, True): I16,
    (32, True): I32,
    (64, True): I64,
}
SWAPS: Final = {2: SWAP2, 4: SWAP4, 8: SWAP8}
MOST_STEPS: Final = 10_000

SCALARS: Final[dict[str, Scalar]] = {
    "bool": Bool(),
    "float32": Float(32),
    "float64": Float(64),
    **{f"int{bits}": Int(bits, True) for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": Int(bits, False) for bits in (8, 16, 32, 64)},
}
ADVICE: Final = {
    "float16": "declare how it travels: as its bits in uint16, or as float32, by a Codec",
    "complex64": "declare how it travels: as pairs of float32, by a Codec with array.view('float32')",
    "complex128": "declare how it travels: as pairs of float64, by a Codec with array.view('float64')",
}


class Part(NamedTuple):
    """What errors say of some items in a row: `.pos[1]` is label ".pos", and their shape turns a number into [1]."""

    label: str
    shape: tuple[int, ...]
    width: int
    items: int


class Step(NamedTuple):
    """One thing to do for each element: what, where, how often, whether zero is refused (a COPY: how wide it is)."""

    kind: int
    offset: int
    repeat: int
    nonzero: int
    parts: tuple[Part, ...]


class Leaf(NamedTuple):
    """A column of numbers: the names that lead to it, what errors call it, and what it holds."""

    names: tuple[str, ...]
    label: str
    scalar: Scalar
    dtype: DType


@dataclass(frozen=True, slots=True)
class Layout:
    """What is known of a node's elements before any array is seen."""

    dtype: DType  # of one element: packed, in the host's order
    item: Node
    leaves: tuple[Leaf, ...]
    least: int  # bytes of an element on the wire when every integer is short
    in_rust: int  # bytes of an element in the crate's memory
    has_varints: bool
    has_refusals: bool  # not every pattern of bits is a value: booleans, and what must not be zero
    is_packed: bool  # has a struct whose fields share bytes when bit packing is on
    is_record: bool
    wires: dict[str, DType]  # by byte order: of an element on the wire, where integers are fixed


@lru_cache(maxsize=1024)
def layout_of(node: NdArray) -> Layout:
    """Return the layout of a node's elements. Raises SchemaError for what is no row of numbers."""
    item = node.record if node.record is not None else scalar_of(node.dtype)
    leaves = tuple(_leaves(item, (), "", ()))
    dtype = dtype_of(item, "")
    scalars = [(leaf.scalar, prod(leaf.dtype.shape)) for leaf in leaves]
    varying = any(_varies(scalar) and times for scalar, times in scalars)
    least = sum(times if _varies(scalar) else times * _width(scalar) for scalar, times in scalars)
    refusing = any(isinstance(scalar, Bool) or (isinstance(scalar, Int) and scalar.nonzero) for scalar, _ in scalars)
    wires = {"little": dtype.newbyteorder("<"), "big": dtype.newbyteorder(">")}
    packed, record = _is_packed(item), dtype.names is not None
    return Layout(dtype, item, leaves, least, _in_rust(item)[0], varying, refusing, packed, record, wires)


def scalar_of(name: str) -> Scalar:
    """Return the node of one number of a dtype. Raises SchemaError with advice for dtypes that have no bytes."""
    if (scalar := SCALARS.get(name)) is None:
        advice = ADVICE.get(name, f"the dtypes with bytes are {', '.join(SCALARS)}")
        raise SchemaError("no crate has numbers like these", wanted="an array of numbers", found=name, advice=advice)
    return scalar


def dtype_of(item: Node, label: str) -> DType:
    """Return the packed dtype of an element in the host's order. Raises SchemaError naming the field."""
    if isinstance(item, Bool):
        return np.dtype(np.bool_)
    if isinstance(item, Int) and item.bits <= 64:
        return np.dtype(f"{'i' if item.signed else 'u'}{item.bits // 8}")
    if isinstance(item, Float):
        return np.dtype(f"f{item.bits // 8}")
    if isinstance(item, Struct | Tuple):
        return np.dtype([(name, dtype_of(node, f"{label}.{name}")) for name, node in members(item)])
    if isinstance(item, Array | NdArray):
        inner, shape = row_of(item, label)
        return np.dtype((dtype_of(inner, label), shape))
    raise SchemaError(
        "not a number, and a structured array holds only numbers", path=label.lstrip("."), found=type(item).__name__
    )


def members(item: Struct | Tuple) -> list[tuple[str, Node]]:
    """Return the fields of an element by the names that NumPy gives them."""
    if isinstance(item, Struct):
        return [(field.name, field.node) for field in item.fields]
    return [(f"f{number}", node) for number, node in enumerate(item.items)]


def row_of(item: Array | NdArray, label: str) -> tuple[Node, tuple[int, ...]]:
    """Return what a fixed array holds, and its whole shape."""
    shape: tuple[int, ...] = ()
    inner: Node = item
    while True:
        if isinstance(inner, Array):
            shape = (*shape, inner.length)
            inner = inner.item
        elif isinstance(inner, NdArray):
            if inner.shape is None:
                raise SchemaError(
                    "of varying length, and the elements of a structured array are of one size", path=label.lstrip(".")
                )
            shape = (*shape, *inner.shape)
            inner = inner.record or scalar_of(inner.dtype)
        else:
            return inner, shape


def _leaves(item: Node, names: tuple[str, ...], label: str, shape: tuple[int, ...]) -> Iterator[Leaf]:
    if isinstance(item, Struct | Tuple):
        for name, node in members(item):
            yield from _leaves(node, (*names, name), f"{label}.{name}", shape)
    elif isinstance(item, Array | NdArray):
        inner, more = row_of(item, label)
        yield from _leaves(inner, names, label, shape + more)
    else:
        dtype = dtype_of(item, label)
        assert isinstance(item, Bool | Int | Float)
        yield Leaf(names, label, item, np.dtype((dtype, shape)) if shape else dtype)


def _varies(scalar: Scalar) -> bool:
    return isinstance(scalar, Int) and scalar.bits > 8


def _width(scalar: Scalar) -> int:
    return 1 if isinstance(scalar, Bool) else scalar.bits // 8


def _in_rust(item: Node) -> tuple[int, int]:
    """Return size and alignment in the crate's memory: rustc puts the most aligned fields first."""
    if isinstance(item, Struct | Tuple):
        sizes = [_in_rust(node) for _, node in members(item)]
        align = max((each for _, each in sizes), default=1)
        return -(-sum(size for size, _ in sizes) // align) * align, align
    if isinstance(item, Array | NdArray):
        inner, shape = row_of(item, "")
        size, align = _in_rust(inner)
        return size * prod(shape), align
    assert isinstance(item, Bool | Int | Float)
    return _width(item), _width(item)


def _is_packed(item: Node) -> bool:
    if isinstance(item, Struct | Tuple):
        own = isinstance(item, Struct) and (item.packed or any(field.bits is not None for field in item.fields))
        return own or any(_is_packed(node) for _, node in members(item))
    return isinstance(item, Array | NdArray) and _is_packed(row_of(item, "")[0])


def part_of(dtype: DType, name: str) -> tuple[DType, int]:
    """Return the dtype and the offset of a field of a structured dtype."""
    assert dtype.fields is not None
    return dtype.fields[name][0], dtype.fields[name][1]


class Program(NamedTuple):
    """Steps as `_varint` reads them: four signed 64-bit words each. `steps` say what errors need."""

    code: bytes
    steps: tuple[Step, ...]


@lru_cache(maxsize=1024)
def program_of(item: Node, dtype: DType, varint: bool, endian: str, optional: bool = False) -> Program:
    """Return the steps for an element that lies in memory as `dtype` says; `optional`: a byte of presence before it."""
    if optional:
        value, offset = part_of(dtype, "value")
        steps = [Step(OPTION, part_of(dtype, "present")[1], 1, False, (Part("", (), 1, 1),))]
        steps += _steps(item, value, offset, "", varint, endian != sys.byteorder)
    else:
        steps = list(_steps(item, dtype, 0, "", varint, endian != sys.byteorder))
    if len(steps) > MOST_STEPS:
        raise SchemaError(f"an element of {len(steps)} parts", wanted=f"at most {MOST_STEPS}")
    merged = tuple(_merged(steps))
    return Program(b"".join(pack("=4q", *step[:4]) for step in merged), merged)


def _steps(item: Node, dtype: DType, offset: int, label: str, varint: bool, swap: bool) -> Iterator[Step]:
    if isinstance(item, Struct | Tuple):
        for name, node in members(item):
            inner, start = part_of(dtype, name)
            yield from _steps(node, inner, offset + start, f"{label}.{name}", varint, swap)
    elif isinstance(item, Array | NdArray):
        inner_item, shape = row_of(item, label)
        base = dtype.base
        if isinstance(inner_item, Bool | Int | Float):
            yield from _scalar_step(inner_item, offset, prod(shape), Part(label, shape, 0, 0), varint, swap)
        else:
            for number, index in enumerate(np.ndindex(*shape)):
                place = label + "".join(f"[{i}]" for i in index)
                yield from _steps(inner_item, base, offset + number * base.itemsize, place, varint, swap)
    else:
        assert isinstance(item, Bool | Int | Float)
        yield from _scalar_step(item, offset, 1, Part(label, (), 0, 0), varint, swap)


def _scalar_step(scalar: Scalar, offset: int, times: int, part: Part, varint: bool, swap: bool) -> Iterator[Step]:
    width = _width(scalar)
    parts = (part._replace(width=width, items=times),)
    nonzero = isinstance(scalar, Int) and scalar.nonzero
    if not times:
        return
    if isinstance(scalar, Bool):
        yield Step(BOOL, offset, times, False, parts)
    elif isinstance(scalar, Int) and width > 1 and varint:
        yield Step(VARINTS[scalar.bits, scalar.signed], offset, times, nonzero, parts)
    elif nonzero and width == 1:
        yield Step(U8, offset, times, True, parts)
    elif swap and width > 1:
        yield Step(SWAPS[width], offset, times, nonzero, parts)
    else:
        yield Step(COPY, offset, times * width, width if nonzero else 0, parts)


def _merged(steps: list[Step]) -> Iterator[Step]:
    """Copies that continue each other are one copy."""
    last: Step | None = None
    for step in steps:
        joins = last is not None and last.kind == step.kind == COPY and last.offset + last.repeat == step.offset
        joins = joins and last is not None and last.nonzero == step.nonzero == 0
        if last is not None and joins:
            last = last._replace(repeat=last.repeat + step.repeat, parts=last.parts + step.parts)
            continue
        if last is not None:
            yield last
        last = step
    if last is not None:
        yield last
