"""Traces: everything that ran is in them, in order, within the bound; and without one nothing is recorded."""

from __future__ import annotations

import asyncio
import ctypes
import json
import subprocess
import sys
import textwrap
import time
from collections import Counter
from itertools import pairwise

import pytest

import dtact
from dtact import errors
from dtact.scheduler import current_scheduler, followers


async def busy():
    def work():
        for _ in range(3):
            dtact.wait(dtact.yield_now())

    tasks = [dtact.fiber(work, name="a fiber"), dtact.spawn(asyncio.sleep(0.001), name="a task")]
    tasks.append(asyncio.create_task(asyncio.sleep(0.001), name="an asyncio task"))
    for task in tasks:
        await task


def steps(path):
    document = json.loads(path.read_text())
    return document, [event for event in document["traceEvents"] if event["ph"] == "X"]


def test_a_trace_around_run_has_every_step_of_every_kind(tmp_path, run):
    with dtact.trace(tmp_path / "out.json"):
        run(busy())
    document, found = steps(tmp_path / "out.json")
    counted = Counter((event["cat"], event["name"]) for event in found)
    assert counted["fiber", "a fiber"] == 4
    assert counted["task", "a task"] == 2
    assert counted["asyncio", "an asyncio task"] == 2
    assert document["otherData"] == {"dropped": 0}
    life = [event["ph"] for event in document["traceEvents"] if event.get("cat") == "life"]
    assert life.count("b") == life.count("e") == 2
    assert any(event["ph"] == "C" for event in document["traceEvents"])


def test_steps_of_a_loop_do_not_overlap_and_times_go_forward(tmp_path, run):
    with dtact.trace(tmp_path / "out.json"):
        run(busy())
    _, found = steps(tmp_path / "out.json")
    spans = sorted((event["ts"], event["ts"] + event["dur"]) for event in found)
    assert all(end <= begin + 1 for (_, end), (begin, _) in pairwise(spans))
    assert spans[0][0] >= 0


def double(number):
    return 2 * number


def test_every_native_job_and_every_job_of_a_worker_is_on_the_timeline_where_it_ran(tmp_path, run):
    libc, kind = ctypes.CDLL(None), ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)
    ran = []
    body = kind(lambda _, begin, end: ran.append((begin, end)))
    with dtact.processes.Pool(1) as pool, dtact.trace(tmp_path / "out.json"):

        async def main():
            forgotten = dtact.mesh.submit(libc.usleep, 2000)  # nobody awaits it
            dtact.mesh.submit_many(libc.abs, bytearray(100)).wait()
            dtact.mesh.parallel_for(body, None, 100, grain=100)
            await dtact.mesh.map(double, [1, 2, 3])
            unread = pool.submit(time.sleep, 0.002)
            await pool.submit(sum, (1, 2))
            assert forgotten.wait(5)
            return unread.result(5)

        run(main())
        (worker,) = pool.statistics().workers
    document, found = steps(tmp_path / "out.json")
    counted = Counter((event["cat"], event["name"]) for event in found)
    assert counted["mesh", "usleep"] == 1
    assert counted["mesh", "abs"] >= 1
    assert counted["mesh", "double"] == 3
    assert counted["process", "sleep"] == counted["process", "sum"] == 1
    assert sum(took for (kind, _), took in counted.items() if kind == "mesh") >= 6  # and one for the parallel_for
    names = {
        (event["pid"], event["tid"]): event["args"]["name"]
        for event in document["traceEvents"]
        if event["name"] == "thread_name"
    }
    for event in found:
        if event["name"] == "usleep":
            assert names[event["pid"], event["tid"]].startswith("dtact-")
            assert 2000 <= event["dur"] < 1e6
        if event["cat"] == "process":
            assert event["pid"] == worker
    assert ran == [(0, 100)]
    begins = {event["name"]: event["ts"] for event in found}
    assert begins["usleep"] < begins["sum"]  # one clock for all


def test_rooms_that_are_loaded_during_a_trace_are_in_it(tmp_path):
    code = """
        import ctypes, sys, dtact
        with dtact.trace(sys.argv[1]):
            assert "dtact.mesh" not in sys.modules
            dtact.mesh.submit(ctypes.CDLL(None).usleep, 100).wait()
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code), tmp_path / "out.json"], check=True, timeout=30)
    assert [event["name"] for event in steps(tmp_path / "out.json")[1]] == ["usleep"]


def test_after_a_trace_nothing_is_kept(tmp_path):
    libc = ctypes.CDLL(None)
    dtact.mesh.submit(libc.usleep, 1).wait()
    with dtact.trace(tmp_path / "out.json"):
        pass
    dtact.mesh.submit(libc.usleep, 1).wait()
    assert dtact.mesh.source.take() == ([], 0)
    assert steps(tmp_path / "out.json")[1] == []


def test_inside_a_coroutine_it_records_the_running_loop_and_stops(tmp_path, run):
    async def main():
        with dtact.trace(tmp_path / "out.json"):
            await dtact.spawn(asyncio.sleep(0), name="inside")
        scheduler = current_scheduler()
        await dtact.spawn(asyncio.sleep(0), name="outside")
        return scheduler.tracing, scheduler.on_event

    assert run(main()) == (False, None)
    _, found = steps(tmp_path / "out.json")
    assert {event["name"] for event in found if event["cat"] == "task"} == {"inside"}
    assert followers == []


def test_memory_is_bounded_and_what_was_dropped_is_told(tmp_path, run):
    async def main():
        for _ in range(50):
            await dtact.spawn(asyncio.sleep(0))

    with dtact.trace(tmp_path / "out.json", limit=20):
        run(main())
    document, _ = steps(tmp_path / "out.json")
    assert len(document["traceEvents"]) <= 2 * 20 + 3
    assert document["otherData"]["dropped"] > 100


def test_bad_input_is_refused_at_once(tmp_path):
    with pytest.raises(errors.LimitError):
        dtact.trace(tmp_path / "x", limit=0)
    with pytest.raises(OSError, match="No such file"), dtact.trace(tmp_path / "no" / "x"):
        pass

    async def main():
        with dtact.trace(tmp_path / "a"), pytest.raises(errors.RuntimeStateError), dtact.trace(tmp_path / "b"):
            pass

    dtact.run(main())
    assert followers == []


def test_steps_that_fail_or_are_cancelled_are_recorded_and_fail_as_ever(tmp_path, run):
    async def fail(start):
        async def work():
            raise KeyError("here")

        with pytest.raises(KeyError, match="here"):
            await start(work())

    async def main():
        await fail(dtact.spawn)
        await fail(asyncio.create_task)
        await fail(lambda coroutine: dtact.fiber(dtact.wait, coroutine, start="now"))
        task = dtact.spawn(asyncio.sleep(10), name="sleeper", start="now")
        task.cancel()
        await asyncio.wait([task])

    with dtact.trace(tmp_path / "out.json"):
        run(main())
    _, found = steps(tmp_path / "out.json")
    assert [event["name"] for event in found].count("sleeper") == 2
