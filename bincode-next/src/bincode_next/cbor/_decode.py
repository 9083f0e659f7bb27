"""CBOR into values: bincode's own codecs with other heads.

As the crate does, this reads heads of any length, arrays and maps of indefinite length, and unsorted and repeated keys,
whatever the options say; `strict` refuses what the options exclude. In the crate's form the end of an indefinite
array is not stepped over where the type knows its length (structs and fixed arrays): it stays behind the value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from ..config import Config
from ..errors import DuplicateMapKey, InvalidCbor, InvalidMapOrder
from ..plan import _decode_py as bincode
from ..plan import _library_py as library
from ..plan import _packed_py as packed
from ..plan import _scalars_py as scalars
from ..plan._costs import Costs, element_memory
from ..plan._decode_py import Codec, Leaf, Open, Steps
from ..plan._paths import KEY, VALUE, VARIANT
from ..plan._reader_py import Reader
from ..plan._values import container, is_wrapped
from ..plan._varint_py import U32
from ..schema import Schema
from ..schema import _nodes as n
from ..types import UNBOUNDED, Some
from . import _leaves as leaves
from ._arrays import through_lists
from ._floats import float_reader
from ._form import NULL, Form
from ._heads import ARRAY, BYTES, MAP, UNSIGNED, Head, int_reader, misplaced, read_head

Counted = Callable[[Reader, Head], Iterator[int]]

_SHORTEST_FLOAT = 3


class _Costs(Costs):
    """Least sizes in CBOR, where a float may be short."""

    def least(self, node: n.Node) -> int:
        return _SHORTEST_FLOAT if isinstance(node, n.Float) else super().least(node)


class Decoders(bincode.Decoders):
    """Makes the codecs of one schema under one configuration."""

    def __init__(self, schema: Schema, config: Config) -> None:
        self.form, self.strict = Form(config), config.strict
        super().__init__(schema, config)

    def make_costs(self, schema: Schema) -> Costs:
        """Return the least sizes of nodes on the wire."""
        return _Costs(schema, self.config)

    def make_int(self, node: n.Int) -> Callable[[Reader], int]:
        """Return what reads an integer, a tag too."""
        return int_reader(node, self.config)

    def make_byte(self) -> Callable[[Reader], int]:
        """Return what reads the tag of a result, which the crate takes for a variant's number."""
        return self.make_int(U32)

    # ------------------------------------------------------------ values without parts

    def _leaf(self, node: n.Node) -> Leaf | None:
        config, form = self.config, self.form
        match node:
            case n.Bool():
                return leaves.bool_reader(config)
            case n.Int():
                return self.make_int(node)
            case n.Float():
                return float_reader(node, config)
            case n.Char():
                return leaves.char_reader(config) if form.well_formed else scalars.char_reader(config)
            case n.Unit():
                return leaves.unit_reader(node, form)
            case n.Str():
                return scalars.str_reader(node, config, leaves.text_block(config, node.capacity))
            case n.Bytes():
                return leaves.bytes_reader(node, config)
            case n.Array(length=length) if form.is_octets(node):
                return _octets(node, leaves.fixed_octets_reader(config, length))
            case _:
                return self._library(node)

    def _library(self, node: n.Node) -> Leaf | None:
        config, well_formed = self.config, self.form.well_formed
        match node:
            case n.Duration():
                return self._headed_leaf(library.duration_reader(node, config, int_reader), 2)
            case n.SystemTime():
                return self._headed_leaf(library.systemtime_reader(node, config, int_reader), 2)
            case n.Ip():
                return leaves.ip_reader(node, config) if well_formed else library.ip_reader(node, config, int_reader)
            case n.Socket() if well_formed:
                return leaves.socket_reader(node, config)
            case n.Socket():
                return library.socket_reader(node, config, int_reader)
            case _:
                return None

    # ------------------------------------------------------------ heads

    def _array_head(self, r: Reader, wanted: int) -> Head:
        """Read the head of an array of a known length, or of an indefinite one."""
        head = read_head(r, self.strict)
        if head.major != ARRAY:
            raise misplaced(head, f"an array of {wanted}")
        if head.is_indefinite and self.strict:
            raise InvalidCbor("an indefinite length where the type has a fixed one", offset=head.start)
        if not head.is_indefinite and head.number != wanted:
            raise leaves.other_length(head, wanted)
        return head

    def _end(self, r: Reader, head: Head) -> None:
        """Step over the end of an indefinite array, which the crate leaves behind."""
        if head.is_indefinite and self.form.well_formed and not leaves.at_break(r):
            raise InvalidCbor("more items than the type has", offset=r.pos, wanted="the end of the array")

    def _headed(self, made: Open, length: int, claim: int = 0) -> Open:
        """Return the same parts as an array."""

        def steps(r: Reader) -> Steps:
            r.claim(claim)
            head = self._array_head(r, length)
            value = yield from made(r)
            self._end(r, head)
            return value

        return steps

    def _headed_leaf(self, made: Leaf, length: int) -> Leaf:
        if not self.form.well_formed:
            return made

        def read(r: Reader) -> Any:
            head = self._array_head(r, length)
            value = made(r)
            self._end(r, head)
            return value

        return read

    # ------------------------------------------------------------ products

    def _open(self, node: n.Node) -> Open:
        made = self._custom(through_lists(node)) if isinstance(node, n.NdArray) else super()._open(node)
        match node:
            case n.Tuple(items=items) if self.form.well_formed:
                return self._headed(made, len(items))
            case n.Range() if self.form.well_formed:
                return self._headed(made, 2)
            case n.Array(length=length):
                return self._headed(made, length, leaves.HEAD_CLAIM if self.limits else 0)
            case _:
                return made

    def _struct(self, node: n.Struct) -> Open:
        made = super()._struct(node)
        return self._headed(made, len(node.fields)) if self.form.has_head(node) else made

    # ------------------------------------------------------------ sequences

    def _counted(self, major: int, *nodes: n.Node, capacity: int | None = None) -> Counted:
        """Return what numbers the elements that a head announces, and holds them against the limits before that."""
        least = min(sum(map(self.costs.least, nodes)), 1 << 62)
        values, memory = sum(map(self.costs.values, nodes)), element_memory(*nodes)
        size = self.layouts.size(*nodes) if self.limits else 0

        def numbers(r: Reader, head: Head) -> Iterator[int]:
            if head.major != major:
                raise misplaced(head, "an array" if major == ARRAY else "a map")
            leaves.refuse_indefinite(head, self.config)
            if head.is_indefinite:
                index = 0
                while not leaves.at_break(r):
                    leaves.refuse_longer(index + 1, head, capacity)
                    r.charge(1, least=0, values=values, memory=memory)
                    yield index
                    index += 1
                return
            leaves.refuse_longer(head.number, head, capacity)
            r.claim(head.number * size)
            r.charge(head.number, least=least, values=values, memory=memory)
            for index in range(head.number):
                r.claimed -= size
                yield index

        return numbers

    def _head(self, r: Reader) -> Head:
        if self.limits:
            r.claim(leaves.HEAD_CLAIM)
        return read_head(r, self.strict)

    def _seq(self, node: n.Seq) -> Open:
        item, make = self.of(node.item), container(node.python)
        numbers = self._counted(ARRAY, node.item, capacity=node.capacity)
        octets = self._octets_of(node)

        def steps(r: Reader) -> Steps:
            if octets is not None and r.pos < r.end and r.data[r.pos] >> 5 == BYTES:
                return make(octets(r))
            items: list[Any] = []
            for index in numbers(r, self._head(r)):
                if item.leaf is not None:
                    r.place = index
                    items.append(item.leaf(r))
                else:
                    items.append((yield item, index))
            r.place = None
            return make(items)

        return steps

    def _octets_of(self, node: n.Seq) -> Leaf | None:
        """Return what reads a list of u8 or i8 from a byte string, which the crate takes for one."""
        if not isinstance(node.item, n.Int) or node.item.bits != 8 or node.item.nonzero:
            return None
        return _octets(node, leaves.octets_reader(self.config, node.capacity))

    def _set(self, node: n.Set) -> Open:
        item, make, numbers = self.of(node.item), container(node.python), self._counted(ARRAY, node.item)

        def steps(r: Reader) -> Steps:
            seen: set[Any] = set()
            before: bytes | None = None
            for index in numbers(r, self._head(r)):
                start, r.place = r.pos, index
                element = item.leaf(r) if item.leaf is not None else (yield item, index)
                r.place = index
                if self.strict:
                    if bincode.is_among(element, seen):
                        raise DuplicateMapKey("an element for the second time", offset=start)
                    before = self._in_order(r, start, before)
                bincode.add(seen, element)
            r.place = None
            return make(seen)

        return steps

    def _map(self, node: n.Map) -> Open:
        key_codec, codec, make = self.of(node.key), self.of(node.value), container(node.python)
        numbers = self._counted(MAP, node.key, node.value)

        def steps(r: Reader) -> Steps:
            entries: dict[Any, Any] = {}
            before: bytes | None = None
            for index in numbers(r, self._head(r)):
                start = r.pos
                r.place = (KEY, index)
                key = key_codec.leaf(r) if key_codec.leaf is not None else (yield key_codec, (KEY, index))
                r.place = place = (VALUE, key)
                if self.strict:
                    if bincode.is_among(key, entries):
                        raise DuplicateMapKey("a key for the second time", offset=start)
                    before = self._in_order(r, start, before)
                value = codec.leaf(r) if codec.leaf is not None else (yield codec, place)
                r.place = (KEY, index)
                bincode.put(entries, key, value)
            r.place = None
            return make(entries)

        return steps

    def _in_order(self, r: Reader, start: int, before: bytes | None) -> bytes | None:
        if not self.form.is_deterministic:
            return None
        key = bytes(r.data[start : r.pos])
        if before is not None and self.form.order(key) <= self.form.order(before):
            raise InvalidMapOrder("keys are not in the order of their bytes", offset=start)
        return key

    # ------------------------------------------------------------ choices

    def _enum(self, node: n.Enum) -> Open:
        if packed.is_packed(node, self.config):
            return super()._enum(node)
        payloads = [self._payload(node, variant) for variant in node.variants]
        constant, well_formed = node.style != "union", self.form.well_formed

        def steps(r: Reader) -> Steps:
            head = self._enum_head(r, node) if well_formed else None
            start = r.pos
            index = self.tag(r)
            if index >= len(payloads):
                raise bincode.no_variant(node, start, index)
            variant = node.variants[index]
            if well_formed:
                self._refuse_other_count(head, variant, start)
            value = yield payloads[index], (VARIANT, node.name, variant.name)
            if head is not None:
                self._end(r, head)
            if constant:
                return variant.key
            return value[0] if variant.single else value

        return steps

    def _enum_head(self, r: Reader, node: n.Enum) -> Head | None:
        """Read the head of an array, which stands before a variant with fields in well-formed CBOR."""
        if r.pos < r.end and r.data[r.pos] >> 5 == UNSIGNED:
            return None
        head = read_head(r, self.strict)
        if head.major != ARRAY:
            raise misplaced(head, f"a variant of {node.name}: its number, or an array of that and its fields")
        return head

    def _refuse_other_count(self, head: Head | None, variant: n.Variant, start: int) -> None:
        is_unit, count = isinstance(variant.payload, n.Unit), len(n.payload_fields(variant.payload))
        if head is None:
            if not is_unit:
                raise InvalidCbor("a number alone", offset=start, wanted=f"an array of the number and {count} fields")
        elif not head.is_indefinite and head.number != 1 + count:
            raise leaves.other_length(head, 1 + count)

    def _payload(self, node: n.Enum, variant: n.Variant) -> Codec:
        payload = variant.payload
        if isinstance(payload, n.Unit):
            return Codec(leaf=lambda _: payload.value)
        fields = payload if isinstance(payload, n.Struct) else None
        made = super()._open(payload) if fields is None else super()._struct(replace(fields, packed=False))
        if not self.form.well_formed and self.form.has_head(node):
            made = self._headed(made, len(n.payload_fields(payload)))
        return Codec(open=made)

    def _option(self, node: n.Option) -> Open:
        if not self.form.well_formed:
            return super()._option(node)
        inner, wrapped = self.of(node.inner), is_wrapped(node)

        def steps(r: Reader) -> Steps:
            if r.pos < r.end and r.data[r.pos] == NULL:
                r.take(1)
                return None
            head = self._array_head(r, 1) if wrapped else None
            value = inner.leaf(r) if inner.leaf is not None else (yield inner, None)
            if head is not None:
                self._end(r, head)
            return Some(value) if wrapped else value

        return steps

    def _result(self, node: n.Result) -> Open:
        made = super()._result(node)
        return self._headed(made, 2) if self.form.well_formed else made

    def _bound(self, node: n.Bound) -> Open:
        made = super()._bound(node)
        if not self.form.well_formed:
            return made

        def steps(r: Reader) -> Steps:
            start = r.pos
            if start < r.end and r.data[start] >> 5 == UNSIGNED:
                if self.tag(r):
                    raise InvalidCbor("a bound without its value", offset=start, wanted="0 or an array of 2")
                return UNBOUNDED
            head = self._array_head(r, 2)
            value = yield from made(r)
            if value is UNBOUNDED:
                raise InvalidCbor("a value of no bound", offset=start, wanted="0 or an array of 2")
            self._end(r, head)
            return value

        return steps


def _octets(node: n.Seq | n.Array, read: Leaf) -> Leaf:
    """Return what reads a list of u8 or i8 from bytes."""
    signed = isinstance(node.item, n.Int) and node.item.signed

    def octets(r: Reader) -> Any:
        data = bytes(read(r))
        items = [byte - 256 if signed and byte > 127 else byte for byte in data]
        return items if node.python is list else node.python(items)

    return octets
