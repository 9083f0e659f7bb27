"""Forms from the rooms of algebra: what a person would write is often fast too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..errors import RssnError
from ..expr import Expr
from ..rules import Facts
from ..simplify import Budget, Simplifier

_STEPS: Final = 2_000


def simplified(root: Expr, facts: Facts) -> Iterator[Expr]:
    """Yield the form that `simplify` gives."""
    simplifier = Simplifier(assume=facts.assumptions, budget=Budget(steps=_STEPS))
    try:
        yield simplifier.run(root).result
    except RssnError:
        return


ENGINES: Final = (simplified,)
"""In the order in which they are asked."""
