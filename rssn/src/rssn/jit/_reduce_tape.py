"""The programs of a reduction as tapes: `step` over rows, `settle` and `combine` over states, `finish` to the answer.

Each is an ordinary tape, so the same code generator and the same interpreter
run it, and both agree bit for bit. States are arguments after the formula's
own, and outputs in the same order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ..expr import Ast
from ._builder import Builder
from ._complex_reductions import PROGRAMS, values_of
from ._lower import lower, tape_of
from ._recipe import Recipe
from ._reductions import Reduction
from ._steps import COMPLEX
from ._tape import Tape

STEP, SETTLE, COMBINE, FINISH = "step", "settle", "combine", "finish"
PARTS: Final = (STEP, SETTLE, COMBINE, FINISH)


def part_tape(recipe: Recipe) -> Tape:
    """Return the tape of the part of a reduction that a recipe names; of the formulas themselves if it names none."""
    if not recipe.part:
        return lower(
            Ast.from_bytes(recipe.ast_bytes), recipe.names, recipe.real_type, recipe.math, is_complex=recipe.is_complex
        )
    reductions = [PROGRAMS[name] for name in recipe.reduce]
    if recipe.part == STEP:
        return _step_tape(recipe, reductions)
    builder = Builder(recipe.real_type)
    if recipe.part == SETTLE:
        names, outputs = _settled(builder, reductions)
    elif recipe.part == COMBINE:
        names, outputs = _combined(builder, reductions)
    else:
        names, outputs = _finished(builder, reductions)
    return tape_of(builder, names, outputs, recipe.math)


def _loads(builder: Builder, first: int, count: int) -> list[int]:
    return [builder.load(first + n) for n in range(count)]


def _names(prefix: str, reductions: Sequence[Reduction], *, kept: bool) -> list[str]:
    counts = [len(each.kinds) if kept else len(each.states) for each in reductions]
    return [f"{prefix} {number}.{n}" for number, count in enumerate(counts) for n in range(count)]


def _kept(reductions: Sequence[Reduction], loads: Sequence[int]) -> Iterator[tuple[Reduction, list[int]]]:
    """Deal out loads of the states that are combined, to each reduction its own."""
    at = 0
    for reduction in reductions:
        count = len(reduction.kinds)
        yield reduction, list(loads[at : at + count])
        at += count


def _step_tape(recipe: Recipe, reductions: Sequence[Reduction]) -> Tape:
    first = len(recipe.names)

    def step(builder: Builder, roots: list[int]) -> list[int]:
        outputs, value, state = [], 0, first
        if recipe.is_complex:
            roots = values_of([_parts(builder, root) for root in roots], recipe.reduce)
        for reduction in reductions:
            states = _loads(builder, state, len(reduction.states))
            values = roots[value : value + reduction.values]
            taken = reduction.step(builder, values, states)
            outputs += [as_kind(builder, kept.kind, new) for kept, new in zip(reduction.states, taken, strict=True)]
            value, state = value + reduction.values, state + len(states)
        return outputs

    names = (*recipe.names, *_names("state", reductions, kept=False))
    return lower(
        Ast.from_bytes(recipe.ast_bytes), names, recipe.real_type, recipe.math, then=step, is_complex=recipe.is_complex
    )


def _parts(builder: Builder, root: int) -> tuple[int, ...]:
    """Return the parts of a complex value, a real one alone."""
    return builder.steps[root].operands if builder.kinds[root] == COMPLEX else (root,)


def as_kind(builder: Builder, kind: str, value: int) -> int:
    """Return a value as the kind that its state has."""
    return builder.mask(value) if kind == "m" else builder.real(value)


def _settled(builder: Builder, reductions: Sequence[Reduction]) -> tuple[list[str], list[int]]:
    outputs, at = [], 0
    for reduction in reductions:
        states = _loads(builder, at, len(reduction.states))
        at += len(states)
        settled = states[: len(reduction.kinds)] if reduction.settle is None else reduction.settle(builder, states)
        outputs += [as_kind(builder, kind, new) for kind, new in zip(reduction.kinds, settled, strict=True)]
    return _names("state", reductions, kept=False), outputs


def _combined(builder: Builder, reductions: Sequence[Reduction]) -> tuple[list[str], list[int]]:
    left, right = (_names(side, reductions, kept=True) for side in ("left", "right"))
    sides = _kept(reductions, _loads(builder, 0, len(left))), _kept(reductions, _loads(builder, len(left), len(right)))
    outputs = []
    for (reduction, one), (_, other) in zip(*sides, strict=True):
        joined = reduction.combine(builder, one, other)
        outputs += [as_kind(builder, kind, new) for kind, new in zip(reduction.kinds, joined, strict=True)]
    return [*left, *right], outputs


def _finished(builder: Builder, reductions: Sequence[Reduction]) -> tuple[list[str], list[int]]:
    names = _names("state", reductions, kept=True)
    rows = _loads(builder, len(names), 2)
    outputs = []
    for reduction, states in _kept(reductions, _loads(builder, 0, len(names))):
        outputs += reduction.finish(builder, states, rows)
    return [*names, "count", "freedom"], outputs
