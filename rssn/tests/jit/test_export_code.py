"""The functions of an exported library give the kernel's bits."""

import ctypes
import shutil

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rssn
from rssn.jit import compile

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler to link with")
x, y = rssn.symbols("x y")
WAVE = rssn.sin(x) * rssn.exp(-(y**2) / 2) + x / 3


class Library:
    """An exported library, called with NumPy arrays."""

    def __init__(self, path, name, kernel):
        self.library, self.name, self.single = ctypes.CDLL(str(path)), name, len(kernel.dtypes) == 1
        f32 = kernel.schedule.real_type == "f32"
        self.dtype, self.real = (np.float32, ctypes.c_float) if f32 else (np.float64, ctypes.c_double)
        self.outputs = len(kernel.dtypes)

    def row(self, *numbers):
        function = getattr(self.library, self.name)
        arguments = [self.real(number) for number in numbers]
        if self.single:
            function.restype = self.real
            return (function(*arguments),)
        out = (self.real * self.outputs)()
        function(*arguments, out)
        return tuple(out)

    def many(self, suffix, arrays, outs, *, strides=False, threads=None):
        """Call a function for many rows; with `strides`, pass those of the arrays along."""
        parameters = [ctypes.c_size_t(outs[0].size)]
        for array in arrays:
            parameters.append(ctypes.c_void_p(array.ctypes.data))
            if strides:
                parameters.append(ctypes.c_ssize_t(array.strides[0] // array.itemsize))
        pointers = (ctypes.c_void_p * len(outs))(*(out.ctypes.data for out in outs))
        parameters.append(ctypes.c_void_p(outs[0].ctypes.data) if self.single else pointers)
        if strides:
            parameters.append(ctypes.c_ssize_t(outs[0].strides[0] // outs[0].itemsize))
        if threads is not None:
            parameters.append(ctypes.c_int(threads))
        getattr(self.library, self.name + suffix)(*parameters)


def exported(kernel, folder, **options):
    kernel.export(folder / "f.so", **options)
    return Library(folder / "f.so", "f", kernel)


def same_bits(found, wanted):
    return np.array_equal(np.asarray(found).view(np.uint8), np.asarray(wanted).view(np.uint8))


def expected(kernel, arrays):
    """The kernel's answer as a list of arrays of numbers."""
    found = kernel(*arrays)
    dtype = arrays[0].dtype
    shape = arrays[0].shape
    return [np.broadcast_to(each, shape).astype(dtype) for each in (found if isinstance(found, tuple) else (found,))]


KERNELS = {
    "wave": compile(WAVE, [x, y]),
    "f32": compile(WAVE, [x, y], dtype="f32"),
    "several": compile([WAVE, x > y, rssn.constant(3), x * y - 1], [x, y]),
    "piecewise": compile(rssn.parse("piecewise(x > 0, x, y)") * rssn.log(y * y), [x, y], math="strict"),
    "sse2": compile(rssn.tanh(x) * y + x, [x, y], target="sse2"),
}


@pytest.mark.parametrize("name", KERNELS)
def test_every_function_gives_the_kernels_bits(name, tmp_path):
    """One row, few rows, many rows past the caches, strides of all signs, threads, and results in place."""
    kernel = KERNELS[name]
    library = exported(kernel, tmp_path)
    dtype = library.dtype
    random = np.random.default_rng(1)
    for n in (0, 1, 3, 8, 33, 1000, 400_003):
        room = random.normal(size=(2, n + 3)).astype(dtype)
        arrays = room[0, 3 : n + 3], room[1, :n]
        wanted = expected(kernel, arrays)
        for suffix, more in (("_batch", {}), ("_threaded", {"threads": 3}), ("_strided", {"strides": True})):
            outs = [np.full(n + 1, 7, dtype)[1:] for _ in wanted]
            library.many(suffix, arrays, outs, **more)
            assert same_bits(outs, wanted), (n, suffix)
    backwards, fixed = random.normal(size=99).astype(dtype)[::-3], np.broadcast_to(dtype(0.5), (33,))
    outs = [np.empty(66, dtype)[::2] for _ in wanted]
    library.many("_strided", (backwards, fixed), outs, strides=True)
    assert same_bits([out.copy() for out in outs], expected(kernel, (backwards, fixed)))
    one = expected(kernel, np.array([[0.3], [-2.0]], dtype))
    assert same_bits(np.array(library.row(0.3, -2.0), dtype), np.array(one)[:, 0])


def test_results_may_lie_where_arguments_lie(tmp_path):
    """In place, on one thread and on several."""
    kernel = KERNELS["wave"]
    library = exported(kernel, tmp_path)
    for suffix, more in (("_batch", {}), ("_threaded", {"threads": 2})):
        first, second = np.random.default_rng(2).normal(size=(2, 10_001))
        wanted = kernel(first, second)
        library.many(suffix, (first, second), [first], **more)
        assert same_bits(first, wanted)


numbers = st.floats(width=64)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(numbers, numbers), min_size=1, max_size=20))
def test_no_number_is_special(rows, wave_library):
    """Infinities, NaNs, subnormals."""
    library, kernel = wave_library
    arrays = tuple(np.array(column) for column in zip(*rows, strict=True))
    out = np.empty(len(rows))
    library.many("_batch", arrays, [out])
    wanted = kernel(*arrays)
    assert same_bits(np.isnan(out), np.isnan(wanted))
    assert same_bits(out[~np.isnan(out)], wanted[~np.isnan(wanted)])


@pytest.fixture(scope="module")
def wave_library(tmp_path_factory):
    kernel = KERNELS["wave"]
    return exported(kernel, tmp_path_factory.mktemp("wave")), kernel


def test_long_formulas_are_cut_and_come_back_together(tmp_path):
    """Segments hand values on in a frame, which each function has on its stack."""
    total = x
    for n in range(4000):
        total = total * (y + n % 7) - n
    kernel = compile([total, x - y], [x, y])
    library = exported(kernel, tmp_path)
    arrays = np.random.default_rng(3).normal(size=(2, 100))
    outs = [np.empty(100), np.empty(100)]
    library.many("_batch", arrays, outs)
    assert same_bits(outs, list(kernel(*arrays)))
    assert library.row(0.25, -1.5) == kernel(0.25, -1.5)


def test_derivatives_lie_in_the_same_library(tmp_path):
    """Under names of their own, by all arguments."""
    kernel = KERNELS["wave"]
    kernel.export(tmp_path / "f.so", derivatives=2)
    for suffix, other in (("_gradient", kernel.gradient()), ("_hessian", kernel.hessian())):
        assert Library(tmp_path / "f.so", f"f{suffix}", other).row(0.3, 0.7) == other(0.3, 0.7)


def test_arguments_that_no_formula_uses_and_none_at_all(tmp_path):
    """A constant has functions too."""
    unused = compile(x + 1, [x, y])
    assert exported(unused, tmp_path).row(1.0, 5.0) == (2.0,)
    constant = compile(rssn.constant(7), [])
    constant.export(tmp_path / "seven.so", header=tmp_path / "seven.h")
    assert Library(tmp_path / "seven.so", "seven", constant).row() == (7.0,)
    assert "double seven(void);" in (tmp_path / "seven.h").read_text()
