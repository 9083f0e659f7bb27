"""Interpreter and kernel: one meaning, two engines."""

import random

import fuzz_kernels
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rssn
from rssn.jit import compile
from rssn.testing import assert_same_bits, assert_within_ulps

choices = st.randoms(use_true_random=False)
SIZES = (0, 1, 3, 4, 5, 7, 8, 9, 16, 17, 1000)


@given(choices)
def test_random_cases_agree(draw):
    """Random formulas, modes, widths, types, shapes and layouts, with special values strewn in."""
    fuzz_kernels.check(draw)


@given(choices, st.sampled_from(["strict", "contract"]), st.sampled_from(["f64", "f32"]))
def test_kernel_and_interpreter_agree_bit_for_bit(draw, math, dtype):
    """Arithmetic, comparisons, choices: at every size, contiguous and strided, with scalars between."""
    expr = fuzz_kernels.expression(draw, draw.randrange(1, 25), functions=0.05)
    kernel = compile(expr, fuzz_kernels.NAMES, dtype=dtype, math=math)
    for size in draw.sample(SIZES, 4):
        columns = tuple(fuzz_kernels.array(draw, (size,)) for _ in fuzz_kernels.NAMES)
        assert_same_bits(kernel(*columns), kernel.interpret(columns))
    scalars = tuple(draw.choice(fuzz_kernels.SPECIAL) for _ in fuzz_kernels.NAMES)
    assert_same_bits(np.float64(kernel(*scalars)), np.float64(kernel.interpret(scalars)))


@given(choices)
def test_a_formulas_bits_do_not_depend_on_its_company(draw):
    """Compiled alone or with others, in one order or another."""
    pool = [rssn.symbol(name) for name in fuzz_kernels.NAMES]
    roots = []
    for _ in range(12):
        pool.append(rssn.apply(draw.choice(["add", "sub", "mul", "mul"]), draw.choice(pool), draw.choice(pool)))
    roots = [draw.choice(pool[3:]) for _ in range(4)]
    columns = tuple(np.random.default_rng(5).normal(size=(3, 40)))
    together = compile(roots, fuzz_kernels.NAMES)(*columns)
    for root, found in zip(roots, together, strict=True):
        assert_same_bits(found, compile(root, fuzz_kernels.NAMES)(*columns))


@given(choices)
def test_evaluate_agrees_with_strict_kernels(draw):
    """`Expr.evaluate` and `math="strict"` are the same arithmetic."""
    expr = fuzz_kernels.expression(draw, draw.randrange(1, 15))
    columns = tuple(fuzz_kernels.array(draw, (20,), "f8") for _ in fuzz_kernels.NAMES)
    wanted = expr.evaluate(dict(zip(fuzz_kernels.NAMES, columns, strict=True)))
    found = compile(expr, fuzz_kernels.NAMES, math="strict")(*columns)
    assert_same_bits(found, np.broadcast_to(np.asarray(wanted, found.dtype), (20,)))


@pytest.mark.parametrize("name", fuzz_kernels.FUNCTIONS)
def test_functions_are_near_numpys(name):
    """The kernel's own functions against the values of the records: one ULP of ours, and what theirs are off by."""
    values = np.random.default_rng(2).normal(0, 3, 5000)
    kernel = compile(rssn.apply(name, rssn.symbol("x")), ["x"])
    with np.errstate(all="ignore"):
        assert_within_ulps(kernel(values), rssn.ops.lookup(name).value(values), limit=5)


@pytest.mark.slow
def test_thousands_of_random_cases_agree():
    """The fuzz target, for minutes."""
    assert fuzz_kernels.run(120, random.getrandbits(32))["found"] == ""
