"""The cost model: what a row of a Tape takes on this machine, in nanoseconds.

Three things go on side by side, and the slowest decides for the most part: vector
arithmetic, the unit that divides and takes square roots, and the memory. A fourth
limit is the chain of dependent steps: a processor looks ahead over a few hundred
instructions, and a chain longer than that does not overlap with the next rows'.

The tape is looked at rather than the tree: powers are products there, products
are fused into sums, and equal parts are shared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from ..expr import Expr, symbol
from ..jit import Tape, compile, schedule
from ._table import CostTable, table_for

# Cycles from operands to result, on the x86-64 cores of the last ten years; ARM's are close.
_LATENCY: Final = {"div": 23.0, "sqrt": 29.0, "fmod": 60.0, "min": 12.0, "max": 12.0}
_STEP_LATENCY, _CALL_LATENCY = 4.0, 60.0
_CYCLE_NS: Final = 0.33
# Instructions in flight at a time.
_WINDOW: Final = 375.0
# What works side by side gets in each other's way where it takes about as long: a norm instead of a maximum.
# Both numbers, and what every other part adds besides, are fitted to some hundred kernels.
_NORM, _BESIDE = 4, 0.05
_LEAVES: Final = frozenset({"load", "constant", "truth"})
_ELEMENT_BYTES: Final = {"f64": 8, "f32": 4}


@dataclass(frozen=True)
class Estimate:
    """What a row of a tape takes, in nanoseconds, and what for. `ns` is the answer."""

    arithmetic: float
    divider: float
    memory: float
    chain: float
    loop: float

    @property
    def ns(self) -> float:
        """Return the whole."""
        work = (self.arithmetic, self.divider, self.memory)
        together = sum(part**_NORM for part in (*work, self.chain)) ** (1 / _NORM)
        return float(self.loop + together + _BESIDE * (sum(work) - max(work)))

    @property
    def floor(self) -> float:
        """Return what any tape takes that reads and writes as much."""
        return self.loop + self.memory


@cache
def host_vectors() -> tuple[str, int]:
    """Return the instruction set that kernels are compiled for here, and the rows of f64 in one vector.

    Where nothing is compiled: ("generic", 2), so that forms are found all the same.
    """
    found = compile(symbol("x"), ["x"]).statistics()
    if found["engine"] != "llvm":
        return "generic", 2
    return str(found["cpu"]).rpartition("(")[2].rstrip(")"), int(found["width"])


def host_table() -> CostTable:
    """Return the costs for what kernels are compiled for here."""
    return table_for(*host_vectors())


def estimate(tape: Tape, table: CostTable | None = None) -> Estimate:
    """Return what a row of a tape takes on one thread."""
    costs = table or host_table()
    uniform, kinds = tape.uniform, tape.kinds
    arithmetic = divider = 0.0
    calls: dict[tuple[int, ...], list[str]] = {}
    for number, (operator, operands) in enumerate(tape.steps):
        if operator in _LEAVES or number in uniform:
            continue
        divider += costs.divider.get(operator, 0.0)
        if operator not in costs.steps or any(kinds[n] != "r" for n in operands):
            arithmetic += costs.step_ns(operator)
            continue
        arithmetic += _with_sharing(operator, calls.setdefault(operands, []), costs)
    size = _ELEMENT_BYTES[tape.real_type]
    written = sum(1 if tape.output_is_mask(k) else size for k in range(len(tape.outputs)))
    memory = (len(tape.loaded) * size + written) * costs.byte_ns
    return Estimate(arithmetic, divider, memory, _chain(tape, costs), costs.loop_ns)


def _with_sharing(operator: str, before: list[str], costs: CostTable) -> float:
    """Return what one more function of an operand adds to those that are computed of it already."""
    alone = costs.step_ns(operator)
    for other in before:
        both = costs.pair_ns(operator, other)
        if both is not None:
            alone = min(alone, max(both - costs.step_ns(other), 0.0))
    before.append(operator)
    return alone


def _chain(tape: Tape, costs: CostTable) -> float:
    """Return what the longest chain of steps takes per row, as many vectors overlapping as fit the window."""
    depth = [0.0] * len(tape.steps)
    uniform = tape.uniform
    unit = costs.step_ns("add")
    instructions = 0.0
    for number, (operator, operands) in enumerate(tape.steps):
        if operator in _LEAVES or number in uniform:
            continue
        cost = costs.step_ns(operator)
        is_call = cost > 8 * unit and operator not in _LATENCY
        instructions += max(1.0, cost / unit)
        depth[number] = max(map(depth.__getitem__, operands)) + (
            _CALL_LATENCY if is_call else _LATENCY.get(operator, _STEP_LATENCY)
        )
    overlapping = max(1.0, _WINDOW / max(instructions, 1.0))
    return max(depth, default=0.0) * _CYCLE_NS / (overlapping * costs.width)


def cost(expressions: Sequence[Expr], arguments: Sequence[str] | None = None, table: CostTable | None = None) -> float:
    """Return what a row of a kernel of these expressions takes, in nanoseconds."""
    names = arguments
    if names is None:
        names = sorted({str(symbol.name) for each in expressions for symbol in each.free_symbols})
    return estimate(schedule(expressions, names), table).ns
