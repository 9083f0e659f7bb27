"""What a reduction keeps of its arguments' shape: axes, outputs that are given, answers as users want them."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import _refuse
from ._reductions import CHUNK_ROWS, Reduction

Array = Any


def as_axes(axis: Any, dims: int) -> frozenset[int] | None:
    """Return the axes to reduce, counted from the front; None for all."""
    if axis is None:
        return None
    axes = []
    for each in axis if isinstance(axis, tuple) else (axis,):
        try:
            number = operator.index(each)
        except TypeError:
            _refuse.wrong_axis(axis, dims)
        if not -dims <= number < dims or number % dims in axes:
            _refuse.wrong_axis(axis, dims)
        axes.append(number % dims)
    return frozenset(axes)


def given_outputs(out: Any, shape: tuple[int, ...], reductions: Sequence[Reduction]) -> tuple[Array, ...] | None:
    """Return the arrays to write to, checked; None where none are given."""
    if out is None:
        return None
    outs = (out,) if len(reductions) == 1 and not isinstance(out, tuple) else out
    fits = isinstance(outs, tuple) and len(outs) == len(reductions)
    if not fits or not all(isinstance(array, np.ndarray) for array in outs):
        _refuse.wrong_out_count(len(reductions), out)
    for number, (array, reduction) in enumerate(zip(outs, reductions, strict=True)):
        if array.shape != shape:
            _refuse.wrong_out_shape(number, shape, array.shape)
        is_truth = reduction.stops_at is not None
        accepted = "?df" if is_truth else "lqdf" if reduction.is_index else "df"
        if array.dtype.char not in accepted:
            _refuse.wrong_out_type(number, array, is_truth, is_index=reduction.is_index)
        if not array.flags.writeable:
            _refuse.bad_out(number, "it is read-only")
    return outs


def without_rows(reductions: Sequence[Reduction], letters: str, outputs: int) -> list[Array]:
    """Return what each reduction gives where there are no rows, or no outputs."""
    results: list[Array] = []
    for reduction in reductions:
        if reduction.empty is None and outputs:
            _refuse.no_rows()
        for _ in range(1 + reduction.is_index):
            results.append(np.full(outputs, reduction.empty or 0.0, letters[len(results)]))
    return results


def handed_out(
    results: Sequence[Array],
    reductions: Sequence[Reduction],
    shape: tuple[int, ...],
    outs: tuple[Array, ...] | None,
    single: bool,
) -> Any:
    """Return answers in the shape wanted: written to `outs`, as arrays, or as numbers where there is no dimension."""
    found, left = [], iter(results)
    for number, reduction in enumerate(reductions):
        answer = next(left)
        if reduction.is_index:
            answer = answer.astype(np.int64) * CHUNK_ROWS + next(left).astype(np.int64)
        if outs is not None:
            outs[number][...] = answer.reshape(shape)
            found.append(outs[number])
        else:
            found.append(answer.reshape(shape) if shape else answer[0].item())
    return found[0] if single else tuple(found)


def answer_letters(reductions: Sequence[Reduction], real_letter: str) -> str:
    """Return the type characters of what `finish` writes."""
    return "".join("?" if each.stops_at is not None else real_letter * (1 + each.is_index) for each in reductions)


def state_letters(kinds: str, real_letter: str) -> str:
    """Return the type characters of states of these kinds."""
    return kinds.replace("r", real_letter).replace("m", "?")
