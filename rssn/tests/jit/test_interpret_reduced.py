"""The interpreter and machine code reduce to the same bits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn import symbols
from rssn.jit import compile
from rssn.jit._reductions import CHUNK_ROWS, REDUCTIONS
from rssn.testing import AWKWARD_NUMBERS, assert_same_bits, expressions

x, y = symbols("x y")
FORMULA = x * y + (x - y)
NAMES = sorted(set(REDUCTIONS) - {"dot"})


def assert_agree(kernel, columns, **options):
    found, wanted = kernel(*columns, **options), kernel.interpret(columns, **options)
    for one, other in zip(
        *[answer if isinstance(answer, tuple) else (answer,) for answer in (found, wanted)], strict=True
    ):
        assert type(one) is type(other)
        one, other = np.asarray(one), np.asarray(other)
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        if one.dtype.kind == "f":
            assert_same_bits(one, other)
        else:
            assert np.array_equal(one, other)


@given(expr=expressions(), name=st.sampled_from(NAMES), dtype=st.sampled_from(["f64", "f32"]), data=st.data())
def test_random_formulas_agree(expr, name, dtype, data):
    """Over awkward numbers too: NaNs, infinities, subnormals."""
    kernel = compile(expr, dtype=dtype, reduce=name)
    rows = data.draw(st.sampled_from([1, 5, 33, 100]))
    number = st.sampled_from(AWKWARD_NUMBERS) | st.floats(-4, 4)
    columns = [np.array(data.draw(st.lists(number, min_size=4, max_size=4))) for _ in kernel.arguments]
    columns = tuple(np.resize(column, rows) for column in columns) or ()
    assert_agree(kernel, columns)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["f64", "f32"])
def test_they_agree_at_every_size_and_axis(name, dtype):
    """Around lanes and chunks; numbers of every size, some that are none."""
    draw = np.random.default_rng(3)
    kernel = compile(FORMULA, [x, y], reduce=name, dtype=dtype)
    for size in (1, 31, 32, 33, 500, CHUNK_ROWS, 2 * CHUNK_ROWS + 5):
        values = draw.normal(size=(2, size)) * 2.0 ** draw.integers(-40, 40, (2, size))
        assert_agree(kernel, tuple(values.astype(dtype.replace("f64", "f8").replace("f32", "f4"))))
    for shape in ((40, 50), (50, 3, 20), (1, 70), (20_000, 20)):
        values = draw.normal(size=(2, *shape))
        for axis in range(len(shape)):
            assert_agree(kernel, tuple(values), axis=axis)
    awkward = np.resize(np.array(AWKWARD_NUMBERS, float), (40, 41))
    for axis in (None, 0, 1):
        assert_agree(kernel, (awkward, awkward[:, ::-1]), axis=axis, keepdims=True)


def test_several_at_once_agree():
    """Each with states of its own; a formula without arguments among them."""
    draw = np.random.default_rng(4)
    kernel = compile([FORMULA] * len(NAMES), [x, y], reduce=NAMES)
    values = draw.normal(size=(2, 700, 3))
    assert_agree(kernel, tuple(values))
    assert_agree(kernel, tuple(values), axis=0)
    assert_agree(compile(FORMULA * 0 + 2, [x, y], reduce="sum"), (1.0, 2.0))
    assert_agree(compile([FORMULA, x], [x, y], reduce="dot"), tuple(values), axis=(0, 1))
