"""`Columns`: the unique nodes of some expressions as lists, operands before users. What every writer starts from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ..errors import OptionError
from ..expr import Expr, linearize
from ..ops import lookup

LEAVES: Final = frozenset({"integer", "rational", "float", "constant", "symbol"})


class Columns:
    """Per node: operator (or kind of leaf), operands, the leaf's value or name, whether it is a truth value, uses."""

    def __init__(self, roots: Sequence[Expr]) -> None:
        for root in roots:
            if not isinstance(root, Expr):
                raise OptionError("this is not an expression", found=repr(root)[:80], wanted="Expr")
        ast = linearize(roots)
        size = len(ast)
        self.operators = [ast.operators[code] for code in reversed(ast.code)]
        self.operands: list[tuple[int, ...]] = [()] * size
        self.leaves: list[Any] = [None] * size
        self.uses = [0] * size
        self.roots = [size - 1 - root for root in ast.roots]
        for top in self.roots:
            self.uses[top] += 1
        results = {name: lookup(name).result for name in ast.operators if name not in LEAVES}
        self.is_truth = [False] * size
        for node in range(size):
            at = size - 1 - node
            if ast.count[at]:
                operands = tuple([size - 1 - operand for operand in ast.operands(at)])
                self.operands[node] = operands
                for operand in operands:
                    self.uses[operand] += 1
                self.is_truth[node] = self._truth(node, results[self.operators[node]])
            else:
                table = ast.symbols if self.operators[node] == "symbol" else ast.constants
                self.leaves[node] = table[ast.first[at]]
                self.is_truth[node] = self.operators[node] == "constant" and self.leaves[node] in ("true", "false")

    def __len__(self) -> int:
        """Return the number of unique nodes."""
        return len(self.operators)

    def is_leaf(self, node: int) -> bool:
        """Whether a node is a number, a named constant or a symbol."""
        return not self.operands[node]

    def wants_truth(self, node: int) -> list[bool]:
        """Return for each operand whether it is read as a truth value; the others are numbers."""
        operator, count = self.operators[node], len(self.operands[node])
        if operator in ("and", "or", "not"):
            return [True] * count
        if operator == "where":
            return [True, self.is_truth[node], self.is_truth[node]]
        if operator == "piecewise":
            return [(index % 2 == 0 and index < count - 1) or self.is_truth[node] for index in range(count)]
        return [False] * count

    def _truth(self, node: int, result: str) -> bool:
        if result != "branches":
            return result == "bool"
        operands = self.operands[node]
        branches = operands[1:] if self.operators[node] == "where" else (*operands[1::2], operands[-1])
        return all(self.is_truth[operand] for operand in branches)
