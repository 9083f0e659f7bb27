"""Long tapes in pieces: the same bits, the same addresses, linear compile time."""

import random
from time import process_time

import numpy as np
import pytest

import rssn
from rssn.jit import _segments, compile
from rssn.jit._segments import ONCE, Segments
from rssn.jit._signature import Signature
from rssn.testing import assert_same_bits

x, y, z = rssn.symbols("x y z")


def random_sum(terms, seed=0):
    draw = random.Random(seed)
    pool, total = [x, y, x < y], z
    for _ in range(terms):
        a, b = draw.choice(pool[-40:]), draw.choice(pool[-40:])
        part = draw.choice([lambda a, b: a * b, lambda a, b: a - b, rssn.max, lambda a, b: rssn.where(a < b, a, b)])
        pool.append(part(a, b))
        total = total + pool[-1] * 0.125
    return [total, total < 1, pool[-1]]


@pytest.fixture
def short_segments(monkeypatch):
    monkeypatch.setattr(_segments, "LONGEST_FUNCTION", 20)
    monkeypatch.setattr(_segments, "SEGMENT", 13)


@pytest.mark.usefixtures("short_segments")
@pytest.mark.parametrize("seed", range(4))
def test_cutting_changes_no_bit(seed):
    """Masks, numbers and shared parts cross the borders; rows come in vectors and tails."""
    kernel = compile(random_sum(100, seed), [x, y, z])
    assert "@segment.5" in kernel.llvm_ir
    columns = np.random.default_rng(seed).normal(size=(3, 1003))
    for found, wanted in zip(kernel(*columns), kernel.interpret(tuple(columns)), strict=True):
        assert_same_bits(found, wanted)


@pytest.mark.usefixtures("short_segments")
def test_out_may_be_an_input():
    """Outputs are written when everything has been read."""
    kernel = compile(random_sum(100)[0], [x, y, z])
    columns = np.random.default_rng(1).normal(size=(3, 100))
    wanted = kernel(*columns)
    kernel(*columns, out=columns[0])
    assert_same_bits(columns[0], wanted)


@pytest.mark.usefixtures("short_segments")
def test_functions_of_constants_and_scalars_run_once():
    """Before the loop, in a slot that no row overwrites."""
    total = rssn.exp(rssn.constant(1)) * x
    for n in range(60):
        total = rssn.sqrt(total * total + y * n) + rssn.exp(rssn.constant(1))
    kernel = compile(total, [x, y])
    rows = np.linspace(1, 2, 100)
    before_loop, _, rest = kernel.llvm_ir.partition("loop:")
    assert "ptr %frame" in before_loop
    assert "store <" in before_loop
    assert "store <" not in rest.partition("done:")[0]
    assert_same_bits(kernel(rows, 2.0), compile(total, [x, y], width=4)(rows, np.full(100, 2.0)))


def test_slots_are_used_again():
    """A chain of 10,000 steps needs a handful."""
    total = x
    for n in range(10_000):
        total = total * y + n
    tape = compile(total, [x, y]).schedule
    cut = Segments.of(tape, Signature.parse(b"dcdcdcp", 2), 8)
    assert cut.count == 10
    assert cut.slot_count <= 2
    assert ONCE not in cut.of_step


def test_a_short_tape_is_not_cut():
    """One function, no frame."""
    assert Segments.of(compile(x + y, [x, y]).schedule, Signature.parse(b"dcdcdcp", 2), 8) is None


def test_compiling_is_linear_in_the_terms():
    """A sum of 4,000 terms takes about four times as long as one of 1,000, and well under a second."""

    def seconds(terms, salt):
        draw = random.Random(salt)
        total = rssn.constant(0)
        for _ in range(terms):
            total = total + draw.random() * x ** draw.randint(1, 16) * y ** draw.randint(1, 16)
        started = process_time()
        compile(total, [x, y])(1.0, 2.0)
        return process_time() - started

    seconds(50, 0)
    small, large = min(seconds(1000, 1), seconds(1000, 2)), min(seconds(4000, 3), seconds(4000, 4))
    assert large < 12 * small + 0.1


def aliased(kernel, columns):
    """Call a kernel with its first outputs lying in its inputs."""
    out = [*columns, *(np.empty_like(columns[0]) for _ in range(len(kernel.expressions) - len(columns)))]
    return kernel(*columns, out=tuple(out))


@pytest.mark.parametrize("short", [False, True])
def test_several_outputs_may_be_inputs(short, request):
    """Each is stored as soon as it is there, but none before everything has been read; outputs that are
    arguments, constants or uniform too."""
    if short:
        request.getfixturevalue("short_segments")
    total, _, last = random_sum(60, 3)
    formulas = [total * z, y, last - x, x * y, rssn.constant(3), rssn.exp(rssn.constant(1)), z - total, total * z]
    kernel = compile(formulas, [x, y, z])
    assert ("@segment.3" in kernel.llvm_ir) == short
    columns = np.random.default_rng(4).normal(size=(3, 101))
    wanted = kernel(*columns)
    for found, other in zip(wanted, kernel.interpret(tuple(columns)), strict=True):
        assert_same_bits(found, other)
    for found, other in zip(aliased(kernel, list(columns.copy())), wanted, strict=True):
        assert_same_bits(found, other)
