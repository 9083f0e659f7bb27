"""The e-graph in its smallest form: hash-consing, union-find, congruence, and rules tried everywhere each round.

What the engine does with tables, rings of links and plans over changed rows is
done here with dictionaries and loops. Slow, and the oracle: both must end with
the same classes and the same nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import TypeAlias

from ._compile import ARE_APART, HAS_FACTS, IS_ATOM, IS_NUMBER, NONZERO, SYMBOL, Condition, TermRule
from ._terms import Term, is_variable, subterms

Node: TypeAlias = tuple[object, ...]  # (operator, class, ...) or ("number", value) or ("leaf", name)
Match: TypeAlias = dict[str, int]

_FOLDS: dict[int, Callable[..., Fraction | None]] = {
    1: lambda a, b: a + b,
    2: lambda a, b: a - b,
    3: lambda a, b: a * b,
    4: lambda a, b: a / b if b else None,
    5: lambda a: -a,
}


class ReferenceGraph:
    """Classes of equal terms. `folds` says how operators fold numbers, as for the engine."""

    def __init__(self, folds: dict[str, int] | None = None) -> None:
        self.folds = folds or {}
        self.parent: list[int] = []
        self.nodes: dict[Node, int] = {}  # canonical node -> class
        self.constant: dict[int, Fraction] = {}

    # ---- classes ----------------------------------------------------------------------------------------------------

    def find(self, c: int) -> int:
        """Return the representative of a class."""
        while self.parent[c] != c:
            self.parent[c] = self.parent[self.parent[c]]
            c = self.parent[c]
        return c

    def unite(self, a: int, b: int) -> None:
        """Put two classes together; congruence waits for `rebuild`."""
        a, b = self.find(a), self.find(b)
        if a == b:
            return
        self.parent[b] = a
        if b in self.constant:
            value = self.constant.pop(b)
            if self.constant.setdefault(a, value) != value:
                raise ArithmeticError(f"{value} is proved to be {self.constant[a]}")

    def canonical(self, node: Node) -> Node:
        """Return a node with the names that its children have now."""
        if node[0] in ("number", "leaf"):
            return node
        return (node[0], *(self.find(child) for child in node[1:]))  # type: ignore[arg-type]

    def add_node(self, node: Node) -> int:
        """Return the class of a node, made if it is new."""
        node = self.canonical(node)
        if node not in self.nodes:
            c = len(self.parent)
            self.parent.append(c)
            self.nodes[node] = c
            if node[0] == "number":
                self.constant[c] = node[1]  # type: ignore[assignment]
        return self.find(self.nodes[node])

    def add(self, t: Term) -> int:
        """Return the class of a term."""
        return self.build(t, {})

    def build(self, t: Term, match: Match) -> int:
        """Return the class of a term in which variables stand for classes."""
        at: dict[Term, int] = {}
        for node in subterms(t):
            if is_variable(node):
                at[node] = match[str(node)]
            elif isinstance(node, tuple):
                at[node] = self.add_node((node[0], *(at[operand] for operand in node[1:])))
            else:
                at[node] = self.add_node(("leaf", node) if isinstance(node, str) else ("number", Fraction(node)))
        return at[t]

    def rebuild(self) -> None:
        """Unite classes of nodes that have become equal, and fold numbers, until nothing changes."""
        changed = True
        while changed:
            changed = False
            for node, c in list(self.nodes.items()):
                fresh = self.canonical(node)
                if fresh != node:
                    del self.nodes[node]
                    other = self.nodes.setdefault(fresh, c)
                    self.unite(other, c)
                    changed = True
                if (value := self._folded(fresh)) is not None and self.constant.get(self.find(c)) != value:
                    self.unite(self.find(c), self.add_node(("number", value)))
                    changed = True

    def _folded(self, node: Node) -> Fraction | None:
        rule = _FOLDS.get(self.folds.get(str(node[0]), 0))
        values = [self.constant.get(int(str(child))) for child in node[1:]] if rule else [None]
        return None if rule is None or None in values else rule(*values)

    def visible(self) -> dict[int, list[Node]]:
        """Return the nodes that rules see, by class: a class that is a known number shows that number alone."""
        found: dict[int, list[Node]] = {}
        for node, c in self.nodes.items():
            c = self.find(c)
            if c not in self.constant or node[0] == "number":
                found.setdefault(c, []).append(node)
        return found

    @property
    def size(self) -> tuple[int, int]:
        """Visible nodes and classes."""
        visible = self.visible()
        return sum(map(len, visible.values())), len(visible)

    # ---- rules ------------------------------------------------------------------------------------------------------

    def matches(self, pattern: Term, c: int, visible: dict[int, list[Node]], match: Match) -> Iterator[Match]:
        """Yield every way in which a class holds an instance of a pattern."""
        if is_variable(pattern):
            if self.find(match.setdefault(str(pattern), c)) == c:
                yield match
            return
        for node in visible.get(c, ()):
            if not isinstance(pattern, tuple):
                if node == (("leaf", pattern) if isinstance(pattern, str) else ("number", Fraction(pattern))):
                    yield match
            elif node[0] == pattern[0] and len(node) == len(pattern):
                found: list[Match] = [dict(match)]
                for operand, child in zip(pattern[1:], node[1:], strict=True):
                    found = [m for each in found for m in self.matches(operand, self.find(child), visible, dict(each))]  # type: ignore[arg-type]
                yield from found

    def holds(self, guard: Condition, match: Match, visible: dict[int, list[Node]]) -> bool:
        """Whether a claim about a match is proved."""
        c = self.find(match[guard.x])
        is_symbol = any(node[0] == "leaf" for node in visible.get(c, ()))
        if guard.kind == HAS_FACTS:
            return is_symbol if guard.y == SYMBOL else guard.y == NONZERO and bool(self.constant.get(c))
        if guard.kind == ARE_APART:
            return c != self.find(match[str(guard.y)])
        return (
            c in self.constant or (guard.kind == IS_ATOM and is_symbol) if guard.kind in (IS_NUMBER, IS_ATOM) else False
        )

    def round(self, rules: Iterable[TermRule]) -> bool:
        """Find all matches of all rules, then apply them; whether anything changed."""
        visible = self.visible()
        todo: list[tuple[TermRule, Match]] = []
        for rule in rules:
            ((variable, pattern),) = rule.left
            for c in visible:
                todo += [
                    (rule, {**match, variable: c})
                    for match in self.matches(pattern, c, visible, {})
                    if all(self.holds(guard, match, visible) for guard in rule.guards)
                ]
        before = (len(self.parent), self.size)
        for rule, match in todo:
            for left, right in rule.right:
                self.unite(self.build(left, match), self.build(right, match))
        self.rebuild()
        return (len(self.parent), self.size) != before

    def saturate(self, rules: Iterable[TermRule], rounds: int = 100) -> bool:
        """Run rounds until nothing changes; whether that was reached."""
        rules = tuple(rules)
        self.rebuild()
        return any(not self.round(rules) for _ in range(rounds))
