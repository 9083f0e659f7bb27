"""Kernels of derivatives: the order of outputs, options passed on, errors."""

import pickle

import numpy as np
import pytest

import rssn
from rssn.errors import OperatorError, OptionError
from rssn.jit import Kernel, _derived
from rssn.optimize import estimate
from rssn.testing import assert_same_bits

x, y = rssn.symbols("x y")
ROSENBROCK = (1 - x) ** 2 + 100 * (y - x**2) ** 2


def test_a_gradient_comes_in_the_order_of_the_arguments() -> None:
    kernel = rssn.compile(ROSENBROCK, [y, x])
    by_y, by_x = kernel.gradient()(2.0, 3.0)
    assert (by_x, by_y) == (-400 * 3 * (2 - 9) - 2 * (1 - 3), 200.0 * (2 - 9))
    assert kernel.gradient(["x"])(2.0, 3.0) == (by_x,)


def test_value_gradient_and_hessian_are_one_kernel() -> None:
    """Fewer steps than apart, the same bits."""
    kernel = rssn.compile(ROSENBROCK, [x, y])
    together = kernel.hessian(value=True)
    points = np.linspace(-2, 2, 50), np.linspace(3, 1, 50)
    value, *rest = together(*points)
    assert_same_bits(value, kernel(*points))
    for found, wanted in zip(rest, (*kernel.gradient()(*points), *kernel.hessian()(*points)), strict=True):
        assert_same_bits(found, wanted)
    assert len(together.schedule) < len(kernel.schedule) + len(kernel.gradient().schedule) + 20


def test_several_formulas_go_row_by_row() -> None:
    kernel = rssn.compile([x * y, x + 2 * y], [x, y])
    assert kernel.gradient()(3.0, 5.0) == (5.0, 3.0, 1.0, 2.0)
    assert kernel.gradient(value=True)(3.0, 5.0) == (15.0, 13.0, 5.0, 3.0, 1.0, 2.0)
    assert kernel.hessian()(3.0, 5.0) == (0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def test_options_are_kept() -> None:
    kernel = rssn.compile(x**3, [x], dtype="f32", math="strict", threads=1, lossy=True).gradient()
    assert kernel(np.float32([2.0]))[0].dtype == np.float32
    assert (kernel.schedule.math, kernel.schedule.real_type) == ("strict", "f32")
    assert pickle.loads(pickle.dumps(kernel))(2.0) == (12.0,)


def test_derivatives_of_fast_kernels_are_fast() -> None:
    """Of the formulas as written, in forms that compute faster; and their own derivatives again."""
    written = rssn.parse("exp(-x^2/2)/(1 + y^2)/(1 + x^2)*log(1 + y^2)")
    plain, fast = rssn.compile(written, "x y"), rssn.compile(written, "x y", math="fast")
    points = np.linspace(0.1, 2, 40), np.linspace(2, 0.3, 40)
    for kind in ("gradient", "hessian"):
        slow, quick = getattr(plain, kind)(value=True), getattr(fast, kind)(value=True)
        assert cost_of(quick) < 0.9 * cost_of(slow)
        for found, wanted in zip(quick(*points), slow(*points), strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-12)
        again = pickle.loads(pickle.dumps(quick))
        assert again.schedule == quick.schedule
        assert again.expressions == quick.expressions
    assert cost_of(fast.gradient().gradient()) < 0.9 * cost_of(plain.gradient().gradient())


def cost_of(kernel: Kernel) -> float:
    return float(estimate(kernel.schedule).ns)


def test_there_must_be_a_variable() -> None:
    with pytest.raises(OptionError, match="nothing to differentiate by"):
        rssn.compile(rssn.constant(3), []).gradient()
    with pytest.raises(OptionError):
        rssn.compile(x, [x]).hessian("x")


def test_without_the_hook_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_derived._Installed, "jacobian", None)
    monkeypatch.setattr(_derived._Installed, "hessian", None)
    for work in (rssn.compile(x, [x]).gradient, rssn.compile(x, [x]).hessian):
        with pytest.raises(OperatorError, match="installed"):
            work()
