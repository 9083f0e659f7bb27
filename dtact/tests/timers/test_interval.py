"""Intervals: the rhythm, and what becomes of missed ticks."""

from __future__ import annotations

import asyncio
import itertools
import time

import pytest

import dtact
from dtact.errors import DelayError
from dtact.timers import interval, now


def test_ticks_come_in_a_rhythm_and_never_early(run):
    async def main():
        start, found = now(), []
        async for due in interval(0.004):
            assert now() >= due
            found.append(due)
            if len(found) == 5:
                break
        distances = [second - first for first, second in itertools.pairwise(found)]
        assert distances == pytest.approx([0.004] * 4)
        assert found[0] >= start + 0.004

    run(main())


@pytest.mark.parametrize(
    ("missed", "wanted", "skipped"),
    [("burst", [0, 1, 2, 3, 4, 5], 0), ("skip", [0, 1, 2, 4, 5], 1), ("delay", [0, 1], 0)],
)
def test_missed_ticks_follow_the_policy(monkeypatch, missed, wanted, skipped):
    """On a clock that the test sets: nobody takes ticks from 1.5 to 3.5."""
    clock = [100.0]

    async def jump(when):
        clock[0] = max(clock[0], when)

    monkeypatch.setattr("dtact.timers._interval.now", lambda: clock[0])
    monkeypatch.setattr("dtact.timers._interval.sleep_until", jump)

    async def main():
        ticks = interval(1, missed=missed, start=100.0)
        found = [await ticks.tick(), await ticks.tick()]
        clock[0] = 103.5
        while len(found) < len(wanted):
            found.append(await ticks.tick())
        assert [due - 100 for due in found] == wanted
        assert ticks.skipped == skipped
        return ticks

    ticks = dtact.run(main())
    if missed == "delay":
        assert ticks.next == 102.0
        dtact.run(ticks.tick())
        assert ticks.next == 104.5


def test_a_cancelled_tick_is_still_to_come(run):
    async def main():
        ticks = interval(0.01, start=now() + 0.02)
        due = ticks.next
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await ticks.tick()
        assert await ticks.tick() == due

    run(main())


def test_two_who_take_ticks_together_do_not_disturb_the_rhythm(run):
    async def main():
        ticks = interval(0.002)
        first = ticks.next
        await asyncio.gather(ticks.tick(), ticks.tick())
        assert ticks.next == first + 0.002

    run(main())


def test_reset_starts_anew():
    ticks = interval(5)
    ticks.reset()
    assert now() < ticks.next <= now() + 5
    ticks.reset(12.5)
    assert ticks.next == 12.5


@pytest.mark.parametrize("bad", [0, -1, float("nan"), float("inf"), "1"])
def test_a_period_is_positive(bad):
    with pytest.raises(DelayError):
        interval(bad)


def test_the_rest_is_checked_too():
    with pytest.raises(DelayError):
        interval(1, start=float("nan"))
    with pytest.raises(ValueError, match="missed"):
        interval(1, missed="panic")
    assert abs(now() - time.monotonic()) < 1
