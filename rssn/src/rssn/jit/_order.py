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
        operator, operands = steps[number]
        waiting = [] if operator in LEAVES else [operand for operand in operands if not done[operand]]
        if not waiting:
            stack.pop()
            done[number] = True
            order.append(number)
        elif len(waiting) == 1:
            stack.append(waiting[0])
        else:
            # The heaviest goes on top of the stack; of equals the first operand.
            waiting.reverse()
            stack.extend(sorted(waiting, key=need.__getitem__))
    return order


def _registers(steps: Sequence[Step]) -> list[int]:
    need = [0] * len(steps)
    for number, (operator, operands) in enumerate(steps):
        if operator in LEAVES:
            need[number] = 1 if operator == "load" else 0  # a constant is read where it is used
        elif len(operands) == 2:
            first, second = need[operands[0]], need[operands[1]]
            need[number] = first + 1 if first == second else max(first, second)
        else:
            sizes = sorted([need[operand] for operand in operands], reverse=True)
            need[number] = max(1, *[size + place for place, size in enumerate(sizes)])
    return need
