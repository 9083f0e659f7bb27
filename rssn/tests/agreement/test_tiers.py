"""Whoever answers, the bits are the same: the interpreter, first machine code, the best, and what lay on disk."""

import time

import fuzz_kernels
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn import config, ops
from rssn.expr import apply, symbol
from rssn.jit import _code, _disk, compile
from rssn.jit._kernel import _CODES
from rssn.testing import assert_same_bits
from rssn.vectormath import functions

pytestmark = pytest.mark.skipif(config.PURE_PYTHON or config.ALWAYS_INTERPRET, reason="one tier only")
choices = st.randoms(use_true_random=False)
ROWS = 60_000  # too many for the interpreter, as it judges itself


def columns(draw, rows=ROWS):
    generator = np.random.default_rng(draw.randrange(1 << 30))
    tame = [generator.normal(size=rows) * 10.0 ** draw.randrange(-3, 4) for _ in fuzz_kernels.NAMES]
    for column in tame:
        column[:64] = [draw.choice(fuzz_kernels.SPECIAL) for _ in range(64)]
    return tuple(tame)


def settled(kernel):
    """Wait for the best code of a kernel."""
    for _ in range(6000):
        if kernel._code.is_best:
            return
        time.sleep(0.01)
    raise AssertionError("the best code never came")


@pytest.mark.usefixtures("shelf")
@given(choices, st.sampled_from(["strict", "contract"]), st.sampled_from(["f64", "f32"]))
def test_every_tier_gives_the_same_bits(draw, math, dtype):
    """Random formulas over special values and ordinary ones."""
    expr = fuzz_kernels.expression(draw, draw.randrange(1, 14), functions=0.4)
    args = columns(draw)
    _CODES.clear()
    kernel = compile(expr, fuzz_kernels.NAMES, dtype=dtype, math=math, tier="auto")
    first = kernel._code.program(kernel._plain_signature(), first=True)
    early = kernel(*args)
    settled(kernel)
    best = kernel(*args)
    assert_same_bits(early, best)
    assert_same_bits(kernel.interpret(args), best)
    assert_same_bits(compile(expr, fuzz_kernels.NAMES, dtype=dtype, math=math, target="sse2")(*args), best)
    assert first is kernel._code.program(kernel._plain_signature())
    _CODES.clear()
    again = compile(expr, fuzz_kernels.NAMES, dtype=dtype, math=math)
    assert again._code.is_stored
    assert_same_bits(again(*args), best)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """A folder for kernels of this file's own."""
    folder = _disk.Shelf(str(tmp_path_factory.mktemp("kernels")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_disk, "shelf", lambda: folder)
        yield folder


@pytest.mark.parametrize("dtype", ["f64", "f32"])
@pytest.mark.parametrize("name", [name for name in functions() if name != "sqrt"])
def test_each_function_as_it_ships(monkeypatch, name, dtype):
    """The loop in the package and the text written into a kernel: special values, tails, huge and tiny numbers."""
    monkeypatch.setattr(_code, "WORKER", Nobody)
    monkeypatch.setattr(_disk, "shelf", lambda: None)
    names = ["a", "b"][: 2 if ops.lookup(name).arity[0] == 2 else 1]
    generator = np.random.default_rng(7)
    every = [np.array([a for a in fuzz_kernels.SPECIAL for _ in fuzz_kernels.SPECIAL])]
    every.append(np.array([b for _ in fuzz_kernels.SPECIAL for b in fuzz_kernels.SPECIAL]))
    with np.errstate(over="ignore"):
        args = [
            np.concatenate([special, generator.normal(size=900), generator.normal(size=97) * 1e5]).astype(
                "f8" if dtype == "f64" else "f4"
            )
            for special in every[: len(names)]
        ]
    expr = apply(name, *map(symbol, names))
    wanted = compile(expr, names, dtype=dtype)(*args)
    _CODES.clear()
    kernel = compile(expr, names, dtype=dtype, tier="auto")
    kernel.run_machine_code(kernel._code.facts.width, 1.0)
    assert_same_bits(kernel(*args), wanted)
    assert not kernel._code.is_best


class Nobody:
    """Does no work, so that first code stays."""

    @staticmethod
    def do(job):
        """Drop a job."""
