"""What reductions of complex numbers keep: each part of the answer is a reduction of its own, over both parts of rows.

They are called "complex <name> real" and "complex <name> imaginary" and take the parts of one formula, or of two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from ._builder import Builder
from ._reductions import REDUCTIONS, Reduction, State, Steps, add_product, pair_total, two_sum
from ._steps import IMAGINARY_PART, REAL, REAL_PART

PREFIX: Final = "complex "


def part_names(name: str) -> tuple[str, str]:
    """Return what the reductions to both parts are called."""
    return f"{PREFIX}{name} {REAL_PART}", f"{PREFIX}{name} {IMAGINARY_PART}"


def _of_one_part(name: str, part: int) -> Reduction:
    real = REDUCTIONS[name]
    return real._replace(step=lambda b, values, states: real.step(b, values[part : part + 1], states), values=2)


def _dot(part: int) -> Reduction:
    def step(b: Builder, values: Steps, states: Steps) -> list[int]:
        x, y, u, v = values
        pairs = ((x, v), (y, u)) if part else ((x, u), (b.step("neg", y), v))
        found = list(states)
        for pair in pairs:
            found = add_product(b, pair, found)
        return found

    return REDUCTIONS["dot"]._replace(step=step, values=4)


# Products: both parts, and what rounding took from each


def _product_part(b: Builder, first: tuple[int, int], second: tuple[int, int], sign: str) -> tuple[int, int]:
    """Return the sum or difference of two products, and its error."""
    one, other = b.step("mul", *first), b.step("mul", *second)
    total, lost = two_sum(b, one, other if sign == "add" else b.step("neg", other))
    errors = b.step(sign, b.step("fms", *first, one), b.step("fms", *second, other))
    return total, b.step("add", lost, errors)


def _times(b: Builder, left: Steps, right: Steps) -> list[int]:
    """Return the product of two numbers with errors; errors of the right one may be missing."""
    p, q, p_error, q_error = left
    s, t, *errors = right
    real, real_error = _product_part(b, (p, s), (q, t), "sub")
    imaginary, imaginary_error = _product_part(b, (p, t), (q, s), "add")
    real_error = b.step("fnma", q_error, t, b.step("fma", p_error, s, real_error))
    imaginary_error = b.step("fma", q_error, s, b.step("fma", p_error, t, imaginary_error))
    if errors:
        real_error = b.step("fnma", q, errors[1], b.step("fma", p, errors[0], real_error))
        imaginary_error = b.step("fma", q, errors[0], b.step("fma", p, errors[1], imaginary_error))
    return [real, imaginary, real_error, imaginary_error]


def _is_one(b: Builder, states: Steps) -> int:
    found = b.step("eq", states[0], b.constant(1.0))
    for state in states[1:]:
        found = b.step("and", found, b.step("eq", state, b.constant(0.0)))
    return found


def _multiply(b: Builder, left: Steps, right: Steps) -> list[int]:
    # An infinity times 1 + 0i would have a NaN in it.
    no_left, no_right = _is_one(b, left), _is_one(b, right)
    joined = zip(left, right, _times(b, left, right), strict=True)
    return [b.select(no_right, one, b.select(no_left, other, both)) for one, other, both in joined]


def _product(part: int) -> Reduction:
    def finish(b: Builder, states: Steps, _rows: Steps) -> list[int]:
        return [pair_total(b, states[part], states[2 + part])]

    def step(b: Builder, values: Steps, states: Steps) -> list[int]:
        return _times(b, states, values)

    states = (State(REAL, 1.0), State(REAL), State(REAL), State(REAL))
    return Reduction(states, step, _multiply, finish, 0.0 if part else 1.0, values=2)


def _both(name: str, make: Callable[[int], Reduction]) -> dict[str, Reduction]:
    return {label: make(part) for part, label in enumerate(part_names(name))}


COMPLEX_REDUCTIONS: Final[dict[str, Reduction]] = {
    **_both("sum", lambda part: _of_one_part("sum", part)),
    **_both("mean", lambda part: _of_one_part("mean", part)),
    **_both("prod", _product),
    **_both("dot", _dot),
}
COMPLEX_NAMES: Final = ("sum", "mean", "prod", "dot")
PROGRAMS: Final[dict[str, Reduction]] = REDUCTIONS | COMPLEX_REDUCTIONS
"""Every reduction that a recipe may name."""


def values_of(parts: Sequence[Sequence[int]], reduce: Sequence[str]) -> list[int]:
    """Return what each reduction takes, in turn, of the parts of every formula."""
    found: list[int] = []
    at = 0
    for name in reduce:
        taken = parts[at : at + 1] if PROGRAMS[name].values < 4 else parts
        found += [part for formula in taken for part in formula]
        at += not name.startswith(PREFIX) or name.endswith(IMAGINARY_PART)
    return found
