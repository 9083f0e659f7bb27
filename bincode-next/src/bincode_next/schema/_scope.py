"""What names and type variables mean where a hint is written: annotations are evaluated here, class by class."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Annotated, Any, ForwardRef, Literal, TypeVar, get_origin

from ..errors import SchemaError

Variables = Mapping[Any, tuple[Any, "Scope"]]
"""What type variables are bound to: a hint, and where it was written."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a hint stands: what names in strings and type variables mean there."""

    names: dict[str, Any] = field(default_factory=dict)
    local: Mapping[str, Any] = field(default_factory=dict)
    variables: Variables = field(default_factory=dict)
    owner: Any = None  # the hint of the class whose annotations are read: `Self`


NOWHERE = Scope()


def key_of(hint: Any, scope: Scope = NOWHERE) -> Any:
    """Return what tells two hints apart. Python's own `==` won't do: to it, `A | B` and `B | A` are the same."""
    if isinstance(hint, type):
        return hint
    if isinstance(hint, TypeVar) and hint in scope.variables:
        return key_of(*scope.variables[hint])
    if isinstance(hint, str | ForwardRef):
        where = id(scope.names), *((name, id(value)) for name, value in scope.local.items())
        return str(hint), where, *((key, key_of(*value)) for key, value in scope.variables.items())
    metadata = getattr(hint, "__metadata__", None)
    if metadata is not None:
        return Annotated, key_of(hint.__origin__, scope), *map(_identity, metadata)
    arguments = getattr(hint, "__args__", None)
    if arguments is None:
        return _identity(hint)
    if get_origin(hint) is Literal:
        return Literal, *((type(value), value) for value in arguments)
    return get_origin(hint), *(key_of(argument, scope) for argument in arguments)


def _identity(value: Any) -> Any:
    try:
        hash(value)
    except TypeError:
        return id(value), type(value)
    return type(value), value


def scope_of(cls: type, variables: Variables, owner: Any) -> Scope:
    """Return the scope of a class's own annotations: its module, its type parameters, and its own name."""
    module = sys.modules.get(cls.__module__)
    names = {} if module is None else vars(module)
    local: dict[str, Any] = {}
    if names.get(cls.__name__) is not cls:
        local[cls.__name__] = cls
    for parameter in (*variables, *getattr(cls, "__type_params__", ())):
        local[parameter.__name__] = parameter
    return Scope(names, local, variables, owner)


def scope_around(hint: Any) -> Scope:
    """Return the scope of a hint that stands in no class: names in strings are those of the modules of its classes."""
    parts, classes, has_strings = [hint], [], False
    for part in parts:
        has_strings = has_strings or isinstance(part, str | ForwardRef)
        if isinstance(part, type):
            classes.append(part)
        else:
            parts.extend(getattr(part, "__args__", ()) if get_origin(part) is not Literal else ())
            parts.extend([part.__origin__] if hasattr(part, "__metadata__") else ())
    if not has_strings:
        return NOWHERE
    modules = [sys.modules[cls.__module__] for cls in classes if cls.__module__ in sys.modules]
    return Scope({name: value for module in reversed(modules) for name, value in vars(module).items()})


def annotations_of(cls: type) -> dict[str, Any]:
    """Return the annotations written in a class itself, unevaluated if they are strings."""
    if cls is object:
        return {}
    try:
        return getattr(cls, "__annotations__", None) or {}
    except NameError:  # Python 3.14 evaluates them only now, and one names what is not there yet
        lazy: Any = import_module("annotationlib")
        found: dict[str, Any] = lazy.get_annotations(cls, format=lazy.Format.FORWARDREF)
        return found


def evaluated(annotations: dict[str, Any], cls: type, scope: Scope, where: str) -> dict[str, Any]:
    """Evaluate those annotations of a class that are strings, all at once: compiling each takes most of the time."""
    texts = {name: hint for name, hint in annotations.items() if type(hint) is str}
    if not texts:
        return annotations
    found = _at_once(list(texts.values()), scope)
    if len(found) != len(texts):
        inner = Scope(scope.names, {**vars(cls), **scope.local}, scope.variables, scope.owner)
        found = tuple(evaluate(text, inner, f"{where}.{name}") for name, text in texts.items())
    return {**annotations, **dict(zip(texts, found, strict=True))}


def _at_once(texts: list[str], scope: Scope) -> tuple[Any, ...]:
    try:
        return tuple(eval("(" + ",\n".join(texts) + "\n,)", scope.names, scope.local))
    except Exception:
        return ()


def evaluate(text: str, scope: Scope, path: str) -> Any:
    """Evaluate a hint that is written as a string."""
    try:
        return eval(text, scope.names, scope.local)
    except Exception as error:
        raise SchemaError(
            f"the hint {text!r} means nothing here: {error}",
            path=path,
            advice="Names in hints are looked up in the module of their class: define or import it there.",
        ) from None


def resolved(hint: Any, scope: Scope, path: str) -> tuple[Any, Scope]:
    """Follow strings, forward references and type variables to what they stand for, and where that was written."""
    while True:
        if type(hint) is str:
            hint = evaluate(hint, scope, path)
        elif type(hint) is ForwardRef:
            module = sys.modules.get(getattr(hint, "__forward_module__", None) or "")
            where = scope if module is None else Scope(vars(module), scope.local, scope.variables, scope.owner)
            hint = evaluate(hint.__forward_arg__, where, path)
        elif isinstance(hint, TypeVar):
            hint, scope = _argument(hint, scope, path)
        else:
            return hint, scope


def _argument(variable: Any, scope: Scope, path: str) -> tuple[Any, Scope]:
    if variable in scope.variables:
        return scope.variables[variable]
    if getattr(variable, "has_default", bool)():
        return variable.__default__, scope
    raise SchemaError(
        f"the type variable {variable.__name__} has no argument",
        path=path,
        advice="Give the generic class its arguments where it is used, as in Pair[u8].",
    )


def bindings(cls: type, arguments: tuple[Any, ...], scope: Scope) -> dict[type, Variables]:
    """Return what the type variables of a generic class and of each of its bases are bound to."""
    own = {key: (value, scope) for key, value in zip(_parameters(cls), arguments, strict=False)}
    found: dict[type, Variables] = {cls: own}
    inside = scope_of(cls, own, None)
    for base in getattr(cls, "__orig_bases__", ()) if "__orig_bases__" in vars(cls) else cls.__bases__:
        origin = getattr(base, "__origin__", base)
        if isinstance(origin, type) and _is_generic(origin):
            for key, value in bindings(origin, getattr(base, "__args__", ()), inside).items():
                found.setdefault(key, value)
    return found


def _parameters(cls: type) -> tuple[Any, ...]:
    return getattr(cls, "__parameters__", ())


def _is_generic(cls: type) -> bool:
    return bool(_parameters(cls)) or "__orig_bases__" in vars(cls) or any(map(_is_generic, cls.__bases__))
