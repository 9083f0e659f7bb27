"""The wire, written down once more, value by value: what the tests hold the room against."""

import struct

import pytest
from hypothesis import strategies as st

from bincode_next.config import legacy, standard, v3
from bincode_next.schema import Array, Bool, Field, Float, Int, NdArray, Struct, Tuple

each_engine = pytest.mark.usefixtures("rows")
CONFIGS = [
    config
    for base in (legacy(), standard(), v3())
    for ints in (base.with_fixed_int_encoding(), base.with_variable_int_encoding())
    for config in (ints, ints.with_big_endian())
]
DTYPES = ("bool", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)), "float32", "float64")
SCALARS = [Bool(), Float(32), Float(64), *(Int(bits, signed) for bits in (8, 16, 32, 64) for signed in (False, True))]


def put_int(value, bits, signed, config):
    if bits == 8 or config.ints == "fixed":
        return value.to_bytes(bits // 8, config.endian, signed=signed)
    value = value if not signed else 2 * value if value >= 0 else -2 * value - 1
    for tag, width in ((251, 2), (252, 4), (253, 8)):
        if value <= 250:
            return bytes([value])
        if value < 1 << 8 * width:
            return bytes([tag]) + value.to_bytes(width, config.endian)
    raise AssertionError(value)


def put(node, value, config):
    """Return the bytes of a value; records are tuples, arrays nested sequences."""
    match node:
        case Bool():
            return bytes([bool(value)])
        case Int():
            return put_int(int(value), node.bits, node.signed, config)
        case Float():
            order = "<" if config.endian == "little" else ">"
            return struct.pack(order + ("f" if node.bits == 32 else "d"), value)
        case Struct():
            return b"".join(put(field.node, each, config) for field, each in zip(node.fields, value, strict=True))
        case Tuple():
            return b"".join(put(item, each, config) for item, each in zip(node.items, value, strict=True))
        case Array():
            return b"".join(put(node.item, each, config) for each in value)
    raise AssertionError(node)


def put_all(node, values, config):
    """Return the bytes of a list."""
    return put_int(len(values), 64, False, config) + b"".join(put(node, value, config) for value in values)


def values_of(node):
    """Return a strategy of values of a node."""
    match node:
        case Bool():
            return st.booleans()
        case Int():
            low = -1 << node.bits - 1 if node.signed else 0
            high = (1 << node.bits - node.signed) - 1
            edges = [v for e in (0, 1, 125, 126, 250, 251, 255, 65535, 65536, 2**32 - 1, 2**32) for v in (e, -e)]
            edges = [v for v in (*edges, low, high) if low <= v <= high and not (node.nonzero and v == 0)]
            numbers = st.integers(low, high).filter(bool) if node.nonzero else st.integers(low, high)
            return st.sampled_from(edges) | numbers
        case Float():
            return st.floats(width=node.bits)
        case Struct():
            return st.tuples(*(values_of(field.node) for field in node.fields))
        case Tuple():
            return st.tuples(*map(values_of, node.items))
        case Array():
            return st.lists(values_of(node.item), min_size=node.length, max_size=node.length)
    raise AssertionError(node)


def records():
    """Return a strategy of structs of numbers, fixed arrays and structs."""
    scalar = st.sampled_from([*SCALARS, Int(8, False, nonzero=True), Int(32, True, nonzero=True)])
    nodes = st.recursive(
        scalar,
        lambda inner: (
            st.builds(Array, inner, st.integers(1, 3))
            | st.lists(inner, min_size=1, max_size=3).map(lambda items: Tuple(tuple(items)))
            | st.lists(inner, max_size=4).map(struct_of)
        ),
        max_leaves=8,
    )
    return st.lists(nodes, min_size=1, max_size=5).map(struct_of)


def struct_of(nodes):
    return Struct("S", tuple(Field(f"a{number}", node) for number, node in enumerate(nodes)))


def array_of(dtype, shape=None):
    return NdArray(dtype, shape)


def as_rows(values, node):
    """Return Python values as NumPy wants them for a structured dtype: structs as tuples, arrays as lists."""
    match node:
        case Struct():
            return tuple(as_rows(each, field.node) for field, each in zip(node.fields, values, strict=True))
        case Tuple():
            return tuple(as_rows(each, item) for item, each in zip(node.items, values, strict=True))
        case Array():
            return [as_rows(each, node.item) for each in values]
    return values
