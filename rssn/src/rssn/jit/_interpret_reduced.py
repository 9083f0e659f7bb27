"""A reduction with NumPy: the same programs in the same order, many chunks at a time. The oracle of machine code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from . import _arguments, _refuse
from ._axes import answer_letters, as_axes, given_outputs, handed_out, state_letters, without_rows
from ._interpret import Functions, numpy_function, read_arguments, run_steps
from ._reductions import CHUNK, CHUNK_ROWS, LANE, LANES, Reduction
from ._tape import Tape

Array = Any
States = list[Array]
Run = Callable[[str, Sequence[Array]], States]


def call(
    tapes: Mapping[str, Tape],
    reductions: Sequence[Reduction],
    names: Sequence[str],
    args: Sequence[Any],
    *,
    out: Any,
    axis: Any,
    keepdims: bool,
    ddof: float,
    lossy: bool,
    single: bool,
    functions: Functions = numpy_function,
) -> Any:
    """Reduce like a compiled kernel, with the same errors."""
    if len(args) != len(names):
        _refuse.wrong_count(names, len(args))
    arrays = read_arguments(tapes["step"], names, args, lossy)
    try:
        shape = np.broadcast_shapes(*[array.shape for array in arrays])
    except ValueError:
        _refuse.wrong_shapes(names, [array.shape for array in arrays])
    axes = as_axes(axis, len(shape))
    reduced = [d for d in range(len(shape)) if axes is None or d in axes]
    kept = [d for d in range(len(shape)) if d not in reduced]
    left = tuple([1 if d in reduced else shape[d] for d in range(len(shape)) if keepdims or d in kept])
    outs = given_outputs(out, left, reductions)
    rows, outputs = (int(np.prod([shape[d] for d in dims], dtype=np.int64)) for dims in (reduced, kept))
    letters = answer_letters(reductions, "d" if tapes["step"].real_type == "f64" else "f")
    if rows == 0 or outputs == 0:
        return handed_out(without_rows(reductions, letters, outputs), reductions, left, outs, single)
    columns = [np.broadcast_to(array, shape).transpose(kept + reduced).reshape(outputs, rows) for array in arrays]

    def run(part: str, values: Sequence[Array]) -> States:
        size = values[0].shape
        found = run_steps(tapes[part], [value.reshape(-1) for value in values], functions)
        return [np.broadcast_to(value, values[0].size).reshape(size) for value in found]

    with np.errstate(all="ignore"):
        states = _folded(run, _chunks(run, reductions, columns, tapes["step"].real_type))
        numbers = np.array([rows, max(rows - ddof, 0.0)])
        inputs = [*(state[:, 0] for state in states), *(np.full(outputs, number) for number in numbers)]
        answers = run("finish", inputs)
    results = [answer.astype(letter) for answer, letter in zip(answers, letters, strict=True)]
    found = handed_out(results, reductions, left, outs, single)
    return found if outs is not None else _arguments.handed_back(args, found, single=single)


def _chunks(run: Run, reductions: Sequence[Reduction], columns: Sequence[Array], real_type: str) -> States:
    """Return the states of every chunk of every output, as arrays [output, chunk]."""
    outputs, rows = columns[0].shape if columns else (1, 1)
    whole = rows // CHUNK_ROWS
    parts = []
    if whole:
        cut = [column[:, : whole * CHUNK_ROWS].reshape(outputs * whole, CHUNK_ROWS) for column in columns]
        numbers = np.tile(np.arange(whole), outputs)
        found = _reduced(run, reductions, cut, numbers, CHUNK_ROWS, real_type)
        parts.append([state.reshape(outputs, whole) for state in found])
    if rows > whole * CHUNK_ROWS:
        rest = [column[:, whole * CHUNK_ROWS :] for column in columns]
        length = rows - whole * CHUNK_ROWS
        parts.append(_reduced(run, reductions, rest, np.full(outputs, whole), length, real_type))
    return [np.concatenate(pieces, axis=1) for pieces in zip(*parts, strict=True)]


def _reduced(
    run: Run, reductions: Sequence[Reduction], columns: Sequence[Array], numbers: Array, length: int, real_type: str
) -> States:
    """Return the states of chunks of one length, as arrays [chunk, 1]."""
    states = _started(reductions, numbers, real_type)
    for first in range(0, length, LANES):
        width = min(LANES, length - first)
        inputs = [column[:, first : first + width] for column in columns]
        taken = run("step", [*inputs, *(state[:, :width] for state in states)])
        for state, new in zip(states, taken, strict=True):
            state[:, :width] = new
    return _folded(run, run("settle", states))


def _started(reductions: Sequence[Reduction], numbers: Array, real_type: str) -> States:
    states = []
    for state in (state for reduction in reductions for state in reduction.states):
        filled = np.empty((len(numbers), LANES), state_letters(state.kind, "d" if real_type == "f64" else "f"))
        if state.source == LANE:
            filled[:] = np.arange(LANES)
        else:
            filled[:] = numbers[:, None] if state.source == CHUNK else state.start
        states.append(filled)
    return states


def _folded(run: Run, states: States) -> States:
    """Combine along the second axis, two by two, until one is left."""
    states = [state.copy() for state in states]
    total = states[0].shape[1]
    while total > 1:
        half = (total + 1) // 2
        pairs = [*(state[:, : total - half] for state in states), *(state[:, half:total] for state in states)]
        for state, joined in zip(states, run("combine", pairs), strict=True):
            state[:, : total - half] = joined
        total = half
    return [state[:, :1] for state in states]
