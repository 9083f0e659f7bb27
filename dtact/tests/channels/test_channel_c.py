"""Channels against a simple model, with every kind of party and random cancels, and case by case."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import weakref
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dtact
from dtact.channels import Channel
from dtact.errors import ChannelEmptyError, ChannelFullError, ClosedError, DelayError, LimitError, RuntimeStateError

SPAWN = {"cheap": dtact.spawn, "asyncio": asyncio.ensure_future}
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["send", "receive", "receive_many"]), st.sampled_from(["cheap", "asyncio"])),
        st.tuples(st.just("cancel"), st.integers(0, 30)),
        st.tuples(st.just("turn"), st.integers(1, 4)),
        st.tuples(st.sampled_from(["try_send", "try_receive"]), st.none()),
    ),
    max_size=60,
)
CLOSING = st.one_of(st.none(), st.integers(0, 60))


class Watched:
    """A channel, all who use it, and what became of each item."""

    def __init__(self, capacity):
        self.channel = Channel(capacity)
        self.tasks, self.count = [], 0
        self.sent, self.refused, self.got = [], [], []

    async def send(self, item):
        try:
            await self.channel.send(item)
        except (ClosedError, asyncio.CancelledError):
            self.refused.append(item)
        else:
            self.sent.append(item)

    async def receive(self):
        with suppress(ClosedError, asyncio.CancelledError):
            self.got.append(await self.channel.receive())

    async def receive_many(self):
        with suppress(ClosedError, asyncio.CancelledError):
            self.got += await self.channel.receive_many(3)

    def do(self, kind, argument):
        if kind == "send":
            self.count += 1
            self.tasks.append(SPAWN[argument](self.send(self.count)))
        elif kind in ("receive", "receive_many"):
            self.tasks.append(SPAWN[argument](getattr(self, kind)()))
        elif kind == "cancel":
            if self.tasks:
                self.tasks[argument % len(self.tasks)].cancel()
        elif kind == "try_send":
            self.count += 1
            try:
                self.channel.try_send(self.count)
            except (ClosedError, ChannelFullError):
                self.refused.append(self.count)
            else:
                self.sent.append(self.count)
        elif kind == "try_receive":
            with suppress(ClosedError, ChannelEmptyError):
                self.got.append(self.channel.try_receive())

    def check_nobody_waits_in_vain(self):
        channel = self.channel
        assert not (len(channel) and channel.waiting_receivers)
        if channel.capacity is not None and len(channel) < channel.capacity:
            assert not channel.waiting_senders
        if channel.closed:
            assert not channel.waiting_senders
            assert not channel.waiting_receivers


async def follow(steps, capacity, closing):
    watched = Watched(capacity)
    for index, (kind, argument) in enumerate(steps):
        if index == closing:
            watched.channel.close()
        if kind == "turn":
            for _ in range(argument):
                await asyncio.sleep(0)
        else:
            watched.do(kind, argument)
    for _ in range(8):
        await asyncio.sleep(0)
    watched.check_nobody_waits_in_vain()
    for task in watched.tasks:
        task.cancel()
    await asyncio.sleep(0)
    watched.channel.close()
    for _ in range(8):
        await asyncio.sleep(0)
    assert all(task.done() for task in watched.tasks)
    left = []
    while len(watched.channel):
        left.append(watched.channel.try_receive())
    # A task that was cancelled before it ran once neither sent nor was refused.
    unknown = set(range(1, watched.count + 1)) - set(watched.sent) - set(watched.refused)
    assert sorted(watched.got + left) == sorted(watched.sent)
    assert not unknown & set(watched.got)
    return watched.got + left


@given(STEPS, st.sampled_from([1, 2, 5, None]), CLOSING, st.sampled_from(["uvloop", "selector"]))
def test_every_item_that_was_sent_is_received_once_and_no_other(steps, capacity, closing, backend):
    """Cancels come at every moment: before the first step, while waiting, between the wake and the next step."""
    dtact.run(follow(steps, capacity, closing), backend=backend)


@given(st.lists(st.sampled_from(["send", "receive", "turn", "cancel"]), max_size=60), st.sampled_from([1, 3, None]))
def test_cheap_tasks_see_one_queue_first_in_first_out(kinds, capacity):
    """Who began to receive earlier gets what was sent earlier, whoever was cancelled on the way."""

    async def main():
        channel, tasks, got = Channel(capacity), [], {}

        async def receive(number):
            got[number] = await channel.receive()

        for number, kind in enumerate(kinds):
            if kind == "turn":
                await turns(2)
            elif kind == "cancel" and tasks:
                tasks[number % len(tasks)].cancel()
            elif kind != "cancel":
                tasks.append(dtact.spawn(receive(number) if kind == "receive" else wait(channel.send, number)))
        await turns(4)
        items = [item for _, item in sorted(got.items())]
        while len(channel):
            items.append(channel.try_receive())
        assert items == sorted(items)
        for task in tasks:
            task.cancel()

    dtact.run(main(), backend="selector")


async def turns(count):
    for _ in range(count):
        await asyncio.sleep(0)


def test_channels_work_on_a_loop_that_is_not_ours():
    async def main():
        channel = Channel(1)
        sender = asyncio.ensure_future(numbers(channel, 10))
        assert [item async for item in channel] == list(range(10))
        await sender

    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(main())


async def numbers(channel, count):
    for number in range(count):
        await channel.send(number)
    channel.close()


@pytest.mark.parametrize("receiver", ["cheap", "asyncio", "thread"])
@pytest.mark.parametrize("sender", ["cheap", "asyncio", "thread"])
@pytest.mark.parametrize("capacity", [1, 2, 64, None])
def test_all_parties_exchange_with_all(run, capacity, sender, receiver):
    async def main():
        channel, found = Channel(capacity), []

        def send_all():
            for number in range(300):
                channel.send(number).block(10)
            channel.close()

        def receive_all():
            try:
                while True:
                    found.append(channel.receive().block(10))
            except ClosedError:
                pass

        async def receive_in_turn():
            found.extend([item async for item in channel])

        if receiver == "thread":
            last = asyncio.ensure_future(asyncio.to_thread(receive_all))
        else:
            last = SPAWN[receiver](receive_in_turn())
        if sender == "thread":
            await asyncio.to_thread(send_all)
        else:
            await SPAWN[sender](numbers(channel, 300))
        await last
        return found

    assert run(main()) == list(range(300))


def test_two_loops_in_two_threads_share_a_channel(backend):
    channel, back = Channel(3), Channel(3)

    async def echo():
        async for item in channel:
            await back.send(-item)
        back.close()

    async def main():
        async def send():
            for number in range(200):
                await channel.send(number)
            channel.close()

        task = dtact.spawn(send())
        found = [item async for item in back]
        await task
        return found

    thread = threading.Thread(target=dtact.run, args=(echo(),), kwargs={"backend": backend})
    thread.start()
    assert dtact.run(main(), backend=backend) == [-number for number in range(200)]
    thread.join()


def test_neither_side_switches_if_it_need_not_wait(run):
    async def main():
        channel, others = Channel(2), 0

        async def other():
            nonlocal others
            others += 1

        dtact.spawn(other())
        await channel.send(None)
        await channel.send(2)
        assert await channel.receive() is None
        assert await channel.receive() == 2
        assert others == 0

    async def outer():
        await dtact.spawn(main())

    run(outer())


def test_who_waits_longest_comes_first(run):
    async def main():
        channel, order = Channel(1), []

        async def take(name):
            order.append((name, await channel.receive()))

        tasks = [(dtact.spawn if index % 2 else asyncio.ensure_future)(take(index)) for index in range(6)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        for number in range(6):
            channel.try_send(number)
        for task in tasks:
            await task
        assert sorted(order) == [(index, index) for index in range(6)]

    run(main())


def test_policies_of_a_full_channel(run):
    async def main():
        reject = Channel(2, when_full="reject", name="jobs")
        await reject.send(1)
        await reject.send(2)
        with pytest.raises(ChannelFullError, match="jobs"):
            await reject.send(3)
        with pytest.raises(ChannelFullError):
            reject.try_send(3)
        drop = Channel(2, when_full="drop_oldest")
        for number in range(5):
            await drop.send(number)
        drop.try_send(5)
        assert (drop.dropped, len(drop)) == (4, 2)
        assert await drop.receive_many() == [4, 5]
        wait = Channel(1)
        wait.try_send(1)
        with pytest.raises(ChannelFullError):
            wait.try_send(2)
        assert wait.try_receive() == 1
        with pytest.raises(ChannelEmptyError):
            wait.try_receive()

    run(main())


def test_a_closed_channel_gives_what_it_has_and_then_says_so(run):
    async def main():
        channel = Channel(3, name="results")
        with channel:
            await channel.send("last")
        with pytest.raises(ClosedError, match="results"):
            await channel.send(1)
        with pytest.raises(ClosedError, match="results"):
            channel.try_send(1)
        assert await channel.receive() == "last"
        with pytest.raises(ClosedError):
            await channel.receive()
        with pytest.raises(ClosedError):
            channel.try_receive()
        with pytest.raises(ClosedError):
            await channel.receive_many()
        assert [item async for item in channel] == []
        with pytest.raises(ClosedError):
            channel.producer()

    run(main())


@pytest.mark.parametrize("spawn", SPAWN.values(), ids=SPAWN)
def test_closing_wakes_all_who_wait(run, spawn):
    async def main():
        empty, full = Channel(1), Channel(1)
        full.try_send(0)
        tasks = [spawn(wait(empty.receive)), spawn(wait(empty.receive)), spawn(wait(full.send, 1))]
        for _ in range(3):
            await asyncio.sleep(0)
        assert (empty.waiting_receivers, full.waiting_senders) == (2, 1)
        empty.close()
        full.close()
        for task in tasks:
            with pytest.raises(ClosedError):
                await task
        assert full.try_receive() == 0
        with pytest.raises(ClosedError):
            full.try_receive()

    run(main())


async def wait(make, *arguments):
    return await make(*arguments)


def test_a_sender_of_asyncio_cancelled_after_its_wake_leaves_nothing(run):
    async def main():
        channel = Channel(1)
        channel.try_send(1)
        task = asyncio.ensure_future(wait(channel.send, 2))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert channel.try_receive() == 1  # wakes the sender
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert len(channel) == 0
        channel.try_send(3)  # and its place is free again

    run(main())


def test_a_receiver_of_asyncio_cancelled_after_its_wake_gives_the_item_back(run):
    async def main():
        channel = Channel(1)
        task = asyncio.ensure_future(wait(channel.receive))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        channel.try_send(1)
        channel.try_send(2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert [channel.try_receive(), channel.try_receive()] == [1, 2]

    run(main())


def test_many_timeouts_leave_nothing_behind(run):
    async def main():
        channel = Channel(1)
        for _ in range(20):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0):
                    await channel.receive()
        assert channel.waiting_receivers == 0

    run(main())


def test_threads_wait_with_a_timeout():
    channel = Channel(1)
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        channel.receive().block(0.05)
    assert time.monotonic() - began >= 0.05
    channel.send(1).block()
    with pytest.raises(TimeoutError):
        channel.send(2).block(0)
    assert channel.receive().block(0) == 1
    assert (channel.waiting_receivers, channel.waiting_senders, len(channel)) == (0, 0, 0)
    for bad in (-1, float("nan"), "soon"):
        with pytest.raises(DelayError):
            channel.receive().block(bad)


def test_a_loop_is_not_blocked(run):
    async def main():
        with pytest.raises(RuntimeStateError, match="await"):
            Channel(1).receive().block(1)

    run(main())


def test_what_was_awaited_is_not_awaited_again(run):
    async def main():
        channel = Channel(2)
        sending = channel.send(1)
        await sending
        with pytest.raises(RuntimeStateError, match="before"):
            await sending
        receiving = channel.receive()
        assert await receiving == 1
        with pytest.raises(RuntimeStateError, match="before"):
            await receiving

    run(main())


def test_the_last_producer_closes(run):
    async def main():
        channel = Channel(10)
        first = channel.producer()
        with first, first.clone() as second:
            await first.send(1)
            second.try_send(2)
            assert not channel.closed
            first.close()
            with pytest.raises(ClosedError, match="producer"):
                first.send(3)
        assert channel.closed
        other = Channel(1)
        producer = other.producer()
        assert not other.closed
        del producer
        assert other.closed
        return [item async for item in channel]

    assert run(main()) == [1, 2]


@pytest.mark.parametrize("bad", [0, -1, 1.5, "8", True, 1 << 70])
def test_a_capacity_is_a_positive_number(bad):
    with pytest.raises(LimitError, match="capacity"):
        Channel(bad)
    with pytest.raises(LimitError):
        Channel(1).receive_many(bad)


def test_policies_are_checked():
    with pytest.raises(ValueError, match="when_full"):
        Channel(1, when_full="panic")
    with pytest.raises(LimitError):
        Channel(None, when_full="drop_oldest")


def test_a_channel_tells_of_itself():
    channel = Channel[int](4, name="work")
    channel.try_send(1)
    assert repr(channel) == "<Channel 'work': 1 of 4 items>"
    assert (channel.name, channel.capacity, channel.when_full, len(channel), bool(channel)) == (
        "work",
        4,
        "wait",
        1,
        True,
    )
    assert "new" in repr(channel.receive())


class Thing:
    pass


def test_a_cycle_through_a_channel_is_collected():
    channel, thing = Channel(None), Thing()
    thing.mailbox = channel
    channel.try_send(thing)
    gone = weakref.ref(thing)
    del channel, thing
    gc.collect()
    assert gone() is None


async def drop(channel):
    await channel.receive()


def test_memory_is_flat(run):
    async def main():
        channel = Channel(8)
        thing = Thing()
        task = dtact.spawn(numbers(channel, 5000))
        async for _ in channel:
            pass
        await task
        other = Channel(1)
        for _ in range(100):
            await other.send(thing)
            await other.receive()
            waiting = dtact.spawn(drop(other))
            await dtact.yield_now()
            other.try_send(thing)
            await waiting
        gone = weakref.ref(thing)
        del thing, waiting
        await asyncio.sleep(0)
        await other.send(1)
        await other.receive()  # an interpreter may keep the last value that was awaited
        gc.collect()
        assert gone() is None

    run(main())
