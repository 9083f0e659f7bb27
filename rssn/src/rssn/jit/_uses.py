"""How often a node is used, per root: what decides whether a product fuses.

A formula's bits must not depend on what else is compiled with it, so uses are
counted inside each root's own DAG. Counting for all roots at once is right for
nearly every product; only one that is used more than once overall, and by an
addition, can differ from root to root. The nodes above such products are the
only ones that are looked at root by root.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class UseCounts:
    """Uses over the union of all roots, and which nodes need a look root by root.

    `operands[n]` are the operands of node n, all smaller than n. `fusible`
    says which nodes are products, `fusing` which are additions.
    """

    def __init__(
        self, operands: Sequence[Sequence[int]], roots: Sequence[int], fusible: Sequence[bool], fusing: Sequence[bool]
    ) -> None:
        self.operands = operands
        self.total = count_uses(operands, range(len(operands)))
        self.varying = self._varying(roots, fusible, fusing)

    def _varying(self, roots: Sequence[int], fusible: Sequence[bool], fusing: Sequence[bool]) -> list[bool]:
        """Return which nodes may be lowered differently for different roots."""
        varying = [False] * len(self.operands)
        if len(set(roots)) < 2:
            return varying
        contested = [False] * len(self.operands)
        for node, operands in enumerate(self.operands):
            if fusing[node]:
                for operand in operands:
                    contested[operand] = fusible[operand] and self.total[operand] > 1
        if any(contested):
            for node, operands in enumerate(self.operands):
                varying[node] = contested[node] or any(varying[operand] for operand in operands)
        return varying

    def within(self, root: int) -> tuple[list[int], dict[int, int]]:
        """Return the varying nodes below a root, operands first, and how often each is used there."""
        seen, stack = {root}, [root]
        while stack:
            for operand in self.operands[stack.pop()]:
                if self.varying[operand] and operand not in seen:
                    seen.add(operand)
                    stack.append(operand)
        order = sorted(seen)
        uses = dict.fromkeys(order, 0)
        for node in order:
            for operand in self.operands[node]:
                if operand in uses:
                    uses[operand] += 1
        return order, uses


def count_uses(operands: Sequence[Sequence[int]], nodes: Iterable[int]) -> list[int]:
    """Return how often each node is an operand of the given ones; x*x uses x twice."""
    uses = [0] * len(operands)
    for node in nodes:
        for operand in operands[node]:
            uses[operand] += 1
    return uses
