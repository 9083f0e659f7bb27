"""The same bits on every processor: code for others is linked by a cross gcc and run by qemu.

On this one, the same bits at any width, stride, alignment, chunking and number of threads.
"""

import importlib.util
import random
from pathlib import Path

import foreign
import numpy as np
import pytest
from fuzz_kernels import NAMES, SPECIAL, expression

from rssn.expr import apply, symbol
from rssn.jit import compile
from rssn.parser import parse
from rssn.testing import assert_same_bits
from rssn.vectormath import features, functions
from rssn.vectormath._functions import FUNCTIONS

MACHINES = ["avx512", "avx2", "sse2", "neon", "rvv"]
FORMULAS, MODES = 200, ("strict", "contract")
ROWS = 256


def _ruler():
    path = Path(__file__).parent.parent / "vectormath/accuracy.py"
    spec = importlib.util.spec_from_file_location("machines_ruler", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(params=MACHINES)
def machine(request):
    """An instruction set that can be run here, really or by emulation."""
    reason = foreign.missing(request.param)
    if reason:
        pytest.skip(reason)
    return request.param


def _arguments(ruler, name, real, count):
    """Return arguments over the whole domain and outside it, as many as fill whole vectors."""
    rng = np.random.default_rng(7)
    args = ruler.pairs(name, count, rng) if FUNCTIONS[name][0] == 2 else (ruler.arguments(name, count, rng),)
    with np.errstate(over="ignore"):
        found = [np.concatenate([a, np.roll(SPECIAL, 4 * i)]).astype(real) for i, a in enumerate(args)]
    return [a[len(a) % 32 :] for a in found]


def _lanes(machine, dtype):
    return features(machine).width * (2 if dtype == "f32" else 1)


@pytest.mark.parametrize("dtype", ["f64", "f32"])
def test_every_function_has_the_bits_of_this_machine_on_every_other(machine, dtype):
    ruler, kernels, calls, wanted = _ruler(), [], [], []
    for name in functions():
        args = [symbol(n) for n in ("x", "y")[: FUNCTIONS[name][0]]]
        kernel = compile(apply(name, *args), args, dtype=dtype)
        columns = _arguments(ruler, name, np.float64 if dtype == "f64" else np.float32, 300)
        for width in (1, _lanes(machine, dtype)):
            calls.append(foreign.Call(len(kernels), columns, offset=width % 3))
            kernels.append(foreign.Foreign(kernel.schedule, width))
            wanted.append((name, kernel(*columns)))
    for (name, expected), found in zip(wanted, foreign.run(machine, kernels, calls), strict=True):
        try:
            assert_same_bits(found, expected)
        except AssertionError as error:
            raise AssertionError(f"{name} on {machine}: {error}") from None


COMPLEX = (
    *(f"{name}(z)" for name in ("sqrt", "exp", "expm1", "log", "sin", "cos", "tan", "asin", "acos", "atan")),
    *(f"{name}(z)" for name in ("sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "abs")),
    *("z*w", "z/w", "z**w", "z**3", "z**(-5)", "z*w + z/w - w", "2*z + 1j*w", "piecewise(abs(z) < 1, z*z, w)"),
)


@pytest.mark.parametrize("dtype", ["complex128", "complex64"])
def test_complex_functions_have_the_bits_of_this_machine_on_every_other(machine, dtype):
    rng, kernels, calls, wanted = np.random.default_rng(11), [], [], []
    parts = np.concatenate([rng.normal(0, 3, 200), np.ldexp(rng.normal(size=64), rng.integers(-80, 80, 64)), SPECIAL])
    parts = np.resize(parts, 320)
    columns = []
    with np.errstate(over="ignore"):
        for _ in range(2):
            column = np.empty(len(parts), dtype)
            column.real, column.imag = rng.permutation(parts), rng.permutation(parts)
            columns.append(column)
    for text in COMPLEX:
        kernel = compile(parse(text), ["z", "w"], dtype=dtype)
        for width in (1, _lanes(machine, "f32" if dtype == "complex64" else "f64")):
            calls.append(foreign.Call(len(kernels), columns, offset=width % 3))
            kernels.append(foreign.Foreign(kernel.schedule, width))
            wanted.append((text, kernel(*columns)))
    for (text, expected), found in zip(wanted, foreign.run(machine, kernels, calls), strict=True):
        try:
            assert_same_bits(found, expected)
        except AssertionError as error:
            raise AssertionError(f"{text} on {machine}: {error}") from None


def _columns(draw, rows, dtype):
    rng = np.random.default_rng(draw.getrandbits(32))
    found = []
    for _ in NAMES:
        column = rng.normal(0, draw.choice((1.0, 100.0)), rows)
        odd = rng.random(rows) < 0.1
        with np.errstate(over="ignore"):
            found.append(np.where(odd, rng.choice(SPECIAL, rows), column).astype(dtype))
    return found


def _random_formulas(machine, count, seed):
    """Compare in batches: a program of four hundred kernels links in no time, one of thousands does not."""
    for first in range(0, count, FORMULAS):
        _batch(machine, range(first, first + FORMULAS), seed)


def _batch(machine, numbers, seed):
    kernels, calls, wanted = [], [], []
    for number in numbers:
        draw = random.Random(f"{seed}:{number}")
        formula = expression(draw, draw.randrange(1, 30), functions=draw.choice((0.0, 0.15)))
        dtype = draw.choice(("f64", "f64", "f32"))
        columns = _columns(draw, ROWS, np.float64 if dtype == "f64" else np.float32)
        for mode in MODES:
            kernel = compile(formula, NAMES, dtype=dtype, math=mode)
            calls.append(foreign.Call(len(kernels), columns, offset=number % 4))
            kernels.append(foreign.Foreign(kernel.schedule, draw.choice((1, 2, 8, _lanes(machine, dtype)))))
            wanted.append((f"{mode} {dtype}: {formula}", kernel(*columns)))
    for (what, expected), found in zip(wanted, foreign.run(machine, kernels, calls), strict=True):
        try:
            assert_same_bits(found, expected)
        except AssertionError as error:
            raise AssertionError(f"{machine}, {what}: {error}") from None


@pytest.mark.timeout(600)
def test_two_hundred_random_formulas_have_the_same_bits_on_every_machine(machine):
    _random_formulas(machine, FORMULAS, "default")


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_thousand_random_formulas_have_the_same_bits_on_every_machine(machine):
    _random_formulas(machine, 5 * FORMULAS, "long")


def _scattered(draw, column):
    """Return the same numbers in memory of another layout: off alignment, with gaps, backwards."""
    step, lead = draw.choice((1, 1, 2, 3, -1, -2)), draw.randrange(4)
    room = np.zeros(lead + len(column) * abs(step), column.dtype)[lead:]
    view = room[::step][: len(column)]
    view[:] = column
    return view


@pytest.mark.parametrize("part", range(4))
def test_width_threads_strides_alignment_and_chunks_change_no_bit(part):
    for number in range(part * FORMULAS // 4, (part + 1) * FORMULAS // 4):
        draw = random.Random(f"shape:{number}")
        formula = expression(draw, draw.randrange(1, 20), functions=draw.choice((0.0, 0.15)))
        dtype, mode = draw.choice(("f64", "f32")), MODES[number % 2]
        real = np.float64 if dtype == "f64" else np.float32
        columns = _columns(draw, 1003, real)
        wanted = compile(formula, NAMES, dtype=dtype, math=mode)(*columns, threads=1)
        other = compile(formula, NAMES, dtype=dtype, math=mode, width=draw.choice((1, 2, 4, 8, 16, 32)))
        spread = [_scattered(draw, column) for column in columns]
        out = _scattered(draw, np.empty(1003, wanted.dtype))
        assert_same_bits(other(*spread, out=out, threads=2), wanted)
        cuts = sorted(draw.sample(range(1003), 3))
        chunks = [other(*[c[a:b] for c in spread]) for a, b in zip([0, *cuts], [*cuts, 1003], strict=True)]
        assert_same_bits(np.concatenate(chunks), wanted)
