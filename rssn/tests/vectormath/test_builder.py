"""Memory: every element type, neighbouring, strided, masked, broadcast."""

import ctypes

import llvmlite.binding as llvm
import numpy as np
import pytest

from rssn.errors import OptionError
from rssn.testing import assert_same_bits
from rssn.vectormath import Emitter, Module
from rssn.vectormath._builder import MEMORY
from rssn.vectormath._probe import target_machine

NUMPY = {"f64": "f8", "f32": "f4", "f16": "f2", "bool": "?"} | {
    f"{sign}{8 * size}": f"{sign}{size}" for sign in "iu" for size in (1, 2, 4, 8)
}
_kept = []


def _compiled(write, width, real="f64"):
    """Compile a function of three pointers and a count whose body `write(emitter)` prints."""
    module = Module()
    e = Emitter(module.function("f", "void", [("ptr", "a"), ("ptr", "b"), ("i64", "n")]), width, real)
    write(e)
    e.ret()
    parsed = llvm.parse_assembly(str(module))
    parsed.verify()
    engine = llvm.create_mcjit_compiler(parsed, target_machine(module.features))
    engine.finalize_object()
    _kept.append(engine)
    function = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64)(
        engine.get_function_address("f")
    )
    return lambda a, b, n=0: function(a.ctypes.data, b.ctypes.data, n)


def _sample(dtype, count):
    rng = np.random.default_rng(5)
    if dtype == "bool":
        return rng.integers(0, 2, count).astype(bool)
    if dtype[0] == "f":
        return rng.normal(size=count).astype(NUMPY[dtype])
    info = np.iinfo(NUMPY[dtype])
    return rng.integers(max(info.min, -(2**53)), min(info.max, 2**53), count).astype(NUMPY[dtype])


@pytest.mark.parametrize("real", ["f64", "f32"])
@pytest.mark.parametrize("dtype", sorted(NUMPY))
def test_every_element_type_is_widened_as_numpy_does(dtype, real):
    data = _sample(dtype, 32)
    expected = data.astype(NUMPY[real])
    for width in (1, 8):
        out = np.zeros((5, 8), NUMPY[real])

        def write(e, width=width):
            def row(number, value):
                e.store(value, e.address("%b", str(number * 8), e.scalar_real))

            row(0, e.load("%a", dtype))
            row(1, e.load_strided("%a", str(2 * data.itemsize), dtype))
            row(2, e.load_scalar(e.address("%a", str(3), MEMORY[dtype]), dtype))
            if width > 1:
                row(3, e.load("%a", dtype, mask=e.first_lanes("%n"), fill=7.0))

        _compiled(write, width, real)(data, out, 5)
        assert_same_bits(out[0, :width], expected[:width])
        assert_same_bits(out[1, :width], expected[::2][:width])
        assert_same_bits(out[2, :width], np.repeat(expected[3], width))
        if width > 1:
            assert_same_bits(out[3], np.where(np.arange(8) < 5, expected[:8], 7.0).astype(NUMPY[real]))


@pytest.mark.parametrize("kind", ["whole", "masked", "strided", "streaming"])
@pytest.mark.parametrize("dtype", ["f64", "f32", "bool"])
def test_results_are_written_where_they_belong_and_nowhere_else(kind, dtype):
    data = np.arange(8.0) - 3
    raw = np.zeros(1024, np.uint8)
    out = raw[-raw.ctypes.data % 64 :][:512].view(NUMPY[dtype])[:32]
    out[:] = 1

    def write(e):
        value = e.load("%a")
        if dtype == "bool":
            value = e.gt(value, e.constant(0.0))
        if kind == "strided":
            e.store_strided(value, "%b", str(3 * out.itemsize), dtype, lanes=5)
            return
        mask = e.first_lanes("%n") if kind == "masked" else None
        e.store(value, "%b", dtype, mask=mask, streaming=kind == "streaming")

    _compiled(write, 8)(data, out, 5)
    result = data > 0 if dtype == "bool" else data.astype(NUMPY[dtype])
    expected = np.ones(32, NUMPY[dtype])
    if kind == "strided":
        expected[: 3 * 5 : 3] = result[:5]
    else:
        expected[: 5 if kind == "masked" else 8] = result[: 5 if kind == "masked" else 8]
    assert_same_bits(out, expected)


def test_a_mask_is_written_to_reals_as_zero_and_one():
    data, out = np.arange(8.0), np.full(8, 9.0)
    _compiled(lambda e: e.store(e.gt(e.load("%a"), e.constant(3.0)), "%b", "f64"), 8)(data, out)
    assert_same_bits(out, (data > 3).astype(float))


def test_slices_join_to_the_whole():
    data, out = np.arange(8.0), np.zeros(8)

    def write(e):
        value = e.load("%a")
        pieces = [e.slice(value, start, 2) for start in (6, 4, 2, 0)]
        e.store(e.joined(pieces, 2), "%b")

    _compiled(write, 8)(data, out)
    assert out.tolist() == [6, 7, 4, 5, 2, 3, 0, 1]


def test_impossible_shapes_are_refused():
    function = Module().function("f")
    with pytest.raises(OptionError, match="no such vector"):
        Emitter(function, 4, "f16")
    with pytest.raises(OptionError, match="needs a vector"):
        Emitter(function, 1).load("%a", mask=Emitter(function, 1).truth(True))
