"""Timers: never early, in order, cheap to cancel."""

from __future__ import annotations

import asyncio
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dtact
from dtact import errors
from dtact.scheduler import Waiter, current_scheduler


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 8), st.booleans()), max_size=200))
def test_timers_fire_in_order_never_early_and_not_once_cancelled(wanted):
    fired = []

    async def main():
        loop = asyncio.get_running_loop()
        start = loop.time()

        def ring(index, when):
            assert loop.time() >= when
            fired.append((when, index))

        handles = []
        for index, (delay, _) in enumerate(wanted):
            when = start + delay / 4000
            handles.append(loop.call_at(when, ring, index, when))
        for handle, (_, cancelled) in zip(handles, wanted, strict=True):
            if cancelled:
                handle.cancel()
        await asyncio.sleep(0.003)
        return start

    start = dtact.run(main(), backend="selector")
    live = [(start + delay / 4000, index) for index, (delay, cancelled) in enumerate(wanted) if not cancelled]
    assert fired == sorted(live)


def test_many_live_timers_that_are_cancelled_leave_nothing(run):
    async def main():
        loop, scheduler = asyncio.get_running_loop(), current_scheduler()
        handles = [loop.call_later(100 + index % 97, print) for index in range(100_000)]
        assert scheduler.statistics()["timers"] == 100_000
        for handle in handles:
            handle.cancel()
            handle.cancel()
        assert all(handle.cancelled() for handle in handles)
        return scheduler.statistics()["timers"], scheduler.next_deadline()

    assert run(main()) == (0, None)


def test_a_timer_after_a_long_idle_is_on_time(run):
    async def main():
        await asyncio.sleep(0.3)
        began = time.monotonic()
        await asyncio.sleep(0.02)
        return time.monotonic() - began

    assert 0.02 <= run(main()) < 0.2


def test_waiters_are_woken_by_time(run):
    async def main():
        waiter, early = Waiter(), Waiter()
        now = time.monotonic()
        waiter.wake_at(now + 0.01)
        early.wake_at(now + 50)
        assert early.wake("before")
        assert await early == "before"
        assert await waiter is None
        assert time.monotonic() >= now + 0.01
        with pytest.raises(errors.RuntimeStateError):
            waiter.wake_at(now)
        return current_scheduler().statistics()["timers"]

    assert run(main()) == 0


def test_times_that_are_none_are_refused(run):
    async def main():
        loop = asyncio.get_running_loop()
        with pytest.raises(errors.DelayError):
            loop.call_later(float("nan"), print)
        with pytest.raises(TypeError):
            loop.call_later(None, print)
        with pytest.raises(TypeError):
            loop.call_at("soon", print)
        loop.call_later(float("inf"), print)
        loop.call_later(-1, str)
        await asyncio.sleep(0.001)

    run(main())
