"""The scheduler beside uvloop's own queues."""

from __future__ import annotations

import asyncio
import logging
import socket
import time

import dtact


class Reader(asyncio.Protocol):
    def __init__(self) -> None:
        self.data = b""
        self.paused = False

    def data_received(self, data: bytes) -> None:
        self.data += data

    def pause_writing(self) -> None:
        self.paused = True

    def resume_writing(self) -> None:
        self.paused = False


async def pair() -> tuple[asyncio.Transport, Reader, asyncio.Transport, Reader]:
    loop = asyncio.get_running_loop()
    left, right = socket.socketpair()
    for each in (left, right):
        each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1024)
    first, one = await loop.create_connection(Reader, sock=left)
    second, two = await loop.create_connection(Reader, sock=right)
    return first, one, second, two


def test_a_write_is_sent_though_its_task_goes_on_and_on(run):
    """Between two steps of a task that writes, the backend gets its turn: the buffer empties while it is filled."""

    async def main():
        first, one, second, _ = await pair()
        first.set_write_buffer_limits(1024, 1023)
        second.pause_reading()
        while not one.paused:
            first.write(b" " * 1024)
        second.resume_reading()
        steps = 0
        while one.paused and steps < 100_000:
            first.write(b" ")
            steps += 1
            await asyncio.sleep(0)
        first.close()
        second.close()
        return steps

    assert run(main()) < 20_000


def test_who_polls_by_sleeping_zero_gets_its_answer(run):
    async def main():
        first, _, second, two = await pair()
        first.write(b"ping")
        turns = 0
        while not two.data and turns < 10_000:
            turns += 1
            await asyncio.sleep(0)
        first.close()
        second.close()
        return turns, two.data

    _, data = run(main())
    assert data == b"ping"


def test_callbacks_of_the_backend_keep_their_place():
    """What our queue held when uvloop queued something comes before that, what came later after it."""
    order: list[str] = []

    async def main():
        loop = asyncio.get_running_loop()
        backend = type(loop).__mro__[2].call_soon
        loop.call_soon(order.append, "ours")
        backend(loop, order.append, "the backend's")
        loop.call_soon(order.append, "ours, later")
        for _ in range(5):
            await asyncio.sleep(0)

    dtact.run(main(), backend="uvloop")
    assert order == ["ours", "the backend's", "ours, later"]


def test_debug_mode_reports_slow_steps_once_by_their_task(run, caplog):
    async def slow():
        await asyncio.sleep(0)
        time.sleep(0.05)

    async def main():
        loop = asyncio.get_running_loop()
        loop.slow_callback_duration = 0.04
        assert loop.slow_callback_duration == 0.04
        loop.set_debug(True)
        await asyncio.create_task(slow(), name="the slow one")
        await dtact.spawn(slow(), name="the other one")
        loop.set_debug(False)

    with caplog.at_level(logging.WARNING, "asyncio"):
        run(main())
    found = [record.getMessage() for record in caplog.records]
    assert len(found) == 2, found
    assert "the slow one" in found[0]
    assert "the other one" in found[1]
