"""The block interpreter: the same calls, the same errors, some thousand rows at a time."""

import numpy as np
import pytest

import rssn
from rssn.errors import ArityError, DtypeError, OptionError, PrecisionLossError, ShapeError
from rssn.jit import _interpret, compile

x, y = rssn.symbols("x y")
ONES = np.ones(4)


@pytest.fixture
def kernel(monkeypatch):
    monkeypatch.setattr("rssn.config.ALWAYS_INTERPRET", True)
    made = compile([x * y + 0.1, x < y], [x, y], lossy=False)
    assert made.engine == "interpreter"
    return made


def test_it_answers_when_asked_to(kernel):
    """RSSN_INTERPRET=1 compiles nothing."""
    assert kernel(2.0, 3.0) == (6.1, True)
    total, less = kernel(np.arange(3.0).reshape(3, 1), np.arange(2))
    assert total.shape == (3, 2)
    assert less.dtype == bool
    with pytest.raises(OptionError, match="no machine code"):
        _ = kernel.llvm_ir
    assert kernel.statistics()["engine"] == "interpreter"


def test_blocks_do_not_show():
    """Sizes around the block, and strided ones."""
    kernel = compile(x * y + 0.1, [x, y])
    for size in (_interpret.BLOCK_ROWS - 1, _interpret.BLOCK_ROWS, 2 * _interpret.BLOCK_ROWS + 5):
        a = np.random.default_rng(size).normal(size=(2, size))
        assert (kernel.interpret((a[0], a[1, ::-1])) == kernel(a[0], a[1, ::-1])).all()


def test_out_may_be_an_input(kernel):
    """Whatever the overlap."""
    room = np.arange(10.0)
    wanted = room[:-1] * room[1:] + 0.1
    kernel(room[:-1], room[1:], out=(room[1:], np.empty(9, bool)))
    assert np.allclose(room[1:], wanted, rtol=1e-15)


@pytest.mark.parametrize(
    ("kind", "call"),
    [
        (ArityError, lambda k: k(ONES)),
        (ShapeError, lambda k: k(ONES, np.ones(3))),
        (DtypeError, lambda k: k(ONES, np.ones(4, complex))),
        (DtypeError, lambda k: k(ONES, [[1, 2], [3]])),
        (PrecisionLossError, lambda k: k(1.0, 2**60)),
        (PrecisionLossError, lambda k: k(np.array([2**60]), 1.0)),
        (ArityError, lambda k: k(ONES, ONES, out=np.empty(4))),
        (ShapeError, lambda k: k(ONES, ONES, out=(np.empty(5), np.empty(5, bool)))),
        (DtypeError, lambda k: k(ONES, ONES, out=(np.empty(4, int), np.empty(4, bool)))),
        (OptionError, lambda k: k(ONES, ONES, out=(np.broadcast_to(ONES, 4), np.empty(4, bool)))),
    ],
)
def test_errors_are_those_of_a_compiled_kernel(kernel, kind, call):
    """Typed, and naming the place."""
    with pytest.raises(kind):
        call(kernel)


def test_big_integers_round_when_asked(monkeypatch):
    """lossy=True, beyond the range of floats too."""
    monkeypatch.setattr("rssn.config.ALWAYS_INTERPRET", True)
    kernel = compile(x + 0.0, [x], lossy=True)
    assert kernel(2**60 + 1) == float(2**60)
    assert kernel(-(10**400)) == -np.inf
