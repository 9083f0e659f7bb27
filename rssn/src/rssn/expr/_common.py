"""What the native store and its twin share: names, numbers, statistics, and the hooks that upper rooms fill."""

from __future__ import annotations

import sys
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from rssn._numpy import np
from rssn._record import record
from rssn.errors import OperatorError, OptionError

# The named constants in the order of their fixed ids; "1j" is the imaginary unit.
CONSTANT_NAMES = ("pi", "true", "false", "1j")
CONSTANT_VALUES: tuple[bool | complex | None, ...] = (None, True, False, 1j)

# The first of the operator names of every Ast.
LEAF_KINDS = ("integer", "rational", "float", "constant", "symbol")

# Names that mean something in text, so that a symbol of that name could not be read back.
RESERVED_NAMES = frozenset({"pi", "inf", "nan", "true", "false"})

# What the operators of Python build: name, commutative.
PYTHON_OPERATORS = (
    ("add", True), ("sub", False), ("mul", True), ("div", False), ("floordiv", False), ("mod", False), ("pow", False),
    ("neg", False), ("abs", False), ("lt", False), ("le", False), ("gt", False), ("ge", False),
    ("and", True), ("or", True), ("not", False),
)  # fmt: skip

Number = bool | int | Fraction | float | complex


@record(frozen=True, slots=True)
class Statistics:
    """What the expression store holds now."""

    live: int
    """nodes that some handle reaches"""
    slots: int
    """nodes held: the live ones and those that the next collection gives back"""
    handles: int
    """`Expr` objects alive"""
    bytes: int
    """allocated by the store, spare room included; names and big integers apart"""
    collections: int
    """collections since the process began"""


def not_installed(*_: object, **__: object) -> Any:
    """Stand in for evaluate until the room that knows what operators mean has installed its own."""
    raise OperatorError("nothing has installed evaluate yet", hint="import rssn, not rssn.expr alone")


class Hooks:
    """What `Expr` does with the help of files above its store: set on one instance per store, or on the class for all.

    What passes between them are the fields of an Ast, as `columns` returns them.
    """

    columns: Callable[..., tuple[Any, ...]]
    substitute: Callable[..., Any]
    free_symbols: Callable[..., Any]

    text: Callable[..., str]
    latex: Callable[..., str]
    encode: Callable[..., bytes]
    restore: Callable[[bytes], Any]

    evaluate: Callable[..., Any] = staticmethod(not_installed)


def install_evaluate(function: Callable[..., Any]) -> None:
    """Make `e.evaluate(environment, **options)` call `function(e, environment, **options)`."""
    Hooks.evaluate = staticmethod(function)


def as_number(value: object) -> Number | None:
    """Return the Python number that `value` is, or None: NumPy scalars and subclasses of int, float, Fraction count."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, Fraction):
        return Fraction(value)
    if isinstance(value, complex):
        return complex(value)
    return _numpy_number(value) if "numpy" in sys.modules else None


def _numpy_number(value: object) -> Number | None:
    """Return the number that a scalar of NumPy's is, if Python's own types did not know it."""
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, np.float16 | np.float32):
        return float(value)
    return complex(value) if isinstance(value, np.complex64) else None


def check_symbol_name(name: object) -> str:
    """Return `name` if a symbol can be called that; raise OptionError if it is empty, reserved or not text."""
    if not isinstance(name, str):
        raise OptionError("a symbol's name is a string", found=repr(name))
    if not name or name in RESERVED_NAMES:
        raise OptionError(
            "this can't be the name of a symbol", found=repr(name), hint="use rssn.constant for constants"
        )
    return name


def split_names(names: object) -> list[str]:
    """Split `"x y"` or `"x, y"` or an iterable of names; raise OptionError where a name is missing."""
    parts = names.replace(",", " ").split() if isinstance(names, str) else list(names)  # type: ignore[call-overload]
    if not parts:
        raise OptionError("no names of symbols given", found=repr(names))
    return parts
