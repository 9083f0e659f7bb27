"""What text and LaTeX decide before they write: the order operands are shown in, and which parts get a name."""

from __future__ import annotations

from fractions import Fraction
from math import isfinite, nan

from ._ast import Ast
from ._common import LEAF_KINDS
from ._printer import Precedence, Printer, printer_of

# A part used more than once gets a name when its written form has at least so many nodes.
SHARED_SIZE = 16
# A part nested deeper than this gets a name.
NESTING = 60
_LEAVES = len(LEAF_KINDS)
_HIGHEST_DEGREE = 1e9

# What orders the terms of a sum: higher degree first, then the name that leads the
# term (numbers have none and go last), then the higher power of that name.
Key = tuple[float, bool, str, float]
_PLAIN: Key = (0.0, True, "", 0.0)


class Plan:
    """The shown order, the printers and the named parts of an Ast. Every pass is linear in its nodes."""

    def __init__(self, ast: Ast) -> None:
        self.ast = ast
        self.printers = [printer_of(name) for name in ast.operators]
        self.shown: list[tuple[int, ...]] = [()] * len(ast)
        self.named: dict[int, int] = {}  # node -> number of its name, operands before their users
        self._uses = self._count_uses()
        self._bindings = [Precedence.ATOM] * len(ast)
        self._keys: list[Key] = [_PLAIN] * len(ast)
        self._sizes = [1] * len(ast)
        self._depths = [0] * len(ast)
        for node in range(len(ast) - 1, -1, -1):
            self._visit(node)

    def operator(self, node: int) -> str:
        """Return the operator's name, or the kind of leaf."""
        return self.ast.operators[self.ast.code[node]]

    def is_leaf(self, node: int) -> bool:
        """Return whether a node is a number, a named constant or a symbol."""
        return self.ast.code[node] < _LEAVES

    def constant(self, node: int) -> object:
        """Return the value of a number leaf, or the name of a named constant."""
        return self.ast.constants[self.ast.first[node]]

    def symbol(self, node: int) -> str:
        """Return the name of a symbol leaf."""
        return self.ast.symbols[self.ast.first[node]]

    def printer(self, node: int) -> Printer:
        """Return the printer of an application; one whose style can't take so many operands prints as a function."""
        printer = self.printers[self.ast.code[node]]
        if printer.style == "function" or self.ast.count[node] == (1 if printer.style == "prefix" else 2):
            return printer
        return Printer(function=printer.function)

    def precedence(self, node: int) -> Precedence:
        """Return how tightly the text of a node binds: a name is an atom, a negative number a negation."""
        return Precedence.ATOM if node in self.named else self._bindings[node]

    def is_negative(self, node: int) -> bool:
        """Return whether a node is a number written with a minus in front."""
        kind = self.operator(node)
        return (kind == "integer" and self._number(node) < 0) or (
            kind == "float" and str(self.constant(node))[0] == "-"
        )

    def is_number(self, node: int) -> bool:
        """Return whether a node is a number or the imaginary unit."""
        return self.operator(node) in ("integer", "rational", "float") or (
            self.operator(node) == "constant" and self.constant(node) == "1j"
        )

    def _number(self, node: int) -> float | Fraction:
        value = self.constant(node)
        return value if isinstance(value, int | float | Fraction) else 0

    def _count_uses(self) -> list[int]:
        uses = [0] * len(self.ast)
        for node, (first, count) in enumerate(zip(self.ast.first, self.ast.count, strict=True)):
            for link in self.ast.links[first : first + count] if count else ():
                uses[node + link] += 1
        return uses

    def _visit(self, node: int) -> None:
        if self.is_leaf(node):
            if self.operator(node) == "symbol":
                self._keys[node] = (-1.0, False, self.symbol(node), -1.0)
            elif self.is_negative(node):
                self._bindings[node] = Precedence.NEGATION
            return
        self._bindings[node] = self.printer(node).precedence
        operands = self.ast.operands(node)
        if len(operands) == 2 and self.ast.commutative[self.ast.code[node]]:
            operands = self._arranged(node, *operands)
        self.shown[node] = tuple(operands)
        self._keys[node] = self._key(node, operands)
        self._measure(node, operands)

    def _measure(self, node: int, operands: list[int]) -> None:
        """Find size and nesting of the written form, and name the node where they ask for it."""
        chain = self.printer(node).style == "left" and self._continues(node, operands[0])
        size, depth = 1, 0
        for place, operand in enumerate(operands):
            if operand in self.named:
                size, depth = size + 1, max(depth, 1)
                continue
            size += self._sizes[operand]
            depth = max(depth, self._depths[operand] + (not (chain and place == 0)))
        self._sizes[node], self._depths[node] = size, depth
        if node and ((self._uses[node] > 1 and size >= SHARED_SIZE) or depth > NESTING):
            self.named[node] = len(self.named) + 1

    def _continues(self, node: int, operand: int) -> bool:
        """Return whether an operand on the left goes on in the same chain, without brackets."""
        return not self.is_leaf(operand) and self.precedence(operand) == self._bindings[node]

    # ---- the order of a commutative operator's two operands

    def _arranged(self, node: int, left: int, right: int) -> list[int]:
        """Put a nested chain to the left, where it needs no brackets; otherwise sort by what is written."""
        if self.printer(node).style == "left":
            chains = self._continues(node, left), self._continues(node, right)
            if chains[0] != chains[1]:
                return [left, right] if chains[0] else [right, left]
        name = self.operator(node)
        if name == "add":
            return sorted((left, right), key=self._keys.__getitem__)
        if name == "mul":
            return sorted((left, right), key=self._factor_key)
        return [left, right]

    def _factor_key(self, node: int) -> tuple[int, str]:
        """Numbers first, then constants, then names in order, functions, sums."""
        if self.is_number(node) and self.constant(node) != "1j":
            return 0, ""
        if self.operator(node) == "constant":
            return 1, str(self.constant(node))
        lead = self._keys[node][2]
        if self.operator(node) in ("symbol", "pow", "mul"):
            return 2, lead
        return (4 if self.precedence(node) == Precedence.SUM else 3), lead

    def _key(self, node: int, operands: list[int]) -> Key:
        """The key of an application as a term: degree as of a polynomial, 0 for a function."""
        name = self.operator(node)
        if not operands:
            return _PLAIN
        keys = [self._keys[operand] for operand in operands]
        lead = next((key for key in keys if not key[1]), _PLAIN)
        degree = 0.0
        if name in ("add", "sub", "neg"):
            degree = min(key[0] for key in keys)
        elif name == "mul":
            degree = sum(key[0] for key in keys)
        elif name == "div":
            degree = keys[0][0] - keys[-1][0]
        elif name == "pow" and isfinite(power := self._power(operands[-1])):
            return _clamped(keys[0][0] * power), lead[1], lead[2], _clamped(lead[3] * power)
        else:
            return 0.0, lead[1], lead[2], 0.0
        return _clamped(degree), *lead[1:]

    def _power(self, node: int) -> float:
        value = self.constant(node) if self.is_leaf(node) and self.operator(node) != "symbol" else None
        is_small = isinstance(value, int | float | Fraction) and -_HIGHEST_DEGREE < value < _HIGHEST_DEGREE
        return float(value) if is_small else nan  # type: ignore[arg-type]


def _clamped(value: float) -> float:
    return max(-_HIGHEST_DEGREE, min(_HIGHEST_DEGREE, value))
