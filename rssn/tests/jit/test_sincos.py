"""sin and cos of one argument share everything up to the last choice between two polynomials."""

import re

import pytest

from rssn.expr import apply, symbol
from rssn.jit import compile

X = symbol("x")
SINE, COSINE = apply("sin", X), apply("cos", X)


def _work(*formulas, dtype="f64"):
    """Return how many multiply-adds of whole vectors stand in the loop, slow paths left out."""
    text = compile(list(formulas), [X], dtype=dtype).llvm_ir
    return len(re.findall(r"call <\d+ x \w+> @llvm\.fma", text.split("define void @run(")[1].split("\n}\n")[0]))


@pytest.mark.parametrize("dtype", ["f64", "f32"])
def test_the_cosine_beside_a_sine_costs_no_further_multiplication(dtype):
    alone = _work(SINE, dtype=dtype)
    assert alone > 8
    for formulas in ([SINE, COSINE], [COSINE, SINE], [SINE + COSINE], [COSINE * SINE]):
        assert _work(*formulas, dtype=dtype) <= alone + len(formulas) % 2  # the sum may fuse


def test_it_is_so_with_other_work_between_them_and_of_a_computed_argument():
    inner = X * X + 3
    sine, cosine = apply("sin", inner), apply("cos", inner)
    between = apply("exp", X) + apply("log", apply("abs", X) + 1)
    assert _work(sine, between, cosine) - _work(between) <= _work(sine) + 1
    assert _work(cosine * between + sine) - _work(between) <= _work(sine) + 2


def test_tan_of_the_same_argument_shares_the_reduction_and_the_polynomials():
    tangent = apply("tan", X)
    assert _work(SINE, COSINE, tangent) == _work(tangent)
