"""Frozen dataclasses that cost little to make: `dataclass` writes and compiles each method of each class anew, which is
most of the time until a first value is decoded; here all classes share the methods of one."""

from __future__ import annotations

from dataclasses import MISSING, FrozenInstanceError, dataclass, fields
from typing import TYPE_CHECKING, Any

__all__ = ("record",)

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:

    def record(*, frozen: bool, slots: bool) -> Any:
        """Return what makes a dataclass that is frozen, has slots, and compares by value."""
        assert frozen
        return lambda cls: _made(dataclass(init=False, repr=False, eq=False, slots=slots)(cls))


_METHODS = ("__init__", "__eq__", "__hash__", "__repr__", "__setattr__", "__delattr__", "__getstate__", "__setstate__")


def _made(cls: Any) -> Any:
    every = fields(cls)
    cls.__record__ = (
        tuple(field.name for field in every),
        {field.name: field.default for field in every if field.default is not MISSING},
        tuple(field.name for field in every if field.compare),
        tuple(field.name for field in every if field.repr),
    )
    own = vars(cls)
    for name in _METHODS:
        if own.get(name) is None:  # `__eq__` in a class makes its `__hash__` None
            setattr(cls, name, vars(_Methods)[name])
    return cls


class _Methods:
    """What every record does."""

    __record__: tuple[tuple[str, ...], dict[str, Any], tuple[str, ...], tuple[str, ...]]

    def __init__(self, *values: Any, **named: Any) -> None:
        names, defaults, _, _ = self.__record__
        placed = dict(zip(names, values, strict=False))
        given = defaults | placed | named
        if len(values) > len(names) or given.keys() != set(names) or not placed.keys().isdisjoint(named):
            wrong = [name for name in names if name not in given] or sorted(set(given) - set(names))
            raise TypeError(
                f"{type(self).__name__} takes {', '.join(names)}: look at {', '.join(wrong) or 'their number'}"
            )
        put = object.__setattr__
        for name in names:
            put(self, name, given[name])
        after = getattr(self, "__post_init__", None)
        if after is not None:
            after()

    def __eq__(self, other: object) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__record__[2])

    def __hash__(self) -> int:
        return hash(tuple([getattr(self, name) for name in self.__record__[2]]))

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__record__[3])
        return f"{type(self).__qualname__}({inside})"

    def __setattr__(self, name: str, value: object) -> None:
        raise FrozenInstanceError(f"{type(self).__name__} is frozen: {name} can't be set")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"{type(self).__name__} is frozen: {name} can't be deleted")

    def __getstate__(self) -> list[Any]:
        return [getattr(self, name) for name in self.__record__[0]]

    def __setstate__(self, state: list[Any]) -> None:
        for name, value in zip(self.__record__[0], state, strict=True):
            object.__setattr__(self, name, value)
