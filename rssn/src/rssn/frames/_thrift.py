"""The compact protocol of Thrift, as far as the footers of Parquet files need it: bytes to plain values and back.

A struct is a dict: field number → (type, value). A list is (type of its
elements, elements). Everything else is the Python value, binaries are bytes
and doubles stay the eight bytes they are. Only footers that Arrow has just
written for us are read, so there is no defence against hostile ones.
"""

from __future__ import annotations

from typing import Any, TypeAlias

TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, _MAP, STRUCT = range(1, 13)
Struct: TypeAlias = dict[int, tuple[int, Any]]


def read_struct(data: bytes, at: int = 0) -> tuple[Struct, int]:
    """Return the struct that begins at an offset, and where it ends."""
    fields: Struct = {}
    number = 0
    while head := data[at]:
        at += 1
        kind, step = head & 15, head >> 4
        if step:
            number += step
        else:
            number, at = _read_signed(data, at)
        if kind in (TRUE, FALSE):
            fields[number] = (TRUE, kind == TRUE)
        else:
            value, at = _read_value(data, at, kind)
            fields[number] = (kind, value)
    return fields, at + 1


def write_struct(fields: Struct) -> bytes:
    """Return the bytes of a struct; fields are written in the order of their numbers, as Arrow does."""
    out = bytearray()
    _write_struct(out, fields)
    return bytes(out)


def _read_value(data: bytes, at: int, kind: int) -> tuple[Any, int]:
    if kind in (I16, I32, I64):
        return _read_signed(data, at)
    if kind == BINARY:
        size, at = _read_unsigned(data, at)
        return data[at : at + size], at + size
    if kind == STRUCT:
        return read_struct(data, at)
    if kind in (LIST, SET):
        return _read_list(data, at)
    if kind == DOUBLE:
        return data[at : at + 8], at + 8
    if kind in (TRUE, FALSE, BYTE):
        return data[at], at + 1
    raise ValueError(f"a footer of Parquet has no value of type {kind}")


def _read_list(data: bytes, at: int) -> tuple[tuple[int, list[Any]], int]:
    size, kind = data[at] >> 4, data[at] & 15
    at += 1
    if size == 15:
        size, at = _read_unsigned(data, at)
    items = []
    for _ in range(size):
        item, at = _read_value(data, at, kind)
        items.append(item)
    return (kind, items), at


def _read_unsigned(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _read_signed(data: bytes, at: int) -> tuple[int, int]:
    value, at = _read_unsigned(data, at)
    return (value >> 1) ^ -(value & 1), at


def _write_struct(out: bytearray, fields: Struct) -> None:
    last = 0
    for number, (kind, value) in sorted(fields.items()):
        shown = kind if kind != TRUE or value else FALSE
        step = number - last
        if 0 < step < 16:
            out.append(step << 4 | shown)
        else:
            out.append(shown)
            _write_signed(out, number)
        if kind != TRUE:
            _write_value(out, kind, value)
        last = number
    out.append(0)


def _write_value(out: bytearray, kind: int, value: Any) -> None:
    if kind in (I16, I32, I64):
        _write_signed(out, value)
    elif kind == BINARY:
        _write_unsigned(out, len(value))
        out += value
    elif kind == STRUCT:
        _write_struct(out, value)
    elif kind in (LIST, SET):
        _write_list(out, *value)
    elif kind == DOUBLE:
        out += value
    else:
        out.append(value)


def _write_list(out: bytearray, kind: int, items: list[Any]) -> None:
    if len(items) < 15:
        out.append(len(items) << 4 | kind)
    else:
        out.append(15 << 4 | kind)
        _write_unsigned(out, len(items))
    for item in items:
        _write_value(out, kind, item)


def _write_unsigned(out: bytearray, value: int) -> None:
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)


def _write_signed(out: bytearray, value: int) -> None:
    _write_unsigned(out, value << 1 ^ value >> 63)
