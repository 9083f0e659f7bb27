"""Structs and enums whose fields share bytes, where the configuration packs bits. What bits mean is `bitpack`'s."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any

from ..bitpack import Run, from_bits, order_of, pack, read_first, runs, tag_width, to_bits, unpack
from ..config import Config
from ..errors import DecodeError
from ..schema import _nodes as n
from ._paths import VARIANT, Place
from ._reader_py import Reader
from ._values import struct_maker, struct_taker, tuple_taker, variant_finder

Segment = Run | int  # fields that share bytes, or the number of one that does not


class Opened:
    """A codec that is always opened."""

    __slots__ = ("is_ref", "leaf", "open")

    def __init__(self, steps: Callable[..., Any]) -> None:
        self.leaf, self.open, self.is_ref = None, steps, False


def is_packed(node: n.Struct | n.Enum, config: Config) -> bool:
    """Whether a type derives bit packing and the configuration asks for it."""
    return config.bit_packing and node.packed


def _segments(fields: tuple[n.Field, ...], tag_bits: int = 0) -> list[Segment]:
    found = runs(fields, tag_bits)
    inside = {index for run in found for index in range(run.first, run.last)}
    segments: list[Segment] = [*found, *(index for index in range(len(fields)) if index not in inside)]
    # A tag alone stands before the field with the same number.
    return sorted(segments, key=lambda each: (each.first, 0) if isinstance(each, Run) else (each, 1))


# ---------------------------------------------------------------- reading

Reading = Generator[tuple[Any, Place], Any, Any]


def struct_reader(node: n.Struct, config: Config, codecs: list[Any]) -> Callable[[Reader], Reading]:
    """Return what opens a packed struct; `codecs` read the fields that share nothing."""
    read, make = _fields_reader(node.fields, config, node, codecs, 0), struct_maker(node)

    def steps(r: Reader) -> Reading:
        values = yield from read(r)
        r.place = None
        return make(values)

    return steps


def _fields_reader(
    fields: tuple[n.Field, ...], config: Config, owner: n.Struct | n.Enum, codecs: list[Any], tag_bits: int
) -> Callable[[Reader], Reading]:
    order, segments = order_of(owner, config), _segments(fields, tag_bits)

    def steps(r: Reader) -> Reading:
        values: list[Any] = []
        for segment in segments:
            if isinstance(segment, Run):
                r.place = fields[segment.first].attribute if segment.first < segment.last else None
                numbers = unpack(r.data, r.pos, r.end, segment.widths, order)
                r.pos += segment.size
                packed = fields[segment.first : segment.last]
                values += map(from_bits, numbers[1:] if segment.has_tag else numbers, packed)
            else:
                place, codec = fields[segment].attribute, codecs[segment]
                r.place = place
                values.append(codec.leaf(r) if codec.leaf is not None else (yield codec, place))
        return values

    return steps


def enum_reader(
    node: n.Enum, config: Config, codecs: list[list[Any]], no_variant: Callable[[n.Enum, int, int], DecodeError]
) -> Callable[[Reader], Reading]:
    """Return what opens a packed enum: its tag has no more bits than it needs and joins the first packed fields."""
    width, order = tag_width(len(node.variants)), order_of(node, config)
    readers = [
        Opened(_fields_reader(n.payload_fields(variant.payload), config, node, codecs[index], width))
        for index, variant in enumerate(node.variants)
    ]
    makers = [_payload_maker(variant) for variant in node.variants]

    def steps(r: Reader) -> Reading:
        index = read_first(r.data, r.pos, r.end, width, order) if width else 0
        if index >= len(readers):
            raise no_variant(node, r.pos, index)
        variant = node.variants[index]
        values = yield readers[index], (VARIANT, node.name, variant.name)
        return variant.key if node.style != "union" else makers[index](values)

    return steps


def _payload_maker(variant: n.Variant) -> Callable[[list[Any]], Any]:
    payload = variant.payload
    if isinstance(payload, n.Struct):
        return struct_maker(payload)
    if isinstance(payload, n.Unit):
        return lambda _: payload.value
    if variant.single or not isinstance(payload, n.Tuple):
        return lambda values: values[0]
    return tuple


# ---------------------------------------------------------------- writing

Writing = Generator[tuple[Any, Any, Place, Any], None, None]


def struct_writer(node: n.Struct, config: Config, codecs: list[Any]) -> Callable[[Any, Any], Writing]:
    """Return what opens a packed struct; `codecs` write the fields that share nothing."""
    write, take = _fields_writer(node.fields, config, node, codecs, 0), struct_taker(node)
    return lambda out, value: write(out, (0, take(value)))


def _fields_writer(
    fields: tuple[n.Field, ...], config: Config, owner: n.Struct | n.Enum, codecs: list[Any], tag_bits: int
) -> Callable[[Any, tuple[int, Sequence[Any]]], Writing]:
    order, segments = order_of(owner, config), _segments(fields, tag_bits)

    def steps(out: Any, tagged: tuple[int, Sequence[Any]]) -> Writing:
        tag, values = tagged
        for segment in segments:
            if isinstance(segment, Run):
                numbers = [tag] if segment.has_tag else []
                for index in range(segment.first, segment.last):
                    yield Field(fields[index], numbers), values[index], fields[index].attribute, out
                out.extend(pack(numbers, segment.widths, order))
            else:
                yield codecs[segment], values[segment], fields[segment].attribute, out

    return steps


class Field:
    """A codec that turns a packed field into its number, so that its errors have their place."""

    __slots__ = ("leaf",)

    is_ref, open = False, None

    def __init__(self, field: n.Field, numbers: list[int]) -> None:
        def leaf(out: Any, value: Any) -> None:
            del out
            numbers.append(to_bits(value, field))

        self.leaf = leaf


def enum_writer(node: n.Enum, config: Config, codecs: list[list[Any]]) -> Callable[[Any, Any], Writing]:
    """Return what opens a packed enum."""
    width, find = tag_width(len(node.variants)), variant_finder(node)
    writers = [
        Opened(_fields_writer(n.payload_fields(variant.payload), config, node, codecs[index], width))
        for index, variant in enumerate(node.variants)
    ]
    takers = [_payload_taker(variant) for variant in node.variants]

    def steps(out: Any, value: Any) -> Writing:
        index = find(value)
        variant = node.variants[index]
        yield writers[index], (index, takers[index](value)), (VARIANT, node.name, variant.name), out

    return steps


def _payload_taker(variant: n.Variant) -> Callable[[Any], Sequence[Any]]:
    payload = variant.payload
    if isinstance(payload, n.Struct):
        return struct_taker(payload)
    if isinstance(payload, n.Unit):
        return lambda _: ()
    if variant.single or not isinstance(payload, n.Tuple):
        return lambda value: (value,)
    return tuple_taker(len(payload.items))
