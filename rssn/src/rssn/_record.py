"""Frozen dataclasses that cost little to make: `dataclass` writes and compiles each method of each class anew, which is
a good part of the time until a formula can be read; here all classes share the methods of one.

bincode_next has a smaller one of its own: the two packages install without each other.
"""

from __future__ import annotations

from dataclasses import MISSING, FrozenInstanceError, dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:

    def record(*, frozen: bool, slots: bool = False, eq: bool = True, kw_only: bool = False) -> Any:
        """Return what makes a frozen dataclass, with the options of `dataclass`; what a class defines itself stays."""
        assert frozen

        def make(cls: Any) -> Any:
            made = dataclass(init=False, repr=False, eq=False, slots=slots, kw_only=kw_only)(cls)
            return _made(made, _METHODS if eq else _OTHERS, kw_only)

        return make


_OTHERS = ("__init__", "__repr__", "__setattr__", "__delattr__", "__getstate__", "__setstate__")
_METHODS = ("__eq__", "__hash__", *_OTHERS)


def _made(cls: Any, methods: tuple[str, ...], kw_only: bool) -> Any:
    every = fields(cls)
    cls.__record__ = (
        tuple(field.name for field in every),
        {field.name: field.default for field in every if field.default is not MISSING},
        tuple(field.name for field in every if field.compare),
        tuple(field.name for field in every if field.repr),
        0 if kw_only else len(every),
    )
    own = vars(cls)
    for name in methods:
        if own.get(name) is None:  # `__eq__` in a class makes its `__hash__` None
            setattr(cls, name, vars(_Methods)[name])
    return cls


class _Methods:
    """What every record does."""

    __record__: tuple[tuple[str, ...], dict[str, Any], tuple[str, ...], tuple[str, ...], int]

    def __init__(self, *values: Any, **named: Any) -> None:
        names, defaults, _, _, most = self.__record__
        placed = dict(zip(names, values, strict=False))
        given = defaults | placed | named
        if len(values) > most or given.keys() != set(names) or not placed.keys().isdisjoint(named):
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

    def __getstate__(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__record__[0]}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)


__all__ = ("record",)
