"""The order in which steps run: few values alive at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ._builder import Step
from ._steps import LEAVES, LOADS

# Calls that share most of their instructions where the first operand is the same: the reduced angle, the logarithm
# of a power's base, the exponential. One after another they need not keep those alive, nor compute them
# again where a long tape is cut between them.
_FAMILIES: Final = {
    **dict.fromkeys(("sin", "cos", "tan"), "circle"),
    **dict.fromkeys(("sinpi", "cospi"), "half turns"),
    **dict.fromkeys(("sinh", "cosh", "tanh"), "hyperbola"),
    "pow": "power",
}
_MOST_ARGUMENTS: Final = 256


def running_order(steps: Sequence[Step], outputs: Sequence[int]) -> list[int]:
    """Return the steps that the outputs need, operands first, the operand that needs more registers before the others.

    Depth first by Sethi and Ullman's numbers, taken over the DAG as if it were
    a tree; after a call follow those of its family whose operands are there.
    Outputs that read few arguments come first, those that read the same together.
    Linear in the steps; nothing recurses. Steps no output needs are dropped.
    """
    need = _registers(steps)
    families = _families(steps, outputs)
    order: list[int] = []
    done = [False] * len(steps)
    stack: list[int] = list(reversed(_by_arguments(steps, outputs)))
    while stack:
        number = stack[-1]
        if done[number]:
            stack.pop()
            continue
        operator, operands = steps[number]
        waiting = [] if operator in LEAVES else [operand for operand in operands if not done[operand]]
        if not waiting:
            stack.pop()
            done[number] = True
            order.append(number)
            for other in families.get(number, ()):
                missing = [operand for operand in steps[other].operands if not done[operand]]
                if not done[other] and all(steps[operand].operator == "constant" for operand in missing):
                    order += [*missing, other]
                    for ready in (*missing, other):
                        done[ready] = True
        elif len(waiting) == 1:
            stack.append(waiting[0])
        else:
            # The heaviest goes on top of the stack; of equals the first operand.
            waiting.reverse()
            stack.extend(sorted(waiting, key=need.__getitem__))
    return order


def _by_arguments(steps: Sequence[Step], outputs: Sequence[int]) -> Sequence[int]:
    """Return the outputs in the order of how many arguments they read, and which."""
    if len(outputs) < 2:
        return outputs
    reads = [0] * len(steps)  # bit sets
    for number, (operator, operands) in enumerate(steps):
        if operator in LOADS:
            if operands[0] >= _MOST_ARGUMENTS:
                return outputs
            reads[number] = 1 << operands[0]
        elif operator not in LEAVES:
            for operand in operands:
                reads[number] |= reads[operand]
    return sorted(outputs, key=lambda number: (reads[number].bit_count(), reads[number]))


def _families(steps: Sequence[Step], outputs: Sequence[int]) -> dict[int, list[int]]:
    """Return, for each call that has relatives among the steps that are needed, all of its family."""
    needed = set(outputs)
    found: dict[tuple[str, int], list[int]] = {}
    for number in range(len(steps) - 1, -1, -1):
        operator, operands = steps[number]
        if number in needed and operator not in LEAVES:
            needed.update(operands)
            if operator in _FAMILIES:
                found.setdefault((_FAMILIES[operator], operands[0]), []).append(number)
    return {number: members for members in found.values() if len(members) > 1 for number in members}


def _registers(steps: Sequence[Step]) -> list[int]:
    need = [0] * len(steps)
    for number, (operator, operands) in enumerate(steps):
        if operator in LEAVES:
            need[number] = 1 if operator in LOADS else 0  # a constant is read where it is used
        elif len(operands) == 2:
            first, second = need[operands[0]], need[operands[1]]
            need[number] = first + 1 if first == second else max(first, second)
        else:
            sizes = sorted([need[operand] for operand in operands], reverse=True)
            need[number] = max(1, *[size + place for place, size in enumerate(sizes)])
    return need
