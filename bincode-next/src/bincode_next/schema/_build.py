"""`schema_of`: one walk over a hint. This file knows the forms of hints; its neighbours know classes and unions."""

from __future__ import annotations

import typing
from collections.abc import Callable
from typing import Any, Final, Literal, get_origin

from .. import types as t
from ..errors import SchemaError
from ._check import check
from ._classes import Kind, structure, style_of
from ._foreign import foreign
from ._leaves import LEAVES, advice_for, containers, leaf
from ._marks import annotated
from ._nodes import Custom, Node, Ref, Schema, Tuple, Unit
from ._scope import Scope, bindings, key_of, resolved, scope_around
from ._unions import enumeration, is_union, literal, union

CACHE_SIZE: Final = 10_000
WRAPPERS: Final = frozenset(
    getattr(typing, name) for name in ("Final", "Required", "ReadOnly", "ClassVar") if hasattr(typing, name)
)
_CACHE: dict[Any, tuple[Schema, Any]] = {}  # the hint beside it: keys may hold the id of a part that can't be hashed
t.on_change(_CACHE.clear)


def schema_of(hint: Any) -> Schema:
    """Return the schema of a type hint; raise SchemaError with the path of the field that has no bytes.

    Schemas are kept, so the second time costs a look-up.
    """
    found = _CACHE.get(hint) if type(hint) is type else None
    if found is not None:
        return found[0]
    key = key_of(hint)
    found = _CACHE.get(key)
    if found is None:
        found = Builder().schema(hint), hint
        if len(_CACHE) >= CACHE_SIZE:
            _CACHE.clear()
        _CACHE[key] = found
    return found[0]


class Builder:
    """One schema in the making: what is being described, what is done, and where we are."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self._done: dict[Any, Node] = {}
        self._open: dict[Any, str | None] = {}
        self._definitions: dict[str, Node] = {}

    def schema(self, hint: Any) -> Schema:
        """Return the schema of a hint that stands nowhere in particular."""
        try:
            root = self.node(hint, scope_around(hint))
            return check(Schema(root, tuple(self._definitions.items())))
        except RecursionError:
            raise SchemaError(
                f"the type {_shown(hint)} is nested too deeply",
                advice="A generic class that contains itself with ever larger arguments has no end.",
            ) from None

    @property
    def where(self) -> str:
        """The path of the place where we are."""
        return "".join(self.path).removeprefix(".")

    def refuse(self, problem: str, *, wanted: str = "", found: object = None, advice: str = "") -> SchemaError:
        """Return the error for the place where we are."""
        return SchemaError(problem, path=self.where, wanted=wanted, found=found, advice=advice)

    def inside(self, step: str, hint: Any, scope: Scope) -> Node:
        """Describe a part, one step further down the path."""
        self.path.append(step)
        node = self.node(hint, scope)
        self.path.pop()
        return node

    def described(self, key: Any, name: str, make: Callable[[], Node]) -> Node:
        """Describe a named type once; met again inside itself it is a `Ref`."""
        if key in self._done:
            return self._done[key]
        if key in self._open:
            self._open[key] = self._open[key] or self._label(name)
            return Ref(self._open[key] or name)
        self._open[key] = None
        node = make()
        label = self._open.pop(key)
        if label is not None:
            self._definitions[label] = node
        self._done[key] = node
        return node

    def _label(self, name: str) -> str:
        taken = {*self._definitions, *self._open.values()}
        return next(
            label for n in range(1, len(taken) + 2) if (label := name if n == 1 else f"{name}#{n}") not in taken
        )

    # ------------------------------------------------------------ forms of hints

    def node(self, hint: Any, scope: Scope, name: str = "") -> Node:
        """Describe a hint. `name` is what an alias calls it."""
        if type(hint) is type and hint in LEAVES and not t.registered(hint):
            return LEAVES[hint]
        hint, scope = resolved(hint, scope, self.where)
        if isinstance(hint, type):
            return self._class(hint, (), scope)
        marks = getattr(hint, "__metadata__", None)
        if marks is not None:
            return annotated(self, hint.__origin__, marks, scope, name)
        origin = get_origin(hint)
        if is_union(hint):
            return union(self, hint, scope, name)
        if origin is Literal:
            return literal(self, hint.__args__, name)
        if isinstance(origin, type):
            arguments = getattr(hint, "__args__", ())
            return Tuple(()) if origin is tuple and not arguments else self._class(origin, arguments, scope)
        return self._other(hint, origin, scope)

    def annotated(self, inner: Any, marks: tuple[Any, ...], scope: Scope) -> Node:
        """Describe a hint with markers."""
        return annotated(self, inner, marks, scope)

    def _other(self, hint: Any, origin: Any, scope: Scope) -> Node:
        if hint is None:
            return Unit()
        if origin in WRAPPERS:
            return self.node(hint.__args__[0], scope)
        if hint is typing.Self and scope.owner is not None:
            return self.node(scope.owner, scope)
        if hasattr(hint, "__supertype__"):  # a NewType
            return self.node(hint.__supertype__, scope)
        alias = hint if origin is None else origin
        if hasattr(alias, "__value__"):
            return self._alias(alias, getattr(hint, "__args__", ()), scope)
        if origin is typing.NotRequired:
            raise self.refuse("a key that may be absent has no place on the wire", advice="Make its type `… | None`.")
        raise self.refuse(f"{_shown(hint)} is no type with bytes", advice=advice_for(hint))

    def _alias(self, alias: Any, arguments: tuple[Any, ...], scope: Scope) -> Node:
        variables = {key: (value, scope) for key, value in zip(alias.__type_params__, arguments, strict=False)}
        inner = Scope(scope.names, scope.local, {**scope.variables, **variables}, scope.owner)
        key = (alias, *(key_of(argument, scope) for argument in arguments))
        return self.described(key, alias.__name__, lambda: self.node(alias.__value__, inner, alias.__name__))

    # ------------------------------------------------------------ classes

    def _class(self, cls: Any, arguments: tuple[Any, ...], scope: Scope) -> Node:
        codec = t.registered(cls)
        if codec is not None:
            return self.described((t.Codec, cls), cls.__name__, lambda: self.custom(codec, cls.__name__, scope))
        kind = style_of(cls)
        if kind is not None:
            key = (cls, *(key_of(argument, scope) for argument in arguments)) if arguments else cls
            name = t.options_of(cls).name or cls.__name__
            return self.described(key, name, lambda: self.struct(cls, kind, arguments, scope))
        found = containers(self, cls, arguments, scope) if arguments else leaf(cls)
        found = found or foreign(self, cls, arguments, {}, scope) or enumeration(self, cls)
        if found is None:
            raise self.refuse(f"{_shown(cls)} has no bytes", advice=advice_for(cls))
        return found

    def struct(self, cls: Any, kind: Kind, arguments: tuple[Any, ...], scope: Scope, name: str = "") -> Node:
        """Describe a class with fields without looking whether it is described already; `name` makes it a variant."""
        if not self.path:
            self.path.append(cls.__name__)
        owner = cls[arguments] if arguments else cls
        return structure(self, cls, kind, bindings(cls, arguments, scope), name, owner)

    def kind(self, cls: type) -> Kind | None:
        """Return what kind of class with fields this is, unless a codec was registered for it."""
        return None if t.registered(cls) else style_of(cls)

    def custom(self, codec: t.Codec, name: str, scope: Scope) -> Node:
        """Describe a type by way of another."""
        return Custom(self.node(codec.inner, scope), name, codec.encode, codec.decode)


def _shown(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) else str(hint)
