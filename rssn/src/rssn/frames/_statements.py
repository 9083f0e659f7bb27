"""What the user wrote, as named formulas over columns."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ..errors import OptionError, UnknownNameError
from ..expr import Expr
from ..parser import parse, parse_program

Statements: TypeAlias = str | Expr | Sequence[str | Expr] | Mapping[str, str | Expr]


@dataclass(frozen=True, slots=True)
class Formulas:
    """Formulas in the order of the results, each with the name its result gets.

    `single` says that the user gave one expression and no name: the result is
    one array, not a table. `known` holds every name that was assigned.
    """

    names: tuple[str, ...]
    exprs: tuple[Expr, ...]
    single: bool
    known: Mapping[str, Expr]

    def with_condition(self, text: str) -> Formulas:
        """Return the same and, last and without a name, a boolean formula that picks rows."""
        condition = parse(text).substitute(dict(self.known))
        return Formulas((*self.names, ""), (*self.exprs, condition), False, self.known)

    def columns(self) -> list[str]:
        """Return the names of the columns that any formula reads, sorted."""
        return sorted(set().union(*map(columns_of, self.exprs)))

    def check(self, known: Collection[str]) -> None:
        """Raise UnknownNameError for the first column that the table lacks; the nearest name is the hint."""
        for name, expr in zip(self.names, self.exprs, strict=True):
            for column in sorted(columns_of(expr)):
                require_column(column, known, where=f"in {name!r}")


def columns_of(expr: Expr) -> set[str]:
    """Return the names of the columns that a formula reads."""
    return {symbol.name for symbol in expr.free_symbols if symbol.name is not None}


def require_column(name: str, known: Collection[str], *, where: str = "") -> None:
    """Raise UnknownNameError unless `known` holds the column exactly once."""
    if name not in known:
        raise UnknownNameError(f"no column {name!r}", where=where, hint=_nearest(name, known))
    if isinstance(known, list | tuple) and known.count(name) > 1:
        hint = "rename one of them: a formula can't say which it means"
        raise UnknownNameError(f"the table has {known.count(name)} columns called {name!r}", where=where, hint=hint)


def _nearest(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known, 1, 0.5) or [key for key in known if key.lower() == name.lower()][:1]
    if near:
        return f"did you mean {near[0]!r}?"
    some = sorted(set(known))[:12]
    return f"the columns are {', '.join(some)}{', …' if len(set(known)) > len(some) else ''}" if some else ""


def read_statements(statements: Statements) -> Formulas:
    """Turn what a caller gave into formulas.

    Text may hold assignments: in ``u = x^2; u + 1`` the last part is the
    result and `u` a name for use inside; text of assignments only gives all of
    them but those whose names begin with an underscore: they are steps on the
    way. Later texts may use the names of earlier ones. An expression without a
    name is named after its text. Raises ParseError, or OptionError for two
    results of one name.
    """
    check_statements(statements)
    known: dict[str, Expr] = {}
    found = [pair for name, item in _items(statements) for pair in _read(item, name, known)]
    names = tuple(name for name, _, _ in found)
    if not names:
        hint = "write at least one expression, for example 'z = x + y'; names that begin with _ are only steps"
        raise OptionError("no result asked for", hint=hint)
    for name in names:
        if names.count(name) > 1:
            raise OptionError(f"two results are called {name!r}", hint="give each its own name: 'name = expression'")
    lone = isinstance(statements, str | Expr) and len(found) == 1 and not found[0][2]
    return Formulas(names, tuple(expr for _, expr, _ in found), lone, known)


def check_statements(statements: object) -> None:
    """Raise OptionError unless this is text, an Expr, or a collection of them."""
    if isinstance(statements, str | Expr):
        return
    if not isinstance(statements, Iterable):
        raise OptionError(f"a formula is text or an Expr, not {type(statements).__name__}")
    for item in statements.values() if isinstance(statements, Mapping) else statements:
        if not isinstance(item, str | Expr):
            raise OptionError(f"a formula is text or an Expr, not {type(item).__name__}")


def _items(statements: Statements) -> Iterator[tuple[str | None, str | Expr]]:
    if isinstance(statements, str | Expr):
        yield None, statements
    elif isinstance(statements, Mapping):
        yield from statements.items()
    else:
        yield from ((None, item) for item in statements)


def _read(item: str | Expr, name: str | None, known: dict[str, Expr]) -> list[tuple[str, Expr, bool]]:
    """Return (name, expression, whether the user named it) of one statement, and remember its assignments."""
    if isinstance(item, Expr):
        return [(name or str(item), item, name is not None)]
    program = parse_program(item)
    earlier = dict(known)
    assigned = [(left, right.substitute(earlier)) for left, right in program.assignments]
    known.update(assigned)
    if program.result is not None:
        return [(name or _name_of(item), program.result.substitute(earlier), name is not None)]
    if name is not None:
        raise OptionError(f"{name!r} is given twice: as a key and by '='", hint="leave out one of them")
    return [(left, right, True) for left, right in dict(assigned).items() if not left.startswith("_")]


def _name_of(text: str) -> str:
    return " ".join(text.split())
