"""Which steps only one side of a choice needs, dear enough to be jumped over where no row of a vector takes it.

`where(c, a, b)` is a choice lane by lane: both sides are computed, and the bits are those of the side chosen. A side
that no lane of a vector chooses need not be computed at all. The steps of a side are written behind a jump when
nothing else uses them, where the choice is written; a choice among them has sides of its own.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from ._cost import steps_ns
from ._steps import CHOICES, LEAVES
from ._tape import Tape

# In nanoseconds a row. A jump foreseen wrongly costs some 0.6, and any jump keeps the processor from looking ahead
# as freely: products and sums, which it does beside other things, must be many.
_WORTH_NS: Final = 0.35
_WORTH_OF_ARITHMETIC_NS: Final = 1.0
_ARITHMETIC: Final = frozenset({"add", "sub", "mul", "fma", "fms", "fnma", "neg", "abs"})
_DEEPEST: Final = 64
YES, NO = 1, 2
"""Places of the sides among the operands of a choice."""


class Branches:
    """`sides[choice, place]` are the steps behind a jump, in order, those of inner choices apart; `inside` all of them.

    Places are 1 for what is taken where the condition holds and 2 for the other side.
    """

    def __init__(self, tape: Tape, ready: Collection[int]) -> None:
        """`ready` are steps that are written before the loop."""
        self.tape = tape
        self.sides: dict[tuple[int, int], list[int]] = {}
        choices = [n for n, step in enumerate(tape.steps) if step.operator in CHOICES and n not in ready]
        self._owners: dict[int, tuple[int, int]] = {}
        if choices:
            self._uses = _count_uses(tape)
            self._ready = frozenset(ready)
            self._depth: dict[int, int] = {}
            for choice in reversed(choices):  # outer ones come last in a tape
                self._divide(choice)
        self.inside = frozenset(self._owners)
        for number in sorted(self._owners):
            self.sides.setdefault(self._owners[number], []).append(number)

    def _divide(self, choice: int) -> None:
        """Find the sides of one choice that are worth a jump."""
        owner = self._owners.get(choice)
        depth = self._depth[choice] = 0 if owner is None else self._depth[owner[0]] + 1
        if depth >= _DEEPEST:
            return
        condition = self.tape.steps[self.tape.steps[choice].operands[0]].operator
        for place in (YES, NO):
            # All rows of a vector are hardly ever equal to something, or all but one: that side is as good as needed.
            if (condition, place) in (("eq", NO), ("ne", YES)):
                continue
            steps = self._own_steps(self.tape.steps[choice].operands[place])
            slow = [number for number in steps if self.tape.steps[number].operator not in _ARITHMETIC]
            if steps_ns(self.tape, slow) >= _WORTH_NS or steps_ns(self.tape, steps) >= _WORTH_OF_ARITHMETIC_NS:
                self._owners.update(dict.fromkeys(steps, (choice, place)))

    def _own_steps(self, root: int) -> list[int]:
        """Return the steps that are used for this operand of one choice and for nothing else."""
        if self._uses[root] != 1 or root in self._ready:
            return []
        found, seen = [root], dict[int, int]()
        for number in found:
            operator, operands = self.tape.steps[number]
            for operand in operands if operator not in LEAVES else ():
                seen[operand] = seen.get(operand, 0) + 1
                if seen[operand] == self._uses[operand] and operand not in self._ready:
                    found.append(operand)
        return found


def _count_uses(tape: Tape) -> list[int]:
    uses = [0] * len(tape.steps)
    for operator, operands in tape.steps:
        for operand in operands if operator not in LEAVES else ():
            uses[operand] += 1
    for output in tape.outputs:
        uses[output] += 1
    return uses
