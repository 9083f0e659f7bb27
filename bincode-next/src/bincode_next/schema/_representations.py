"""Types that have several representations, by the one that `As` declares."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from ._nodes import Bytes, Custom, Float, Int, Node, Str, Tuple
from ._scope import Scope

if TYPE_CHECKING:
    from ._build import Builder

Way = tuple[Callable[[Any], Any], Callable[[type], Callable[[Any], Any]]]
"""How a value is taken apart, and what, given the class, puts it together."""


def _same(cls: type) -> Callable[[Any], Any]:
    return cls


def _of_parts(cls: type) -> Callable[[Any], Any]:
    return lambda parts: cls(*parts)


_ISO: Final[Way] = (operator.methodcaller("isoformat"), operator.attrgetter("fromisoformat"))

WAYS: Final[dict[tuple[str, type[Node]], Way]] = {
    ("uuid.UUID", Str): (str, _same),
    ("uuid.UUID", Bytes): (operator.attrgetter("bytes"), lambda cls: lambda value: cls(bytes=bytes(value))),
    ("uuid.UUID", Int): (operator.attrgetter("int"), lambda cls: lambda value: cls(int=value)),
    ("decimal.Decimal", Str): (str, _same),
    ("fractions.Fraction", Str): (str, _same),
    ("fractions.Fraction", Tuple): (lambda value: (value.numerator, value.denominator), _of_parts),
    ("builtins.complex", Tuple): (lambda value: (value.real, value.imag), _of_parts),
    ("datetime.date", Str): _ISO,
    ("datetime.time", Str): _ISO,
    ("datetime.datetime", Str): _ISO,
    ("datetime.timedelta", Int): (
        lambda value: value // timedelta(microseconds=1),
        lambda _: lambda value: timedelta(microseconds=value),
    ),
}


def represented(builder: Builder, cls: Any, inner: Any, scope: Scope) -> Node:
    """Describe a class by the representation declared for it."""
    node = builder.node(inner, scope)
    if not isinstance(cls, type) or (way := WAYS.get((f"{cls.__module__}.{cls.__name__}", type(node)))) is None:
        known = sorted({name.rpartition(".")[2] for name, _ in WAYS})
        raise builder.refuse(
            f"no known way from {getattr(cls, '__name__', cls)} to {node}",
            advice=f"As knows {', '.join(known)}; for anything else give a Codec.",
        )
    if isinstance(node, Tuple) and [type(item) for item in node.items] != [Float if cls is complex else Int] * 2:
        raise builder.refuse(
            f"{cls.__name__} is two numbers", found=str(node), advice="As(tuple[int, int]) for a Fraction."
        )
    if isinstance(node, Bytes):
        node = Bytes(16, python=node.python)
    take, make = way
    return Custom(node, cls.__name__, take, make(cls))
