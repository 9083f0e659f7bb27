"""Codes: one per formula and options, compiled once per signature."""

import gc
import threading
import weakref

import rssn
from rssn.jit import compile
from rssn.jit._code import CodeCache
from rssn.jit._kernel import _CODES

x, y = rssn.symbols("x y")


def test_equal_kernels_share_their_code():
    """Threads and lossy do not change machine code; math and width do."""
    kernel = compile(x + y * 3, [x, y])
    kernel(1.0, 2.0)
    again = compile(3 * y + x, [x, y], threads=1, lossy=True)
    assert again.statistics()["signatures"] == ["dcdcdcp"]
    assert compile(x + y * 3, [x, y], width=2).statistics()["signatures"] == []
    assert compile(x + y * 3, [y, x]).statistics()["signatures"] == []


def test_a_signature_is_compiled_once():
    """Also when eight threads ask at the same time."""
    kernel = compile(x / (y + 17), [x, y])
    workers = [threading.Thread(target=kernel, args=(1.0, 2.0)) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert kernel.statistics()["signatures"] == ["dcdcdcp"]


def test_the_cache_keeps_the_last_ones():
    """The least recently used goes first."""
    cache = CodeCache(limit=2)
    made = []

    def make(name):
        def maker():
            made.append(name)
            return name

        return cache.get(name, maker)

    for name in "abac":
        make(name)
    assert made == ["a", "b", "c"]
    assert len(cache) == 2
    make("a")
    make("b")
    assert made == ["a", "b", "c", "b"]


def test_an_evicted_code_dies_with_its_last_kernel():
    """The cache is what keeps it, not the process."""
    kernel = compile(x * 123 + y, [x, y])
    code = weakref.ref(kernel._code)
    _CODES.clear()
    assert code() is not None
    del kernel
    gc.collect()
    assert code() is None
