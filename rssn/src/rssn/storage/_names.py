"""Names of stored expressions, as a mapping that loads what is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ..errors import StoreNameError
from ..expr import Expr
from ._nodes import StoredExpr, part


class Names(Mapping[str, Expr]):
    """Names of expressions on disk; `names[name]` loads one, `names.stored(name)` reads it piece by piece."""

    def __init__(self, place: Path, nodes: Any, names: Mapping[str, int]) -> None:
        self._place, self._nodes, self._names = place, nodes, dict(names)

    def __getitem__(self, name: str) -> Expr:
        """Load an expression. Raises StoreNameError (a KeyError), and StoreDamageError for bytes that changed."""
        expression: Expr = self._nodes.load([self._root(name)])[0]
        return expression

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._names))

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def _root(self, name: str) -> int:
        try:
            return self._names[name]
        except KeyError:
            near = get_close_matches(str(name), self._names, 1)
            hint = f"did you mean {near[0]!r}?" if near else "the store has no such name"
            raise StoreNameError(f"no expression is called {name!r}", where=str(self._place), hint=hint) from None

    def stored(self, name: str) -> StoredExpr:
        """Return the expression as a part that is read piece by piece. Raises StoreNameError."""
        return part(self._nodes, self._root(name))

    def load(self, names: Any = None) -> dict[str, Expr]:
        """Load some expressions, or all, in one pass."""
        wanted = list(self._names if names is None else names)
        return dict(zip(wanted, self._nodes.load([self._root(name) for name in wanted]), strict=True))
