"""Lock and condition: against simple models with random cancels, and case by case."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dtact
from dtact.errors import OwnerError, RuntimeStateError
from dtact.sync import Condition, Lock

SPAWN = {"cheap": dtact.spawn, "asyncio": asyncio.ensure_future}
each_kind = pytest.mark.parametrize("spawn", SPAWN.values(), ids=SPAWN)
KINDS = st.sampled_from(list(SPAWN))
BACKENDS = st.sampled_from(["uvloop", "selector"])


async def turns(count=4):
    for _ in range(count):
        await asyncio.sleep(0)


@given(
    st.lists(st.one_of(KINDS, st.integers(0, 20), st.just("turn")), max_size=50),
    st.lists(st.integers(0, 3), max_size=50),
    BACKENDS,
)
def test_one_holds_it_at_a_time_and_nobody_waits_in_vain(steps, stays, backend):
    """Numbers cancel a task: before its first step, in line, between the wake and the next step, while it holds."""

    async def main():
        lock, inside, order, tasks = Lock(), 0, [], []

        async def use(number, stay):
            nonlocal inside
            async with lock:
                order.append(number)
                inside += 1
                assert inside == 1
                try:
                    await turns(stay)
                finally:
                    inside -= 1

        for index, step in enumerate(steps):
            if step == "turn":
                await turns(2)
            elif isinstance(step, str):
                tasks.append(SPAWN[step](use(len(tasks), stays[index] if index < len(stays) else 1)))
            elif tasks:
                tasks[step % len(tasks)].cancel()
        await turns(6 * len(tasks) + 8)
        assert all(task.done() for task in tasks)
        for task in tasks:
            if not task.cancelled():
                task.result()
        assert (lock.locked(), lock.waiters, lock.holder) == (False, 0, None)
        kinds = {step for step in steps if step in SPAWN}
        assert len(kinds) > 1 or order == sorted(order)

    dtact.run(main(), backend=backend)


CONDITION_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), KINDS),
        st.tuples(st.just("cancel"), st.integers(0, 20)),
        st.tuples(st.just("notify"), st.integers(1, 3)),
        st.tuples(st.just("turn"), st.integers(1, 3)),
    ),
    max_size=40,
)


@given(CONDITION_STEPS, BACKENDS)
def test_a_notification_reaches_one_who_waits_or_the_next(steps, backend):
    """Each task takes one ticket; notifying adds tickets. None may be left while somebody waits."""

    async def main():
        condition, tickets, tasks = Condition(), 0, []

        async def take():
            nonlocal tickets
            async with condition:
                try:
                    while not tickets:
                        await condition.wait()
                finally:
                    assert condition.lock.holder is asyncio.current_task()
                tickets -= 1

        for step, argument in steps:
            if step == "wait":
                tasks.append(SPAWN[argument](take()))
            elif step == "notify":
                async with condition:
                    tickets += argument
                    condition.notify(argument)
            elif step == "turn":
                await turns(argument)
            elif tasks:
                tasks[argument % len(tasks)].cancel()
        await turns(6 * len(tasks) + 8)
        assert not condition.locked()
        assert not (tickets and condition.waiters)
        for task in tasks:
            task.cancel()
        await turns(6 * len(tasks) + 8)
        assert all(task.done() for task in tasks)
        assert [task.exception() for task in tasks if not task.cancelled()] == [None] * sum(
            not task.cancelled() for task in tasks
        )
        assert (condition.waiters, condition.lock.waiters, condition.locked()) == (0, 0, False)

    dtact.run(main(), backend=backend)


@each_kind
def test_a_wait_cancelled_while_the_lock_is_held_waits_for_the_lock_first(run, spawn):
    async def main():
        condition, seen = Condition(), []

        async def work():
            async with condition:
                try:
                    await condition.wait()
                except asyncio.CancelledError:
                    seen.append(condition.lock.holder is asyncio.current_task())
                    raise

        task = spawn(work())
        await turns(3)
        async with condition:
            for _ in range(3):
                task.cancel()
                await turns(3)
                assert not task.done()
            condition.notify_all()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert seen == [True]
        assert not condition.locked()

    run(main())


def test_a_level_that_refuses_every_wait_lets_this_one_take_its_lock(run):
    """As a cancel scope does it; and the task does not spin while the lock is held."""

    async def main():
        condition, seen = Condition(), []

        async def work():
            async with condition:
                try:
                    await condition.wait()
                finally:
                    seen.append(condition.lock.holder is asyncio.current_task())
                    dtact.current_task().scope_cancelled = False

        task = dtact.spawn(work())
        await turns(3)
        async with condition:
            task.scope_cancelled = True
            task.interrupt()
            await turns(3)
            steps = task.scheduler.statistics()["steps"]
            await turns(20)
            assert task.scheduler.statistics()["steps"] - steps <= 20  # those of this task here
            assert not task.done()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert seen == [True]
        assert not condition.locked()

    run(main())


@each_kind
def test_a_timeout_holds_the_lock_again(run, spawn):
    async def main():
        condition, seen = Condition(), []

        async def work():
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01), condition:
                    await condition.wait()
            seen.append("timeout")

        task = spawn(work())
        await turns(3)
        async with condition:
            await asyncio.sleep(0.03)
            assert not task.done()
        await task
        assert seen == ["timeout"]

    run(main())


@each_kind
def test_wait_for_asks_again(run, spawn):
    async def main():
        condition, items = Condition(), []

        async def take():
            async with condition:
                return await condition.wait_for(lambda: len(items) >= 2 and items)

        task = spawn(take())
        for item in "ab":
            await turns(3)
            async with condition:
                items.append(item)
                condition.notify()
        assert await task == ["a", "b"]

    run(main())


@each_kind
def test_locks_know_their_owners(run, spawn):
    async def main():
        lock, condition = Lock(name="door"), Condition()
        with pytest.raises(OwnerError, match="nobody holds"):
            lock.release()
        for refused in (condition.notify, condition.notify_all, condition.release):
            with pytest.raises(OwnerError):
                refused()
        with pytest.raises(OwnerError):
            await condition.wait()
        with pytest.raises(OwnerError):
            await condition.wait_for(lambda: True)
        async with lock:
            assert lock.holder is asyncio.current_task()
            with pytest.raises(OwnerError, match="reentrant"):
                await lock.acquire()
            assert not lock.try_acquire()

            async def other():
                lock.release()

            with pytest.raises(OwnerError, match="somebody else"):
                await spawn(other())
            assert repr(lock) == "<Lock 'door': held, 0 in line>"
        assert lock.try_acquire()
        lock.release()

    async def outer():
        await spawn(main())

    run(outer())


def test_it_does_not_switch_if_it_is_free(run):
    async def main():
        lock, others = Lock(), []

        async def other():
            others.append(1)

        dtact.spawn(other())
        for _ in range(10):
            async with lock:
                pass
            await lock.acquire()
            lock.release()
        assert others == []

    async def outer():
        await dtact.spawn(main())

    run(outer())


def test_who_comes_back_does_not_overtake_who_waits(run):
    async def main():
        lock, order = Lock(), []

        async def use(name):
            for _ in range(3):
                async with lock:
                    order.append(name)
                    await dtact.yield_now()

        for task in [dtact.spawn(use(name)) for name in "ab"]:
            await task
        assert order == list("ababab")

    run(main())


def test_threads_and_tasks_share_a_lock_and_a_condition(run):
    async def main():
        lock, condition = Lock(), Condition()
        number, ready = 0, 0

        def work():
            nonlocal number, ready
            for _ in range(100):
                with lock:
                    seen = number
                    number = seen + 1
            with condition:
                ready += 1
                condition.notify_all()
                while ready < 4:
                    condition.wait().block(10)

        async def step():
            nonlocal number, ready
            for _ in range(100):
                async with lock:
                    seen = number
                    await asyncio.sleep(0)
                    number = seen + 1
            async with condition:
                ready += 1
                condition.notify_all()
                await condition.wait_for(lambda: ready == 4)

        threads = [asyncio.ensure_future(asyncio.to_thread(work)) for _ in range(2)]
        tasks = [spawn(step()) for spawn in SPAWN.values()]
        for party in threads + tasks:
            await party
        assert number == 400
        assert not lock.locked()

    run(main())


def test_a_thread_whose_time_is_up_has_the_lock_again():
    lock = Lock()
    condition = Condition(lock)
    with condition:
        with pytest.raises(TimeoutError):
            condition.wait().block(0.01)
        assert lock.locked()
        with pytest.raises(OwnerError):
            lock.acquire().block(0)
    assert (lock.locked(), condition.waiters, lock.waiters) == (False, 0, 0)
    assert "0 wait" in repr(condition)


def test_a_loop_is_not_blocked(run):
    async def main():
        with pytest.raises(RuntimeStateError, match="await"), Lock():
            pass

    run(main())
