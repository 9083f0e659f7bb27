"""Kernels over complex numbers: the rules about calls hold, and values are NumPy's; accuracy has a test of its own."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rssn
from rssn.errors import DerivativeError, DtypeError, OptionError, RssnError
from rssn.expr import apply
from rssn.jit import compile
from rssn.testing import assert_same_bits

z, w = rssn.symbols("z w")
UNARY = (
    *("sqrt", "exp", "expm1", "log", "log2", "log10", "exp2", "sin", "cos", "tan"),
    *("sinh", "cosh", "tanh"),
)
INVERSE = {f"a{name}": f"arc{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")}
BINARY = {"z + w": np.add, "z - w": np.subtract, "z*w": np.multiply, "z/w": np.divide}


def numbers(count, seed=0, dtype=np.complex128):
    rng = np.random.default_rng(seed)
    return (rng.normal(size=count) + 1j * rng.normal(size=count)).astype(dtype)


def close(found, wanted, units=16):
    eps = np.finfo(np.asarray(found).dtype).eps
    return bool(np.all(np.abs(found - wanted) <= units * eps * np.abs(wanted)))


@pytest.mark.parametrize("dtype", ["complex128", "complex64"])
@pytest.mark.parametrize("name", [*UNARY, *INVERSE])
def test_functions_are_numpys_and_the_interpreter_has_their_bits(name, dtype):
    kernel = compile(rssn.parse(f"{name}(z)"), dtype=dtype)
    x = numbers(1003, dtype=dtype)
    found = kernel(x)
    assert found.dtype == dtype
    assert close(found, getattr(np, INVERSE.get(name, name))(x.astype(np.complex128)))
    assert_same_bits(kernel.interpret((x,)), found)


@pytest.mark.parametrize("dtype", ["complex128", "complex64"])
@pytest.mark.parametrize("text", BINARY)
def test_arithmetic_is_numpys_and_the_interpreter_has_its_bits(text, dtype):
    kernel = compile(rssn.parse(text), [z, w], dtype=dtype)
    x, y = numbers(1003, 1, dtype), numbers(1003, 2, dtype)
    found = kernel(x, y)
    assert close(found, BINARY[text](x.astype(np.complex128), y.astype(np.complex128)))
    assert_same_bits(kernel.interpret((x, y)), found)


@pytest.mark.parametrize("n", [-64, -7, -2, -1, 0, 1, 2, 3, 5, 33, 64, 65])
def test_whole_powers(n):
    x = numbers(100) * 0.7
    found = compile(z ** rssn.constant(n), [z], dtype="complex128")(x)
    assert close(found, x.astype(np.clongdouble) ** n, 400)


def test_strides_broadcasting_and_outputs():
    kernel = compile(rssn.parse("z*w + exp(z)"), [z, w], dtype="complex128")
    x, y = numbers(600, 3).reshape(20, 30), numbers(30, 4)
    wanted = kernel(np.ascontiguousarray(x[::2, ::-3]), np.ascontiguousarray(y[::-3]))
    assert_same_bits(kernel(x[::2, ::-3], y[::-3]), wanted)
    out = np.zeros((20, 30), np.complex128)[::2, ::3]
    assert kernel(x[::2, ::-3], y[::-3], out=out) is out
    assert_same_bits(out, wanted)
    fortran = np.asfortranarray(x)
    assert_same_bits(kernel(fortran, y), kernel(x, y))
    assert kernel(x[:0], y).shape == (0, 30)
    inside = x.copy()
    assert_same_bits(kernel(inside, y, out=inside), kernel(x, y))
    shifted = np.concatenate([x.ravel(), [0]])
    assert_same_bits(kernel(shifted[:-1], 1.0, out=shifted[1:]), kernel(x.ravel(), 1.0))
    single = np.empty((20, 30), np.complex64)
    assert_same_bits(kernel(x, y, out=single), kernel(x, y).astype(np.complex64))


def test_threads_and_widths_change_no_bit():
    formula, x, y = rssn.parse("sin(z)*w + log(w)/z"), numbers(300_001, 5), numbers(300_001, 6)
    wanted = compile(formula, [z, w], dtype="complex128")(x, y, threads=1)
    for width in (1, 2, 16, 32):
        assert_same_bits(compile(formula, [z, w], dtype="complex128", width=width)(x, y, threads=2), wanted)


def test_numbers_give_a_complex_number():
    kernel = compile(rssn.parse("sqrt(z)"), dtype="complex128")
    assert kernel(-4) == 2j
    assert kernel(complex(-4, -0.0)) == -2j
    assert isinstance(kernel(1.5), complex)
    assert kernel(True) == 1


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.int8, np.uint32, np.int64, bool])
def test_real_arguments_widen(dtype):
    kernel = compile(rssn.parse("z*w + sqrt(w)"), [z, w], dtype="complex128")
    x, y = numbers(77), np.arange(77).astype(dtype)
    assert_same_bits(kernel(x, y), kernel(x, y.astype(np.complex128)))


def test_what_is_real_by_its_form_stays_real():
    found = compile([rssn.parse("abs(z)"), rssn.parse("abs(z) < 1"), rssn.parse("2*z")], [z], dtype="complex128")
    assert [str(dtype) for dtype in found.dtypes] == ["float64", "bool", "complex128"]
    x = numbers(100)
    length, inside, double = found(x)
    assert close(length, np.abs(x))
    assert np.array_equal(inside, length < 1)
    assert_same_bits(double, x * 2)


def test_the_imaginary_unit():
    unit, x = rssn.parse("1j"), numbers(50)
    assert_same_bits(compile(unit * z, [z], dtype="complex128")(x), 1j * x)
    assert compile(unit * unit, [], dtype="complex128")() == -1
    found = compile(abs(z) + unit * abs(w), [z, w], dtype="complex128")(3 + 4j, -2)
    assert found == 5 + 2j
    assert compile(rssn.parse("exp(1j*pi)"), [], dtype="complex128")() == pytest.approx(-1 + 0j)
    with pytest.raises(DtypeError, match="complex128"):
        compile(unit * z)


def test_conditions():
    formula = rssn.parse("piecewise(abs(z) < 1, z*z, z == w, 7, 1/z)")
    x, y = numbers(200), numbers(200, 9)
    y[::3] = x[::3]
    wanted = np.where(np.abs(x) < 1, x * x, np.where(x == y, 7, 1 / x))
    assert close(compile(formula, [z, w], dtype="complex128")(x, y), wanted)


@pytest.mark.parametrize("text", ["z < w", "floor(z)", "min(z, w)", "erf(z)", "gamma(z)", "atan2(z, w)", "mod(z, w)"])
def test_what_has_no_complex_meaning_is_refused_by_name(text):
    name = {"z < w": "'lt'"}.get(text, f"'{text.partition('(')[0]}'")
    with pytest.raises(DtypeError, match=name) as caught:
        compile(rssn.parse(f"1 + {text}*2"), [z, w], dtype="complex128")
    assert "abs(z)" in str(caught.value)
    assert "^" in caught.value.excerpt


def test_errors_say_what_to_do():
    with pytest.raises(DtypeError, match="complex128"):
        compile(z + 1)(np.ones(3, complex))
    kernel = compile(z + 1, dtype="complex128")
    with pytest.raises(DtypeError, match="complex128 or complex64"):
        kernel(np.ones(3), out=np.empty(3))
    with pytest.raises(DtypeError, match="argument 'z'"):
        kernel(np.array(["a"]))


def test_pickles():
    kernel, x = compile(rssn.parse("z**3 + 1/w"), dtype="complex128"), numbers(10)
    assert_same_bits(pickle.loads(pickle.dumps(kernel))(x, x), kernel(x, x))


def test_a_long_formula_is_cut_and_has_the_same_bits():
    formula = z
    for n in range(40):
        formula = apply("sin", formula * 0.3 + n) * w + z
    kernel, x, y = compile([formula, formula * w], [z, w], dtype="complex128"), numbers(100), numbers(100, 2)
    for found, wanted in zip(kernel(x, y), kernel.interpret((x, y)), strict=True):
        assert_same_bits(found, wanted)


def test_fused_products_are_those_of_one_formula_alone():
    x, y = numbers(100), numbers(100, 2)
    product = z * w
    alone = compile([product + z], [z, w], dtype="complex128")(x, y)[0]
    beside = compile([product + z, product], [z, w], dtype="complex128")(x, y)[0]
    assert_same_bits(alone, beside)
    strict = compile(product + z, [z, w], dtype="complex128", math="strict")(x, y)
    assert_same_bits(strict, compile(product, [z, w], dtype="complex128")(x, y) + x)


PARTS = st.one_of(st.floats(width=64), st.sampled_from([0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324, 1.7e308, 1e154]))
COMPLEX = st.builds(complex, PARTS, PARTS)


@given(
    COMPLEX, COMPLEX, st.sampled_from([*(f"{n}(z)" for n in (*UNARY, *INVERSE)), *BINARY, "z**3", "z**(-2)", "z**w"])
)
def test_interpreter_and_machine_code_agree_on_anything(a, b, text):
    kernel = _kernel(text)
    x, y = np.full(5, a), np.full(5, b)
    assert_same_bits(kernel(x, y), kernel.interpret((x, y)))


_KERNELS = {}


def _kernel(text):
    if text not in _KERNELS:
        _KERNELS[text] = compile(rssn.parse(text), [z, w], dtype="complex128")
    return _KERNELS[text]


@given(st.lists(COMPLEX, min_size=1, max_size=40))
def test_a_row_does_not_depend_on_its_neighbours(values):
    x = np.array(values)
    for text in ("exp(z)", "z*z", "1/z", "log(z)", "asin(z)", "tanh(z)"):
        kernel = _kernel(text)
        assert_same_bits(np.array([kernel(x[k : k + 1], 0)[0] for k in range(len(x))]), kernel(x, 0))


def test_every_error_is_one_of_ours():
    for dtype in ("complex256", "c", complex(1, 2)):
        with pytest.raises(RssnError):
            compile(z, dtype=dtype)


def test_derivatives_are_those_of_holomorphic_formulas():
    x = numbers(20)
    kernel = compile(rssn.parse("exp(z)*w + z**3"), [z, w], dtype="complex128")
    by_z, by_w = kernel.gradient()(x, 2.0)
    assert close(by_z, np.exp(x) * 2 + 3 * x * x)
    assert close(by_w, np.exp(x))
    assert len(kernel.hessian()(x, 2.0)) == 4
    compile(rssn.parse("piecewise(abs(z) < 1, z*z, 1/z)"), dtype="complex128").gradient()
    with pytest.raises(DerivativeError, match="'abs'"):
        compile(rssn.parse("z*abs(z)"), dtype="complex128").gradient()


def test_ways_out_that_complex_kernels_lack_are_refused(tmp_path):
    kernel = compile(z * z, [z], dtype="complex128")
    for way in (kernel.lowlevel, lambda: kernel.export(tmp_path / "lib.so")):
        with pytest.raises(OptionError, match="complex kernel"):
            way()


def test_fast_math_keeps_complex_formulas_as_written():
    formula = rssn.parse("sqrt(z*z) + log(z*w)")
    fast = compile(formula, [z, w], dtype="complex128", math="fast")
    x, y = numbers(100), numbers(100, 1)
    assert_same_bits(fast(x, y), compile(formula, [z, w], dtype="complex128")(x, y))


def test_tables_with_complex_columns():
    x = numbers(10)
    found = rssn.evaluate("exp(z)*w", {"z": x, "w": np.arange(10)}, dtype="complex128")
    assert close(found, np.exp(x) * np.arange(10))
    assert rssn.evaluate_many(["z*z", "1/z"], {"z": x}, dtype="complex128").dtype == np.complex128
    with pytest.raises(DtypeError, match="complex128"):
        rssn.evaluate("exp(z)", {"z": x})
