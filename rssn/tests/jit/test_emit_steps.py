"""C's fmod in vectors: exact, whatever the quotient."""

import math

import numpy as np
import pytest

from rssn.jit._builder import Builder
from rssn.jit._code import Code
from rssn.jit._kernel import Kernel
from rssn.jit._recipe import Recipe
from rssn.jit._tape import Tape
from rssn.testing import assert_same_bits


def fmod_kernel(real_type):
    b = Builder(real_type)
    out = b.step("fmod", b.load(0), b.load(1))
    tape = Tape(tuple(b.steps), "".join(b.kinds), (), ("a", "b"), (out,), real_type, "strict")
    code = Code(Recipe(b"", tape.arguments, real_type, "strict", None, None), tape)
    return Kernel(code, threads=None, lossy=False, single=True, engine="llvm")


@pytest.mark.parametrize(("real_type", "dtype"), [("f64", np.float64), ("f32", np.float32)])
def test_fmod_is_exact(real_type, dtype):
    """Ordinary, huge and tiny quotients, and quotients that round up to a whole number."""
    draw = np.random.default_rng(3)
    b = draw.normal(size=4000).astype(dtype)
    whole = draw.integers(-(1 << 20), 1 << 20, 4000).astype(dtype)
    with np.errstate(all="ignore"):
        cases = [b * whole, np.nextafter(b * whole, dtype(0)), b, -b, b / 3, b * dtype(1e30), b * dtype(1e-30)]
        kernel = fmod_kernel(real_type)
        for a in cases:
            assert_same_bits(kernel(a, b), np.fmod(a, b))


def test_fmod_of_special_values():
    """As C has it: fmod(x, inf) is x, fmod(inf, y) and fmod(x, 0) are NaN, -0 stays."""
    special = [0.0, -0.0, 1.0, -2.5, 5e-324, 1e308, math.inf, -math.inf, math.nan]
    a, b = (grid.ravel() for grid in np.meshgrid(special, special))
    with np.errstate(all="ignore"):
        assert_same_bits(fmod_kernel("f64")(a, b), np.fmod(a, b))
