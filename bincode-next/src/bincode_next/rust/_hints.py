"""Python hints for Rust types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from . import _std
from ._evaluate import Evaluator
from ._keys import Keys, Param
from ._model import Argument, ArrayType, Item, OpaqueType, PathType, Place, RefType, SliceType, Source, TupleType, Type
from ._model import Name as ConstName
from ._names import Names
from ._scope import Foreign, Scope

_BYTES = {"u8": "u8", "i8": "i8", "sync::atomic::AtomicU8": "u8", "sync::atomic::AtomicI8": "i8"}
_LONGEST = 4000  # characters; aliases of aliases may double at each step


@dataclass(frozen=True, slots=True)
class Hint:
    """A hint's text, and what decides how it is written inside another.

    `absent`: None is one of its values, so an option of it needs `Some`. `param`: it is this parameter itself.
    `byte`: u8 or i8, if it is one. `union`: what Rust calls it, if Python writes it as a union. `number`: its value,
    if it is a constant.
    """

    text: str
    absent: bool = False
    byte: str = ""
    union: str = ""
    param: Param | None = None
    number: int | None = None
    items: frozenset[Item] = frozenset()


@dataclass(frozen=True, slots=True)
class Context:
    """Where a type stands: in which item and module, what parameters mean, whether its values must be hashable."""

    item: Item
    env: Mapping[str, Hint]
    hashable: bool = False
    by_serde: bool = False


@dataclass(slots=True)
class Hinter:
    """Writes hints; what has none becomes a problem of the source."""

    source: Source
    scope: Scope
    names: Names
    keys: Keys
    evaluator: Evaluator
    known: Mapping[str, tuple[str, str]]
    may_use: Callable[[Item, Place], bool]
    in_options: set[Param] = field(default_factory=set)
    given: list[tuple[Param, Hint, Place]] = field(default_factory=list)
    busy: list[Item] = field(default_factory=list)
    targets: dict[Item, Hint] = field(default_factory=dict)

    def context(self, item: Item) -> Context:
        """Return the context of an item's own fields."""
        env = {}
        for index, generic in enumerate(item.generics):
            env[generic.name] = Hint(self.names.type_var(generic.name), param=(item, index))
        return Context(item, env, item in self.keys.frozen)

    def hint(self, type: Type, context: Context) -> Hint:
        """Return the hint of a type. Types nest no deeper than the reader allows."""
        if isinstance(type, RefType):
            return self.hint(type.inner, context)
        if isinstance(type, TupleType):
            return self.tuple_of([self.hint(item, context) for item in type.items])
        if isinstance(type, SliceType):
            item = self.hint(type.item, context)
            if item.byte:  # CBOR writes these as byte strings
                return self.borrowed("bytes" if item.byte == "u8" else self.sequence(item, context).text)
            return self.sequence(item, context)
        if isinstance(type, ArrayType):
            return self.array(type, context)
        if isinstance(type, OpaqueType):
            shown = f"`{type.text}`: " if type.text else ""
            return self.refuse(type.place, f"{shown}{type.kind} has no bytes of its own; name a type that has")
        found = self.path(type, context)
        if len(found.text) > _LONGEST:
            return self.refuse(type.place, f"`{type.text}` stands for a type of more than {_LONGEST} characters")
        return found

    def refuse(self, place: Place, text: str) -> Hint:
        """Record a problem and go on."""
        self.source.refuse(place, text)
        return Hint("object")

    # ------------------------------------------------------------ paths

    def path(self, type: PathType, context: Context) -> Hint:
        if type.path == ("Self",):
            own = context.item
            args = tuple(PathType((one.name,), (), type.place) for one in own.generics)
            return self.use_item(own, replace(type, args=args), context)
        if type.path[0] in context.env or type.path[0] == "Self":
            if len(type.path) == 1 and not type.args:
                return context.env[type.path[0]]
            return self.refuse(type.place, f"`{type.text}` is an associated type; write the type it stands for")
        for key in (type.text, type.path[-1]):
            if key in self.known:
                module, name = self.known[key]
                given = [self.argument(one, context).text for one in type.args]
                text = self.names.use(name, module)
                return Hint(f"{text}[{', '.join(given)}]" if given else text)
        meaning = self.scope.type(type.path, context.item.module)
        if isinstance(meaning, Item):
            return self.use_item(meaning, type, context)
        if isinstance(meaning, Foreign):
            shown = "::".join(meaning.path)
            return self.refuse(
                type.place,
                f"the type `{shown}` is not among the files given. Give the file that defines it, or a Python type for "
                f"it: known={{'{meaning.path[-1]}': 'module:Name'}} (--type {meaning.path[-1]}=module:Name)",
            )
        return self.library(meaning, type, context)

    def argument(self, given: Argument, context: Context) -> Hint:
        """Return the hint of a generic argument: a constant becomes a Literal."""
        if isinstance(given, PathType) and len(given.path) == 1 and given.path[0] in context.env:
            return context.env[given.path[0]]
        if isinstance(given, PathType | TupleType | ArrayType | SliceType | RefType | OpaqueType):
            return self.hint(given, context)
        value = self.evaluator.value(given, context.item.module)
        return Hint(f"{self.names.use('Literal', 'typing')}[{value}]", number=value)

    def use_item(self, item: Item, type: PathType, context: Context) -> Hint:
        """Return the hint of an item of the files, with arguments."""
        wanted = item.generics
        if len(type.args) > len(wanted):
            return self.refuse(type.place, f"`{type.text}` takes {len(wanted)} parameters, not {len(type.args)}")
        args: dict[str, Hint] = {}
        for index, generic in enumerate(wanted):
            given = type.args[index] if index < len(type.args) else generic.default
            if given is None:
                return self.refuse(type.place, f"`{type.text}` lacks its parameter {generic.name}")
            here = context if index < len(type.args) else Context(item, args, context.hashable)
            if generic.const and isinstance(given, PathType) and given.path[0] not in here.env:
                args[generic.name] = self.constant(given, here)
            else:
                inside = replace(here, hashable=here.hashable or (item, index) in self.keys.params)
                args[generic.name] = self.argument(given, inside)
            self.given.append(((item, index), args[generic.name], type.place))
        if item.kind == "alias":
            return self.alias(item, args, type, context)
        if not self.may_use(item, type.place):
            return Hint("object")
        text = self.names.items[item]
        if args:
            text += f"[{', '.join(one.text for one in args.values())}]"
        inner = frozenset({item}).union(*(one.items for one in args.values()))
        return Hint(text, items=inner)

    def constant(self, given: PathType, context: Context) -> Hint:
        item = self.scope.constant(given.path, context.item.module)
        if item is None or item.value is None or isinstance(item.value, str):
            return self.refuse(
                given.place, f"the constant `{given.text}` is not among the files given; write the number"
            )
        return self.argument(item.value, Context(item, {}))

    def alias(self, item: Item, args: Mapping[str, Hint], type: PathType, context: Context) -> Hint:
        """An alias keeps its name; one with parameters, or in a key, is written out."""
        if item in self.busy or len(self.busy) > 64 or item.target is None:
            return self.refuse(type.place, f"the alias `{item.name}` contains itself, or is one of too many in a row")
        if not args and not context.hashable and item in self.targets:
            return self.targets[item]
        self.busy.append(item)
        found = self.hint(item.target, Context(item, args, context.hashable))
        self.busy.pop()
        if args or context.hashable:
            return found
        self.targets[item] = replace(found, text=self.names.items[item], items=frozenset({item}))
        return self.targets[item]

    # ------------------------------------------------------------ Rust's library

    def library(self, key: str, type: PathType, context: Context) -> Hint:
        if key in _std.WHY_NOT:
            return self.refuse(type.place, f"`{type.text}` {_std.WHY_NOT[key]}")
        kind = "plain" if key in _std.PRIMITIVES else _std.KINDS[key]
        if kind == "plain":
            name, module = _std.PLAIN[key]
            union = name if name in ("IpAddr", "SocketAddr") else ""
            return Hint(self.names.use(name, module), byte=_BYTES.get(key, ""), union=union)
        if kind == "nonzero":
            name = key.removeprefix("num::NonZero").lower()
            inner = Hint(self.names.types(name)) if name else self.first(type, context)
            return Hint(f"{self.names.types('NonZero')}[{inner.text}]")
        if len(type.args) < _std.ARITY[kind]:
            return self.refuse(type.place, f"`{type.text}` lacks its parameters")
        if kind == "inner":
            return self.argument(type.args[0], context)
        if kind == "phantom":
            return Hint("None", absent=True)
        if kind in ("map", "btreemap"):
            return self.map(kind, type, context)
        if kind in ("set", "btreeset"):
            return self.set(kind, type, context)
        return self.container(kind, key, type, context)

    def first(self, type: PathType, context: Context) -> Hint:
        return self.argument(type.args[0], context) if type.args else self.refuse(type.place, f"`{type.text}` of what?")

    def container(self, kind: str, key: str, type: PathType, context: Context) -> Hint:
        inner = self.argument(type.args[0], context)
        if kind == "option":
            return self.option(inner)
        if kind == "result":
            other = self.argument(type.args[1], context)
            made = self.made(f"{self.names.types('Result')}[{inner.text}, {other.text}]", inner, other)
            return replace(made, union="Result")
        if kind == "generic":
            name = key.rpartition("::")[2]
            made = self.made(f"{self.names.types(name)}[{inner.text}]", inner)
            return replace(made, union=name) if name == "Bound" else made
        if kind == "list" and inner.byte == "u8":
            return Hint("bytes")
        if kind == "list":
            return self.sequence(inner, context)
        if context.hashable:
            return self.refuse(
                type.place, f"`{type.text}` in the key of a map has no hashable form in Python; use a Vec"
            )
        if kind == "heap":
            return self.made(f"{self.names.types('BinaryHeap')}[{inner.text}]", inner)
        return self.made(f"{self.names.use('deque', 'collections')}[{inner.text}]", inner)

    def made(self, text: str, *inner: Hint) -> Hint:
        return Hint(text, items=frozenset().union(*(one.items for one in inner)))

    def option(self, inner: Hint) -> Hint:
        if inner.param is not None:
            self.in_options.add(inner.param)
        if inner.absent:
            return replace(self.made(f"{self.names.types('Some')}[{inner.text}] | None", inner), absent=True)
        return replace(self.made(f"{inner.text} | None", inner), absent=True, union=inner.union)

    def sequence(self, inner: Hint, context: Context) -> Hint:
        return self.made(f"tuple[{inner.text}, ...]" if context.hashable else f"list[{inner.text}]", inner)

    def borrowed(self, text: str) -> Hint:
        return Hint(f"{self.names.use('Annotated', 'typing')}[{text}, {self.names.types('Borrowed')}()]")

    def tuple_of(self, items: list[Hint]) -> Hint:
        if not items:
            return Hint("None", absent=True)
        return self.made(f"tuple[{', '.join(one.text for one in items)}]", *items)

    def array(self, type: ArrayType, context: Context) -> Hint:
        item = self.hint(type.item, context)
        length = type.length
        size = context.env.get("::".join(length.path)) if isinstance(length, ConstName) else None
        if size is not None:
            count = size.text if size.number is None else str(size.number)
            literal = size.text
        else:
            before = len(self.source.problems)
            value = self.evaluator.value(length, context.item.module)
            if value is None or not 0 <= value < 1 << 63:
                if len(self.source.problems) > before:
                    return Hint("object")
                return self.refuse(type.place, "the length of this array is no number from 0 to 2^63 - 1")
            count, literal = str(value), f"{self.names.use('Literal', 'typing')}[{value}]"
        annotated, marker = self.names.use("Annotated", "typing"), f"{self.names.types('Length')}({count})"
        if item.byte == "u8":
            return Hint(f"{annotated}[bytes, {marker}]")
        if context.hashable:
            return self.made(f"{annotated}[tuple[{item.text}, ...], {marker}]", item)
        return self.made(f"{self.names.types('Array')}[{item.text}, {literal}]", item)

    def map(self, kind: str, type: PathType, context: Context) -> Hint:
        if context.hashable:
            return self.refuse(type.place, f"`{type.text}` in the key of a map has no hashable form in Python")
        key = self.argument(type.args[0], replace(context, hashable=True))
        value = self.argument(type.args[1], context)
        name = "dict" if kind == "map" else self.names.types("BTreeMap")
        return self.made(f"{name}[{key.text}, {value.text}]", key, value)

    def set(self, kind: str, type: PathType, context: Context) -> Hint:
        item = self.argument(type.args[0], replace(context, hashable=True))
        if context.hashable and kind == "btreeset":
            annotated, marker = self.names.use("Annotated", "typing"), f'{self.names.types("Kind")}("BTreeSet")'
            return self.made(f"{annotated}[frozenset[{item.text}], {marker}]", item)
        name = self.names.types("BTreeSet") if kind == "btreeset" else "frozenset" if context.hashable else "set"
        return self.made(f"{name}[{item.text}]", item)

    # ------------------------------------------------------------ at the end

    def check_options(self) -> None:
        """Refuse an option given to a parameter that stands in an option: Python would join the two."""
        flows: dict[Param, list[Param]] = {}
        for param, hint, _ in self.given:
            if hint.param is not None:
                flows.setdefault(param, []).append(hint.param)
        inside, todo = set(), list(self.in_options)
        while todo:
            here = todo.pop()
            if here not in inside:
                inside.add(here)
                todo += flows.get(here, [])
        for (item, index), hint, place in self.given:
            if hint.absent and (item, index) in inside:
                name = item.generics[index].name
                self.source.refuse(
                    place,
                    f"`{item.name}` has an Option of its parameter {name}, which is an Option or `()` here: "
                    f"Python can't tell the two apart in a generic class. Write a type of its own for this use",
                )
