"""parallel_for: every row once, the cut as promised, and errors that say what to do."""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dtact import errors, mesh

BODY = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)


@pytest.fixture(autouse=True)
def _restore_thread_count() -> Iterator[None]:
    before = mesh.thread_count()
    yield
    mesh.set_thread_count(before)


counts = st.one_of(st.integers(0, 20), st.integers(0, 20_000))
grains = st.one_of(st.none(), st.integers(1, 40), st.integers(1, 2**63 - 1))
thread_numbers = st.one_of(st.none(), st.integers(1, 6), st.just(10**30))


@given(counts, grains, thread_numbers, st.integers(1, 6))
def test_every_row_is_run_exactly_once(bodies: ctypes.CDLL, count: int, grain: int, threads: int, size: int) -> None:
    mesh.set_thread_count(size)
    runs = (ctypes.c_int32 * count)()
    mesh.parallel_for(bodies.count_row, runs, count, grain=grain, threads=threads)
    assert list(runs) == [1] * count


@given(counts, grains, thread_numbers)
def test_the_cut_depends_on_count_and_grain_only(bodies: ctypes.CDLL, count: int, grain: int, threads: int) -> None:
    ends = (ctypes.c_int64 * count)()
    mesh.parallel_for(bodies.mark_piece, ends, count, grain=grain, threads=threads)
    piece = grain or -(-count // 128)
    assert list(ends) == [min(count, (row // piece + 1) * piece) for row in range(count)]


@pytest.mark.parametrize(("count", "grain"), [(2**63 - 1, None), (2**63 - 1, 2**56), (2**40 + 7, 2**33), (2**33, 3)])
def test_rows_beyond_32_bits_are_all_run(bodies: ctypes.CDLL, count: int, grain: int | None) -> None:
    if (
        grain == 3
    ):  # 2^31.4 pieces would take a minute: only the largest number of pieces matters, and the C++ tests check it
        grain = 2**20
    sums = (ctypes.c_int64 * 4)()
    mesh.parallel_for(bodies.sum_up, sums, count, grain=grain)
    assert (sums[1], sums[2]) == (count, count)


def test_several_threads_take_part(bodies: ctypes.CDLL) -> None:
    mesh.set_thread_count(4)
    rows = (ctypes.c_int64 * 40)()
    before = mesh.statistics()
    mesh.parallel_for(bodies.mark_thread, rows, len(rows), grain=1)
    after = mesh.statistics()
    assert threading.get_native_id() in rows
    assert 2 <= len(set(rows)) <= 4
    assert after.calls - before.calls == 1
    assert after.joins - before.joins >= len(set(rows)) - 1
    assert after.workers >= 3


@pytest.mark.parametrize("threads", [1, 2])
def test_no_more_threads_than_asked_for_take_part(bodies: ctypes.CDLL, threads: int) -> None:
    mesh.set_thread_count(4)
    rows = (ctypes.c_int64 * 8)()
    mesh.parallel_for(bodies.mark_thread, rows, len(rows), grain=1, threads=threads)
    assert len(set(rows)) <= threads


def test_callers_on_several_threads_do_not_disturb_each_other(bodies: ctypes.CDLL) -> None:
    mesh.set_thread_count(3)
    wrong: list[int] = []

    def call() -> None:
        for count in range(0, 3000, 37):
            runs = (ctypes.c_int32 * count)()
            mesh.parallel_for(bodies.count_row, runs, count, grain=5)
            if list(runs) != [1] * count:
                wrong.append(count)

    # Threads come and go: nothing of the pool may belong to a thread that has ended.
    for _ in range(3):
        threads = [threading.Thread(target=call) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_a_call_inside_a_body_runs_on_that_thread_alone(bodies: ctypes.CDLL) -> None:
    mesh.set_thread_count(3)
    inner_threads: list[tuple[int, set[int]]] = []

    @BODY
    def outer(_context: int, begin: int, end: int) -> None:
        for _ in range(begin, end):
            rows = (ctypes.c_int64 * 4)()
            mesh.parallel_for(bodies.mark_thread, rows, len(rows), grain=1)
            inner_threads.append((threading.get_native_id(), set(rows)))

    mesh.parallel_for(outer, None, 6, grain=1)
    assert len(inner_threads) == 6
    assert all(inner == {own} for own, inner in inner_threads)


def test_what_a_python_body_raises_goes_to_the_unraisable_hook(monkeypatch: pytest.MonkeyPatch) -> None:
    raised: list[str] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: raised.append(str(unraisable.exc_value)))

    @BODY
    def body(_context: int, begin: int, _end: int) -> None:
        raise ValueError(f"piece {begin}")

    mesh.parallel_for(body, None, 3, grain=1)
    assert sorted(raised) == ["piece 0", "piece 1", "piece 2"]


def test_other_python_threads_run_meanwhile(bodies: ctypes.CDLL) -> None:
    """The GIL is not held: a Python thread makes progress while the caller is inside."""
    turns, stop = 0, threading.Event()

    def turn() -> None:
        nonlocal turns
        while not stop.is_set():
            turns += 1

    thread = threading.Thread(target=turn)
    thread.start()
    rows = (ctypes.c_int64 * 25)()
    before = turns
    mesh.parallel_for(bodies.mark_thread, rows, len(rows), grain=1, threads=1)
    progress = turns - before
    stop.set()
    thread.join()
    assert progress > 0


@pytest.mark.parametrize(
    ("count", "options", "text"),
    [
        (-1, {}, "count is too small; wanted at least 0; found -1"),
        (2**63, {}, "count is too large"),
        (1.5, {}, "count is not a whole number; found 1.5"),
        (1, {"grain": 0}, "grain is too small; wanted at least 1; found 0"),
        (1, {"threads": 0}, "threads is too small"),
        (1, {"threads": "2"}, "threads is not a whole number"),
    ],
)
def test_numbers_out_of_range_are_refused(bodies: ctypes.CDLL, count: int, options: dict[str, int], text: str) -> None:
    with pytest.raises(errors.CountError, match=text) as caught:
        mesh.parallel_for(bodies.count_row, None, count, **options)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("count", [0, -3])
def test_fewer_than_one_thread_is_refused(count: int) -> None:
    with pytest.raises(errors.CountError, match="count is too small; wanted at least 1"):
        mesh.set_thread_count(count)


def test_the_number_of_threads_can_be_set_and_given_back() -> None:
    machine = mesh.set_thread_count(None)
    assert machine >= 1
    assert mesh.set_thread_count(3) == mesh.thread_count() == 3
    assert mesh.set_thread_count(10**9) == 256
    assert mesh.set_thread_count(None) == mesh.thread_count() == machine
