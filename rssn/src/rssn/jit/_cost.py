"""What a row costs, roughly, in nanoseconds: enough to decide on threads, not a prediction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ._c_function import c_function, cycles
from ._steps import LEAVES, is_call, part_of
from ._tape import Tape

# Nanoseconds per row of f64 in vectors of eight lanes, measured in cache on one AVX-512 core.
_STEP_NS: Final = {"div": 0.55, "sqrt": 0.65, "min": 0.15, "max": 0.15, "number": 0.1, "fmod": 0.75}
_CALL_NS: Final = {
    **dict.fromkeys(("exp", "exp2", "exp10", "log"), 0.4),
    **dict.fromkeys(("sin", "cos", "log2", "log10", "cbrt", "expm1", "log1p", "hypot"), 0.75),
    **dict.fromkeys(("asin", "acos", "atan", "atan2", "sinpi", "cospi", "tan", "sinh", "cosh", "tanh"), 1.0),
    **dict.fromkeys(("asinh", "acosh", "atanh", "pow", "erf", "erfc"), 2.2),
    **dict.fromkeys(("gamma", "lgamma"), 6.0),
}
# Half of what both parts take together.
_COMPLEX_NS: Final = {"mul": 0.3, "muladd": 0.3, "div": 1.0, "exp": 1.2, "log": 1.5, "sqrt": 1.5}
_OTHER_COMPLEX_NS: Final = 3.0
_OTHER_STEP_NS, _OTHER_CALL_NS = 0.05, 4.0
_BYTE_NS = 0.02
_STREAMED_BYTE_NS = 0.03  # where nothing is found in a cache
_LOOP_NS = 0.1
_LANES = 8
_CYCLE_NS = 0.33
_QUOTIENT_NS = 0.35  # a division by multiplications, which hinders other steps but no other division
_PORTS_SHARE = 0.4  # of a step's time, where it only has to find a free port
_WORTH = 0.8
_WEIGHED_STEPS = 2_000  # longer tapes are cut into functions, and what passes between these decides

_FLOPS: Final = {"fma": 2, "fms": 2, "fnma": 2} | dict.fromkeys(("add", "sub", "mul", "div", "sqrt", "neg", "abs"), 1)


def row_ns(tape: Tape, width: int, moved: int | None = None) -> float:
    """Return about how many nanoseconds one row takes on one thread; `moved` bytes of it go through memory."""
    work = alone = 0.0
    for operator, count in tape.counts.items():
        if operator in LEAVES:
            continue
        if c_function(operator) is not None:
            alone += count * _step_ns(operator)  # one row at a time, whatever the width
        else:
            work += count * _step_ns(operator)
    memory = (row_bytes(tape) if moved is None else moved) * _BYTE_NS
    return _LOOP_NS + max(work * _LANES / width + alone, memory)


def steps_ns(tape: Tape, numbers: Iterable[int]) -> float:
    """Return about what some steps of a tape take per row, in ns."""
    return sum(_step_ns(operator) for n in numbers if (operator := tape.steps[n].operator) not in LEAVES)


def _step_ns(operator: str) -> float:
    complex_call = part_of(operator)
    if complex_call is not None:
        return _COMPLEX_NS.get(complex_call[0], _OTHER_COMPLEX_NS)
    own = c_function(operator)
    if own is not None:
        return cycles(own) * _CYCLE_NS
    return _CALL_NS.get(operator, _OTHER_CALL_NS) if is_call(operator) else _STEP_NS.get(operator, _OTHER_STEP_NS)


def is_divider_bound(tape: Tape) -> bool:
    """Say whether divisions and roots take longer than memory, and everything else is minor; f64 only."""
    if tape.real_type != "f64" or any(map(is_call, tape.counts)):
        return False
    slow, rest = _divider_ns(tape), _rest_ns(tape)
    return slow > row_bytes(tape) * _STREAMED_BYTE_NS and slow > 2 * rest


def multiplied_divisions(tape: Tape) -> frozenset[int]:
    """Return the divisions of f64 better done by multiplications, so that the divider keeps up with the rest."""
    if tape.real_type != "f64" or len(tape) > _WEIGHED_STEPS or any(map(is_call, tape.counts)):
        return frozenset()
    divisions = [n for n, step in enumerate(tape.steps) if step.operator == "div" and n not in tape.uniform]
    divider, rest = _divider_ns(tape), _rest_ns(tape) * _PORTS_SHARE
    times = [max(divider - _STEP_NS["div"] * n, rest + _QUOTIENT_NS * n) for n in range(len(divisions) + 1)]
    best = times.index(min(times))
    return frozenset(divisions[:best]) if times[best] < _WORTH * times[0] else frozenset()


def _divider_ns(tape: Tape) -> float:
    return tape.counts["div"] * _STEP_NS["div"] + tape.counts["sqrt"] * _STEP_NS["sqrt"]


def _rest_ns(tape: Tape) -> float:
    steps = [(name, n) for name, n in tape.counts.items() if name not in LEAVES and name not in ("div", "sqrt")]
    return sum(_STEP_NS.get(name, _OTHER_STEP_NS) * n for name, n in steps)


def row_bytes(tape: Tape, read: int | None = None) -> int:
    """Return the bytes read and written per row when every argument is an array of the tape's type.

    Of the program of a reduction only the first `read` arguments are columns.
    """
    size = 8 if tape.real_type == "f64" else 4
    if read is not None:
        return sum(size for argument in tape.loaded if argument < read)
    size *= 1 + tape.is_complex
    written = sum(1 if tape.output_is_mask(k) else size for k in range(len(tape.outputs)))
    return len(tape.loaded) * size + written


def row_flops(tape: Tape) -> int:
    """Return the floating-point operations per row; a fused step counts as two, a function as none."""
    return sum(_FLOPS.get(operator, 0) * count for operator, count in tape.counts.items())
