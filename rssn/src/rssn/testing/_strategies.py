"""Hypothesis strategies: any expression, and columns of the numbers that break things."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from ..expr import Expr, apply, constant, symbol
from ..ops import LARGEST_CHAIN, Operator, lookup
from ..ops import operators as all_operators

#: Operators whose results IEEE 754 fixes to the last bit; powers with small whole exponents are added by
#: `expressions` itself.
EXACT_OPERATORS = (
    *("abs", "add", "and", "ceil", "clamp", "copysign", "div", "eq", "floor", "floordiv", "fma", "frac", "ge", "gt"),
    *("isfinite", "isinf", "isnan", "le", "lt", "max", "min", "mod", "mul", "ne", "neg", "not", "or", "piecewise"),
    *("round", "sign", "sqrt", "sub", "trunc", "where"),
)

#: Numbers at which functions change their mind: zeros, ones, ties, limits of exactness, subnormals, infinities, NaN.
AWKWARD_NUMBERS = (
    *(0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 3.0, 1 / 3, 2.0**52 + 0.5, 2.0**53, -(2.0**53)),
    *(5e-324, -5e-324, 2.2250738585072014e-308, 1e-300, 1e300, 1.7976931348623157e308),
    *(float("inf"), float("-inf"), float("nan"), 0.1, 3.141592653589793, 710.0, -745.2, 1e22),
)


def numbers() -> st.SearchStrategy[float]:
    """Any f64, the awkward ones often."""
    return st.sampled_from(AWKWARD_NUMBERS) | st.floats(-1e3, 1e3) | st.floats()


@st.composite
def expressions(
    draw: st.DrawFn,
    names: Sequence[str] = ("x", "y", "z"),
    *,
    operators: Collection[str] | None = None,
    max_steps: int = 12,
    whole_powers: bool = True,
) -> Expr:
    """Draw an expression over symbols of the given names, with shared parts.

    It is grown step by step: each step applies one of `operators` (canonical
    names; default: all that are registered) to nodes made before, so that
    parts are used more than once, as in real formulas. `whole_powers` adds
    steps ``u^n`` with a literal |n| ≤ 16 even where `pow` is not among the
    operators.
    """
    known = sorted({record.name for record in all_operators()} if operators is None else operators)
    nodes = [symbol(name) for name in names] + draw(st.lists(_constants(), min_size=1, max_size=3))
    for _ in range(draw(st.integers(0, max_steps))):
        if whole_powers and draw(st.integers(0, 7)) == 0:
            exponent = draw(st.integers(-LARGEST_CHAIN, LARGEST_CHAIN))
            nodes.append(apply("pow", draw(st.sampled_from(nodes)), constant(exponent)))
            continue
        record = lookup(draw(st.sampled_from(known)))
        count = draw(_operand_counts(record))
        nodes.append(apply(record.name, *(draw(st.sampled_from(nodes)) for _ in range(count))))
    return nodes[-1]


def _operand_counts(record: Operator) -> st.SearchStrategy[int]:
    fewest, most = record.arity
    counts = st.integers(fewest, fewest + 4 if most is None else most)
    # Pairs of condition and value, and one value for all other cases.
    return counts.map(lambda count: count | 1) if record.default is not None else counts


def _constants() -> st.SearchStrategy[Expr]:
    rationals = st.builds(Fraction, st.integers(-99, 99), st.integers(1, 99))
    return (st.integers(-20, 20) | rationals | numbers() | st.booleans()).map(constant)


@st.composite
def batches(
    draw: st.DrawFn,
    names: Sequence[str] = ("x", "y", "z"),
    *,
    dtypes: Sequence[str] = ("f8",),
    max_rows: int = 70,
    strided: bool = False,
) -> dict[str, NDArray[Any]]:
    """Draw columns of one length by name: awkward numbers, lengths around those of vectors.

    Each column's dtype is one of `dtypes` (NumPy's names; whole numbers stay
    within 2**53). `strided` lets columns also run backwards or skip every other element.
    """
    rows = draw(st.integers(0, max_rows))
    return {name: draw(_columns(rows, draw(st.sampled_from(tuple(dtypes))), strided)) for name in names}


@st.composite
def _columns(draw: st.DrawFn, rows: int, dtype: str, strided: bool) -> NDArray[Any]:
    step = draw(st.sampled_from((1, 2, -1, -2))) if strided else 1
    held = rows * abs(step)
    # A few numbers repeated in an order of their own: as telling as all different ones, and cheap to draw.
    few = draw(st.lists(_elements(np.dtype(dtype)), min_size=1, max_size=12))
    seed = draw(st.integers(0, 2**32 - 1))
    with np.errstate(over="ignore"):
        pool = np.array(few).astype(dtype)
    column: NDArray[Any] = pool[np.random.default_rng(seed).integers(0, len(pool), held)]
    return column[::step] if rows else column


def _elements(dtype: np.dtype[Any]) -> st.SearchStrategy[Any]:
    if dtype.kind == "b":
        return st.booleans()
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        return st.integers(max(int(limits.min), -(2**53)), min(int(limits.max), 2**53))
    return numbers()
