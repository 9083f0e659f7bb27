"""What an expression costs: a weight for each operator, or any function of a node and its operands' costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from ..errors import OptionError

#: Called as function(operator, operands' costs); operators of leaves are "number" and "leaf".
CostFunction: TypeAlias = Callable[[str, tuple[float, ...]], float]

ARITHMETIC: Final = ("add", "sub", "mul", "div", "neg", "pow", "sqrt", "number")


@dataclass(frozen=True, slots=True)
class CostTable:
    """A cost by weights: of a node, its operator's, plus the costs of its operands.

    `weights` is by operator; "number" is an exact constant, "leaf" any other
    leaf, and what is not named costs `other`. Weights must be above 0, so that
    the cheapest form is finite.
    """

    weights: Mapping[str, float] = field(default_factory=dict)
    other: float = 1.0

    def __post_init__(self) -> None:
        """Refuse weights that are not above 0."""
        for name, weight in (*self.weights.items(), ("other", self.other)):
            if not 0 < weight < float("inf"):
                raise OptionError("a weight must be above 0 and finite", where=name, found=str(weight))

    def of(self, name: str) -> float:
        """Return the weight of an operator."""
        return self.weights.get(name, self.other)


SIZE: Final = CostTable()
"""The number of nodes."""
