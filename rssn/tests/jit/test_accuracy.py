"""`compile(..., accuracy="fast")`: other code, the same bits from every engine, kept apart in the cache and on disk."""

import pickle

import numpy as np
import pytest

from rssn.errors import OptionError
from rssn.expr import apply, symbol
from rssn.jit import compile
from rssn.testing import assert_same_bits, assert_within_ulps

X = symbol("x")
FORMULA = apply("tanh", X) + apply("sigmoid", X * 3) * apply("expm1", X)
ROWS = np.linspace(-4, 4, 1003)


def test_the_answer_is_near_and_the_code_shorter():
    exact, fast = compile(FORMULA, [X]), compile(FORMULA, [X], accuracy="fast")
    assert len(fast.llvm_ir.splitlines()) < len(exact.llvm_ir.splitlines())
    for name in ("tanh", "sigmoid", "expm1", "tan"):
        one = [compile(apply(name, X), [X], accuracy=level)(ROWS) for level in ("fast", "1ulp")]
        assert (one[0] != one[1]).any()
        assert_within_ulps(one[0], one[1], limit=4)


@pytest.mark.parametrize("dtype", ["f64", "f32"])
def test_the_interpreter_and_every_width_give_the_same_bits(dtype):
    fast = compile(FORMULA, [X], accuracy="fast", dtype=dtype)
    rows = ROWS.astype(np.float32 if dtype == "f32" else np.float64)
    wanted = fast(rows)
    assert_same_bits(fast.interpret((rows,)), wanted)
    for width in (1, 4, 16):
        assert_same_bits(compile(FORMULA, [X], accuracy="fast", dtype=dtype, width=width)(rows), wanted)


def test_pickles_derivatives_and_reductions_keep_it():
    fast, exact = compile(apply("tanh", X), [X], accuracy="fast"), compile(apply("tanh", X), [X])
    assert_same_bits(pickle.loads(pickle.dumps(fast))(ROWS), fast(ROWS))
    assert_same_bits(pickle.loads(pickle.dumps(exact))(ROWS), exact(ROWS))
    assert len(fast.gradient().llvm_ir) < len(exact.gradient().llvm_ir)
    total = compile(apply("tanh", X), [X], accuracy="fast", reduce="max")(ROWS)
    assert total == fast(ROWS).max()


def test_another_word_is_refused():
    with pytest.raises(OptionError, match="1ulp, fast"):
        compile(FORMULA, [X], accuracy="best")
