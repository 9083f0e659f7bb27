"""Values into CBOR: bincode's own codecs with other heads. In the crate's form many types have none.

Well-formed CBOR is ours: each value is one item. Tuples, ranges, times and sockets are arrays, a char is text, None is
null, bytes and addresses are byte strings, a variant with fields is an array of its number and them, and nothing is
bit-packed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..config import Config
from ..plan import _encode_py as bincode
from ..plan import _library_py as library
from ..plan import _packed_py as packed
from ..plan import _scalars_py as scalars
from ..plan._encode_py import Codec, Leaf, Open, Steps
from ..plan._paths import KEY, VALUE, VARIANT, Place
from ..plan._values import (
    elements_of,
    entries_of,
    is_wrapped,
    items_of,
    struct_taker,
    tuple_taker,
    variant_finder,
    wrong,
)
from ..schema import Schema
from ..schema import _nodes as n
from ..types import UNBOUNDED, Some
from . import _leaves as leaves
from ._arrays import through_lists
from ._floats import float_writer
from ._form import NULL, Form
from ._heads import ARRAY, MAP, UNSIGNED, int_writer, put_head


class Encoders(bincode.Encoders):
    """Makes the codecs of one schema under one configuration, which does not pack bits if it is well-formed."""

    def __init__(self, schema: Schema, config: Config) -> None:
        self.form = Form(config)
        super().__init__(schema, config)

    def make_int(self, node: n.Int) -> Leaf:
        """Return what writes an integer, a tag too."""
        return int_writer(node, self.config)

    # ------------------------------------------------------------ values without parts

    def _leaf(self, node: n.Node) -> Leaf | None:
        config, form = self.config, self.form
        match node:
            case n.Bool():
                return leaves.write_bool
            case n.Int():
                return self.make_int(node)
            case n.Float():
                return float_writer(node, config.cbor)
            case n.Char():
                return leaves.write_char if form.well_formed else scalars.write_char
            case n.Unit():
                return leaves.unit_writer(bincode.unit_writer(node), form.unit(node))
            case n.Str():
                return scalars.str_writer(node, config, leaves.put_text_length)
            case n.Bytes():
                return leaves.bytes_writer(node, form)
            case n.Seq() | n.Array():
                return leaves.octets_writer(node) if form.is_octets(node) else None
            case _:
                return self._library(node)

    def _library(self, node: n.Node) -> Leaf | None:
        config, well_formed = self.config, self.form.well_formed
        match node:
            case n.Duration():
                return _headed_leaf(library.duration_writer(config, int_writer), well_formed)
            case n.SystemTime():
                return _headed_leaf(library.systemtime_writer(config, int_writer), well_formed)
            case n.Ip():
                plain = library.ip_writer(node, config, int_writer)
                return leaves.ip_writer(plain) if well_formed else plain
            case n.Socket() if well_formed:
                return leaves.socket_writer(node, config)
            case n.Socket():
                return library.socket_writer(node, config, int_writer)
            case _:
                return None

    # ------------------------------------------------------------ products

    def _open(self, node: n.Node) -> Open:
        made = self._custom(through_lists(node)) if isinstance(node, n.NdArray) else super()._open(node)
        match node:
            case n.Tuple(items=items) if self.form.well_formed:
                return _headed(made, len(items))
            case n.Range() if self.form.well_formed:
                return _headed(made, 2)
            case n.Array(length=length):
                return _headed(made, length)
            case _:
                return made

    def _struct(self, node: n.Struct) -> Open:
        made = super()._struct(node)
        return _headed(made, len(node.fields)) if self.form.has_head(node) else made

    # ------------------------------------------------------------ sequences

    def _seq(self, node: n.Seq) -> Open:
        def take(value: Any) -> Sequence[Any]:
            items = items_of(value)
            scalars.refuse_long(len(items), node.capacity)
            return items

        return self._items(self.of(node.item), take, is_sorted=self.form.sorts(node), is_set=False)

    def _set(self, node: n.Set) -> Open:
        return self._items(self.of(node.item), elements_of, is_sorted=self.form.is_deterministic, is_set=True)

    def _items(self, item: Codec, take: Callable[[Any], Sequence[Any]], *, is_sorted: bool, is_set: bool) -> Open:
        order = self.form.order

        def steps(out: Any, value: Any) -> Steps:
            items = take(value)
            put_head(out, ARRAY, len(items))
            encoded = []
            for index, part in enumerate(items):
                apart = bytearray() if is_sorted else out
                yield item, part, index, apart
                if is_sorted:
                    encoded.append(bytes(apart))
            encoded.sort(key=order)
            if is_set:
                bincode.refuse_repeated(encoded)
            for data in encoded:
                out.extend(data)

        return steps

    def _map(self, node: n.Map) -> Open:
        key_codec, codec, form = self.of(node.key), self.of(node.value), self.form

        def steps(out: Any, value: Any) -> Steps:
            entries = entries_of(value)
            put_head(out, MAP, len(entries))
            if not form.is_deterministic:
                for index, (key, part) in enumerate(entries):
                    yield key_codec, key, (KEY, index), out
                    yield codec, part, (VALUE, key), out
                return
            encoded = []
            for index, (key, _) in enumerate(entries):
                apart = bytearray()
                yield key_codec, key, (KEY, index), apart
                encoded.append((bytes(apart), index))
            encoded.sort(key=lambda entry: form.order(entry[0]))
            bincode.refuse_repeated([data for data, _ in encoded])
            for data, index in encoded:
                out.extend(data)
                key, part = entries[index]
                yield codec, part, (VALUE, key), out

        return steps

    # ------------------------------------------------------------ choices

    def _enum(self, node: n.Enum) -> Open:
        if packed.is_packed(node, self.config):
            return super()._enum(node)
        writers = [self._variant(node, index) for index in range(len(node.variants))]
        find, constant = variant_finder(node), node.style != "union"

        def steps(out: Any, value: Any) -> Steps:
            index = find(value)
            variant = node.variants[index]
            given = () if constant else (value,) if variant.single else value
            yield writers[index], given, (VARIANT, node.name, variant.name), out

        return steps

    def _variant(self, node: n.Enum, index: int) -> Codec:
        """Return what writes a variant's number, a head if it has fields, and them; well-formed: the head first."""
        payload = node.variants[index].payload
        fields = n.payload_fields(payload)
        names: list[Place] = [
            number if isinstance(payload, n.Tuple) else each.name for number, each in enumerate(fields)
        ]
        codecs = [self.of(each.node) for each in fields]
        take = struct_taker(payload) if isinstance(payload, n.Struct) else tuple_taker(len(fields))
        is_unit, well_formed, has_head = isinstance(payload, n.Unit), self.form.well_formed, self.form.has_head(node)

        def steps(out: Any, value: Any) -> Steps:
            values = () if is_unit else take(value)
            if well_formed and not is_unit:
                put_head(out, ARRAY, 1 + len(fields))
            put_head(out, UNSIGNED, index)
            if has_head and not (well_formed or is_unit):
                put_head(out, ARRAY, len(fields))
            for name, codec, part in zip(names, codecs, values, strict=True):
                yield codec, part, name, out

        return Codec(open=steps)

    def _option(self, node: n.Option) -> Open:
        if not self.form.well_formed:
            return super()._option(node)
        inner, wrapped = self.of(node.inner), is_wrapped(node)

        def steps(out: Any, value: Any) -> Steps:
            if value is None:
                out.append(NULL)
                return
            if wrapped:
                if not isinstance(value, Some):
                    raise wrong(value, "None or Some(...)")
                put_head(out, ARRAY, 1)
            yield inner, value.value if wrapped else value, None, out

        return steps

    def _result(self, node: n.Result) -> Open:
        made = super()._result(node)
        return _headed(made, 2) if self.form.well_formed else made

    def _bound(self, node: n.Bound) -> Open:
        made = super()._bound(node)
        if not self.form.well_formed:
            return made

        def steps(out: Any, value: Any) -> Steps:
            if value is not UNBOUNDED:
                put_head(out, ARRAY, 2)
            yield from made(out, value)

        return steps


def _headed(made: Open, length: int) -> Open:
    """Return the same parts as an array."""

    def steps(out: Any, value: Any) -> Steps:
        put_head(out, ARRAY, length)
        yield from made(out, value)

    return steps


def _headed_leaf(made: Leaf, is_headed: bool) -> Leaf:
    def write(out: Any, value: Any) -> None:
        put_head(out, ARRAY, 2)
        made(out, value)

    return write if is_headed else made
