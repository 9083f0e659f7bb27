"""Patterns: expressions with holes. The holes are symbols whose names begin with a question mark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias, final

from ..expr import Expr, free_symbols, is_commutative, substitute, symbol

Binding: TypeAlias = dict[str, Expr]
_Agenda: TypeAlias = "tuple[Expr, Expr, _Agenda] | None"


def variables(names: str) -> Any:
    """Return pattern variables: ``a, b = variables("a b")`` are the symbols ``?a`` and ``?b``; one name gives one."""
    made = tuple(symbol(f"?{name}") for name in names.split())
    return made[0] if len(made) == 1 else made


def is_variable(node: Expr) -> bool:
    """Whether a node is a pattern variable."""
    return node.operator == "symbol" and node.name.startswith("?")


@final
class Pattern:
    """An expression whose `?` symbols stand for any part. Operands of commutative operators match either way round."""

    __slots__ = ("_shapes", "expression", "variables")

    def __init__(self, expression: Expr) -> None:
        self.expression = expression
        self.variables: frozenset[str] = frozenset(s.name for s in free_symbols(expression) if is_variable(s))
        self._shapes: dict[Expr, tuple[str, tuple[Expr, ...], bool]] = {}

    def matches(self, subject: Expr) -> Iterator[Binding]:
        """Yield each way in which the subject is an instance of this pattern, as variable -> part.

        Matching is structural: the number 1 matches 1, not 1.0.
        """
        # A state is what is still to be matched and what is bound; the last one made is tried first.
        states: list[tuple[_Agenda, Binding]] = [((self.expression, subject, None), {})]
        while states:
            agenda, binding = states.pop()
            while agenda is not None:
                wanted, found, agenda = agenda
                operator, operands, swaps = self._shape(wanted)
                if operator == "?":
                    bound = binding.get(wanted.name)
                    if bound is None:
                        binding = {**binding, wanted.name: found}
                    elif bound != found:
                        break
                    continue
                if operator != found.operator:
                    break
                parts = found.operands
                if len(parts) != len(operands) or (not parts and wanted != found):
                    break
                if swaps and parts[0] != parts[1]:
                    states.append(((operands[0], parts[1], (operands[1], parts[0], agenda)), binding))
                for n in range(len(parts) - 1, -1, -1):
                    agenda = (operands[n], parts[n], agenda)
            else:
                yield binding

    def build(self, binding: Mapping[str, Expr]) -> Expr:
        """Return the instance of this pattern in which each variable is what it is bound to."""
        return substitute(self.expression, binding)

    def _shape(self, node: Expr) -> tuple[str, tuple[Expr, ...], bool]:
        shape = self._shapes.get(node)
        if shape is None:
            operands = node.operands
            swaps = len(operands) == 2 and operands[0] != operands[1] and is_commutative(node.operator)
            shape = ("?" if is_variable(node) else node.operator, operands, swaps)
            self._shapes[node] = shape
        return shape

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pattern) and self.expression == other.expression

    def __hash__(self) -> int:
        return hash(self.expression)

    def __repr__(self) -> str:
        return f"Pattern({self.expression})"
