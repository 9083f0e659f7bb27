"""Fibers beside coroutines: the same programs do the same things, at any depth of ordinary calls."""

from __future__ import annotations

import asyncio
import contextvars
import subprocess
import sys
import threading
import traceback

import greenlet
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dtact
from dtact import errors, fibers
from dtact.scheduler import Waiter

VARIABLE: contextvars.ContextVar[int] = contextvars.ContextVar("variable", default=0)


def wait_deep(awaitable, depth=30):
    """Wait at the bottom of many calls, one of them inside the C code of `sorted`."""
    if depth:
        return wait_deep(awaitable, depth - 1)
    return sorted([awaitable], key=lambda one: (found.append(dtact.wait(one)), 0)[1]) and found.pop()


found: list[object] = []


# ---------------------------------------------------------------- the same as coroutines

STEPS = st.lists(
    st.sampled_from(["yield", "future", "set", "see", "child", "fail", "catch", "nested", "cancel-first"]), max_size=8
)


async def as_coroutines(programs):
    return await follow(programs, lambda name, program, env: dtact.spawn(walk_coroutine(name, program, env), name=name))


async def as_fibers(programs):
    return await follow(programs, lambda name, program, env: dtact.fiber(walk_fiber, name, program, env, name=name))


async def follow(programs, start):
    env = {"seen": [], "tasks": [], "start": start}
    for index, program in enumerate(programs):
        env["tasks"].append(start(f"p{index}", program, env))
    ends = []
    for task in env["tasks"]:
        try:
            ends.append((task.get_name(), await task))
        except (ValueError, asyncio.CancelledError) as error:
            ends.append((task.get_name(), repr(error)))
    return env["seen"], ends, VARIABLE.get()


async def walk_coroutine(name, program, env):
    for number, step in enumerate(program):
        if (awaitable := prepare(name, number, step, env)) is not None:
            try:
                env["seen"].append((name, number, await awaitable))
            except asyncio.CancelledError as error:
                env["seen"].append((name, number, repr(error)))
                raise
    return name


def walk_fiber(name, program, env):
    for number, step in enumerate(program):
        if (awaitable := prepare(name, number, step, env)) is not None:
            try:
                env["seen"].append((name, number, wait_deep(awaitable, 3)))
            except asyncio.CancelledError as error:
                env["seen"].append((name, number, repr(error)))
                raise
    return name


def prepare(name, number, step, env):
    """Do one step; return what is to be awaited for it, if anything."""
    loop = asyncio.get_running_loop()
    env["seen"].append((name, number, step, dtact.current_task().get_name(), VARIABLE.get()))
    if step == "yield":
        return dtact.yield_now()
    if step == "future":
        future = loop.create_future()
        loop.call_soon(future.set_result, number)
        return future
    if step == "set":
        VARIABLE.set(VARIABLE.get() + 1)
    elif step == "child":
        return env["start"](f"{name}.{number}", ["see", "set", "yield", "see"], env)
    elif step == "fail":
        raise ValueError(name)
    elif step == "catch":
        return caught(loop)
    elif step == "nested":
        return nested(env["start"], env, name)
    elif step == "cancel-first":
        env["tasks"][0].cancel("asked")
    return None


async def caught(loop):
    future = loop.create_future()
    loop.call_soon(future.set_exception, ValueError("inner"))
    try:
        return await future
    except ValueError as error:
        return str(error)


async def nested(start, env, name):
    return await start(f"{name}.in", ["yield"], env)


@given(st.lists(STEPS, min_size=1, max_size=4))
def test_a_fiber_does_what_a_coroutine_of_the_same_steps_does(programs):
    assert dtact.run(as_fibers(programs)) == dtact.run(as_coroutines(programs))


# ---------------------------------------------------------------- what can be waited for


async def double(number):
    await asyncio.sleep(0)
    return number * 2


def test_it_waits_for_whatever_can_be_awaited(run):
    async def main():
        loop = asyncio.get_running_loop()
        waiter, future = Waiter(), loop.create_future()
        loop.call_later(0.001, waiter.wake, "waiter")
        loop.call_later(0.002, future.set_result, "future")

        def work():
            return [
                wait_deep(double(1)),
                wait_deep(dtact.spawn(double(2))),
                wait_deep(asyncio.ensure_future(double(3))),
                wait_deep(waiter),
                wait_deep(future),
                wait_deep(future),
                wait_deep(dtact.fiber(lambda: wait_deep(double(4)))),
                wait_deep(asyncio.wait_for(double(5), 1)),
                wait_deep(asyncio.to_thread(lambda: 12)),
            ]

        return await dtact.fiber(work)

    assert run(main()) == [2, 4, 6, "waiter", "future", "future", 8, 10, 12]


def test_it_waits_for_native_jobs_and_worker_processes(run):
    ctypes = pytest.importorskip("ctypes")
    kind = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
    seen = ctypes.c_int64(0)
    job = kind(lambda _: None)
    with dtact.processes.Pool(1) as pool:

        async def main():
            def work():
                dtact.wait(dtact.mesh.submit(job, ctypes.addressof(seen)))
                return dtact.wait(pool.submit(abs, -7))

            return await dtact.run_sync(work)

        assert run(main()) == 7


def test_a_generator_decorated_by_types_coroutine_is_awaitable():
    import types

    @types.coroutine
    def old():
        yield
        return 5

    assert dtact.run(dtact.run_sync(lambda: dtact.wait(old()))) == 5


# ---------------------------------------------------------------- errors


def test_wait_in_a_coroutine_or_callback_says_to_await(run):
    async def main():
        with pytest.raises(errors.NotInFiberError, match=r"await dtact\.run_sync"):
            dtact.wait(double(1))
        with pytest.raises(errors.NotInFiberError, match=r"`await` it here"):
            await dtact.spawn(inner())

    async def inner():
        dtact.wait(asyncio.get_running_loop().create_future())

    run(main())


def test_wait_without_a_runtime_says_to_start_one():
    with pytest.raises(errors.NotInFiberError, match=r"dtact\.run\("):
        dtact.wait(double(1))
    with pytest.raises(errors.NoRuntimeError, match="run_sync"):
        dtact.fiber(print)


def test_wait_inside_a_task_that_starts_at_once_in_a_fiber_is_refused():
    async def inner():
        dtact.wait(dtact.yield_now())

    async def main():
        with pytest.raises(errors.NotInFiberError):
            await dtact.fiber(lambda: dtact.wait(dtact.spawn(inner(), start="now")))

    dtact.run(main())


@pytest.mark.parametrize("thing", [1, None, double, [1], (n for n in ())])
def test_what_is_no_awaitable_is_a_typed_error(thing):
    with pytest.raises(errors.NotAwaitableError):
        dtact.run(dtact.run_sync(lambda: dtact.wait(thing)))


def test_a_coroutine_is_waited_for_once():
    def work():
        coroutine = double(1)
        dtact.wait(coroutine)
        with pytest.raises(errors.CoroutineReuseError, match="double"):
            dtact.wait(coroutine)

    dtact.run(dtact.run_sync(work))


def test_a_fiber_takes_a_function():
    async def main():
        coroutine = double(1)
        with pytest.raises(errors.NotAwaitableError, match=r"dtact\.spawn"):
            dtact.fiber(coroutine)
        coroutine.close()
        with pytest.raises(ValueError, match="start"):
            dtact.fiber(print, start="soon")
        with pytest.raises(ValueError, match="priority"):
            dtact.fiber(print, priority="top")

    dtact.run(main())


def test_an_exception_keeps_its_traceback():
    def bottom():
        dtact.wait(dtact.yield_now())
        raise KeyError("lost")

    def top():
        bottom()

    async def main():
        with pytest.raises(KeyError) as caught:
            await dtact.fiber(top)
        names = [frame.name for frame in traceback.extract_tb(caught.tb)]
        return [name for name in names if "_c." not in name], caught.value.__context__

    assert dtact.run(main()) == (["main", "top", "bottom"], None)


def test_an_exception_nobody_asked_for_is_reported_once_by_name():
    seen = []

    async def main():
        asyncio.get_running_loop().set_exception_handler(lambda _, context: seen.append(context["message"]))
        dtact.fiber(lambda: 1 / 0, name="divider")
        await asyncio.sleep(0.01)

    dtact.run(main())
    assert len(seen) == 1
    assert "'divider'" in seen[0]
    assert "test_fiber_c.py" in seen[0]


MISSING = """
import sys, dtact
{before}
try:
    dtact.run(dtact.run_sync(print))
except dtact.errors.FibersMissingError as error:
    print(isinstance(error, ImportError), error)
"""


@pytest.mark.parametrize(
    ("before", "says"),
    [
        ("sys.modules['greenlet'] = None", "dtact[fibers]"),
        ("import sysconfig; sysconfig.get_config_var = lambda name: name == 'Py_GIL_DISABLED'", "free-threaded"),
        ("import greenlet; greenlet.__version__ = '2.0.1'", "too old"),
    ],
)
def test_without_greenlet_or_without_the_gil_there_is_a_clear_refusal(before, says):
    code = MISSING.format(before=before)
    text = subprocess.check_output([sys.executable, "-W", "ignore", "-c", code], text=True)
    assert text.startswith("True ")
    assert says in text


# ---------------------------------------------------------------- cancelling, deadlines


def test_a_cancellation_is_raised_where_it_waits(run):
    events = []

    async def forever():
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            events.append("coroutine left")

    def work():
        try:
            wait_deep(forever())
        except asyncio.CancelledError as error:
            events.append(error.args)
            wait_deep(double(1))
            raise
        finally:
            events.append("fiber left")

    async def main():
        task = dtact.fiber(work)
        await asyncio.sleep(0.001)
        assert task.cancel("enough")
        with pytest.raises(asyncio.CancelledError):
            await task
        return task.cancelled()

    assert run(main())
    assert events == ["coroutine left", ("enough",), "fiber left"]


def test_a_fiber_cancelled_before_it_began_never_runs(run):
    events = []

    async def main():
        task = dtact.fiber(events.append, 1)
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    assert run(main())
    assert events == []


def test_a_cancelled_caller_cancels_its_fiber(run):
    events = []

    def work():
        try:
            dtact.wait(asyncio.sleep(10))
        finally:
            events.append(asyncio.current_task().get_name())

    async def main():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.005):
                await dtact.run_sync(work)

    run(main())
    assert [name.startswith("fiber-") for name in events] == [True]


def test_a_timeout_cancels_what_is_waited_for(run):
    def work():
        task = dtact.spawn(asyncio.sleep(10))
        with pytest.raises(TimeoutError, match=r"0\.002 s"):
            dtact.wait(task, 0.002)
        with pytest.raises(TimeoutError):
            dtact.wait(Waiter(), timeout=0)
        assert dtact.wait(double(4), timeout=5) == 8
        return task.cancelled(), dtact.current_task().cancelling()

    assert run(dtact.run_sync(work)) == (True, 0)


@pytest.mark.parametrize("seconds", [-1, float("nan"), "soon"])
def test_a_timeout_that_is_none_is_a_typed_error(seconds):
    with pytest.raises(errors.DelayError):
        dtact.run(dtact.run_sync(lambda: dtact.wait(Waiter(), timeout=seconds)))


def test_a_value_that_came_with_the_deadline_is_not_lost(run):
    """Woken and timed out in one turn: the value arrives, and no cancellation is left over for the next wait."""

    def work():
        loop = asyncio.get_running_loop()
        waiter = Waiter()
        when = loop.time() + 0.002
        loop.call_at(when - 1e-7, waiter.wake, "value")
        try:
            value = dtact.wait(waiter, when - loop.time())
        except TimeoutError:
            value = "value"
        dtact.wait(dtact.yield_now())
        return value

    for _ in range(20):
        assert run(dtact.run_sync(work)) == "value"


# ---------------------------------------------------------------- contexts, identity, order


def test_contexts_hold_across_waits_and_inside_context_run(run):
    async def main():
        VARIABLE.set(1)

        def inner(number):
            VARIABLE.set(number)
            dtact.wait(asyncio.sleep(0.001))
            return VARIABLE.get()

        def work(number):
            before = VARIABLE.get()
            copy = contextvars.copy_context()
            found = copy.run(inner, number * 10)
            dtact.wait(dtact.yield_now())
            return before, found, VARIABLE.get(), copy[VARIABLE]

        tasks = [dtact.fiber(work, number) for number in range(5)]
        found = [await task for task in tasks]
        assert found == [(1, number * 10, 1, number * 10) for number in range(5)]
        own = contextvars.Context()
        assert await dtact.fiber(VARIABLE.set, 9, context=own) is not None
        return own[VARIABLE], VARIABLE.get()

    assert run(main()) == (9, 1)


def test_fibers_that_set_nothing_share_a_context():
    async def main():
        def work(gate):
            dtact.wait(gate)

        gate = asyncio.get_running_loop().create_future()
        tasks = [dtact.fiber(work, gate) for _ in range(3)]
        await asyncio.sleep(0)
        gate.set_result(None)
        for task in tasks:
            await task

    before = VARIABLE.get()
    dtact.run(main())
    assert VARIABLE.get() == before


def test_the_current_task_of_a_fiber_is_itself(run):
    def work():
        seen = [dtact.current_task(), asyncio.current_task()]
        dtact.wait(asyncio.sleep(0))
        return [*seen, dtact.current_task(), asyncio.current_task()]

    async def main():
        task = dtact.fiber(work, name="me", priority="high")
        assert isinstance(task, fibers.Fiber)
        assert isinstance(task, dtact.Task)
        assert "work" in str(task.get_coro())
        return task, await task

    task, seen = run(main())
    assert [one is task for one in seen] == [True] * 4
    assert repr(task) == "<Fiber done name='me'>"
    assert task.priority == dtact.Priority.HIGH


def test_a_suspended_fiber_shows_its_stack(run, capsys):
    def bottom(gate):
        dtact.wait(gate)

    def top(gate):
        bottom(gate)

    async def main():
        gate = asyncio.get_running_loop().create_future()
        task = dtact.fiber(top, gate)
        await asyncio.sleep(0)
        names = [frame.f_code.co_name for frame in task.get_stack()]
        task.print_stack()
        gate.set_result(None)
        await task
        return names, task.state

    assert run(main()) == (["top", "bottom"], "done")
    assert "in bottom" in capsys.readouterr().err


def test_a_fiber_started_now_takes_its_first_step_inside_its_caller(run):
    events = []

    def work(name):
        events.append(f"{name} begins as {dtact.current_task().get_name()}")
        if name == "outer":
            task = dtact.fiber(work, "inner", name="inner", start="now")
            events.append(f"back in {dtact.current_task().get_name()}")
            dtact.wait(task)
        dtact.wait(asyncio.sleep(0.001))
        events.append(f"{name} ends")

    async def main():
        task = dtact.fiber(work, "outer", name="outer", start="now")
        events.append("back")
        await task

    run(main())
    assert events == [
        "outer begins as outer", "inner begins as inner", "back in outer", "back", "inner ends", "outer ends",
    ]  # fmt: skip


def test_greenlets_that_a_function_makes_itself_may_wait_too(run):
    def inside():
        return dtact.wait(double(21))

    def work():
        return greenlet.greenlet(inside).switch(), dtact.wait(double(1))

    assert run(dtact.run_sync(work)) == (42, 2)


def test_two_threads_have_fibers_of_their_own():
    seen, both = {}, threading.Barrier(2)

    def work():
        for _ in range(200):
            dtact.wait(asyncio.sleep(0))
        return threading.get_ident()

    async def main(number):
        both.wait()
        tasks = [dtact.fiber(work) for _ in range(20)]
        seen[number] = {await task for task in tasks}
        both.wait()

    threads = [threading.Thread(target=lambda n=n: dtact.run(main(n))) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(seen[number]) for number in range(2)] == [1, 1]
    assert seen[0] != seen[1]
