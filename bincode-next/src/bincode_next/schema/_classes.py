"""Classes with fields: dataclasses, NamedTuple, TypedDict, msgspec.Struct, attrs (without importing the last two).

Decoders set fields without calling `__init__`, so a class whose own code would be passed over is refused here;
`__post_init__` and the validators of attrs are called.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from enum import EnumMeta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from .. import types as t
from ._nodes import MISSING, Bool, Field, Int, Node, Struct, Style, Unit
from ._scope import annotations_of, evaluated, scope_of
from ._unions import takes_name

if TYPE_CHECKING:
    from ._build import Builder
    from ._scope import Scope, Variables

PARTS: Final = frozenset({t.Some, t.Ok, t.Err, t.Included, t.Excluded, t.Unbounded, t.Range, t.RangeInclusive})
OVERRIDES: Final = ("__new__", "__init__", "__setattr__", "__getattribute__")
BITS_MAX: Final = 64
HASH_CELL: Final = "_attrs_cached_hash"  # where attrs keeps a hash (`cache_hash=True`)


class Part(NamedTuple):
    """A field before its hint is understood: its name and defaults, and the annotation if there is none in a class."""

    name: str
    default: Any = MISSING
    factory: Callable[[], Any] | None = None
    hint: Any = None


class Kind(NamedTuple):
    """What the kinds of classes differ in: the attribute they are known by, and how their fields are listed."""

    style: Style
    mark: str
    parts: Callable[[Builder, Any], list[Part]]


def style_of(cls: type) -> Kind | None:
    """Return what kind of class with fields this is, if it is one."""
    if cls in PARTS or isinstance(cls, EnumMeta):
        return None
    if type(cls).__name__ == "_TypedDictMeta":
        return KINDS[-1]
    return next((kind for kind in KINDS if hasattr(cls, kind.mark)), None)


def structure(builder: Builder, cls: Any, kind: Kind, bound: dict[type, Variables], name: str, owner: Any) -> Node:
    """Describe a class with fields. With `name` it is the variant of a union."""
    parts = kind.parts(builder, cls)
    if kind.style != "typeddict":
        _refuse_overrides(builder, cls, kind)
    options = t.options_of(cls)
    label = name or options.name or cls.__name__
    if not parts and kind.style != "typeddict":
        return Unit("" if name else label, _instance(builder, cls))
    hints = _hints(cls, kind, bound, owner, {part.name for part in parts}, builder.where)
    fields = []
    for part in parts:
        hint, scope = hints.get(part.name) or (part.hint, hints[""][1])
        builder.path.append(f".{part.name}")
        if hint is None and part.name not in hints:
            raise builder.refuse("a field without a type", advice="Annotate it.")
        fields.append(_field(builder, part, hint, scope))
        builder.path.pop()
    is_packed = options.packed or any(item.bits is not None for item in fields)
    after = getattr(cls, "__post_init__", None) if kind.style != "attrs" else _after_attrs(cls)
    made = (label, tuple(fields), options.positional, is_packed, options.bit_order, cls, kind.style)
    return Struct(*made, None if kind.style in ("namedtuple", "typeddict") else after)


def _hints(
    cls: type, kind: Kind, bound: dict[type, Variables], owner: Any, names: set[str], where: str
) -> dict[str, tuple[Any, Scope]]:
    """Return each field's hint with the scope of the class that wrote it, and under "" that of the class itself."""
    found: dict[str, tuple[Any, Scope]] = {}
    for base in reversed(cls.__mro__):
        if base is cls or kind.mark in vars(base) or (kind.style == "struct" and hasattr(base, kind.mark)):
            scope = scope_of(base, bound.get(base, {}), owner)
            own = {name: hint for name, hint in annotations_of(base).items() if name in names}
            for name, hint in evaluated(own, base, scope, where).items():
                found[name] = hint, scope
    return {**found, "": (None, scope_of(cls, bound.get(cls, {}), owner))}


def _field(builder: Builder, part: Part, hint: Any, scope: Scope) -> Field:
    marks = getattr(hint, "__metadata__", None)
    if marks is None:
        return Field(part.name, builder.node(hint, scope), None, part.default, part.factory)
    bits, name, rest = None, part.name, []
    names = [mark for mark in marks if type(mark) is t.Name]
    own: Any = names[-1] if len(names) > takes_name(hint.__origin__) else None  # the first names the union itself
    for mark in marks:
        if type(mark) is t.Bits:
            bits = mark.count
        elif mark is own:
            name = mark.name
        else:
            rest.append(mark)
    node = builder.annotated(hint.__origin__, tuple(rest), scope)
    if bits is not None:
        _check_bits(builder, node, bits)
    return Field(name, node, bits, part.default, part.factory, None if name == part.name else part.name)


def _check_bits(builder: Builder, node: Node, bits: int) -> None:
    most = 8 if isinstance(node, Bool) else node.bits if isinstance(node, Int) else 0
    if not most:
        raise builder.refuse("only integers and bool are packed in bits", found=str(node))
    if not 1 <= bits <= min(most, BITS_MAX):
        raise builder.refuse("a number of bits that the type has not", wanted=f"1 to {min(most, BITS_MAX)}", found=bits)


def _instance(builder: Builder, cls: Any) -> Any:
    try:
        return cls()
    except Exception as error:
        raise builder.refuse(f"{cls.__name__} has no fields, and can't be made: {error}") from error


def _refuse_overrides(builder: Builder, cls: Any, kind: Kind) -> None:
    for name in OVERRIDES:
        code = getattr(getattr(cls, name), "__code__", None)
        if code is not None and not _is_generated(code.co_filename):
            raise builder.refuse(
                f"{cls.__name__} has a {name} of its own, which decoding would pass over",
                advice="Check values in __post_init__, which is called, or `register` a codec for the class.",
            )
    if kind.style in ("dataclass", "attrs") and cls.__new__ is not object.__new__:
        raise builder.refuse(
            f"{cls.__name__} is built on a class of C, whose part of its values is no field",
            advice="`register` a codec for the class.",
        )


def _is_generated(file: str) -> bool:
    attr = sys.modules.get("attr")
    return file == "<string>" or (attr is not None and file.startswith(("<attrs generated", *attr.__path__)))


# ---------------------------------------------------------------- the kinds


def _dataclass_parts(builder: Builder, cls: Any) -> list[Part]:
    if "__dataclass_fields__" not in vars(cls) and annotations_of(cls):
        raise builder.refuse(f"{cls.__name__} adds fields to a dataclass and is none itself", advice="Decorate it too.")
    for name, item in cls.__dataclass_fields__.items():
        if getattr(item, "_field_type", None) is getattr(dataclasses, "_FIELD_INITVAR", ...):
            builder.path.append(f".{name}")
            raise builder.refuse(
                "an InitVar is given to __init__ and kept nowhere, so there is nothing to write",
                advice="Make it a field, or `register` a codec for the class.",
            )
    return [
        Part(
            item.name,
            MISSING if item.default is dataclasses.MISSING else item.default,
            None if item.default_factory is dataclasses.MISSING else item.default_factory,
        )
        for item in dataclasses.fields(cls)
    ]


def _struct_parts(_: Builder, cls: Any) -> list[Part]:
    defaults = dict(zip(reversed(cls.__struct_fields__), reversed(cls.__struct_defaults__), strict=False))
    order = dict.fromkeys(name for base in reversed(cls.__mro__) for name in annotations_of(base))
    return [_struct_part(name, defaults) for name in order if name in cls.__struct_fields__]


def _struct_part(name: str, defaults: dict[str, Any]) -> Part:
    default = defaults.get(name, MISSING)
    if hasattr(default, "factory"):
        return Part(name, factory=default.factory)
    is_none = type(default).__name__ == "NoDefault" or repr(default) == "NODEFAULT"
    return Part(name, MISSING if is_none else default)


def _attrs_parts(builder: Builder, cls: Any) -> list[Part]:
    if hasattr(cls, "__attrs_pre_init__"):
        raise builder.refuse(f"{cls.__name__} has an __attrs_pre_init__, which decoding would pass over")
    nothing = sys.modules["attr"].NOTHING
    parts = []
    for item in cls.__attrs_attrs__:
        factory = getattr(item.default, "factory", None)
        if factory is not None and item.default.takes_self:
            factory = None
        default = MISSING if item.default is nothing or hasattr(item.default, "factory") else item.default
        parts.append(Part(item.name, default, factory, item.type))
    return parts


def _after_attrs(cls: Any) -> Callable[[Any], object] | None:
    steps = [cls.__attrs_post_init__] if hasattr(cls, "__attrs_post_init__") else []
    if any(item.validator is not None for item in cls.__attrs_attrs__):
        steps.insert(0, sys.modules["attr"].validate)
    if HASH_CELL in getattr(getattr(cls.__hash__, "__code__", None), "co_names", ()):
        steps.insert(0, lambda made: object.__setattr__(made, HASH_CELL, None))
    if len(steps) < 2:
        return steps[0] if steps else None
    return lambda made: [step(made) for step in steps]


def _tuple_parts(builder: Builder, cls: Any) -> list[Part]:
    if not any("_fields" in vars(base) and annotations_of(base) for base in cls.__mro__) and cls._fields:
        raise builder.refuse(f"the fields of {cls.__name__} have no types", advice="Write it as a typing.NamedTuple.")
    return [Part(name, cls._field_defaults.get(name, MISSING)) for name in cls._fields]


def _dict_parts(builder: Builder, cls: Any) -> list[Part]:
    if optional := sorted(cls.__optional_keys__):
        builder.path.append(f".{optional[0]}")
        raise builder.refuse(
            "a key that may be absent has no place on the wire",
            wanted="a required key",
            advice="Make it required, and its type `… | None`.",
        )
    return [Part(name) for name in annotations_of(cls)]


KINDS: Final = (
    Kind("dataclass", "__dataclass_fields__", _dataclass_parts),
    Kind("struct", "__struct_fields__", _struct_parts),
    Kind("attrs", "__attrs_attrs__", _attrs_parts),
    Kind("namedtuple", "_fields", _tuple_parts),
    Kind("typeddict", "__required_keys__", _dict_parts),
)
