"""One group over coroutines, fibers, native jobs and jobs of processes; one cancellation that reaches them all."""

# ruff: noqa: PT012 -- what a block comes to is what is tested here, so it stands inside `raises`

from __future__ import annotations

import asyncio
import ctypes
import threading
import time

import pytest

import dtact
from dtact import mesh, processes
from dtact.groups import CancelScope, TaskGroup, move_on_after

pytest.importorskip("greenlet")
JOB = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


def pause(seconds):
    dtact.wait(asyncio.sleep(seconds))
    return "fiber"


async def pause_in_coroutine(seconds):
    await asyncio.sleep(seconds)
    return "coroutine"


def test_a_group_waits_for_all_kinds_and_keeps_their_results(everywhere):
    ran = threading.Event()
    job = JOB(lambda _: ran.set())

    async def main():
        with processes.Pool(1) as pool:
            async with TaskGroup() as group:
                tasks = [
                    group.spawn(pause_in_coroutine(0.001)),
                    group.add(dtact.fiber(pause, 0.001)),
                    group.add(pool.submit(abs, -3)),
                    group.add(mesh.submit(job)),
                ]
        return [task.result() for task in tasks]

    assert everywhere(main())[:3] == ["coroutine", "fiber", 3]
    assert ran.is_set()


def test_one_cancellation_reaches_all_kinds(everywhere):
    async def main():
        with processes.Pool(1) as pool:
            before = pool.submit(time.sleep, 0.2)
            queued = pool.submit(abs, -3)
            began = time.monotonic()
            with move_on_after(0.01) as scope:
                async with TaskGroup() as group:
                    tasks = [
                        group.spawn(pause_in_coroutine(10)),
                        group.create_task(pause_in_coroutine(10)),
                        group.add(dtact.fiber(pause, 10)),
                        group.add(queued),
                    ]
            assert time.monotonic() - began < 5
            assert scope.cancelled_caught
            assert all(task.cancelled() for task in tasks)
            assert queued.cancelled()
            before.result(30)

    everywhere(main())


def test_a_failing_job_ends_the_group(everywhere):
    async def main():
        with processes.Pool(1) as pool, pytest.raises(ExceptionGroup) as caught:
            async with TaskGroup() as group:
                fiber = group.add(dtact.fiber(pause, 100))  # a worker that starts on a busy machine takes its time
                group.add(pool.submit(int, "no number"))
        assert isinstance(caught.value.exceptions[0], ValueError)
        assert fiber.cancelled()

    everywhere(main())


def test_scopes_work_in_fibers(run):
    def work():
        with CancelScope() as scope:
            scope.cancel()
            for _ in range(2):
                with pytest.raises(asyncio.CancelledError):
                    dtact.wait(asyncio.sleep(10))
            pause(10)
        assert scope.cancelled_caught
        with move_on_after(0.001) as scope:
            pause(10)
        assert scope.timed_out
        with pytest.raises(TimeoutError), dtact.fail_after(0.001):
            pause(10)
        with move_on_after(0.001), dtact.shield():
            assert pause(0.005) == "fiber"
        return "done"

    async def main():
        return await dtact.fiber(work)

    assert run(main()) == "done"


def test_a_request_to_a_fiber_passes_through_its_scopes(run):
    left = []

    def work():
        with CancelScope() as scope:
            scope.cancel()
            pause(10)
        with CancelScope() as scope:
            pause(10)
        left.append(scope)

    async def main():
        fiber = dtact.fiber(work)
        await asyncio.sleep(0.005)
        fiber.cancel()
        with pytest.raises(asyncio.CancelledError):
            await fiber
        assert left == []

    run(main())
