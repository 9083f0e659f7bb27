"""What each reduction keeps, and how: its states, one row more, two states made one, the answer; in primitive steps.

A state is one number per lane. `step` takes a row into the states of its lane,
`settle` turns them into those that can be combined (where they are others),
`combine` makes one of two, the one of the earlier lanes first, `finish` gives
the answer. Combining with the states that nothing was taken into changes
nothing, so that lanes without rows need not be told from others.

Sums are pairs: what was added up, and the exact errors of all those additions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from ._builder import Builder
from ._steps import MASK, REAL

LANES: Final = 32
"""row r of a chunk goes into lane r % LANES; no vector is wider"""
CHUNK_ROWS: Final = 16384
"""rows that one thread takes in a row; chunks are then combined two by two"""

CONSTANT, CHUNK, LANE = "constant", "chunk", "lane"
Steps = Sequence[int]


class State(NamedTuple):
    """What a state is before any row: a constant, the number of the chunk or that of the lane."""

    kind: str
    start: float = 0.0
    source: str = CONSTANT


class Reduction(NamedTuple):
    """A way to make one number of many. `combine` and `finish` see the first `kept` states, or what `settle` gives."""

    states: tuple[State, ...]
    step: Callable[[Builder, Steps, Steps], list[int]]
    combine: Callable[[Builder, Steps, Steps], list[int]]
    finish: Callable[[Builder, Steps, Steps], list[int]]
    """of the states, and of the number of rows and that number less `ddof`"""
    empty: float | None
    """the answer without rows; None where there is none"""
    settle: Callable[[Builder, Steps], list[int]] | None = None
    kept: int = 0
    """how many states are combined; 0 for all"""
    values: int = 1
    """how many formulas it takes"""
    is_index: bool = False
    """The answer is a place: the number of the chunk, and of the row in it."""
    stops_at: bool | None = None
    """the truth value after which no row matters"""

    @property
    def kinds(self) -> str:
        """The kinds of the states that are combined."""
        return "".join(state.kind for state in self.states)[: self.kept or None]


# Sums and products with their errors


def two_sum(b: Builder, x: int, y: int) -> tuple[int, int]:
    """Return the rounded sum and, exactly, what rounding took from it."""
    total = b.step("add", x, y)
    part = b.step("sub", total, x)
    lost = b.step("sub", x, b.step("sub", total, part))
    return total, b.step("add", lost, b.step("sub", y, part))


def _add(b: Builder, values: Steps, states: Steps) -> list[int]:
    total, error = two_sum(b, states[0], b.real(values[0]))
    return [total, b.step("add", states[1], error)]


def add_product(b: Builder, values: Steps, states: Steps) -> list[int]:
    x, y = map(b.real, values)
    product = b.step("mul", x, y)
    total, error = two_sum(b, states[0], product)
    return [total, b.step("add", states[1], b.step("add", error, b.step("fms", x, y, product)))]


def _add_sums(b: Builder, left: Steps, right: Steps) -> list[int]:
    total, error = two_sum(b, left[0], right[0])
    return [total, b.step("add", b.step("add", left[1], right[1]), error)]


def pair_total(b: Builder, value: int, error: int) -> int:
    """Return value + error; the value itself where errors make no sense: beyond the range, and of a zero's sign."""
    total = b.step("add", value, error)
    exists = b.step("eq", b.step("sub", total, total), b.constant(0.0))
    return b.select(b.step("and", exists, b.step("ne", error, b.constant(0.0))), total, value)


def _times(b: Builder, values: Steps, states: Steps) -> list[int]:
    value, (whole, error) = b.real(values[0]), states
    product = b.step("mul", whole, value)
    return [product, b.step("fma", error, value, b.step("fms", whole, value, product))]


def _multiply(b: Builder, left: Steps, right: Steps) -> list[int]:
    product = b.step("mul", left[0], right[0])
    lost = b.step("fms", left[0], right[0], product)
    return [product, b.step("fma", left[0], right[1], b.step("fma", left[1], right[0], lost))]


def _finish_total(b: Builder, states: Steps, _rows: Steps) -> list[int]:
    return [pair_total(b, *states)]


def _finish_mean(b: Builder, states: Steps, rows: Steps) -> list[int]:
    return [b.step("div", pair_total(b, *states), rows[0])]


_SUM: Final = (State(REAL, -0.0), State(REAL))  # -0 is what adding leaves everything as it is

# Norms: squares of the usual size, and beside them those of numbers too large or too small to be squared, scaled


class _Range(NamedTuple):
    large: int
    small: int
    scale: int


_RANGES: Final = {"f64": _Range(480, -500, 600), "f32": _Range(50, -50, 90)}


def _power(b: Builder, exponent: int) -> int:
    return b.constant(math.ldexp(1.0, exponent))


def _add_square(b: Builder, values: Steps, states: Steps) -> list[int]:
    value, size, zero = b.real(values[0]), b.step("abs", b.real(values[0])), b.constant(0.0)
    large, small, scale = _RANGES[b.real_type]
    is_large, is_small = b.step("gt", size, _power(b, large)), b.step("lt", size, _power(b, small))
    usual = b.select(b.step("or", is_large, is_small), zero, value)
    total, error = two_sum(b, states[0], b.step("mul", usual, usual))
    found = [total, b.step("add", states[1], error)]
    for chosen, exponent, state in ((is_large, -scale, states[2]), (is_small, scale, states[3])):
        scaled = b.step("mul", b.select(chosen, value, zero), _power(b, exponent))
        found.append(b.step("fma", scaled, scaled, state))
    return found


def _add_squares(b: Builder, left: Steps, right: Steps) -> list[int]:
    return [
        *_add_sums(b, left[:2], right[:2]),
        *(b.step("add", x, y) for x, y in zip(left[2:], right[2:], strict=True)),
    ]


def _finish_norm(b: Builder, states: Steps, _rows: Steps) -> list[int]:
    usual, (large, small), zero = pair_total(b, *states[:2]), states[2:], b.constant(0.0)
    scale = _RANGES[b.real_type].scale

    def scaled(value: int, exponent: int) -> int:
        return b.step("mul", value, _power(b, exponent))

    def root(total: int, exponent: int) -> int:
        return scaled(b.step("sqrt", total), exponent)

    # Twice, because the square of the scale is no number of its own in f32.
    with_large = root(b.step("add", large, scaled(scaled(usual, -scale), -scale)), scale)
    with_small = b.step("sqrt", b.step("add", usual, scaled(scaled(small, -scale), -scale)))
    found = b.select(b.step("ne", usual, zero), with_small, root(small, -scale))
    return [b.select(b.step("ne", large, zero), with_large, found)]


# The least and the greatest, and where they stand


def _extreme(operator: str) -> Reduction:
    start = math.inf if operator == "min" else -math.inf
    return Reduction(
        states=(State(REAL, start),),
        step=lambda b, values, states: [b.step(operator, states[0], values[0])],
        combine=lambda b, left, right: [b.step(operator, left[0], right[0])],
        finish=lambda _b, states, _rows: [states[0]],
        empty=None,
    )


def _is_before(b: Builder, before: str, new: int, old: int) -> int:
    """Say whether a value comes before another: a NaN before all numbers, -0 and +0 alike."""
    nan = b.step("and", b.step("ne", new, new), b.step("eq", old, old))
    return b.step("or", b.step(before, new, old), nan)


def _place(before: str) -> Reduction:
    def step(b: Builder, values: Steps, states: Steps) -> list[int]:
        best, chunk, row, here = states
        value = b.real(values[0])
        take = _is_before(b, before, value, best)
        after = b.step("add", here, b.constant(LANES))
        return [b.select(take, value, best), chunk, b.select(take, here, row), after]

    def combine(b: Builder, left: Steps, right: Steps) -> list[int]:
        same = b.step("not", _is_before(b, before, left[0], right[0]))
        earlier = b.step("lt", right[2], left[2])
        earlier = b.select(b.step("eq", right[1], left[1]), earlier, b.step("lt", right[1], left[1]))
        take = b.step("or", _is_before(b, before, right[0], left[0]), b.step("and", same, earlier))
        return [b.select(take, new, old) for new, old in zip(right, left, strict=True)]

    start = math.inf if before == "lt" else -math.inf
    states = (State(REAL, start), State(REAL, source=CHUNK), State(REAL, source=LANE), State(REAL, source=LANE))
    return Reduction(
        states, step, combine, lambda _b, found, _rows: list(found[1:3]), empty=None, kept=3, is_index=True
    )


# Truth


def _truth(operator: str) -> Reduction:
    every = operator == "and"
    return Reduction(
        states=(State(MASK, float(every)),),
        step=lambda b, values, states: [b.step(operator, states[0], values[0])],
        combine=lambda b, left, right: [b.step(operator, left[0], right[0])],
        finish=lambda b, states, _rows: [b.mask(states[0])],
        empty=float(every),
        stops_at=not every,
    )


# Variance: sums of the differences from the first row of a lane, then means and squares about them


def _spread(b: Builder, values: Steps, states: Steps) -> list[int]:
    first, count, total, error, squares, lost = states
    value = b.real(values[0])
    first = b.select(b.step("eq", count, b.constant(0.0)), value, first)
    difference = b.step("sub", value, first)
    sums = _add(b, [difference], [total, error])
    return [
        first,
        b.step("add", count, b.constant(1.0)),
        *sums,
        *_add(b, [b.step("mul", difference, difference)], [squares, lost]),
    ]


def _settle_spread(b: Builder, states: Steps) -> list[int]:
    """Return the count, the mean in two parts, and the sum of squares about it."""
    first, count, *sums = states
    total, squares = pair_total(b, *sums[:2]), pair_total(b, *sums[2:])
    shift = b.step("div", total, b.step("max", count, b.constant(1.0)))
    mean, rest = two_sum(b, first, shift)
    about = b.step("sub", squares, b.step("mul", total, shift))
    return [count, mean, rest, b.step("max", about, b.constant(0.0))]


def _combine_spread(b: Builder, left: Steps, right: Steps) -> list[int]:
    zero, count = b.constant(0.0), b.step("add", left[0], right[0])
    apart = b.step("add", b.step("sub", right[1], left[1]), b.step("sub", right[2], left[2]))
    share = b.step("mul", apart, b.step("div", right[0], b.step("max", count, b.constant(1.0))))
    mean, rest = two_sum(b, left[1], share)
    between = b.step("mul", b.step("mul", apart, share), left[0])
    both = [count, mean, b.step("add", left[2], rest), b.step("add", b.step("add", left[3], right[3]), between)]
    no_left, no_right = b.step("eq", left[0], zero), b.step("eq", right[0], zero)
    pairs = zip(left, right, both, strict=True)
    return [b.select(no_right, one, b.select(no_left, other, joined)) for one, other, joined in pairs]


def _finish_variance(b: Builder, states: Steps, rows: Steps) -> list[int]:
    return [b.step("div", states[3], rows[1])]


def _finish_deviation(b: Builder, states: Steps, rows: Steps) -> list[int]:
    return [b.step("sqrt", b.step("div", states[3], rows[1]))]


def _variance(finish: Callable[[Builder, Steps, Steps], list[int]]) -> Reduction:
    return Reduction((State(REAL),) * 6, _spread, _combine_spread, finish, math.nan, settle=_settle_spread, kept=4)


REDUCTIONS: Final[dict[str, Reduction]] = {
    "sum": Reduction(_SUM, _add, _add_sums, _finish_total, 0.0),
    "mean": Reduction(_SUM, _add, _add_sums, _finish_mean, math.nan),
    "dot": Reduction(_SUM, add_product, _add_sums, _finish_total, 0.0, values=2),
    "prod": Reduction((State(REAL, 1.0), State(REAL)), _times, _multiply, _finish_total, 1.0),
    "norm": Reduction((*_SUM, State(REAL), State(REAL)), _add_square, _add_squares, _finish_norm, 0.0),
    "min": _extreme("min"),
    "max": _extreme("max"),
    "argmin": _place("lt"),
    "argmax": _place("gt"),
    "any": _truth("or"),
    "all": _truth("and"),
    "var": _variance(_finish_variance),
    "std": _variance(_finish_deviation),
}
