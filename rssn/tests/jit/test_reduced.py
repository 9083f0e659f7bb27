"""Kernels that reduce, as values: options, gradients, pickles, the cache on disk."""

import os
import pickle
import subprocess
import sys

import numpy as np
import pytest

import rssn
from rssn.errors import OptionError
from rssn.jit import Kernel, compile

x, y, a, b = rssn.symbols("x y a b")
EXPR = rssn.sin(x) * y**2 + x / 3


def test_it_is_a_kernel():
    """With what others can say of themselves; what a row reads is its columns."""
    kernel = compile([EXPR, x < y], reduce=["sum", "any"])
    assert isinstance(kernel, Kernel)
    assert kernel.reduce == ("sum", "any")
    assert kernel.dtypes == [np.dtype("f8"), np.dtype(bool)]
    assert kernel.statistics()["bytes_per_row"] == 16
    assert "fadd" in kernel.llvm_ir
    assert kernel.expressions == (EXPR, x < y)
    assert repr(compile(x, reduce="sum", axis=0)).startswith("<Kernel (x) -> sum, axis=0, f64 contract, ")


@pytest.mark.parametrize(
    ("match", "make"),
    [
        ("no such reduction", lambda: compile(x, reduce="median")),
        ("no such reduction", lambda: compile([x], reduce=[3])),
        ("one reduction for all", lambda: compile([x, y], reduce=["sum"])),
        ("one reduction for all", lambda: compile(x, reduce=["sum"])),
        ("dot takes 2 formulas", lambda: compile(x, reduce="dot")),
        ("dot stands alone", lambda: compile([x, y], reduce=["dot", "sum"])),
        ("belong to a reduction", lambda: compile(x, axis=0)),
        ("ddof", lambda: compile(x, reduce="var", ddof="1")),
    ],
)
def test_options_that_do_not_fit_are_refused(match, make):
    """When the kernel is made."""
    with pytest.raises(OptionError, match=match):
        make()


def test_a_call_may_change_the_axis():
    """What `compile` was given stands otherwise."""
    values = np.arange(6.0).reshape(2, 3)
    kernel = compile(x, reduce="sum", axis=1, keepdims=True)
    assert kernel(values).tolist() == [[3.0], [12.0]]
    assert kernel(values, axis=None, keepdims=False) == 15.0
    assert kernel(values, axis=0).tolist() == [[3.0, 5.0, 7.0]]
    assert kernel.interpret((values,)).tolist() == [[3.0], [12.0]]


def test_text_compiles_too():
    """As the package's own `compile` takes it."""
    assert rssn.compile("x*y", "x y", reduce="sum")(np.arange(4.0), 2.0) == 12.0


def test_fits_have_gradients():
    """By parameters that are one number for all rows; a dot product is a sum of products."""
    t, wanted = np.linspace(0, 1, 50), np.random.default_rng(1).normal(size=50)
    loss = compile((a * rssn.exp(-b * x) - y) ** 2, [a, b, x, y], reduce="mean")
    value, by_a, by_b = loss.gradient(["a", "b"], value=True)(2.0, 3.0, t, wanted)
    assert value == loss(2.0, 3.0, t, wanted)
    step = 1e-6
    assert by_a == pytest.approx(
        (loss(2 + step, 3.0, t, wanted) - loss(2 - step, 3.0, t, wanted)) / (2 * step), rel=1e-6
    )
    assert by_b == pytest.approx(
        (loss(2.0, 3 + step, t, wanted) - loss(2.0, 3 - step, t, wanted)) / (2 * step), rel=1e-6
    )
    second = loss.hessian(["a", "b"])(2.0, 3.0, t, wanted)
    assert second[1] == second[2]
    assert len(loss.hessian(["a", "b"], value=True)(2.0, 3.0, t, wanted)) == 7
    dot = compile([a * x, y], [a, x, y], reduce="dot").gradient(["a"])
    assert dot(5.0, t, wanted) == (pytest.approx(t @ wanted),)
    with pytest.raises(OptionError, match="only sums and means"):
        compile(x, reduce="max").gradient()


def test_a_pickle_gives_the_same_bits_in_another_process():
    """Compiled there, with all options."""
    kernel = compile(EXPR, [y, x], reduce="var", axis=0, keepdims=True, ddof=1, width=4)
    columns = np.random.default_rng(1).normal(size=(2, 100, 3))
    again = pickle.loads(pickle.dumps(kernel))
    assert again(*columns).tobytes() == kernel(*columns).tobytes()
    assert again(*columns).shape == (1, 3)
    code = "import sys, pickle; k, c = pickle.loads(sys.stdin.buffer.read()); print(k(*c).tobytes().hex())"
    done = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps((kernel, columns)), capture_output=True, check=True
    )
    assert done.stdout.decode().strip() == kernel(*columns).tobytes().hex()


def test_a_kernel_on_disk_needs_no_compiler(tmp_path):
    """All its programs are found there by another process."""
    code = (
        "import sys, numpy as np, rssn; k = rssn.compile('sin(x)*y', 'x y', reduce='norm');"
        "print(k(np.arange(1000.0), 2.0).hex(), 'rssn.jit._compiler' in sys.modules)"
    )
    found = []
    for _ in range(2):
        environment = {**os.environ, "RSSN_CACHE": "1", "RSSN_CACHE_DIR": str(tmp_path)}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
        found.append(done.stdout.decode().split())
    assert found[0][0] == found[1][0]
    assert [compiled for _, compiled in found] == ["True", "False"]


def test_fast_maths_reduces_another_form():
    """The formulas as written are kept for gradients."""
    values = np.random.default_rng(1).uniform(1, 2, 500)
    kernel = rssn.compile("x/3 + x/5", reduce="sum", math="fast")
    assert kernel(values) == pytest.approx(float(np.sum(values / 3 + values / 5)), rel=1e-14)
    assert kernel.gradient()(values) == (pytest.approx(500 * (1 / 3 + 1 / 5)),)


def test_the_interpreter_answers_where_llvm_is_missing(monkeypatch):
    """The same calls."""
    monkeypatch.setattr("rssn.config.ALWAYS_INTERPRET", True)
    kernel = compile(x * y - 1, [x, y], reduce="max", axis=0)
    assert kernel.engine == "interpreter"
    assert kernel(np.arange(6.0).reshape(2, 3), 2.0).tolist() == [5.0, 7.0, 9.0]
    assert kernel(np.arange(6.0).reshape(2, 3), 2.0, axis=None) == 9.0
