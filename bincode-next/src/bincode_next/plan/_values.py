"""Python values taken apart before they are written, and put together after they are read. No bytes here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import Any, Final

from ..errors import DecodeError, WrongTypeError
from ..schema import _nodes as n

# What code of a user's class or codec raises when a value is wrong; decimal's errors are arithmetic ones.
REFUSALS: Final = (ValueError, TypeError, ArithmeticError, LookupError, AttributeError)

Make = Callable[[list[Any]], Any]
Take = Callable[[Any], Sequence[Any]]


def wrong(value: object, wanted: str) -> WrongTypeError:
    """Return the error of a value that is of another type."""
    return WrongTypeError("a value of another type", wanted=wanted, found=type(value).__name__)


def is_wrapped(option: n.Option) -> bool:
    """Whether values of an option are `Some(v)`, because `v` may itself be None."""
    inner = option.inner
    while isinstance(inner, n.Custom):
        inner = inner.inner
    return isinstance(inner, n.Option) or (isinstance(inner, n.Unit) and inner.value is None)


# ---------------------------------------------------------------- structs


def struct_maker(node: n.Struct) -> Make:
    """Return what makes an instance of its fields' values. `__init__` is not called, what `after` names is."""
    names = [field.attribute for field in node.fields]
    match node.style:
        case "tuple":
            return tuple
        case "typeddict":
            return lambda values: dict(zip(names, values, strict=True))
        case "namedtuple":
            return lambda values: tuple.__new__(node.python, values)
        case "struct":  # msgspec lets its classes be made by calling them only; it calls __post_init__ itself
            return _refusing(lambda values: node.python(**dict(zip(names, values, strict=True))))
        case _:
            return _instances(node, names)


def _instances(node: n.Struct, names: list[str]) -> Make:
    new, put, cls, after = object.__new__, object.__setattr__, node.python, node.after

    def make(values: list[Any]) -> Any:
        made = new(cls)
        for name, value in zip(names, values, strict=True):
            put(made, name, value)
        if after is not None:
            after(made)
        return made

    return make if after is None else _refusing(make)


def _refusing(make: Make) -> Make:
    """What a class says against its values is an error of decoding."""

    def refusing(values: list[Any]) -> Any:
        try:
            return make(values)
        except REFUSALS as error:
            if isinstance(error, DecodeError):
                raise
            raise DecodeError(f"the class refuses the values: {error}") from error

    return refusing


def struct_taker(node: n.Struct) -> Take:
    """Return what takes the values of the fields out of an instance; WrongTypeError for anything else."""
    names, cls, count = [field.attribute for field in node.fields], node.python, len(node.fields)
    if node.style == "tuple":
        return lambda value: _plain_tuple(value, count)
    if node.style == "typeddict":
        return lambda value: _entries(value, names, node.name)
    if node.style == "namedtuple":
        return lambda value: _instance(value, cls, tuple(value) if isinstance(value, cls) else ())
    return lambda value: _attributes(value, names, cls)


def _plain_tuple(value: Any, count: int) -> Sequence[Any]:
    if not isinstance(value, tuple | list):
        raise wrong(value, f"a tuple of {count}")
    if len(value) != count:
        raise WrongTypeError("a tuple of another length", wanted=f"{count} items", found=len(value))
    return value


def _entries(value: Any, names: list[str], struct: str) -> Sequence[Any]:
    if not isinstance(value, Mapping):
        raise wrong(value, f"a dict with the keys of {struct}")
    if len(value) != len(names):
        extra = [key for key in value if key not in names]
        if extra:
            raise WrongTypeError("a key that the type has not", wanted=f"the keys of {struct}", found=extra[0])
    try:
        return [value[name] for name in names]
    except KeyError as error:
        raise WrongTypeError("a key is missing", wanted=str(error.args[0])) from None


def _instance(value: Any, cls: type, values: Sequence[Any]) -> Sequence[Any]:
    if not isinstance(value, cls):
        raise wrong(value, cls.__name__)
    return values


def _attributes(value: Any, names: list[str], cls: type) -> Sequence[Any]:
    if not isinstance(value, cls):
        raise wrong(value, cls.__name__)
    try:
        return [getattr(value, name) for name in names]
    except AttributeError as error:
        raise WrongTypeError("a field has no value", wanted=error.name or "", found=type(value).__name__) from error


def tuple_taker(count: int) -> Take:
    """Return what looks at a tuple's length."""
    return lambda value: _plain_tuple(value, count)


# ---------------------------------------------------------------- sequences


def items_of(value: Any, wanted: str = "a list") -> Sequence[Any]:
    """Return the items of a list, tuple, deque, array or other sequence that is no text, as they are now."""
    if type(value) is list or type(value) is tuple:
        return tuple(value)
    if isinstance(value, str | bytes | bytearray | memoryview | Mapping):
        raise wrong(value, wanted)
    if isinstance(value, Sequence | Set) or hasattr(value, "popleft"):
        return tuple(value)
    to_list = getattr(value, "tolist", None)
    if to_list is not None and getattr(value, "ndim", 1) >= 1:  # arrays of numbers
        items = to_list()
        if isinstance(items, list):
            return items
    raise wrong(value, wanted)


def elements_of(value: Any) -> Sequence[Any]:
    """Return the elements of a set as they are now, in its order."""
    if not isinstance(value, Set):
        raise wrong(value, "a set")
    return tuple(value)


def entries_of(value: Any) -> Sequence[tuple[Any, Any]]:
    """Return the entries of a mapping as they are now, in its order."""
    if not isinstance(value, Mapping):
        raise wrong(value, "a dict")
    return tuple(value.items())


def container(python: Any) -> Callable[[Any], Any]:
    """Return what makes the container of a list of items, of a set or of a dict."""
    if python in (list, dict, set):
        return lambda items: items
    made: Callable[[Any], Any] = python
    return made


# ---------------------------------------------------------------- enums


def variant_finder(node: n.Enum) -> Callable[[Any], int]:
    """Return what tells which variant a value is; WrongTypeError if it is none."""
    if node.style == "union":
        return _class_finder(node)
    kind = node.python if node.style == "enum" and isinstance(node.python, type) else None
    table = {(type(variant.key), variant.key): index for index, variant in enumerate(node.variants)}

    def find(value: Any) -> int:
        try:
            index = table.get((type(value), value))
        except TypeError:
            index = None
        if index is None or (kind is not None and not isinstance(value, kind)):
            raise (
                wrong(value, node.name)
                if kind is not None
                else WrongTypeError(
                    "none of the values", wanted=node.name, found=value if isinstance(value, str | int) else type(value)
                )
            )
        return index

    return find


def _class_finder(node: n.Enum) -> Callable[[Any], int]:
    known: dict[type, int] = {}
    for index, variant in enumerate(node.variants):
        if isinstance(variant.key, type):
            known.setdefault(variant.key, index)
    others = [(index, variant.key) for index, variant in enumerate(node.variants) if not isinstance(variant.key, type)]

    def find(value: Any) -> int:
        for index, key in others:  # values that are variants themselves
            if value is key or (type(value) is type(key) and value == key):
                return index
        for cls in type(value).__mro__:
            if cls in known:
                return known[cls]
        for cls, index in known.items():  # abstract classes that count others as theirs
            if isinstance(value, cls):
                return index
        raise wrong(value, node.name)

    return find


def first_repeated(keys: Iterable[bytes]) -> bytes | None:
    """Return the first of sorted keys that equals the one before it."""
    before: bytes | None = None
    for key in keys:
        if key == before:
            return key
        before = key
    return None
