"""Values into bytes. What has parts is a generator that hands them out one by one; nothing recurses.

A codec either writes its value at once (`leaf`) or is opened: a generator that yields (codec of the part, the part,
its place, where to write it). `encode` keeps the open ones on a list. The same codecs measure: `Size` takes the
place of the bytes and counts them.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from ..config import Config
from ..errors import EncodeError, SchemaError, WrongTypeError
from ..schema import _nodes as n
from ..types import UNBOUNDED, Err, Excluded, Included, Ok, Range, RangeInclusive, Some
from . import _library_py as library
from . import _packed_py as packed
from . import _scalars_py as scalars
from ._paths import KEY, VALUE, VARIANT, Place, located
from ._values import (
    REFUSALS,
    elements_of,
    entries_of,
    first_repeated,
    is_wrapped,
    items_of,
    struct_taker,
    tuple_taker,
    variant_finder,
    wrong,
)
from ._varint_py import U32, U64, int_writer

Leaf = Callable[[Any, Any], None]
Steps = Generator[tuple["Codec", Any, Place, Any], None, None]
Open = Callable[[Any, Any], Steps]


class Codec:
    """How to write a node: at once, or by parts. One of the two is set."""

    __slots__ = ("is_ref", "leaf", "open")

    def __init__(self, leaf: Leaf | None = None, open: Open | None = None, is_ref: bool = False) -> None:
        self.leaf, self.open, self.is_ref = leaf, open, is_ref


class Size:
    """Counts bytes instead of keeping them."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0

    def append(self, byte: int) -> None:
        """Count one byte."""
        del byte
        self.count += 1

    def extend(self, data: bytes | bytearray | memoryview) -> None:
        """Count bytes."""
        self.count += len(data)


def encode(codec: Codec, value: Any, out: Any, depth: int | None) -> None:
    """Write one value; errors get the path of what was being written. `depth` bounds types within themselves."""
    open_steps: list[Steps] = []
    places: list[Place] = []
    place: Place = None
    refs: list[bool] = []
    deep = 0
    try:
        while True:
            places.append(place)
            if codec.leaf is not None:
                codec.leaf(out, value)
                places.pop()
            else:
                assert codec.open is not None
                deep += codec.is_ref
                if depth is not None and deep > depth:
                    raise EncodeError("types nested deeper within themselves than the configuration's safety allows")
                refs.append(codec.is_ref)
                open_steps.append(codec.open(out, value))
            while True:  # until a part is handed out
                if not open_steps:
                    return
                try:
                    codec, value, place, out = next(open_steps[-1])
                    break
                except StopIteration:
                    open_steps.pop()
                    places.pop()
                    deep -= refs.pop()
    except EncodeError as error:
        raise located(error, places) from error.__cause__


def _write(leaf: Leaf, out: Any, value: Any, place: Place) -> None:
    """Write a part at once, which is what most are."""
    try:
        leaf(out, value)
    except EncodeError as error:
        raise located(error, [place]) from error.__cause__


class Encoders:
    """Makes the codecs of one schema under one configuration. CBOR's derive from these: `make_int`."""

    def __init__(self, schema: n.Schema, config: Config) -> None:
        self.config = config
        self.length, self.tag = self.make_int(U64), self.make_int(U32)
        self.definitions = {key: Codec() for key, _ in schema.definitions}
        for key, node in schema.definitions:
            made, codec = self.of(node), self.definitions[key]
            codec.leaf, codec.open = made.leaf, made.open

    def make_int(self, node: n.Int) -> Leaf:
        """Return what writes an integer, a tag too."""
        return int_writer(node, self.config)

    def of(self, node: n.Node) -> Codec:
        """Return the codec of a node."""
        if isinstance(node, n.Ref):
            return self._ref(self.definitions[node.key])
        leaf = self._leaf(node)
        return Codec(leaf=leaf) if leaf is not None else Codec(open=self._open(node))

    def _leaf(self, node: n.Node) -> Leaf | None:
        config = self.config
        match node:
            case n.Bool():
                return scalars.write_bool
            case n.Int():
                return self.make_int(node)
            case n.Float():
                return scalars.float_writer(node, config)
            case n.Char():
                return scalars.write_char
            case n.Unit():
                return unit_writer(node)
            case n.Str():
                return scalars.str_writer(node, config)
            case n.Bytes():
                return scalars.bytes_writer(node, config)
            case n.Duration():
                return library.duration_writer(config)
            case n.SystemTime():
                return library.systemtime_writer(config)
            case n.Ip():
                return library.ip_writer(node, config)
            case n.Socket():
                return library.socket_writer(node, config)
            case n.NdArray():
                return _ndarray_writer(node, config)
            case _:
                return None

    def _open(self, node: n.Node) -> Open:
        match node:
            case n.Struct():
                return self._struct(node)
            case n.Tuple(items=items):
                return self._parts(list(enumerate(map(self.of, items))), tuple_taker(len(items)))
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
                item = self.of(inner)
                return self._parts([("start", item), ("end", item)], ends_taker(inclusive))
            case n.Custom():
                return self._custom(node)
            case _:
                raise SchemaError(f"{type(node).__name__} has no writer")

    # ------------------------------------------------------------ products and sequences

    def _struct(self, node: n.Struct) -> Open:
        codecs = [self.of(field.node) for field in node.fields]
        if packed.is_packed(node, self.config):
            return packed.struct_writer(node, self.config, codecs)
        return self._parts(
            [(field.attribute, codec) for field, codec in zip(node.fields, codecs, strict=True)], struct_taker(node)
        )

    def _parts(self, parts: list[Any], take: Callable[[Any], Any]) -> Open:
        def steps(out: Any, value: Any) -> Steps:
            for (place, codec), part in zip(parts, take(value), strict=True):
                if codec.leaf is not None:
                    _write(codec.leaf, out, part, place)
                else:
                    yield codec, part, place, out

        return steps

    def _seq(self, node: n.Seq) -> Open:
        item, length = self.of(node.item), self.length

        def steps(out: Any, value: Any) -> Steps:
            items = items_of(value)
            scalars.refuse_long(len(items), node.capacity)
            length(out, len(items))
            for index, part in enumerate(items):
                if item.leaf is not None:
                    _write(item.leaf, out, part, index)
                else:
                    yield item, part, index, out

        return steps

    def _array(self, node: n.Array) -> Open:
        item = self.of(node.item)

        def steps(out: Any, value: Any) -> Steps:
            items = items_of(value)
            if len(items) != node.length:
                raise WrongTypeError("an array of another length", wanted=f"{node.length} items", found=len(items))
            for index, part in enumerate(items):
                if item.leaf is not None:
                    _write(item.leaf, out, part, index)
                else:
                    yield item, part, index, out

        return steps

    def _set(self, node: n.Set) -> Open:
        item, length = self.of(node.item), self.length
        is_sorted = self.config.format == "bincode-deterministic"

        def steps(out: Any, value: Any) -> Steps:
            elements = elements_of(value)
            length(out, len(elements))
            if not is_sorted:
                for index, element in enumerate(elements):
                    yield item, element, index, out
                return
            encoded = []
            for index, element in enumerate(elements):
                apart = bytearray()
                yield item, element, index, apart
                encoded.append(bytes(apart))
            encoded.sort()
            refuse_repeated(encoded)
            for data in encoded:
                out.extend(data)

        return steps

    def _map(self, node: n.Map) -> Open:
        key_codec, codec, length = self.of(node.key), self.of(node.value), self.length
        is_sorted = self.config.format == "bincode-deterministic"

        def steps(out: Any, value: Any) -> Steps:
            entries = entries_of(value)
            length(out, len(entries))
            if not is_sorted:
                for index, (key, part) in enumerate(entries):
                    yield key_codec, key, (KEY, index), out
                    yield codec, part, (VALUE, key), out
                return
            encoded = []
            for index, (key, _) in enumerate(entries):
                apart = bytearray()
                yield key_codec, key, (KEY, index), apart
                encoded.append((bytes(apart), index))
            encoded.sort()
            refuse_repeated([data for data, _ in encoded])
            for data, index in encoded:
                out.extend(data)
                key, part = entries[index]
                yield codec, part, (VALUE, key), out

        return steps

    # ------------------------------------------------------------ choices

    def _enum(self, node: n.Enum) -> Open:
        if packed.is_packed(node, self.config):
            codecs = [[self.of(each.node) for each in n.payload_fields(one.payload)] for one in node.variants]
            return packed.enum_writer(node, self.config, codecs)
        payloads, find, tag = [self.of(variant.payload) for variant in node.variants], variant_finder(node), self.tag
        constant = node.style != "union"

        def steps(out: Any, value: Any) -> Steps:
            index = find(value)
            variant = node.variants[index]
            tag(out, index)
            if constant:
                return
            place = (VARIANT, node.name, variant.name)
            yield payloads[index], (value,) if variant.single else value, place, out

        return steps

    def _option(self, node: n.Option) -> Open:
        inner, wrapped = self.of(node.inner), is_wrapped(node)

        def steps(out: Any, value: Any) -> Steps:
            if value is None:
                out.append(0)
                return
            if wrapped:
                if not isinstance(value, Some):
                    raise wrong(value, "None or Some(...)")
                value = value.value
            out.append(1)
            yield inner, value, None, out

        return steps

    def _result(self, node: n.Result) -> Open:
        ok, err, tag = self.of(node.ok), self.of(node.err), self.tag
        is_byte = self.config.crate == 3

        def steps(out: Any, value: Any) -> Steps:
            if not isinstance(value, Ok | Err):
                raise wrong(value, "Ok(...) or Err(...)")
            which = 0 if isinstance(value, Ok) else 1
            if is_byte:
                out.append(which)
            else:
                tag(out, which)
            if isinstance(value, Ok):
                yield ok, value.value, "Ok", out
            else:
                yield err, value.error, "Err", out

        return steps

    def _bound(self, node: n.Bound) -> Open:
        codec, tag = self.of(node.inner), self.tag

        def steps(out: Any, value: Any) -> Steps:
            if value is UNBOUNDED:
                tag(out, 0)
            elif isinstance(value, Included):
                tag(out, 1)
                yield codec, value.value, "Included", out
            elif isinstance(value, Excluded):
                tag(out, 2)
                yield codec, value.value, "Excluded", out
            else:
                raise wrong(value, "UNBOUNDED, Included(...) or Excluded(...)")

        return steps

    # ------------------------------------------------------------ other types

    def _custom(self, node: n.Custom) -> Open:
        codec = self.of(node.inner)

        def steps(out: Any, value: Any) -> Steps:
            try:
                inner = node.encode(value)
            except EncodeError:
                raise
            except REFUSALS as error:
                raise WrongTypeError(f"no {node.name}: {error}", found=type(value).__name__) from error
            yield codec, inner, None, out

        return steps

    def _ref(self, target: Codec) -> Codec:
        def steps(out: Any, value: Any) -> Steps:
            yield target, value, None, out

        return Codec(open=steps, is_ref=True)


def _ndarray_writer(node: n.NdArray, config: Config) -> Leaf:
    def write(out: Any, value: Any) -> None:
        from ..arrays import encode_parts  # NumPy comes with the first array, not before

        parts: Any = encode_parts(node, value, config)
        for part in parts:
            out.extend(memoryview(part).cast("B"))

    return write


def unit_writer(node: n.Unit) -> Leaf:
    """Return what looks whether a value is the one of the type, and writes nothing."""
    expected, cls = node.value, type(node.value)

    def write(out: Any, value: Any) -> None:
        del out
        if value is not expected and not isinstance(value, cls):
            raise wrong(value, node.name or "None")

    return write


def ends_taker(inclusive: bool) -> Callable[[Any], tuple[Any, Any]]:
    """Return what takes start and end out of a range."""
    cls = RangeInclusive if inclusive else Range

    def take(value: Any) -> tuple[Any, Any]:
        if not isinstance(value, cls):
            raise wrong(value, cls.__name__)
        return value.start, value.end

    return take


def refuse_repeated(encoded: list[bytes]) -> None:
    """Refuse sorted keys of which two are the same bytes, which no decoder would take."""
    repeated = first_repeated(encoded)
    if repeated is not None:
        raise EncodeError("two keys have the same bytes", found=repeated.hex(" "))
