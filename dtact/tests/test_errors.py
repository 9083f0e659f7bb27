"""The error tree, and what a user's mistakes say."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

import dtact
from dtact import errors

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_has_the_one_root_and_is_in_the_drawn_tree(kind: type[Exception]) -> None:
    assert issubclass(kind, errors.DtactError)
    assert kind.__name__ in (errors.__doc__ or "")


def test_the_text_says_what_was_wanted_what_came_and_what_to_do() -> None:
    error = errors.CountError("count is too small", wanted="at least 0", found="-1", hint="count rows from 0")
    assert str(error) == "count is too small; wanted at least 0; found -1; count rows from 0"
    assert str(errors.DtactError("only this")) == "only this"


async def one() -> int:
    return 1


async def ended(task: Any) -> Any:
    await task
    return task


async def awaited_twice() -> None:
    coroutine = one()
    await coroutine
    dtact.spawn(coroutine)


async def spawned_twice() -> None:
    coroutine = one()
    dtact.spawn(coroutine)
    await dtact.spawn(coroutine)


async def no_awaitable() -> None:
    dtact.spawn(5)  # type: ignore[arg-type]  # the mistake that is tested


async def uncalled_function() -> None:
    dtact.spawn(one)  # type: ignore[arg-type]  # the mistake that is tested


async def wait_in_a_coroutine() -> None:
    dtact.wait(asyncio.get_running_loop().create_future())


async def wait_for_nothing_in_a_fiber() -> None:
    await dtact.fiber(lambda: dtact.wait(5))  # type: ignore[arg-type]  # the mistake that is tested


async def yield_to_an_ended_task() -> None:
    await dtact.yield_to(await ended(dtact.spawn(one(), name="early")))


async def yield_to_no_task() -> None:
    await dtact.yield_to("early")  # type: ignore[arg-type]  # the mistake that is tested


async def send_to_a_closed_channel() -> None:
    channel: dtact.Channel[int] = dtact.Channel(1)
    channel.close()
    await channel.send(1)


async def receive_from_a_closed_channel() -> None:
    channel: dtact.Channel[int] = dtact.Channel(1)
    channel.close()
    await channel.receive()


async def job_at_address_0() -> None:
    await dtact.mesh.submit(0, 0)


async def rows_at_address_0() -> None:
    dtact.mesh.parallel_for(0, 0, 10)


async def negative_count() -> None:
    dtact.mesh.parallel_for(1, 0, -10)


async def negative_sleep() -> None:
    await dtact.sleep(-1)


async def negative_timeout() -> None:
    with dtact.move_on_after(-1):
        pass


async def negative_deadline() -> None:
    await dtact.drain(-1)


async def negative_threshold() -> None:
    dtact.watchdog(-1)


async def group_of_none() -> None:
    async with dtact.TaskGroup(limit=0):
        pass


async def map_at_once_0() -> None:
    await dtact.map(ended, [1], limit=0)


async def channel_of_0() -> None:
    dtact.Channel(0)


async def barrier_of_0() -> None:
    dtact.Barrier(0)


async def pool_of_0() -> None:
    dtact.processes.Pool(0)


async def unpicklable_function() -> None:
    await dtact.processes.submit(threading.Lock().acquire)


async def unpicklable_argument() -> None:
    await dtact.processes.submit(print, threading.Lock())


BAD: list[tuple[Callable[[], Coroutine[Any, Any, None]], type[errors.DtactError], str]] = [
    (awaited_twice, errors.CoroutineReuseError, "one was started before; wanted .*; call the function again"),
    (spawned_twice, errors.CoroutineReuseError, "one was started before; wanted .*; call the function again"),
    (no_awaitable, errors.NotAwaitableError, "only a coroutine can be spawned; .*; found 5; give a coroutine"),
    (uncalled_function, errors.NotAwaitableError, r"call the function: spawn\(work\(\)\), not spawn\(work\)"),
    (
        wait_in_a_coroutine,
        errors.NotInFiberError,
        r"blocks a fiber, and this is none: .*`await` it.*run_sync\(function\)",
    ),
    (wait_for_nothing_in_a_fiber, errors.NotAwaitableError, "a fiber can wait only for an awaitable; .*found 5"),
    (yield_to_an_ended_task, errors.FinishedTaskError, r"task 'early' has ended; ask task\.done\(\) first"),
    (yield_to_no_task, errors.NotAwaitableError, "only a task can be yielded to; .*found 'early'"),
    (send_to_a_closed_channel, errors.ClosedError, "the channel is closed; catch ClosedError"),
    (receive_from_a_closed_channel, errors.ClosedError, "the channel is closed; .*`async for`, which ends"),
    (job_at_address_0, errors.JobError, "the native function is a null pointer; found 0"),
    (rows_at_address_0, errors.JobError, "the native function is a null pointer; found 0"),
    (negative_count, errors.CountError, "count is too small; wanted at least 0; found -10"),
    (negative_sleep, errors.DelayError, "negative or not a number; wanted seconds >= 0; found -1"),
    (negative_timeout, errors.DelayError, "negative or not a number; wanted seconds >= 0; found -1"),
    (negative_deadline, errors.DelayError, "negative or not a number; wanted seconds >= 0; found -1"),
    (negative_threshold, errors.DelayError, "wanted seconds > 0; found -1"),
    (group_of_none, errors.LimitError, "wanted at least 1, or None for none; found 0"),
    (map_at_once_0, errors.LimitError, "wanted at least 1, or None for none; found 0"),
    (channel_of_0, errors.LimitError, "wanted a positive int, or None for no bound; found 0"),
    (barrier_of_0, errors.LimitError, "wanted an int of at least 1; found 0"),
    (pool_of_0, errors.PoolLimitError, "workers is out of range; wanted 1 to 1024; found 0"),
    (unpicklable_function, errors.TransferError, "can't cross to another process; found .*cannot pickle"),
    (unpicklable_argument, errors.TransferError, "argument 1 of print can't cross to another process; found lock"),
]


@pytest.mark.parametrize(("mistake", "kind", "text"), BAD, ids=[row[0].__name__ for row in BAD])
def test_a_mistake_is_a_typed_error_that_says_what_to_do(mistake: Any, kind: Any, text: str) -> None:
    with pytest.raises(kind, match=text):
        dtact.run(mistake())


@pytest.mark.parametrize(("what", "text"), [(one, r"dtact\.run\(main\(\)\), not"), (5, "found 5; give a coroutine")])
def test_run_takes_a_coroutine(what: Any, text: str) -> None:
    with pytest.raises(errors.NotAwaitableError, match=text):
        dtact.run(what)
