"""Oneshot, broadcast and watch: against simple models, and case by case."""

from __future__ import annotations

import asyncio
import threading
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dtact
from dtact.channels import Broadcast, Oneshot, Watch
from dtact.errors import ChannelEmptyError, ClosedError, LaggedError, LimitError, RuntimeStateError

SPAWN = {"cheap": dtact.spawn, "asyncio": asyncio.ensure_future}
each_kind = pytest.mark.parametrize("spawn", SPAWN.values(), ids=SPAWN)


async def wait(make, *arguments):
    return await make(*arguments)


async def turns(count=4):
    for _ in range(count):
        await asyncio.sleep(0)


class Model:
    """A subscription as a queue of its own that forgets what does not fit."""

    def __init__(self, capacity):
        self.kept, self.missed = deque(), 0
        self.capacity = capacity

    def send(self, message):
        self.kept.append(message)
        if len(self.kept) > self.capacity:
            self.kept.popleft()
            self.missed += 1

    def receive(self, lag):
        if self.missed:
            missed, self.missed = self.missed, 0
            if lag == "report":
                return ("missed", missed)
        return self.kept.popleft() if self.kept else "empty"


def received(subscription):
    try:
        return subscription.try_receive()
    except LaggedError as error:
        return ("missed", error.missed)
    except ChannelEmptyError:
        return "empty"


@given(
    st.lists(st.one_of(st.just("send"), st.just("subscribe"), st.integers(0, 5)), max_size=60),
    st.integers(1, 4),
    st.sampled_from(["report", "skip"]),
)
def test_each_subscriber_gets_what_is_kept_and_knows_what_it_missed(steps, capacity, lag):
    broadcast, sent, pairs = Broadcast(capacity, lag=lag), 0, []
    for step in steps:
        if step == "send":
            sent += 1
            assert broadcast.send(sent) == len(pairs)
            for _, model in pairs:
                model.send(sent)
        elif step == "subscribe":
            pairs.append((broadcast.subscribe(), Model(capacity)))
        elif pairs:
            subscription, model = pairs[step % len(pairs)]
            assert len(subscription) == len(model.kept)
            assert received(subscription) == model.receive(lag)


@each_kind
def test_all_who_wait_for_a_message_get_it(run, spawn):
    async def main():
        broadcast = Broadcast(4)
        subscriptions = [broadcast.subscribe() for _ in range(3)]
        tasks = [spawn(collect(subscription)) for subscription in subscriptions]
        cancelled = spawn(collect(broadcast.subscribe()))
        await turns()
        assert broadcast.send("a") == 4
        cancelled.cancel()
        await turns()
        broadcast.send("b")
        broadcast.close()
        assert [await task for task in tasks] == [["a", "b"]] * 3
        with pytest.raises(ClosedError):
            broadcast.send("c")
        with pytest.raises(ClosedError):
            await subscriptions[0].receive()
        with pytest.raises(ClosedError):
            subscriptions[0].try_receive()

    run(main())


async def collect(subscription):
    return [message async for message in subscription]


@each_kind
def test_two_who_share_a_subscription_share_its_messages(run, spawn):
    async def main():
        broadcast = Broadcast(4)
        subscription = broadcast.subscribe()
        tasks = [spawn(wait(subscription.receive)) for _ in range(2)]
        await turns()
        broadcast.send(1)
        await turns()
        assert sum(task.done() for task in tasks) == 1
        broadcast.send(2)
        assert sorted([await task for task in tasks]) == [1, 2]

    run(main())


def test_lag_loses_only_what_is_gone(run):
    """Capacity 2, five sent: three were missed, and the two that are kept are both received."""

    async def main():
        broadcast = Broadcast[int](2)
        subscription = broadcast.subscribe()
        for number in range(1, 6):
            broadcast.send(number)
        with pytest.raises(LaggedError, match="3 messages") as caught:
            await subscription.receive()
        assert caught.value.missed == subscription.missed == 3
        assert [await subscription.receive(), await subscription.receive()] == [4, 5]

    run(main())


def test_a_subscription_ends(run):
    async def main():
        broadcast = Broadcast(2)
        with broadcast.subscribe() as subscription:
            task = dtact.spawn(wait(subscription.receive))
            await turns()
        with pytest.raises(ClosedError):
            await task
        other = broadcast.subscribe()
        assert repr(broadcast) == "<Broadcast of 2: 1 subscribers>"
        assert bool(other)
        del other
        assert (broadcast.subscribers, broadcast.send(1), broadcast.capacity) == (0, 0, 2)

    run(main())


@pytest.mark.parametrize("bad", [0, -1, None, 1.5, True])
def test_a_broadcast_has_a_capacity(bad):
    with pytest.raises(LimitError):
        Broadcast(bad)
    with pytest.raises(ValueError, match="lag"):
        Broadcast(1, lag="panic")


@each_kind
def test_a_value_comes_once_to_all_who_wait(run, spawn):
    async def main():
        oneshot = Oneshot[str]()
        tasks = [spawn(wait(oneshot.receive)) for _ in range(3)]
        await turns()
        tasks[1].cancel()
        assert not oneshot.sent
        oneshot.send("value")
        assert await tasks[0] == await tasks[2] == await oneshot == await oneshot.receive() == "value"
        assert tasks[1].cancelled()
        assert repr(oneshot) == "<Oneshot: sent, 0 wait>"
        for refused in (oneshot.send, lambda _: oneshot.fail(ValueError())):
            with pytest.raises(ClosedError):
                refused(1)
        oneshot.close()
        receiving = oneshot.receive()
        await receiving
        with pytest.raises(RuntimeStateError):
            await receiving

    run(main())


def test_a_oneshot_may_fail_or_close(run):
    async def main():
        failed, closed = Oneshot(), Oneshot()
        task = dtact.spawn(wait(failed.receive))
        await turns()
        failed.fail(LookupError("why"))
        closed.close()
        with pytest.raises(LookupError, match="why"):
            await task
        with pytest.raises(ClosedError, match="before"):
            await closed
        with pytest.raises(TypeError):
            Oneshot().fail("text")

    run(main())


def test_a_thread_answers_a_task_and_a_task_a_thread(run):
    async def main():
        question, answer = Oneshot(), Oneshot()
        thread = threading.Thread(target=lambda: answer.send(question.receive().block(10) + 1))
        thread.start()
        question.send(41)
        assert await answer == 42
        thread.join()

    run(main())


@each_kind
def test_watchers_see_the_newest_value(run, spawn):
    async def main():
        watch = Watch[int](0)
        watcher, found = watch.subscribe(), []

        async def follow():
            found.extend([value async for value in watch.subscribe()])

        task = spawn(follow())
        assert watcher.changed
        assert await watcher.receive() == 0
        assert not watcher.changed
        await turns()
        watch.send(1)
        watch.send(2)
        await turns()
        assert watch.update(lambda value: value * 10) == 20
        assert (await watcher.receive(), watch.value) == (20, 20)
        reached = spawn(watch.wait_for(lambda value: value > 30))
        await turns()
        watch.send(25)
        await turns()
        watch.send(31)
        assert await reached == 31
        watch.send(32)
        watch.close()
        await task
        assert found == [0, 2, 20, 25, 31, 32]
        assert await watcher.receive() == 32
        with pytest.raises(ClosedError):
            await watcher.receive()
        with pytest.raises(ClosedError):
            watch.send(5)
        assert repr(watch) == "<Watch of 32, closed>"

    run(main())


@given(st.lists(st.sampled_from(["send", "look", "cancel", "turn"]), max_size=40))
def test_a_watcher_never_misses_the_last_value(steps):
    async def main():
        watch, seen, task = Watch(0), [], None
        watcher = watch.subscribe()

        async def look():
            seen.append(await watcher.receive())

        for number, step in enumerate(steps, 1):
            if step == "send":
                watch.send(number)
            elif step == "turn":
                await turns(2)
            elif step == "cancel" and task is not None:
                task.cancel()
            elif step == "look" and (task is None or task.done()):
                task = dtact.spawn(look())
        if task is not None:
            task.cancel()
        await turns()
        if watcher.changed:
            await look()
        assert seen[-1] == watch.value
        assert seen == sorted(set(seen))

    dtact.run(main())
