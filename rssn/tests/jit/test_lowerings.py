"""Each operator's steps mean what its record's `value` means."""

import numpy as np
import pytest

import rssn
from rssn import ops
from rssn.expr import apply, symbol
from rssn.jit import LOWERINGS, compile
from rssn.testing import assert_same_bits
from rssn.vectormath import functions

BUILT_IN = ops.operators()  # before any test registers one of its own
SPECIAL = np.array([0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, 3.0, -7.5, 1e300, 5e-324, np.inf, -np.inf, np.nan])
EXACT = sorted(
    name
    for name in LOWERINGS
    if name
    not in {
        *("pow", "cbrt", "exp", "exp2", "exp10", "expm1", "log", "log2", "log10", "log1p", "hypot"),
        *("sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinpi", "cospi"),
        *("sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "erfc", "gamma", "lgamma", "sigmoid", "softplus"),
    }
)


def test_what_vector_code_exists_for_has_a_lowering():
    """The slot is blank only where the vector functions have nothing: there the interpreter answers."""
    blank = {record.name for record in BUILT_IN if record.lowering is None}
    assert blank.isdisjoint(functions())
    assert blank <= {"polygamma"}


@pytest.mark.parametrize("name", EXACT)
def test_steps_agree_with_the_value_of_the_record(name):
    """On all combinations of special values, bit for bit."""
    record = ops.lookup(name)
    fewest, most = record.arity
    arity = fewest if most != 2 else 2
    names = [f"v{n}" for n in range(arity)]
    columns = [grid.ravel() for grid in np.meshgrid(*[SPECIAL] * arity)]
    if name == "copysign":
        columns[1] = np.where(np.isnan(columns[1]), 1.0, columns[1])  # the sign of a NaN is open
    kernel = compile(apply(name, *map(symbol, names)), names, math="strict")
    assert_same_bits(kernel(*columns), record.value(*columns))


@pytest.mark.parametrize("name", ["mod", "floordiv"])
def test_remainders_are_exact_over_the_whole_range(name):
    """Quotients too large for one fused step go to the C library."""
    draw = np.random.default_rng(7)
    a, b = (draw.integers(-(1 << 63), (1 << 63) - 1, 20_000).view(np.float64) for _ in range(2))
    kernel = compile(apply(name, *rssn.symbols("a b")), ["a", "b"])
    with np.errstate(all="ignore"):
        near = a * draw.normal(size=20_000)
        for divisor in (b, near, np.nextafter(a, 0), a / 3):
            assert_same_bits(kernel(a, divisor), ops.lookup(name).value(a, divisor))


def test_a_users_operator_is_interpreted_until_it_has_a_lowering():
    """Its `value` answers; a lowering made of primitives compiles."""
    double = ops.register(
        ops.Operator(name="doubled", doc="twice x", domain="all x", arity=(1, 1), cost=1, value=lambda x: x + x)
    )
    x = symbol("x")
    kernel = compile(double(x) + 1, [x])
    assert kernel.engine == "interpreter"
    assert kernel(np.arange(3.0)).tolist() == [1.0, 3.0, 5.0]
    assert kernel(4.0) == 9.0
    ops.fill("doubled", "lowering", lambda b, v: b.step("add", v, v))
    compiled = compile(double(x) + 2, [x])
    assert compiled.engine == "llvm"
    assert compiled(4.0) == 10.0
