"""Fibers that switch straight to the next one: nobody can tell, except by the time it takes."""

from __future__ import annotations

import asyncio
import contextvars
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dtact
from dtact.scheduler import current_scheduler

VARIABLE: contextvars.ContextVar[int] = contextvars.ContextVar("variable", default=0)


def turn() -> None:
    dtact.wait(dtact.yield_now())


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 90)), min_size=1, max_size=6))
def test_turns_of_fibers_and_coroutines_go_round(kinds):
    """Each round serves everybody once, in the order of starting, whoever is a fiber and whoever has ended."""
    seen: list[tuple[int, int]] = []

    def fiber(me: int, turns: int) -> None:
        for number in range(turns):
            seen.append((number, me))
            turn()

    async def coroutine(me: int, turns: int) -> None:
        for number in range(turns):
            seen.append((number, me))
            await dtact.yield_now()

    async def main() -> None:
        tasks = []
        for me, (is_fiber, turns) in enumerate(kinds):
            tasks.append(dtact.fiber(fiber, me, turns) if is_fiber else dtact.spawn(coroutine(me, turns)))
        for task in tasks:
            await task

    dtact.run(main())
    assert seen == sorted((number, me) for me, (_, turns) in enumerate(kinds) for number in range(turns))


@pytest.mark.parametrize("backend", ["uvloop", "selector"])
def test_the_loop_gets_its_turn_while_fibers_spin(backend):
    """Input, timers and callbacks come in between fibers that always have something to do."""
    ran: list[str] = []

    def spin() -> None:
        while len(ran) < 3:
            turn()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        spinning = [dtact.fiber(spin) for _ in range(5)]
        loop.call_soon(ran.append, "callback")
        loop.call_later(0.01, ran.append, "timer")
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"x")
        assert await reader.readexactly(1) == b"x"
        ran.append("bytes")
        writer.close()
        await writer.wait_closed()
        for task in spinning:
            await task
        server.close()
        await server.wait_closed()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readexactly(1))
        await writer.drain()
        writer.close()

    async def bounded() -> None:
        await asyncio.wait_for(main(), 20)

    dtact.run(bounded(), backend=backend)
    assert sorted(ran) == ["bytes", "callback", "timer"]


def test_a_variable_that_one_fiber_sets_is_seen_by_no_other():
    """Setting a variable, or taking a token and resetting it, parts a fiber from the context the others share."""

    def work(me: int) -> list[int]:
        seen = []
        for number in range(200):
            if number == 50 + me:
                VARIABLE.set(me)
            token = VARIABLE.set(-1) if number == 100 and me % 2 else None
            turn()
            if token is not None:
                VARIABLE.reset(token)
            seen.append(VARIABLE.get())
        return seen

    async def main() -> list[list[int]]:
        return [await task for task in [dtact.fiber(work, me) for me in range(1, 5)]]

    for me, seen in enumerate(dtact.run(main()), start=1):
        assert seen == [0] * (50 + me) + [me] * (150 - me)


def test_a_fiber_that_is_cancelled_or_fails_between_others_ends_alone():
    """Errors and cancellations that happen far from the loop's greenlet reach the right fiber, and its waiter."""
    steps = dict.fromkeys(range(6), 0)
    tasks: list[dtact.Fiber] = []

    def work(me: int) -> int:
        for number in range(150):
            steps[me] += 1
            if number == 70 and me == 1:
                raise ValueError("seventy")
            if number == 80 and me == 2:
                tasks[3].cancel("from another fiber")
            turn()
        return me

    async def main() -> list[object]:
        tasks.extend(dtact.fiber(work, me) for me in range(6))
        return await asyncio.gather(*tasks, return_exceptions=True)

    results = dtact.run(main())
    assert [repr(result) for result in results] == [
        "0",
        "ValueError('seventy')",
        "2",
        "CancelledError('from another fiber')",
        "4",
        "5",
    ]
    assert steps == {0: 150, 1: 71, 2: 150, 3: 80, 4: 150, 5: 150}


def test_a_lone_fiber_gives_way_to_itself():
    """It need not switch at all, but others that come ready in between do run."""
    ran: list[int] = []

    def work() -> int:
        for number in range(500):
            if number == 100:
                asyncio.get_running_loop().call_soon(ran.append, number)
            turn()
            assert bool(ran) == (number >= 100)
        return len(ran)

    assert dtact.run(dtact.run_sync(work)) == 1


def test_stop_ends_the_batch():
    """loop.stop() in a fiber ends the run after what was ready, however many fibers spin."""
    loop = dtact.new_event_loop()
    count = [0]

    def spin() -> None:
        while True:
            count[0] += 1
            if count[0] == 1000:
                loop.stop()
            turn()

    async def start() -> None:
        for _ in range(3):
            dtact.fiber(spin)

    loop.run_until_complete(start())
    loop.run_forever()
    assert count[0] < 1010
    loop.close()


def test_steps_are_counted_and_timed_as_before():
    """Statistics see each step; the longest step is one step, not a chain of them."""

    def work() -> None:
        for _ in range(100):
            time.sleep(0.0002)
            turn()

    async def main() -> dict[str, object]:
        for task in [dtact.fiber(work) for _ in range(4)]:
            await task
        scheduler = current_scheduler()
        assert scheduler is not None
        return scheduler.statistics()

    found = dtact.run(main())
    assert found["steps"] >= 404
    assert found["yields"] == 400
    assert found["longest_step"] < 0.1
