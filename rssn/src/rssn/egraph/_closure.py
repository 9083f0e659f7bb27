"""Congruence closure over expressions that remembers why: the search for a proof, once the engine has found one.

The engine keeps a list of the unions it made, each an instance of a rule.
Those instances as equations between expressions, with congruence and
arithmetic on numbers, prove everything that the engine knows; here they are
closed again, with a forest of reasons beside the union-find: an edge joins the
two expressions that a reason made equal, and the way between two expressions
of one tree is a proof.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from ..errors import FoldError
from ..expr import Expr, apply, is_commutative, walk
from ..ops import bit_limit, fold
from ._forms import number

CONGRUENT: Final = "congruent"  # operand by operand
CROSSED: Final = "crossed"  # congruent, the two operands of a commutative operator the other way round
FOLDED: Final = "folded"
MOST_BITS: Final = 4096

#: CONGRUENT, CROSSED, FOLDED, or whatever the equation was given with.
Reason: TypeAlias = object
Edge: TypeAlias = tuple[Expr, Expr, Reason]


class Closure:
    """Classes of expressions proved equal, and a forest of the reasons."""

    def __init__(self) -> None:
        self._class: dict[Expr, Expr] = {}  # union-find
        self.members: dict[Expr, list[Expr]] = {}
        self._users: dict[Expr, list[Expr]] = {}
        self._signatures: dict[tuple[object, ...], Expr] = {}
        self._number: dict[Expr, Expr] = {}  # class -> the number in it
        self._edge: dict[Expr, tuple[Expr, Reason, bool]] = {}  # towards the root of its tree
        self._waiting: deque[Edge] = deque()

    def find(self, e: Expr) -> Expr:
        """Return the representative of an expression's class."""
        up = self._class
        while up[e] is not e and up[e] != e:
            up[e] = up[up[e]]
            e = up[e]
        return e

    def add(self, expression: Expr) -> None:
        """Put an expression and its parts in."""
        for node in walk(expression):
            if node not in self._class:
                self._add_node(node)
        self._settle()

    def equate(self, left: Expr, right: Expr, reason: Reason) -> None:
        """Add an equation."""
        self.add(left)
        self.add(right)
        self._waiting.append((left, right, reason))
        self._settle()

    def are_equal(self, left: Expr, right: Expr) -> bool:
        """Whether two expressions, both added, are in one class."""
        return self.find(left) == self.find(right)

    def _add_node(self, node: Expr) -> None:
        self._class[node] = node
        self.members[node] = [node]
        self._users[node] = []
        if number(node) is not None:
            self._number[node] = node
        for operand in dict.fromkeys(node.operands):
            self._users[self.find(operand)].append(node)
        if node.operands:
            self._sign(node)

    def _signature(self, node: Expr) -> tuple[object, ...]:
        classes = [self.find(operand) for operand in node.operands]
        if len(classes) == 2 and is_commutative(node.operator):
            classes.sort(key=hash)
        return (node.operator, *classes)

    def _sign(self, node: Expr) -> None:
        """Look for an equal node, and for a value."""
        other = self._signatures.setdefault(self._signature(node), node)
        if other != node:
            first = node.operands[0], other.operands[0]
            self._waiting.append((node, other, CONGRUENT if self.are_equal(*first) else CROSSED))
        if all(self.find(operand) in self._number for operand in node.operands):
            self._fold(node)

    def _fold(self, node: Expr) -> None:
        """A node over numbers has a value: of itself, if its operands are those numbers, else of its twin over them."""
        operands = [self._number[self.find(operand)] for operand in node.operands]
        twin = apply_to(node, operands)
        if twin not in self._class:
            self._add_node(twin)
        if twin != node:
            return
        try:
            with bit_limit(MOST_BITS):
                value = fold(twin)
        except FoldError:
            return
        if value != twin and number(value) is not None:
            if value not in self._class:
                self._add_node(value)
            self._waiting.append((twin, value, FOLDED))

    def _settle(self) -> None:
        while self._waiting:
            left, right, reason = self._waiting.popleft()
            if not self.are_equal(left, right):
                self._join(left, right, reason)

    def _join(self, left: Expr, right: Expr, reason: Reason) -> None:
        a, b = self.find(left), self.find(right)
        if len(self.members[a]) > len(self.members[b]):
            a, b, left, right = b, a, right, left
            is_turned = True
        else:
            is_turned = False
        self._hang(left, right, reason, is_turned)
        self._class[a] = b
        self.members[b] += self.members.pop(a)
        moved = self._users.pop(a)
        learns = (a in self._number) != (b in self._number)
        if a in self._number:
            self._number.setdefault(b, self._number.pop(a))
        again = moved + self._users[b] if learns else moved
        self._users[b] += moved
        for user in again:
            self._sign(user)

    def _hang(self, left: Expr, right: Expr, reason: Reason, is_turned: bool) -> None:
        """Make `left` the root of its tree and hang it below `right`. `is_turned`: the reason reads right to left."""
        path, at = [], left
        while at in self._edge:
            up, why, turned = self._edge[at]
            path.append((at, up, why, turned))
            at = up
        for low, high, why, turned in reversed(path):
            self._edge[high] = (low, why, not turned)
        self._edge[left] = (right, reason, is_turned)

    # ---- reading proofs ---------------------------------------------------------------------------------------------

    def path(self, left: Expr, right: Expr) -> list[tuple[Expr, Expr, Reason, bool]]:
        """Return the edges between two equal expressions: (from, to, reason, whether that reads the other way)."""
        up_left, up_right = list(self._upwards(left)), list(self._upwards(right))
        place = {node: i for i, node in enumerate(up_left)}
        meeting = next(i for i, node in enumerate(up_right) if node in place)
        found = []
        for node in up_left[: place[up_right[meeting]]]:
            up, reason, turned = self._edge[node]
            found.append((node, up, reason, turned))
        for node in reversed(up_right[:meeting]):
            up, reason, turned = self._edge[node]
            found.append((up, node, reason, not turned))
        return found

    def _upwards(self, e: Expr) -> Iterator[Expr]:
        yield e
        while e in self._edge:
            e = self._edge[e][0]
            yield e


def apply_to(node: Expr, operands: Iterable[Expr]) -> Expr:
    """Return a node's operator applied to other operands."""
    return apply(node.operator, *operands)


def pairing(left: Expr, right: Expr, reason: Reason) -> list[tuple[int, Expr, Expr]]:
    """Return the operands of two congruent nodes that differ: (place in `left`, from, to)."""
    theirs = right.operands[::-1] if reason == CROSSED else right.operands
    return [(i, a, b) for i, (a, b) in enumerate(zip(left.operands, theirs, strict=True)) if a != b]
