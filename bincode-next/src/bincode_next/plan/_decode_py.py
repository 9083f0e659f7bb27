"""Bytes into values. What has parts is a generator that asks for them one by one; nothing recurses.

A codec either reads its value at once (`leaf`) or is opened: a generator that yields (codec of the part, its place)
and is sent the part. `decode` keeps the open ones on a list, so the depth of values is bounded by memory alone.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from ..config import Config
from ..errors import (
    DecodeError,
    DuplicateMapKey,
    EmptyEnum,
    InvalidMapOrder,
    LimitExceeded,
    SchemaError,
    UnexpectedVariant,
)
from ..schema import _nodes as n
from ..types import UNBOUNDED, Err, Excluded, Included, Ok, Range, RangeInclusive, Some
from . import _library_py as library
from . import _packed_py as packed
from . import _scalars_py as scalars
from ._costs import Costs, element_memory
from ._layout import Layouts
from ._paths import KEY, VALUE, VARIANT, Place, located
from ._reader_py import Reader
from ._values import REFUSALS, container, is_wrapped, struct_maker
from ._varint_py import U32, int_reader, length_reader

Leaf = Callable[[Reader], Any]
Steps = Generator[tuple["Codec", Place], Any, Any]
Open = Callable[[Reader], Steps]

_U8 = n.Int(8, signed=False)


class Codec:
    """How to read a node: at once, or by parts. One of the two is set."""

    __slots__ = ("leaf", "open")

    def __init__(self, leaf: Leaf | None = None, open: Open | None = None) -> None:
        self.leaf, self.open = leaf, open


def decode(codec: Codec, r: Reader) -> Any:
    """Read one value; errors get the path of what was being read."""
    open_steps: list[Steps] = []
    places: list[Place] = []
    place: Place = None
    value: Any = None
    try:
        while True:
            r.place = None
            if codec.leaf is not None:
                value = codec.leaf(r)
            else:
                assert codec.open is not None
                open_steps.append(codec.open(r))
                places.append(place)
                value = None
            while True:  # until a part is asked for
                if not open_steps:
                    return value
                try:
                    codec, place = open_steps[-1].send(value)
                    break
                except StopIteration as done:
                    value = done.value
                    open_steps.pop()
                    places.pop()
    except DecodeError as error:
        if error.offset is None:
            error.offset = r.pos
        raise located(error, [*places, r.place]) from error.__cause__


class Decoders:
    """Makes the codecs of one schema under one configuration. CBOR's derive from these: `make_…`."""

    def __init__(self, schema: n.Schema, config: Config) -> None:
        self.config = config
        self.costs, self.layouts = self.make_costs(schema), Layouts(schema)
        self.limits = config.limit is not None and config.crate > 1
        self.length, self.tag = length_reader(config), self.make_int(U32)
        self.definitions = {key: Codec() for key, _ in schema.definitions}
        for key, node in schema.definitions:
            made, codec = self.of(node), self.definitions[key]
            codec.leaf, codec.open = made.leaf, made.open

    def make_costs(self, schema: n.Schema) -> Costs:
        """Return the least sizes of nodes on the wire."""
        return Costs(schema, self.config)

    def make_int(self, node: n.Int) -> Callable[[Reader], int]:
        """Return what reads an integer, a tag too."""
        return int_reader(node, self.config)

    def make_byte(self) -> Callable[[Reader], int]:
        """Return what reads the tag of a result where that is a byte."""
        return self.make_int(_U8)

    def of(self, node: n.Node) -> Codec:
        """Return the codec of a node."""
        leaf = self._leaf(node)
        return Codec(leaf=leaf) if leaf is not None else Codec(open=self._open(node))

    def _leaf(self, node: n.Node) -> Leaf | None:
        config = self.config
        match node:
            case n.Bool():
                return scalars.bool_reader(config)
            case n.Int():
                return self.make_int(node)
            case n.Float():
                return scalars.float_reader(node, config)
            case n.Char():
                return scalars.char_reader(config)
            case n.Unit(value=value):
                return lambda _: value
            case n.Str():
                return scalars.str_reader(node, config)
            case n.Bytes():
                return scalars.bytes_reader(node, config)
            case n.Duration():
                return library.duration_reader(node, config)
            case n.SystemTime():
                return library.systemtime_reader(node, config)
            case n.Ip():
                return library.ip_reader(node, config)
            case n.Socket():
                return library.socket_reader(node, config)
            case n.NdArray():
                return _ndarray_reader(node, config)
            case _:
                return None

    def _open(self, node: n.Node) -> Open:
        match node:
            case n.Struct():
                return self._struct(node)
            case n.Tuple(items=items):
                return self._parts([(index, self.of(item)) for index, item in enumerate(items)], tuple)
            case n.Enum():
                return self._enum(node)
            case n.Seq():
                return self._seq(node)
            case n.Array():
                return self._array(node)
            case n.Set():
                return self._set(node)
            case n.Map():
                return self._map(node)
            case n.Option():
                return self._option(node)
            case n.Result():
                return self._result(node)
            case n.Bound():
                return self._bound(node)
            case n.Range(inner=inner, inclusive=inclusive):
                item, made = self.of(inner), RangeInclusive if inclusive else Range
                return self._parts([("start", item), ("end", item)], lambda values: made(*values))
            case n.Custom():
                return self._custom(node)
            case n.Ref(key=key):
                return self._ref(self.definitions[key])
            case _:
                raise SchemaError(f"{type(node).__name__} has no reader")

    # ------------------------------------------------------------ products

    def _struct(self, node: n.Struct) -> Open:
        if packed.is_packed(node, self.config):
            return packed.struct_reader(node, self.config, [self.of(field.node) for field in node.fields])
        parts: list[tuple[Place, Codec]] = [(field.attribute, self.of(field.node)) for field in node.fields]
        return self._parts(parts, struct_maker(node))

    def _parts(self, parts: list[tuple[Place, Codec]] | list[Any], make: Callable[[list[Any]], Any]) -> Open:
        def steps(r: Reader) -> Steps:
            values = []
            for place, codec in parts:
                if codec.leaf is not None:
                    r.place = place
                    values.append(codec.leaf(r))
                else:
                    values.append((yield codec, place))
            r.place = None
            return make(values)

        return steps

    # ------------------------------------------------------------ sequences

    def _seq(self, node: n.Seq) -> Open:
        begin = self._begin(node.item, capacity=node.capacity)
        return self._items(self.of(node.item), begin, self._released(node.item), container(node.python))

    def _items(self, item: Codec, begin: Callable[[Reader], int], released: int, make: Callable[[Any], Any]) -> Open:
        """Return the steps of as many items as `begin` says, each of which gives back `released` bytes of the claim."""

        def steps(r: Reader) -> Steps:
            items: list[Any] = []
            for index in range(begin(r)):
                r.claimed -= released
                if item.leaf is not None:
                    r.place = index
                    items.append(item.leaf(r))
                else:
                    items.append((yield item, index))
            r.place = None
            return make(items)

        return steps

    def _begin(self, *nodes: n.Node, capacity: int | None = None) -> Callable[[Reader], int]:
        """Return what reads the length of a sequence of nodes (a map's are two) and holds it against the limits."""
        least = min(sum(map(self.costs.least, nodes)), 1 << 62)
        values, memory = sum(map(self.costs.values, nodes)), element_memory(*nodes)
        size, length, limits = self.layouts.size(*nodes) if self.limits else 0, self.length, self.limits

        def begin(r: Reader) -> int:
            start = r.pos
            count = length(r)
            if capacity is not None and count > capacity:
                raise LimitExceeded(
                    "longer than its type allows", offset=start, wanted=f"at most {capacity}", found=count
                )
            if limits:
                r.claim(count * size)
            r.charge(count, least=least, values=values, memory=memory)
            return count

        return begin

    def _released(self, item: n.Node) -> int:
        """Return what an element gives back of what its sequence claimed, before it claims for itself.

        bincode-next claims bytes as a block, and single bytes nothing.
        """
        is_block = item == _U8 and self.config.crate == 3
        return self.layouts.size(item) if self.limits and not is_block else 0

    def _array(self, node: n.Array) -> Open:
        claims = self.limits and (node.item == _U8 or self.config.crate == 2)
        total, each = (self.layouts.size(node), self._released(node.item)) if claims else (0, 0)

        def begin(r: Reader) -> int:
            if total:
                r.claim(total)
            return node.length

        return self._items(self.of(node.item), begin, each, container(node.python))

    def _set(self, node: n.Set) -> Open:
        item, begin = self.of(node.item), self._begin(node.item)
        size = self.layouts.size(node.item) if self.limits else 0
        deterministic, strict = self.config.format == "bincode-deterministic", self.config.strict
        make = container(node.python)

        def steps(r: Reader) -> Steps:
            seen: set[Any] = set()
            before: bytes | None = None
            for index in range(begin(r)):
                r.claimed -= size
                start, r.place = r.pos, index
                element = item.leaf(r) if item.leaf is not None else (yield item, index)
                r.place = index
                if (deterministic or strict) and is_among(element, seen):
                    raise DuplicateMapKey("an element for the second time", offset=start)
                if deterministic and strict:
                    before = _in_order(r, start, before)
                add(seen, element)
            r.place = None
            return make(seen)

        return steps

    def _map(self, node: n.Map) -> Open:
        key_codec, codec, begin = self.of(node.key), self.of(node.value), self._begin(node.key, node.value)
        size = self.layouts.size(node.key, node.value) if self.limits else 0
        deterministic, strict = self.config.format == "bincode-deterministic", self.config.strict
        make = container(node.python)

        def steps(r: Reader) -> Steps:
            entries: dict[Any, Any] = {}
            before: bytes | None = None
            for index in range(begin(r)):
                r.claimed -= size
                start = r.pos
                r.place = (KEY, index)
                key = key_codec.leaf(r) if key_codec.leaf is not None else (yield key_codec, (KEY, index))
                r.place = place = (VALUE, key)
                if (deterministic or strict) and is_among(key, entries):
                    raise DuplicateMapKey("a key for the second time", offset=start)
                if deterministic and strict:
                    before = _in_order(r, start, before)
                value = codec.leaf(r) if codec.leaf is not None else (yield codec, place)
                r.place = (KEY, index)
                put(entries, key, value)
            r.place = None
            return make(entries)

        return steps

    # ------------------------------------------------------------ choices

    def _enum(self, node: n.Enum) -> Open:
        if packed.is_packed(node, self.config):
            codecs = [[self.of(each.node) for each in n.payload_fields(one.payload)] for one in node.variants]
            return packed.enum_reader(node, self.config, codecs, no_variant)
        payloads = [self.of(variant.payload) for variant in node.variants]
        constant = node.style != "union"
        tag = self.tag

        def steps(r: Reader) -> Steps:
            start = r.pos
            index = tag(r)
            if index >= len(payloads):
                raise no_variant(node, start, index)
            variant, codec = node.variants[index], payloads[index]
            place = (VARIANT, node.name, variant.name)
            r.place = place
            value = codec.leaf(r) if codec.leaf is not None else (yield codec, place)
            if constant:
                return variant.key
            return value[0] if variant.single else value

        return steps

    def _option(self, node: n.Option) -> Open:
        inner, wrapped = self.of(node.inner), is_wrapped(node)
        tag = self.make_int(_U8)

        def steps(r: Reader) -> Steps:
            start = r.pos
            there = tag(r)
            if there > 1:
                raise UnexpectedVariant("no such variant", offset=start, wanted="Option: 0 or 1", found=there)
            if there == 0:
                return None
            value = inner.leaf(r) if inner.leaf is not None else (yield inner, None)
            return Some(value) if wrapped else value

        return steps

    def _result(self, node: n.Result) -> Open:
        sides: list[tuple[Place, Codec, Any]] = [("Ok", self.of(node.ok), Ok), ("Err", self.of(node.err), Err)]
        tag = self._result_tag()

        def steps(r: Reader) -> Steps:
            start = r.pos
            which = tag(r)
            if which > 1:
                raise UnexpectedVariant("no such variant", offset=start, wanted="Result: 0 or 1", found=which)
            place, codec, made = sides[which]
            r.place = place
            return made(codec.leaf(r) if codec.leaf is not None else (yield codec, place))

        return steps

    def _result_tag(self) -> Callable[[Reader], int]:
        if self.config.crate < 3:
            return self.tag
        byte, claim = self.make_byte(), 1 if self.limits else 0

        def tag(r: Reader) -> int:
            r.claim(claim)
            return byte(r)

        return tag

    def _bound(self, node: n.Bound) -> Open:
        codec, tag = self.of(node.inner), self.tag

        def steps(r: Reader) -> Steps:
            start = r.pos
            which = tag(r)
            if which > 2:
                raise UnexpectedVariant("no such variant", offset=start, wanted="Bound: 0 to 2", found=which)
            if which == 0:
                return UNBOUNDED
            r.place = place = "Included" if which == 1 else "Excluded"
            value = codec.leaf(r) if codec.leaf is not None else (yield codec, place)
            return Included(value) if which == 1 else Excluded(value)

        return steps

    # ------------------------------------------------------------ other types

    def _custom(self, node: n.Custom) -> Open:
        codec = self.of(node.inner)

        def steps(r: Reader) -> Steps:
            start = r.pos
            value = codec.leaf(r) if codec.leaf is not None else (yield codec, None)
            r.place = None
            try:
                return node.decode(value)
            except DecodeError:
                raise
            except REFUSALS as error:
                raise DecodeError(f"no {node.name}: {error}", offset=start) from error

        return steps

    def _ref(self, target: Codec) -> Open:
        most = self.config.safety.depth

        def steps(r: Reader) -> Steps:
            r.depth += 1
            if most is not None and r.depth > most:
                raise r.refused("types open within themselves", most)
            value = yield target, None
            r.depth -= 1
            return value

        return steps


def _ndarray_reader(node: n.NdArray, config: Config) -> Leaf:
    limits = config.limit is not None and config.crate > 1

    def read(r: Reader) -> Any:
        from ..arrays import claims, decode_array  # NumPy comes with the first array, not before

        left = r.limit - r.claimed if limits else None
        value, end = decode_array(node, r.data, r.pos, r.end, config, left)
        if limits:
            r.claimed += claims(node, value.shape[0] if node.shape is None else value.size, config)[1]
        r.pos = end
        r.charge(value.size, least=0 if node.shape is None else 1, values=0, memory=value.itemsize)
        return value

    return read


def no_variant(node: n.Enum, start: int, found: int) -> DecodeError:
    """Return the error of a number that no variant has."""
    if not node.variants:
        return EmptyEnum("an enum without variants has no values", offset=start, wanted=node.name, found=found)
    wanted = f"{node.name}: 0 to {len(node.variants) - 1}"
    return UnexpectedVariant("no such variant", offset=start, wanted=wanted, found=found)


def _in_order(r: Reader, start: int, before: bytes | None) -> bytes:
    key = bytes(r.data[start : r.pos])
    if before is not None and key <= before:
        raise InvalidMapOrder("keys are not in the order of their bytes", offset=start)
    return key


def is_among(key: Any, seen: set[Any] | dict[Any, Any]) -> bool:
    """Whether a key was there before; DecodeError if it can't be hashed."""
    try:
        return key in seen
    except (TypeError, RecursionError) as error:
        raise _unhashable(error) from error


def put(entries: dict[Any, Any], key: Any, value: Any) -> None:
    """Set an entry; DecodeError if its key can't be hashed."""
    try:
        entries[key] = value
    except (TypeError, RecursionError) as error:
        raise _unhashable(error) from error


def add(seen: set[Any], element: Any) -> None:
    """Add an element; DecodeError if it can't be hashed."""
    try:
        seen.add(element)
    except (TypeError, RecursionError) as error:
        raise _unhashable(error) from error


def _unhashable(error: Exception) -> DecodeError:
    if isinstance(error, RecursionError):
        return LimitExceeded("a key is nested too deep to be hashed")
    return DecodeError(f"a key that can't be hashed: {error}")
