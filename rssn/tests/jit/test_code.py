"""Codes: one per formula and options, compiled once per signature."""

import gc
import os
import subprocess
import sys
import threading
import weakref
from pathlib import Path

import numpy as np
import pytest

import rssn
from rssn import ops
from rssn.expr import apply
from rssn.jit import _code, _disk, compile
from rssn.jit._code import CodeCache
from rssn.jit._disk import Shelf
from rssn.jit._kernel import _CODES
from rssn.jit._origin import origin
from rssn.ops import exp, gamma, sin
from rssn.testing import assert_same_bits
from rssn.vectormath import host_features

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


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A folder of its own for what this test compiles, seen by new kernels as by a new process."""
    made = Shelf(str(tmp_path / "kernels"))
    monkeypatch.setattr(_disk, "shelf", lambda: made)
    _CODES.clear()
    yield made
    _CODES.clear()


def again(*args, **options):
    """Compile as a new process would."""
    _CODES.clear()
    return compile(*args, **options)


FORMULAS = [
    [sin(x) * exp(-y * y) + x / y],
    [x % y, x < y, gamma(x)],
    [x * 0 + 2, y > 3],
]


@pytest.mark.parametrize("formulas", FORMULAS)
@pytest.mark.parametrize("options", [{}, {"dtype": "f32"}, {"math": "strict", "width": 2}, {"target": "sse2"}])
def test_a_kernel_from_disk_gives_the_same_bits(shelf, formulas, options):
    """Of every layout, and nothing is compiled or lowered."""
    if options.get("target") == "sse2" and host_features().name == "neon":
        pytest.skip("another architecture")
    columns = np.random.default_rng(5).normal(size=(2, 1001))
    calls = [tuple(columns), (columns[0], 2.0), (1.5, -0.25), tuple(columns[:, ::3]), (columns[0] > 0, columns[1])]
    first = compile(formulas, [x, y], **options)
    wanted = [first(*call) for call in calls]
    second = again(formulas, [x, y], **options)
    for call, results in zip(calls, wanted, strict=True):
        for found, result in zip(second(*call), results, strict=True):
            assert_same_bits(np.asarray(found), np.asarray(result))
    assert "compiler" not in vars(second._code)
    assert second.statistics()["compile_ms"] == 0 < first.statistics()["compile_ms"]
    assert second.statistics()["cpu"] == first.statistics()["cpu"]
    assert second.statistics()["signatures"] == first.statistics()["signatures"]
    assert str(second.schedule) == str(first.schedule)
    assert second.llvm_ir == first.llvm_ir
    assert len(list(Path(shelf.path).iterdir())) == 1


@pytest.mark.usefixtures("shelf")
def test_signatures_gather_in_one_file():
    """Also those that two processes add without knowing of each other."""
    column = np.arange(3.0)
    one, other = again(x + y, [x, y]), again(x + y, [x, y])
    one(column, column)
    other(column, 1.0)
    third = again(x + y, [x, y])
    assert (third(column, column) + third(column, 1.0)).tolist() == [1, 4, 7]
    assert third.statistics()["compile_ms"] == 0
    third(column[::2], column[::2])
    fourth = again(x + y, [x, y])
    fourth(column[::2], column[::2])
    assert fourth.statistics()["compile_ms"] == 0


def test_what_changes_the_code_changes_the_key(shelf):
    """Formula, names and their order, type, mode, width, target; not threads, not lossy."""
    variants = [
        ([x + y * 3, [x, y]], {}),
        ([x + y * 4, [x, y]], {}),
        ([x + y * 3, [y, x]], {}),
        ([x + y * 3, [x, y, "z"]], {}),
        ([x + y * 3, [x, y]], {"dtype": "f32"}),
        ([x + y * 3, [x, y]], {"math": "strict"}),
        ([x + y * 3, [x, y]], {"width": 2}),
        ([x + y * 3, [x, y]], {"target": host_features().name}),
    ]
    for args, options in variants:
        again(*args, **options)(*range(len(args[1])))
    assert len(list(Path(shelf.path).iterdir())) == len(variants)
    assert again(x + y * 3, [x, y], threads=1, lossy=True)(1, 2) == 7
    assert len(list(Path(shelf.path).iterdir())) == len(variants)


@pytest.mark.parametrize("place", [0, 9, 11, 13, 20, 50, 90, 120, -200, -1])
def test_a_damaged_file_is_written_anew(shelf, place):
    """Whatever part is hit; what it held is never run."""
    again(x / y, [x, y])(1.0, 3.0)
    (path,) = Path(shelf.path).iterdir()
    good = path.read_bytes()
    damaged = bytearray(good)
    damaged[place] ^= 4
    path.write_bytes(damaged)
    with pytest.warns(RuntimeWarning, match="damaged, or not for this machine"):
        second = again(x / y, [x, y])
    assert second(1.0, 3.0) == 1 / 3
    assert second.statistics()["compile_ms"] > 0
    assert path.read_bytes() == good
    path.write_bytes(good[: len(good) // 2])
    assert again(x / y, [x, y])(1.0, 3.0) == 1 / 3
    assert path.read_bytes() == good


def test_another_processor_finds_nothing(shelf, monkeypatch):
    """A home directory may be shared by machines that are not alike."""
    again(x / y, [x, y])(1.0, 3.0)
    there = origin()._replace(cpu=b"another")
    monkeypatch.setattr(_code, "origin", lambda: there)
    second = again(x / y, [x, y])
    assert second(1.0, 3.0) == 1 / 3
    assert second.statistics()["compile_ms"] > 0
    assert len(list(Path(shelf.path).iterdir())) == 2


def test_operators_of_a_users_are_not_kept(shelf):
    """What they lower to may be something else tomorrow."""
    record = ops.Operator(
        name="kept_twice",
        doc="2x",
        domain="all",
        arity=(1, 1),
        cost=1,
        value=lambda v: 2 * v,
        lowering=lambda b, v: b.step("add", v, v),
    )
    ops.register(record)
    assert again(apply("kept_twice", x), [x])(3.0) == 6
    assert again(apply("kept_twice", x), [x]).engine == "llvm"
    assert not Path(shelf.path).exists()


@pytest.mark.usefixtures("shelf")
def test_mistakes_are_still_mistakes():
    """A formula on disk under its own arguments does not answer for others."""
    again(x / y, [x, y])(1.0, 3.0)
    with pytest.raises(rssn.errors.UnknownNameError):
        again(x / y, [x])
    with pytest.raises(rssn.errors.OptionError):
        again(x / y, [x, y], target="abacus")


START = """
import sys
import numpy
import rssn
kernel = rssn.compile(sys.argv[1])
answer = kernel(*(numpy.arange(1, 4) / 7.0 for _ in kernel.arguments))
with open("/proc/self/maps") as maps:
    print("llvmlite" in maps.read(), answer.tobytes().hex())
"""


def test_a_kernel_on_disk_runs_without_llvm(tmp_path):
    """In a new process; and the bits are those of the process that compiled."""
    environment = {**os.environ, "RSSN_CACHE": "1", "RSSN_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", START, "sin(x)*exp(-y^2/2) + log(1+x^2)*cos(y) + sqrt(x^2+y^2)"]
    runs = [subprocess.run(command, check=True, capture_output=True, env=environment, text=True) for _ in range(2)]
    (llvm, wanted), (llvm_again, found) = (run.stdout.split() for run in runs)
    assert (llvm, llvm_again) == ("True", "False")
    assert found == wanted


@pytest.mark.usefixtures("shelf")
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_child_of_a_fork_compiles():
    """Though another thread was compiling when the process forked."""
    running = threading.Thread(target=lambda: [again(x * n + y, [x, y])(1.0, 2.0) for n in range(30)])
    running.start()
    for n in range(3):
        child = os.fork()
        if child == 0:
            answer = compile(x * (n + 1000) - y, [x, y])(1.0, 1.0)
            os._exit(0 if answer == n + 999 else 1)
        assert os.waitpid(child, 0)[1] == 0
    running.join()
