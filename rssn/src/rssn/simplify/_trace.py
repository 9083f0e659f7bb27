"""Traces: which rewrites led to an answer, in order. What was tried and dropped leaves none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import final

from ..expr import Expr


@dataclass(frozen=True, slots=True)
class Step:
    """One rewrite that was kept: the pass, the rule, the part before and after."""

    pass_name: str
    rule: str
    before: Expr
    after: Expr

    def __str__(self) -> str:
        return f"{self.rule}: {self.before!r} -> {self.after!r}"


@final
class Trace:
    """How each node became simple: steps, and nodes whose own way comes first. A stack holds what is in work."""

    __slots__ = ("_open", "_ways")

    def __init__(self) -> None:
        self._ways: dict[Expr, list[Step | Expr]] = {}
        self._open: list[list[Step | Expr]] = []

    def begin(self) -> None:
        """Work on a node starts."""
        self._open.append([])

    def end(self, node: Expr, answer: Expr) -> None:
        """Work on a node has ended; whoever asked for it uses it."""
        self._ways[node] = self._open.pop()
        self.use(node, answer)

    def use(self, node: Expr, answer: Expr) -> None:
        """The node in work uses the simple form of another."""
        if self._open and node != answer:
            self._open[-1].append(node)

    def mark(self) -> int:
        """Return a place in the way of the node in work, for `keep` and `drop`."""
        return len(self._open[-1])

    def keep(self, step: Step, at: int | None = None) -> None:
        """Put a step on the way of the node in work, at a place marked before or at its end."""
        way = self._open[-1]
        way.insert(len(way) if at is None else at, step)

    def drop(self, mark: int) -> None:
        """Forget what came after a mark."""
        del self._open[-1][mark:]

    def extend(self, steps: Iterable[Step]) -> None:
        """Put the steps of another trace on the way of the node in work."""
        self._open[-1].extend(steps)

    def see(self, node: Expr, others: Iterable[Expr]) -> None:
        """Say that a node became simple by the ways of others."""
        self._ways[node] = list(others)

    def steps(self, node: Expr) -> Iterator[Step]:
        """Yield the steps that made a node simple, those of its parts first, each part's once."""
        seen = {node}
        ways = [iter(self._ways.get(node, ()))]
        while ways:
            for each in ways[-1]:
                if isinstance(each, Step):
                    yield each
                elif each not in seen:
                    seen.add(each)
                    ways.append(iter(self._ways.get(each, ())))
                    break
            else:
                ways.pop()
