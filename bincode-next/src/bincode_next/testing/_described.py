"""Types and values as vectors describe them, made into Python classes, hints and values, and back.

A described struct becomes a dataclass, a choice of units an `Enum`, another enum a union of dataclasses, all in a
module of their own, so that a type may contain itself by name.
"""

from __future__ import annotations

import dataclasses
import enum
import itertools
import keyword
import sys
from collections import deque
from collections.abc import Callable
from types import ModuleType
from typing import Annotated, Any, Final, NamedTuple, TypedDict, Union

from .. import types as t
from ..schema import Enum, Schema, Unit, schema_of
from ._scalars import SCALARS, as_bytes, from_bytes, repeated

# Derives BitPacked without a field of bits, which its description does not say.
PACKED_SILENTLY: Final = frozenset({"NoBits"})
_numbers = itertools.count()


class Form(NamedTuple):
    """A type: its hint, what makes a Python value of a described one, and what describes a Python value."""

    hint: Any
    load: Callable[[Any], Any]
    show: Callable[[Any], Any]
    is_nullable: bool = False


class Described:
    """A described type as a hint with its schema, and values of it. Sets are the keys of dicts, to keep their order."""

    def __init__(self, said: Any, rust: str = "") -> None:
        self.rust = rust.replace(" ", "")
        self.module = ModuleType(f"{__name__}_{next(_numbers)}")
        self.open: dict[str, Form] = {}
        sys.modules[self.module.__name__] = self.module
        try:
            form = self.of(said, outermost=True)
            self.hint, self.load, self.show = form.hint, form.load, form.show
            self._understand(said)
        finally:
            del sys.modules[self.module.__name__]

    def _understand(self, said: Any) -> None:
        """Make the schema, and put right what no hint says: a phantom, and an enum of one variant."""
        self.schema = self._corrected(said, schema_of(self.hint))

    def _corrected(self, said: Any, schema: Schema) -> Schema:
        if said == "unit" and "PhantomData" in self.rust:
            return Schema(Unit("PhantomData"))
        root = schema.root
        if isinstance(root, Enum) and len(said.get("variants", "..")) == 1:
            return Schema(dataclasses.replace(root, variants=root.variants[:1]), schema.definitions)
        return schema

    def of(self, said: Any, *, outermost: bool = False) -> Form:
        """Return the form of a described type."""
        if isinstance(said, str):
            return Form(*SCALARS[said], is_nullable=said == "unit")
        if "struct" in said:
            return self._struct(said)
        if "enum" in said:
            return self._enum(said)
        kind = next(key for key in said if key != "rust_kind")
        if kind == "vec" and outermost:
            return self._outer_vec(said)
        make: Callable[[Any], Form] = getattr(self, f"_{kind}")
        return make(said)

    # ------------------------------------------------------------ containers

    def _vec(self, said: Any) -> Form:
        return _bytes(bytes) if said["vec"] == "u8" else self._items(said["vec"], lambda item: hint_of(list, item))

    def _outer_vec(self, said: Any) -> Form:
        outer, item = self.rust.partition("<")[0].rpartition("::")[2], said["vec"]
        if outer == "VecDeque":
            form = self._items(item, lambda inner: hint_of(deque, inner))
            return form._replace(load=lambda value: deque(form.load(value)))
        if outer == "BinaryHeap":
            return self._items(item, lambda inner: hint_of(t.BinaryHeap, inner))
        if "<[" in self.rust and item == "u8":
            return self._slice({"slice": item})  # a boxed slice of i8 is an array, as any other
        return self._vec(said)

    def _slice(self, said: Any) -> Form:
        if said["slice"] == "u8":
            return _bytes(marked(bytes, t.Borrowed()))
        return self._items(said["slice"], lambda item: marked(hint_of(list, item), t.Borrowed()))

    def _array(self, said: Any) -> Form:
        item, count = said["array"]
        if item == "u8":
            return _bytes(marked(bytes, t.Length(count)))
        return self._items(item, lambda inner: marked(hint_of(list, inner), t.Length(count)))

    def _items(self, said: Any, hint: Callable[[Any], Any]) -> Form:
        item = self.of(said)
        if said == "u8":  # described as bytes even where the container is none of bytes
            return Form(hint(item.hint), lambda value: list(as_bytes(value)), lambda value: from_bytes(bytes(value)))
        return Form(
            hint(item.hint),
            lambda value: [item.load(each) for each in repeated(value)],
            lambda value: [item.show(each) for each in value],
        )

    def _set(self, said: Any) -> Form:
        item = self.of(said["set"])
        kind: Any = said.get("rust_kind") or ("HashSet" if self.rust.startswith("HashSet") else "BTreeSet")
        return Form(
            marked(hint_of(set, item.hint), t.Kind(kind)),
            lambda value: dict.fromkeys(item.load(each) for each in value).keys(),
            lambda value: sorted((item.show(each) for each in value), key=repr),
        )

    def _map(self, said: Any) -> Form:
        key, value = map(self.of, said["map"])
        kind: Any = said.get("rust_kind") or ("HashMap" if self.rust.startswith("HashMap") else "BTreeMap")
        return Form(
            marked(hint_of(dict, key.hint, value.hint), t.Kind(kind)),
            lambda said: {key.load(k): value.load(v) for k, v in said},
            lambda made: sorted(([key.show(k), value.show(v)] for k, v in made.items()), key=repr),
        )

    def _tuple(self, said: Any) -> Form:
        parts = [self.of(each) for each in said["tuple"]]
        return Form(
            hint_of(tuple, *(part.hint for part in parts)),
            lambda value: tuple(part.load(each) for part, each in zip(parts, value, strict=True)),
            lambda value: [part.show(each) for part, each in zip(parts, value, strict=True)],
        )

    # ------------------------------------------------------------ choices of the library

    def _nonzero(self, said: Any) -> Form:
        hint, load, show = SCALARS[said["nonzero"]]
        return Form(hint_of(t.NonZero, hint), load, show)

    def _option(self, said: Any) -> Form:
        inner = self.of(said["option"])
        if not inner.is_nullable:
            return Form(
                hint_of(Union, inner.hint, None),
                lambda value: None if value is None else inner.load(value["some"]),
                lambda value: None if value is None else {"some": inner.show(value)},
                is_nullable=True,
            )
        return Form(
            hint_of(Union, hint_of(t.Some, inner.hint), None),
            lambda value: None if value is None else t.Some(inner.load(value["some"])),
            lambda value: None if value is None else {"some": inner.show(value.value)},
            is_nullable=True,
        )

    def _result(self, said: Any) -> Form:
        ok, err = map(self.of, said["result"])
        return Form(
            hint_of(t.Result, ok.hint, err.hint),
            lambda value: t.Ok(ok.load(value["ok"])) if "ok" in value else t.Err(err.load(value["err"])),
            lambda value: {"ok": ok.show(value.value)} if isinstance(value, t.Ok) else {"err": err.show(value.error)},
        )

    def _bound(self, said: Any) -> Form:
        inner = self.of(said["bound"])

        def load(value: Any) -> Any:
            if "unbounded" in value:
                return t.UNBOUNDED
            name, inside = next(iter(value.items()))
            return (t.Included if name == "included" else t.Excluded)(inner.load(inside))

        def show(value: Any) -> Any:
            if value is t.UNBOUNDED:
                return {"unbounded": None}
            return {"included" if isinstance(value, t.Included) else "excluded": inner.show(value.value)}

        return Form(hint_of(t.Bound, inner.hint), load, show)

    def _range(self, said: Any) -> Form:
        return self._ends(said["range"], t.Range)

    def _range_inclusive(self, said: Any) -> Form:
        return self._ends(said["range_inclusive"], t.RangeInclusive)

    def _ends(self, said: Any, cls: Any) -> Form:
        inner = self.of(said)
        return Form(
            hint_of(cls, inner.hint),
            lambda value: cls(inner.load(value["start"]), inner.load(value["end"])),
            lambda value: {"start": inner.show(value.start), "end": inner.show(value.end)},
        )

    def _bits(self, said: Any) -> Form:
        count, inner = said["bits"]
        form = self.of(inner)
        return form._replace(hint=marked(form.hint, t.Bits(count)))

    def _ref(self, said: Any) -> Form:
        name = said["ref"]
        return Form(name, lambda value: self.open[name].load(value), lambda value: self.open[name].show(value))

    # ------------------------------------------------------------ structs and enums

    def _keep(self, name: str, form: Form) -> Form:
        self.open[name] = form
        setattr(self.module, name, form.hint)
        return form

    def _struct(self, said: Any) -> Form:
        name = said["struct"]
        if "unit" in said:
            return self._keep(name, self._product(name, []))
        fields = said.get("fields")
        if fields == []:  # `struct Empty {}`; a class without fields is `struct Empty;`
            return self._keep(name, Form(TypedDict(name, {}), dict, dict))  # type: ignore[operator]  # made at run time
        return self._keep(name, self._product(name, said["tuple"] if fields is None else fields))

    def _product(self, name: str, said: list[Any]) -> Form:
        """Return a dataclass of fields with names, or (types are never lists) without."""
        positional = not (said and isinstance(said[0], list))
        pairs = [(f"_{index}", each) for index, each in enumerate(said)] if positional else said
        parts = [(_attribute(field), field, self.of(each)) for field, each in pairs]
        cls = dataclasses.make_dataclass(
            name,
            [
                (attribute, form.hint if positional or attribute == field else marked(form.hint, t.Name(field)))
                for attribute, field, form in parts
            ],
            frozen=True,  # so that it may be a key
        )
        cls.__module__ = self.module.__name__
        if positional and said:
            cls = t.tuple_struct(cls)
        if name in PACKED_SILENTLY:
            cls = t.bitpacked(cls)

        def load(value: Any) -> Any:
            values = value if isinstance(value, list) else (value or {}).values()
            keys = range(len(parts)) if positional else [field for _, field, _ in parts]
            named = dict(zip(keys, values, strict=True)) if isinstance(value, list) else value
            return cls(*(form.load(named[key]) for key, (_, _, form) in zip(keys, parts, strict=True)))

        def show(value: Any) -> Any:
            shown = [form.show(getattr(value, attribute)) for attribute, _, form in parts]
            if not said:
                return None
            return shown if positional else dict(zip((field for _, field, _ in parts), shown, strict=True))

        return Form(cls, load, show)

    def _enum(self, said: Any) -> Form:
        name = said["enum"]
        if "unit_variants" in said:
            variants = [(f"{said['prefix']}{number}", None) for number in range(said["unit_variants"])]
        else:
            variants = [(variant, fields) for variant, fields in said["variants"]]
        packed = said.get("derive") == "BitPacked"
        if all(fields is None for _, fields in variants):
            return self._keep(name, self._units(name, [variant for variant, _ in variants], said, packed))
        forms = {variant: self._product(variant, fields or []) for variant, fields in variants}
        classes = [form.hint for form in forms.values()]
        if len(classes) == 1:
            classes.append(dataclasses.make_dataclass("Never", []))  # a union has two at least; see _corrected
        marks = (*self._marks(said), t.BitPacked()) if packed else self._marks(said)
        names = {form.hint: variant for variant, form in forms.items()}

        def load(value: Any) -> Any:
            variant, payload = next(iter(value.items()))
            return forms[variant].load(payload)

        def show(value: Any) -> Any:
            variant = names[type(value)]
            return {variant: forms[variant].show(value)}

        return self._keep(name, Form(marked(hint_of(Union, *classes), *marks), load, show))

    def _marks(self, said: Any) -> tuple[Any, ...]:
        """Return what marks the union that an enum is."""
        return (t.Name(said["enum"]),)

    def _units(self, name: str, variants: list[str], said: Any, packed: bool) -> Form:
        numbers = said.get("discriminants") or range(len(variants))
        make: Any = enum.Enum
        cls = make(name, list(zip(variants, numbers, strict=True)))
        cls = t.bitpacked(cls) if packed else cls
        return Form(cls, lambda value: cls[next(iter(value))], lambda value: {value.name: None})


def hint_of(generic: Any, *arguments: Any) -> Any:
    """Return a generic with arguments that are known only now."""
    return generic[arguments if len(arguments) > 1 or generic is tuple else arguments[0]]


def marked(hint: Any, *marks: Any) -> Any:
    """Return a hint with markers that are known only now."""
    return hint_of(Annotated, hint, *marks)


def _attribute(field: str) -> str:
    return f"{field}_" if keyword.iskeyword(field) or field.startswith("__") or not field.isidentifier() else field


def _bytes(hint: Any) -> Form:
    return Form(hint, as_bytes, from_bytes)
