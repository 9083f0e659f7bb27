"""Congruence closure with the laws of sums and products: what `_closure` does, and `RING` as one more reason.

Two expressions are equal by `RING` if `_ring` says so of them as they stand. To
see that of expressions whose parts have been proved equal, each is written
again with other members of its parts' classes, which congruence proves equal
to it, and those are compared.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..expr import Expr, apply, constant, walk
from ..rules import Facts
from ._closure import Closure
from ._forms import number, parts_of
from ._ring import Ring

RING: Final = "ring"
BOUNDED: Final = "bounded"  # what is known of an expression leaves one value
MOST_PASSES: Final = 100
MOST_SIZE: Final = 400  # unique nodes of an expression that is written again
MOST_CLOSE: Final = 60  # of one that is looked at closer
UNCOUNTED: Final = 1 << 40
MOST_MEMBERS: Final = 8


def only_value(node: Expr, facts: Facts) -> Expr | None:
    """Return the number that an application, or a float, must be, if its bounds leave no other."""
    if not node.operands and node.operator != "float":
        return None
    known = facts.of(node)
    return constant(known.constant) if known.defined and known.constant is not None else None


class RingClosure(Closure):
    """Classes of expressions proved equal by equations, congruence, arithmetic, and the laws of sums and products."""

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self.facts, self.ring = facts, Ring(facts)
        self._sizes: dict[Expr, int] = {}
        self._small: dict[Expr, Expr] = {}  # class -> its smallest member
        self._sums: dict[Expr, Expr] = {}  # class -> its smallest sum or product
        self._keys: dict[object, Expr] = {}
        for value in (0, 1):  # what parts often turn out to be
            self.add(constant(value))

    def close(self, left: Expr, right: Expr, *, closely: bool = False) -> bool:
        """Look for what the laws of sums and products say, until two expressions are equal or nothing is new.

        `closely` tries more ways to write the two, which takes longer.
        """
        own = dict.fromkeys((*walk(left), *walk(right))) if closely else {}
        given = list(self._class)
        for _ in range(MOST_PASSES):
            if self.are_equal(left, right):
                return True
            self._survey()
            if not sum(map(self._look_at, given)) and not sum(map(self._look_closer, own)):
                break
        return self.are_equal(left, right)

    def rewrite(self, expression: Expr) -> None:
        """Put other ways to write an expression, and its parts, into their classes; of a large one, none."""
        for node in walk(expression) if self._is_small(expression) else ():
            self._survey()
            self._look_at(node)

    def _add_node(self, node: Expr) -> None:
        super()._add_node(node)
        if (value := only_value(node, self.facts)) is not None:
            if value not in self._class:
                super()._add_node(value)
            self._waiting.append((node, value, BOUNDED))

    def _survey(self) -> None:
        self._small, self._sums = {}, {}
        for top, members in self.members.items():
            self._small[top] = min(members, key=self._size)
            sums = [member for member in members if parts_of(member) is not None]
            if sums:
                self._sums[top] = min(sums, key=self._size)

    def _size(self, node: Expr) -> tuple[bool, int, int]:
        """What smaller members come first by: numbers, then few nodes as a tree, as far as that is counted."""
        stack = [node]
        while node not in self._sizes:
            waiting = [operand for operand in stack[-1].operands if operand not in self._sizes]
            if waiting:
                stack.extend(waiting)
            else:
                each = stack.pop()
                self._sizes[each] = min(1 + sum(self._sizes[operand] for operand in each.operands), UNCOUNTED)
        return number(node) is None, self._sizes[node], hash(node)

    def _is_small(self, node: Expr) -> bool:
        """Whether an expression has at most MOST_SIZE unique nodes; no more of them are looked at."""
        seen, stack = {node}, [node]
        while stack and self._size(node)[1] > MOST_SIZE >= len(seen):
            fresh = {operand for operand in stack.pop().operands if operand not in seen}
            seen |= fresh
            stack.extend(fresh)
        return not stack or self._size(node)[1] <= MOST_SIZE

    def _look_at(self, node: Expr) -> bool:
        """Compare a node, in several words, with all that was seen before; whether that united anything."""
        found = self._meet(node)
        if self._is_small(node):
            for choose in (self._smallest, self._as_written, self._opened):
                again = self._rewritten(node, choose)
                if again != node and self._is_small(again):
                    self.add(again)
                    found |= self._meet(again)
        return found

    def _look_closer(self, node: Expr) -> bool:
        """The same with one part at a time written as each of the shorter members of its class."""
        found = False
        if not node.operands or self._size(node)[1] > MOST_CLOSE:
            return found
        for part in walk(node):
            members = self.members[self.find(part)]
            for member in sorted(members, key=self._size)[:MOST_MEMBERS] if part != node and len(members) > 1 else ():
                again = self._rewritten(node, lambda each, same, p=part, m=member: m if each == p else same)  # type: ignore[misc]
                if again != node and self._is_small(again):
                    self.add(again)
                    found |= self._meet(again)
        return found

    def _meet(self, node: Expr) -> bool:
        key = self.ring.key(node)
        if key is None:
            return False
        other = self._keys.setdefault(key, node)
        if self.are_equal(node, other):
            return False
        self._waiting.append((node, other, RING))
        self._settle()
        return True

    # ---- other words ------------------------------------------------------------------------------------------------

    def _rewritten(self, expression: Expr, choose: Callable[[Expr, Expr], Expr]) -> Expr:
        made: dict[Expr, Expr] = {}
        for node in walk(expression):
            again = apply(node.operator, *(made[operand] for operand in node.operands)) if node.operands else node
            made[node] = choose(node, again) if node != expression else again
        return made[expression]

    def _smallest(self, node: Expr, again: Expr) -> Expr:
        return min(self._small.get(self.find(node), again), again, key=self._size)

    def _as_written(self, node: Expr, again: Expr) -> Expr:
        """Keep sums and products; of everything else take the smallest."""
        top = self.find(node)
        return again if parts_of(node) is not None and top not in self._number else self._small.get(top, again)

    def _opened(self, node: Expr, again: Expr) -> Expr:
        """Write what is known to be a sum or product as one."""
        top = self.find(node)
        if parts_of(node) is not None and top not in self._number:
            return again
        for known in (self._number, self._sums, self._small):
            if top in known:
                return known[top]
        return again
