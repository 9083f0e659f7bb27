"""Kernels as C functions of doubles: SciPy's integrands, right sides of ODEs and their Jacobians."""

import ctypes
import gc
import math

import numpy as np
import pytest

import rssn
from rssn.errors import OptionError
from rssn.jit import compile

t, x, y, a = rssn.symbols("t x y a")


def integrand(kernel):
    """The function itself, whether SciPy is there or not."""
    found = kernel.lowlevel()
    return found.function if hasattr(found, "function") else found


def doubles(*values):
    return (ctypes.c_double * len(values))(*values)


@pytest.mark.parametrize("dtype", ["f64", "f32"])
def test_an_integrand_has_the_kernels_bits(dtype):
    """Of one row, by the same steps."""
    kernel = compile(rssn.sin(x) * y**2 + rssn.gamma(x) / 3, [x, y], dtype=dtype)
    function = integrand(kernel)
    for arguments in ((0.5, 2.0), (-1.5, 1e10), (math.inf, 0.0)):
        found, wanted = function(2, doubles(*arguments)), kernel(*arguments)
        assert found == wanted or math.isnan(found) == math.isnan(wanted) is True
    assert math.isnan(function(1, doubles(0.5)))


def test_truth_values_and_constants_are_numbers():
    """A step function can be integrated."""
    assert integrand(compile(x > y, [x, y]))(2, doubles(2.0, 1.0)) == 1.0
    assert integrand(compile(rssn.constant(7), [x]))(1, doubles(2.0)) == 7.0


def test_the_function_outlives_its_kernel():
    """It owns its machine code."""
    function = integrand(compile(x * 3, [x]))
    gc.collect()
    assert function(1, doubles(2.0)) == 6.0


def test_very_long_formulas():
    """Cut into segments, which hand values on in a frame."""
    total = x
    for n in range(4000):
        total = total * (y + n % 7) - n
    kernel = compile(total, [x, y])
    assert integrand(kernel)(2, doubles(0.3, -2.9)) == kernel(0.3, -2.9)


def test_right_sides_and_jacobians():
    """Time, state, result, parameters."""
    exprs = [y, a * (1 - x**2) * y - x + t]
    kernel = compile(exprs, [t, x, y, a])
    slopes = compile([rssn.diff(expr, name) for expr in exprs for name in (x, y)], [t, x, y, a])
    state, parameters = doubles(0.7, -0.2), doubles(5.0)
    result, square = doubles(0, 0), doubles(0, 0, 0, 0)
    kernel.lowlevel("ode")(0.25, state, result, parameters)
    slopes.lowlevel("jacobian")(0.25, state, square, parameters)
    assert tuple(result) == kernel(0.25, 0.7, -0.2, 5.0)
    assert tuple(square) == slopes(0.25, 0.7, -0.2, 5.0)
    kernel.lowlevel("ode")(0.25, state, state, parameters)
    assert tuple(state) == tuple(result)


@pytest.mark.parametrize(
    ("match", "make"),
    [
        ("no such signature", lambda: compile(x).lowlevel("dop853")),
        ("an integrand has one value", lambda: compile([x, y]).lowlevel()),
        ("a filter has one value", lambda: compile([x, y]).lowlevel("filter")),
        ("shape of an ode", lambda: compile([x, y]).lowlevel("ode")),
        ("shape of a Jacobian", lambda: compile([x, y], [t, x, y]).lowlevel("jacobian")),
        ("reduces", lambda: compile(x, reduce="sum").lowlevel()),
    ],
)
def test_what_has_no_such_function_is_refused(match, make):
    """By name."""
    with pytest.raises(OptionError, match=match):
        make()


def test_without_machine_code_there_is_no_function(monkeypatch):
    """The interpreter is Python."""
    monkeypatch.setattr("rssn.config.ALWAYS_INTERPRET", True)
    with pytest.raises(OptionError, match="no machine code"):
        compile(x + 0.125).lowlevel()


def test_scipy_integrates():
    """One variable with parameters, and several."""
    integrate = pytest.importorskip("scipy.integrate")
    scipy = pytest.importorskip("scipy")
    gauss = compile(rssn.exp(-a * x**2), [x, a]).lowlevel()
    assert isinstance(gauss, scipy.LowLevelCallable)
    assert integrate.quad(gauss, -math.inf, math.inf, args=(2.0,))[0] == pytest.approx(math.sqrt(math.pi / 2))
    product = compile(x * y**2, [x, y]).lowlevel()
    assert integrate.nquad(product, [(0, 1), (0, 3)])[0] == pytest.approx(4.5)


def test_a_filter_has_the_kernels_bits():
    """Of the elements around, of which there may be more than it reads, and not fewer."""
    kernel = compile(rssn.exp(x) - y, [x, y])
    found = kernel.lowlevel("filter")
    function, result = getattr(found, "function", found), doubles(7.0)
    assert function(doubles(0.5, 2.0, 9.0), 3, result, None) == 1
    assert result[0] == kernel(0.5, 2.0)
    assert function(doubles(0.5), 1, result, None) == 0


def test_scipy_filters_images():
    """The mean of five around each, beside SciPy's own convolution."""
    ndimage = pytest.importorskip("scipy.ndimage")
    names = rssn.symbols("n w c e s")
    cross = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], bool)
    image = np.random.default_rng(0).normal(size=(20, 31))
    mean = compile(sum(names[1:], names[0]) / 5, names).lowlevel("filter")
    np.testing.assert_allclose(
        ndimage.generic_filter(image, mean, footprint=cross), ndimage.convolve(image, cross / 5), atol=1e-14
    )
    with pytest.raises(RuntimeError):
        ndimage.generic_filter(image, mean, size=(1, 2))


def test_solvers_of_scipy_with_right_sides_and_jacobians():
    """SciPy's take Python functions, and those may call the C functions; van der Pol's oscillator, stiff."""
    integrate = pytest.importorskip("scipy.integrate")
    exprs = [y, a * (1 - x**2) * y - x + 0 * t]
    right = compile(exprs, [t, x, y, a]).lowlevel("ode")
    slopes = compile([rssn.diff(expr, name) for expr in exprs for name in (x, y)], [t, x, y, a]).lowlevel("jacobian")
    parameters, pointer = doubles(50.0), ctypes.POINTER(ctypes.c_double)

    def called(function, shape):
        def call(time, state):
            state, result = np.ascontiguousarray(state, float), np.empty(shape)
            function(time, state.ctypes.data_as(pointer), result.ctypes.data_as(pointer), parameters)
            return result

        return call

    plain = integrate.solve_ivp(
        lambda _, s: [s[1], 50 * (1 - s[0] ** 2) * s[1] - s[0]], (0, 30), [2, 0], method="LSODA", rtol=1e-9, atol=1e-9
    )
    f, jacobian = called(right, 2), called(slopes, (2, 2))
    for method in ("LSODA", "Radau", "BDF"):
        ours = integrate.solve_ivp(f, (0, 30), [2, 0], method=method, jac=jacobian, rtol=1e-8, atol=1e-8)
        np.testing.assert_allclose(ours.y[:, -1], plain.y[:, -1], rtol=1e-4)
    found = integrate.odeint(f, [2, 0], [0, 30], Dfun=jacobian, tfirst=True, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(found[-1], plain.y[:, -1], rtol=1e-4)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_columns_are_evaluated_by_whole_vectors(dtype):
    """Any number of rows, truth values as numbers, the kernel's bits."""
    kernel = compile([rssn.sin(x) * y, x > y], [x, y], dtype=dtype)
    function = kernel.lowlevel("columns")
    for rows in (0, 1, 7, 64, 300_001):
        columns = np.random.default_rng(1).normal(size=(4, rows)).astype(dtype)
        wanted = kernel(*columns[:2])
        function((ctypes.c_void_p * 4)(*(column.ctypes.data for column in columns)), rows)
        assert np.array_equal(columns[2], wanted[0])
        assert np.array_equal(columns[3], wanted[1].astype(dtype))
