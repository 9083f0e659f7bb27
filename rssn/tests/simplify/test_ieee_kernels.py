"""What ieee=True leaves of a kernel's bits: all of them under math="strict", in both precisions.

Under math="contract" the kernel may fuse what simplifying has brought
together: x*y*1 + z rounds twice, x*y + z once. So there its bits are those of
the simplified formula, and equal to the original's wherever products are exact.
"""

from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rssn import compile as compile_kernel
from rssn import parse, walk
from rssn.expr import Expr, apply, constant
from rssn.rules import IEEE, INTERVALS, RewriteRule
from rssn.simplify import simplify
from rssn.testing import AWKWARD_NUMBERS, assert_same_bits, expressions

Math = Literal["strict", "contract"]
NAMES = ("x", "y", "z")
RANDOM = np.random.default_rng(20)
OPERATORS = [name for name in INTERVALS if name != "polygamma"]


def columns(dtype: str) -> list[NDArray[Any]]:
    """All awkward numbers beside one another, and ordinary ones."""
    grid = np.array(AWKWARD_NUMBERS)
    pairs = np.array(np.meshgrid(grid, grid)).reshape(2, -1)
    third = np.roll(pairs[1], 37)
    made = [np.concatenate([part, RANDOM.standard_normal(100)]) for part in (*pairs, third)]
    with np.errstate(over="ignore"):
        return [part.astype(dtype) for part in made]


COLUMNS = {"f64": columns("f8"), "f32": columns("f4")}


def results(e: Expr, math: Math, dtype: Literal["f64", "f32"], data: list[NDArray[Any]]) -> NDArray[Any]:
    found = compile_kernel(e, NAMES, math=math, dtype=dtype)(*data)
    return np.broadcast_to(np.asarray(found), data[0].shape)


@pytest.mark.parametrize("dtype", ["f64", "f32"])
@given(e=expressions(operators=OPERATORS, max_steps=10))
def test_strict_kernels_keep_every_bit(dtype: Literal["f64", "f32"], e: Expr) -> None:
    """Any operators, NaN, infinities, both zeros, subnormals; the type of the result too."""
    simple = simplify(e, ieee=True)
    assert isinstance(simple, Expr)
    data = COLUMNS[dtype]
    assert_same_bits(results(simple, "strict", dtype, data), results(e, "strict", dtype, data))


@pytest.mark.parametrize("rule", [rule for rule in IEEE if rule.guard is None], ids=lambda rule: rule.name)
def test_each_row_keeps_every_bit_of_a_strict_kernel(rule: RewriteRule) -> None:
    """Compiled side by side, over every pair of awkward numbers; alone and inside a sum."""
    names = sorted(rule.lhs.variables)
    if not names:
        return
    for outer in (lambda e: e, lambda e: apply("add", e, constant(0.1))):
        sides = [outer(side.expression) for side in (rule.lhs, rule.rhs)]
        data = [COLUMNS["f64"][n % 3] for n in range(len(names))]
        before, after = (
            np.broadcast_to(np.asarray(compile_kernel(side, names, math="strict")(*data)), data[0].shape)
            for side in sides
        )
        assert_same_bits(after.astype(float), before.astype(float))


@given(data=st.data())
def test_contract_kernels_keep_every_bit_where_products_are_exact(data: st.DataObject) -> None:
    """Whole numbers of few digits: fused or not, nothing is rounded."""
    e = data.draw(expressions(operators=("add", "sub", "mul", "neg", "abs", "max", "where", "lt"), max_steps=8))
    if any(type(node.value) is not int for node in walk(e) if node.is_leaf and node.operator != "symbol"):
        return
    columns = [np.array(data.draw(st.lists(st.integers(-9, 9), min_size=8, max_size=8)), dtype=float) for _ in NAMES]
    simple = simplify(e, ieee=True)
    assert isinstance(simple, Expr)
    wanted = results(e, "strict", "f64", columns)
    if not (np.abs(wanted) < 2**40).all():
        return
    for each in (e, simple):
        assert np.array_equal(results(each, "contract", "f64", columns), wanted)


def test_contract_may_fuse_what_simplifying_brings_together() -> None:
    """The one difference there is: a product that has met its sum is rounded once instead of twice."""
    before, after = parse("x*y*1 + z"), parse("x*y + z")
    assert simplify(before, ieee=True) == after
    data = [RANDOM.standard_normal(1000) for _ in NAMES]
    fused, apart = results(after, "contract", "f64", data), results(before, "contract", "f64", data)
    assert not np.array_equal(fused, apart)
    assert np.abs(fused - apart).max() <= 2.0**-52 * 20


@pytest.mark.parametrize("math", ["strict", "contract"])
@pytest.mark.parametrize(
    ("text", "point", "expected"),
    [
        ("0*x", np.inf, np.nan), ("0*x", -1.0, -0.0), ("x - x", np.inf, np.nan), ("x/x", 0.0, np.nan),
        ("x + 0", -0.0, 0.0), ("0 - x", 0.0, 0.0), ("0/x", 0.0, np.nan), ("x*1", np.nan, np.nan),
        ("sqrt(x^2)", -2.0, 2.0),
        ("min(x, x)", np.nan, np.nan), ("x - 0", -0.0, -0.0), ("x^0", np.nan, 1.0), ("-(-x)", -0.0, -0.0),
    ],
)  # fmt: skip
def test_kernels_use_exact_laws_alone(math: Math, text: str, point: float, expected: float) -> None:
    """0*x stays: it is NaN at infinity, and -0 at -1. Simplified with ieee=True first, it is so too."""
    for e in (parse(text), simplify(parse(text), ieee=True)):
        assert isinstance(e, Expr)
        assert_same_bits(compile_kernel(e, ["x"], math=math)(np.array([point])), np.array([expected]))


@pytest.mark.parametrize("text", ["16777216 + 1 + 1 + x", "2^24 + 1 + 1 + x", "3^30 + x", "10^8 + 1 - x"])
def test_constants_are_computed_ahead_only_where_both_precisions_agree(text: str) -> None:
    """16777216 + 1 is 16777216 in 32 bits."""
    e = parse(text)
    simple = simplify(e, ieee=True)
    assert isinstance(simple, Expr)
    assert_same_bits(*(results(each, "strict", "f32", COLUMNS["f32"]) for each in (simple, e)))
    assert_same_bits(*(results(each, "strict", "f64", COLUMNS["f64"]) for each in (simple, e)))
