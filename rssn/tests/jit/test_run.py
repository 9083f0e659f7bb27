"""Running rows: threads change nothing, nothing is allocated, the GIL is free."""

import itertools
import os
import threading
import time

import numpy as np
import pytest

import rssn
from rssn.jit import _run, _run_py, compile
from rssn.testing import assert_same_bits

x, y = rssn.symbols("x y")
HEAVY = rssn.sin(x) * rssn.exp(-y * y) + x / y


@pytest.mark.parametrize("shape", [(1_000_003,), (2, 300_000), (200_000, 3), (3, 1, 70_001)])
def test_threads_change_no_bit(shape):
    """Rows are cut at the same places or others: each row is on its own."""
    columns = np.random.default_rng(1).normal(size=(2, *shape))
    kernel = compile([HEAVY, x < y], [x, y])
    alone = kernel(*columns, threads=1)
    for threads in (2, 3, None):
        for found, wanted in zip(kernel(*columns, threads=threads), alone, strict=True):
            assert_same_bits(found, wanted)


def test_large_outputs_are_streamed_and_equal():
    """Stores around the caches change the time, not the result."""
    columns = np.random.default_rng(1).normal(size=(2, 1_500_001))
    kernel = compile(x * y + 1, [x, y])
    found = kernel(*columns)
    assert any(text.endswith("n") for text in kernel.statistics()["signatures"])
    assert (found[::1000] == kernel(columns[0, ::1000], columns[1, ::1000])).all()
    assert_same_bits(found, kernel.interpret(tuple(columns)))


def test_no_temporary_arrays():
    """A warm call over four million rows grows the process by less than 1 MiB beyond its output."""
    if not os.access("/proc/self/clear_refs", os.W_OK):
        pytest.skip("the high-water mark can't be reset here")
    columns, room = np.random.default_rng(1).normal(size=(2, 4_000_000)), np.zeros(4_000_000)
    kernel = compile(HEAVY, [x, y])
    kernel(*columns, out=room)
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    before = peak_kib()
    kernel(*columns, out=room)
    kernel(columns[0], 2.0, out=room)
    assert peak_kib() - before <= 1024


def peak_kib():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))


def test_the_gil_is_free_meanwhile():
    """Python runs on while a kernel works."""
    columns = np.random.default_rng(1).normal(size=(2, 3_000_000))
    kernel = compile(rssn.gamma(x) + rssn.lgamma(y), [x, y])
    kernel(1.0, 2.0)
    worker = threading.Thread(target=kernel, args=tuple(columns), kwargs={"threads": 1})
    worker.start()
    ticks = 0
    while worker.is_alive():
        time.sleep(0.001)
        ticks += 1
    worker.join()
    assert ticks > 5


def test_integers_are_checked_in_every_block():
    """The one that would lose bits may be the last."""
    column = np.zeros(100_000, np.int64)
    column[-1] = -(2**53) - 1
    kernel = compile(x + 1, [x])
    for threads, view in itertools.product((1, 2), (column, column[::-1], column.reshape(100, 1000).T)):
        with pytest.raises(rssn.errors.PrecisionLossError):
            kernel(view, threads=threads)
    column[-1] += 1
    assert kernel(column)[-1] == -(2.0**53) + 1


def test_a_program_refuses_nonsense():
    """No address, or more rows per vector than a padded tail has room for."""
    with pytest.raises(ValueError, match="no code"):
        _run.Program(0, None, 8, 0)
    with pytest.raises(ValueError, match="lanes"):
        _run.Program(1, None, 64, 0)
    assert _run_py.Program(1, None, 8, 0).width == 8
