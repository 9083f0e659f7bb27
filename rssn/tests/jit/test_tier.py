"""A kernel that answers first by the interpreter: the same bits before and after, and no compiler for a few calls."""

import os
import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest

import rssn
from rssn import config
from rssn.errors import OptionError, ShapeError
from rssn.jit._tier import Tier
from rssn.testing import assert_same_bits

TEXT = "sin({n}.25*x)*exp(-y*y) + log(x + 2)/sqrt(y*y + 1)"
needs_llvm = pytest.mark.skipif(
    config.PURE_PYTHON or config.ALWAYS_INTERPRET, reason="there is no compiler to wait for"
)


@pytest.fixture
def fresh(monkeypatch):
    """A formula nobody has compiled yet, and no cache."""
    monkeypatch.setattr(config, "CACHE_DIR", None)
    fresh.count = getattr(fresh, "count", 0) + 1
    return TEXT.format(n=fresh.count)


@needs_llvm
def test_the_bits_are_the_same_before_and_after(fresh):
    x, y = np.random.default_rng(5).standard_normal((2, 300)) ** 2
    kernel = rssn.compile(fresh, ["x", "y"], tier="auto")
    expected = rssn.compile(fresh, ["x", "y"]).interpret((x, y))
    answers = [kernel(x, y) for _ in range(2000)]
    assert kernel._tier.wait(60)
    for answer in (answers[0], answers[-1], kernel(x, y)):
        assert_same_bits(answer, expected)
    assert kernel(0.5, 0.25) == rssn.compile(fresh, ["x", "y"])(0.5, 0.25)


@needs_llvm
def test_a_large_call_is_compiled_at_once(fresh):
    kernel = rssn.compile(fresh, ["x", "y"], tier="auto")
    x = np.linspace(0, 1, 1_000_000)
    kernel(x, x)
    assert kernel.compile_ms > 0


@needs_llvm
def test_calls_from_many_threads_while_the_compiler_works(fresh):
    kernel = rssn.compile(fresh, ["x", "y"], tier="auto")
    x = np.linspace(0, 1, 100)
    expected = kernel.interpret((x, x))
    wrong = []

    def work():
        wrong.extend(1 for _ in range(500) if kernel(x, x).tobytes() != expected.tobytes())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@needs_llvm
def test_one_small_call_in_a_new_process_loads_no_compiler():
    script = """
        import sys, numpy, rssn
        x = numpy.linspace(0, 1, 100)
        rssn.compile("sin(x)*exp(-y)", ["x", "y"], tier="auto")(x, x)
        maps = open("/proc/self/maps").read() if sys.platform == "linux" else ""
        assert "libllvmlite" not in maps, "LLVM was loaded"
    """
    environment = os.environ | {"RSSN_CACHE": "0"}
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=True, env=environment)


def test_errors_are_those_of_any_kernel(fresh):
    kernel = rssn.compile(fresh, ["x", "y"], tier="auto")
    with pytest.raises(ShapeError):
        kernel(np.ones(3), np.ones(4))
    with pytest.raises(OptionError, match="no such tier"):
        rssn.compile(fresh, ["x", "y"], tier="soon")


def test_it_pickles_with_its_tier(fresh):
    import pickle

    kernel = pickle.loads(pickle.dumps(rssn.compile(fresh, ["x", "y"], tier="auto")))
    assert kernel.tier == "auto"
    assert kernel(1.0, 2.0) == rssn.compile(fresh, ["x", "y"])(1.0, 2.0)


def test_patience_is_counted():
    tier = Tier(steps=10)
    assert tier.takes(100)
    assert not tier.takes(100_000_000)
    done = threading.Event()
    tier.follow(done.set)
    assert not done.is_set()
    for _ in range(1000):
        tier.takes(100)
    tier.follow(done.set)
    assert tier.wait(10)
    assert done.is_set()
    assert not tier.takes(1)
