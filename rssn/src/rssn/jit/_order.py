"""The order in which steps run: few values alive at a time."""

from __future__ import annotations

from collections.abc import Sequence

from ._builder import Step
from ._steps import LEAVES


def running_order(steps: Sequence[Step], outputs: Sequence[int]) -> list[int]:
    """Return the steps that the outputs need, operands first, the operand that needs more registers before the others.

    Depth first by Sethi and Ullman's numbers, taken over the DAG as if it were
    a tree. Linear in the steps; nothing recurses. Steps no output needs are dropped.
    """
    need = _registers(steps)
    order: list[int] = []
    done = [False] * len(steps)
    stack: list[int] = list(reversed(outputs))
    while stack:
        number = stack[-1]
        if done[number]:
            stack.pop()
            continue
        waiting = _waiting(steps[number], done)
        if waiting:
            # The heaviest goes on top of the stack; of equals the first operand.
            waiting.reverse()
            stack.extend(sorted(waiting, key=need.__getitem__))
        else:
            stack.pop()
            done[number] = True
            order.append(number)
    return order


def _waiting(step: Step, done: Sequence[bool]) -> list[int]:
    if step.operator in LEAVES:
        return []
    return [operand for operand in step.operands if not done[operand]]


def _registers(steps: Sequence[Step]) -> list[int]:
    need = [0] * len(steps)
    for number, (operator, operands) in enumerate(steps):
        if operator == "load":
            need[number] = 1
        elif operator not in LEAVES:
            sizes = sorted((need[operand] for operand in operands), reverse=True)
            need[number] = max(1, *(size + place for place, size in enumerate(sizes)))
    return need
