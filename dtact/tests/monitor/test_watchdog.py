"""The watchdog shows what blocks the loop, once, and nothing else."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

import dtact
from dtact import errors
from dtact.monitor import Watchdog


def the_culprit(seconds):
    time.sleep(seconds)


def test_it_shows_the_stack_and_the_name_while_the_loop_is_blocked(run):
    reports, during = [], []

    async def main():
        def note(text):
            reports.append(text)
            during.append(time.monotonic())

        async def block():
            await dtact.yield_now()
            the_culprit(0.3)

        with dtact.watchdog(0.05, report=note) as watch:
            await dtact.spawn(block(), name="greedy")
            ended = time.monotonic()
            await asyncio.sleep(0.05)
            return ended, watch.blocks

    ended, blocks = run(main())
    assert blocks == 1
    assert "'greedy'" in reports[0]
    assert "the_culprit(0.3)" in reports[0]
    assert during[0] < ended
    assert "goes on after" in reports[1]
    assert len(reports) == 2


def test_it_names_fibers_asyncio_tasks_and_callbacks(run):
    reports = []

    async def main():
        with dtact.watchdog(0.03, report=reports.append):
            await dtact.fiber(the_culprit, 0.1, name="threadlike")
            await asyncio.sleep(0.05)
            await asyncio.create_task(asyncio.sleep(0, the_culprit(0.1)), name="x")
            await asyncio.sleep(0.05)
            asyncio.get_running_loop().call_soon(the_culprit, 0.1)
            await asyncio.sleep(0.2)

    run(main())
    first = [text for text in reports if "has blocked" in text]
    assert "fiber 'threadlike'" in first[0]
    assert "a callback" in first[2]


def test_a_busy_loop_of_short_steps_and_an_idle_loop_are_not_reported(run):
    reports = []

    async def main():
        with dtact.watchdog(0.05, report=reports.append):
            end = time.monotonic() + 0.3
            while time.monotonic() < end:
                await dtact.yield_now()
            await asyncio.sleep(0.3)

    run(main())
    assert reports == []


def test_run_starts_and_stops_it(capsys, backend):
    async def main():
        the_culprit(0.25)
        await asyncio.sleep(0)

    dtact.run(main(), watchdog=0.05, backend=backend)
    assert "the_culprit" in capsys.readouterr().err
    assert "dtact-watchdog" not in [thread.name for thread in threading.enumerate()]


@pytest.mark.parametrize("threshold", [0, -1, float("nan")])
def test_a_threshold_must_be_a_time(threshold):
    async def main():
        dtact.watchdog(threshold)

    with pytest.raises(errors.DelayError):
        dtact.run(main())


def test_it_needs_a_runtime():
    with pytest.raises(errors.NoRuntimeError, match="watchdog"):
        dtact.watchdog()
    assert Watchdog is not None
