"""Forms from the rooms of algebra: what a person would write is often fast too, and what saturation finds cheapest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..egraph import CostTable as Weights
from ..egraph import SaturationLimits, saturate
from ..errors import RssnError
from ..expr import Expr
from ..rules import ALL, COMPUTE, Facts
from ..simplify import Budget, Simplifier
from ._model import host_table
from ._table import CostTable

_STEPS: Final = 2_000
# Rounds and nodes, not seconds, so that the answer is the same on a slow day.
_LIMITS: Final = SaturationLimits(nodes=4_000, iterations=6, seconds=60.0)
_RULES: Final = (ALL + COMPUTE, "factor", "content", "flatten")
_LEAF_NS: Final = 0.004
_LEAST_NS: Final = 0.001


def simplified(root: Expr, facts: Facts) -> Iterator[Expr]:
    """Yield the form that `simplify` gives."""
    simplifier = Simplifier(assume=facts.assumptions, budget=Budget(steps=_STEPS))
    try:
        yield simplifier.run(root).result
    except RssnError:
        return


def saturated(root: Expr, facts: Facts) -> Iterator[Expr]:
    """Yield the cheapest form in the graph of all equal ones, by the measured costs of operators, shared parts once."""
    try:
        report = saturate(root, _RULES, limits=_LIMITS, assume=facts.assumptions)
        yield report.extract(weights_of(host_table()), shared=True)
    except RssnError:
        return


def weights_of(table: CostTable) -> Weights:
    """Return a table of measured costs as the weights of an extraction."""
    weights = {name: max(cost, _LEAST_NS) for name, cost in table.operators.items()}
    return Weights(weights | {"number": _LEAF_NS, "leaf": _LEAF_NS}, other=table.operator_ns(""))


ENGINES: Final = (simplified, saturated)
"""In the order in which they are asked."""
