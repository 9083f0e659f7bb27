"""Semaphore, read-write lock, event, barrier: against simple models with random cancels, and case by case."""

from __future__ import annotations

import asyncio
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dtact
from dtact.errors import LimitError, OwnerError, RuntimeStateError
from dtact.sync import Barrier, Event, RWLock, Semaphore

SPAWN = {"cheap": dtact.spawn, "asyncio": asyncio.ensure_future}
each_kind = pytest.mark.parametrize("spawn", SPAWN.values(), ids=SPAWN)
KINDS = st.sampled_from(list(SPAWN))
BACKENDS = st.sampled_from(["uvloop", "selector"])


async def turns(count=4):
    for _ in range(count):
        await asyncio.sleep(0)


class Users:
    """Tasks that hold something for a while; who holds it is written down by themselves, as the model."""

    def __init__(self):
        self.tasks, self.gates, self.holding, self.order = [], [], [], []

    def start(self, kind, make, what):
        gate = asyncio.Event()
        self.gates.append(gate)
        self.tasks.append(SPAWN[kind](self.use(make, what, gate, len(self.tasks))))

    async def use(self, make, what, gate, number):
        async with make():
            self.order.append(number)
            self.holding.append(what)
            try:
                await gate.wait()
            finally:
                self.holding.remove(what)

    async def end(self):
        for _ in range(2 * len(self.tasks) + 4):
            for gate in self.gates:
                gate.set()
            await turns()
        assert all(task.done() for task in self.tasks), self.tasks
        for task in self.tasks:
            if not task.cancelled():
                task.result()


USES = st.lists(
    st.one_of(
        st.tuples(st.just("start"), KINDS, st.integers(1, 4)),
        st.tuples(st.just("leave"), st.integers(0, 20), st.none()),
        st.tuples(st.just("cancel"), st.integers(0, 20), st.none()),
        st.tuples(st.just("turn"), st.integers(1, 4), st.none()),
    ),
    max_size=40,
)


async def follow(steps, make, check):
    users = Users()
    for step, argument, size in steps:
        if step == "start":
            users.start(argument, *make(size))
        elif step == "turn":
            await turns(argument)
        elif users.tasks and step == "leave":
            users.gates[argument % len(users.tasks)].set()
        elif users.tasks:
            users.tasks[argument % len(users.tasks)].cancel()
        check(users.holding)
    await turns(8)
    check(users.holding)
    await users.end()
    assert users.holding == []


@given(USES, st.integers(4, 6), BACKENDS)
def test_permits_are_neither_lost_nor_made(steps, permits, backend):
    """Cancels at every moment: before the first step, in line, between the wake and the next step, while holding."""

    async def main():
        semaphore = Semaphore(permits, maximum=permits)

        def check(holding):
            assert sum(holding) <= permits
            assert 0 <= semaphore.available <= permits

        await follow(steps, lambda size: (lambda: semaphore.acquire(size), size), check)
        assert (semaphore.available, semaphore.waiters) == (permits, 0)

    dtact.run(main(), backend=backend)


@given(USES, BACKENDS)
def test_readers_and_writers_exclude_each_other(steps, backend):
    async def main():
        lock = RWLock()

        def make(size):
            return (lock.write, "write") if size == 1 else (lock.read, "read")

        def check(holding):
            assert holding.count("write") == 0 or holding == ["write"]

        await follow(steps, make, check)
        assert (lock.locked(), lock.waiters, lock.readers) == (None, 0, 0)

    dtact.run(main(), backend=backend)


@given(st.lists(st.tuples(KINDS, st.integers(1, 3)), min_size=1, max_size=12))
def test_permits_go_first_come_first_served(wants):
    """Who wants many is not overtaken by those who want few."""

    async def main():
        semaphore, order = Semaphore(3), []
        await semaphore.acquire(3)

        async def use(number, count):
            async with semaphore.acquire(count):
                order.append(number)

        tasks = []
        for number, (kind, count) in enumerate(wants):
            tasks.append(SPAWN[kind](use(number, count)))
            await turns(2)
        semaphore.release(3)
        for task in tasks:
            await task
        assert semaphore.available == 3
        assert sorted(order) == list(range(len(wants)))
        if len({kind for kind, _ in wants}) == 1 and len({count for _, count in wants}) == 1:
            assert order == sorted(order)

    dtact.run(main())


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("wait"), KINDS),
            st.tuples(st.just("cancel"), st.integers(0, 20)),
            st.tuples(st.sampled_from(["set", "clear", "turn"]), st.none()),
        ),
        max_size=40,
    ),
    BACKENDS,
)
def test_an_event_wakes_exactly_those_who_wait(steps, backend):
    """The model: after a turn, whoever waited when it was set, or came while it was, has gone on."""

    async def main():
        event, tasks, released, cancelled = Event(), [], set(), set()
        for step, argument in steps:
            if step == "wait":
                tasks.append(SPAWN[argument](wait(event.wait)))
                await turns(2)
                if event.is_set():
                    released.add(len(tasks) - 1)
            elif step == "cancel" and tasks:
                index = argument % len(tasks)
                await turns(3)
                if tasks[index].cancel():
                    cancelled.add(index)
                    await turns(3)
            elif step == "set":
                event.set()
                released |= set(range(len(tasks))) - cancelled
            elif step == "clear":
                event.clear()
            elif step == "turn":
                await turns(3)
        await turns(3)
        for index, task in enumerate(tasks):
            assert task.done() == (index in released or index in cancelled)
            assert not task.done() or task.cancelled() == (index in cancelled)
        event.set()
        await turns(3)
        assert all(task.done() for task in tasks)
        assert event.waiters == 0

    dtact.run(main(), backend=backend)


async def wait(make, *arguments):
    return await make(*arguments)


@given(st.integers(1, 5), st.lists(st.one_of(KINDS, st.integers(0, 9)), max_size=40), BACKENDS)
def test_a_barrier_opens_for_each_full_number_of_those_who_stay(parties, steps, backend):
    """The model: a number that counts who waits, less those who were cancelled."""

    async def main():
        barrier, tasks, here, opened = Barrier(parties), [], [], 0
        for step in steps:
            if isinstance(step, str):
                here.append(len(tasks))
                tasks.append(SPAWN[step](wait(barrier.wait)))
                await turns(2)
                if len(here) == parties:
                    await turns(2)
                    assert [tasks[index].result() for index in here] == list(range(parties))
                    here, opened = [], opened + 1
            elif here:
                tasks[here.pop(step % len(here))].cancel()
        await turns(3)
        assert barrier.waiters == len(here)
        assert sum(task.done() and not task.cancelled() for task in tasks) == opened * parties
        for task in tasks:
            task.cancel()
        await turns(3)
        assert barrier.waiters == 0

    dtact.run(main(), backend=backend)


@each_kind
def test_a_waiting_writer_keeps_later_readers_out_and_leaves_no_trace(run, spawn):
    async def main():
        lock = RWLock(name="table")
        first = lock.read()
        await first
        writer = spawn(wait(lock.write))
        await turns(2)
        late = lock.read()
        reader = spawn(wait(lambda: late))
        await turns(3)
        assert (lock.waiters, lock.locked(), late.held) == (2, "read", False)
        writer.cancel()  # and with it goes what kept the reader out
        await reader
        assert lock.readers == 2
        assert repr(lock) == "<RWLock 'table': 2 read, 0 in line>"
        late.release()
        first.release()
        async with lock.write():
            assert lock.locked() == "write"
            for again in (lock.read, lock.write):
                with pytest.raises(OwnerError, match="reentrant"):
                    await again()
        assert lock.locked() is None

    run(main())


def test_a_guard_is_released_once(run):
    async def main():
        semaphore = Semaphore(2)
        guard = semaphore.acquire(2)
        with pytest.raises(OwnerError):
            guard.release()
        await guard
        assert (guard.held, guard.count, semaphore.locked()) == (True, 2, True)
        guard.release()
        with pytest.raises(OwnerError):
            guard.release()
        with pytest.raises(RuntimeStateError):
            await guard
        assert not guard.held
        assert semaphore.available == 2

    run(main())


def test_permits_have_a_most():
    semaphore = Semaphore(1, maximum=2)
    semaphore.release()
    with pytest.raises(LimitError, match="released"):
        semaphore.release()
    with pytest.raises(LimitError, match="never"):
        semaphore.acquire(3)
    assert semaphore.try_acquire(2)
    assert not semaphore.try_acquire()
    assert (semaphore.maximum, repr(semaphore)) == (2, "<Semaphore: 0 permits, 0 in line>")


@pytest.mark.parametrize("bad", [-1, 0.5, "1", True, None])
def test_numbers_are_checked(bad):
    for make in (Semaphore, Barrier, Semaphore(1).acquire, Semaphore(1).release, Semaphore(1).try_acquire):
        with pytest.raises(LimitError):
            make(bad)
    with pytest.raises(LimitError):
        Barrier(0)
    with pytest.raises(LimitError):
        Semaphore(3, maximum=2)


def test_threads_and_tasks_share_them_all(run):
    """Four threads and four tasks take turns; a lost update would show."""

    async def main():
        semaphore, lock, barrier, event = Semaphore(1), RWLock(), Barrier(8), Event()
        number, most = 0, []

        def work():
            nonlocal number
            event.wait().block(10)
            for _ in range(50):
                with semaphore, lock.write():
                    seen = number
                    number = seen + 1
                with lock.read():
                    most.append(number)
            return barrier.wait().block(10)

        async def step():
            nonlocal number
            await event.wait()
            for _ in range(50):
                async with semaphore, lock.write():
                    seen = number
                    await asyncio.sleep(0)
                    number = seen + 1
                async with lock.read():
                    most.append(number)
            return await barrier.wait()

        threads = [asyncio.ensure_future(asyncio.to_thread(work)) for _ in range(4)]
        tasks = [SPAWN[kind](step()) for kind in ("cheap", "asyncio") * 2]
        await asyncio.sleep(0.01)
        event.set()
        places = [await party for party in threads + tasks]
        assert sorted(places) == list(range(8))
        assert number == max(most) == 400

    run(main())


def test_an_event_set_by_a_thread_wakes_a_task(run):
    async def main():
        event = Event()
        threading.Timer(0.01, event.set).start()
        await event.wait()
        assert event.is_set()
        assert repr(event) == "<Event: set, 0 wait>"

    run(main())


def test_a_timeout_of_a_thread_leaves_the_line():
    semaphore, lock, barrier, event = Semaphore(1), RWLock(), Barrier(2), Event()
    with semaphore, lock.write(), pytest.raises(TimeoutError):
        semaphore.acquire().block(0.01)
    with lock.read(), pytest.raises(TimeoutError):
        lock.write().block(0.01)
    with pytest.raises(TimeoutError):
        barrier.wait().block(0.01)
    with pytest.raises(TimeoutError):
        event.wait().block(0)
    assert [each.waiters for each in (semaphore, lock, barrier, event)] == [0, 0, 0, 0]
    assert "0 of 2" in repr(barrier)
