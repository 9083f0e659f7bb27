"""The loops: asyncio's rules on both backends."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import logging
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
import weakref

import pytest

import dtact
from dtact import errors


@pytest.fixture
def loop(backend):
    made = dtact.new_event_loop(backend)
    yield made
    made.close()


def test_what_is_ready_at_a_stop_still_runs_and_what_comes_later_waits(loop):
    order = []
    loop.call_soon(order.append, 1)
    loop.call_soon(loop.stop)
    loop.call_soon(lambda: loop.call_soon(order.append, "later"))
    loop.call_soon(order.append, 2)
    loop.run_forever()
    assert order == [1, 2]
    loop.call_soon(loop.stop)
    loop.run_forever()
    assert order == [1, 2, "later"]


def test_a_stop_before_the_start_gives_one_turn(loop):
    order = []
    loop.call_soon(order.append, 1)
    loop.stop()
    loop.run_forever()
    assert order == [1]


def test_a_failing_callback_is_reported_and_the_rest_runs(loop):
    reports, order = [], []
    loop.set_exception_handler(lambda _, context: reports.append(context))

    def fail():
        raise LookupError("no")

    handle = loop.call_soon(fail)
    loop.call_soon(order.append, 1)
    loop.call_soon(loop.stop)
    loop.run_forever()
    assert order == [1]
    (report,) = reports
    assert isinstance(report["exception"], LookupError)
    assert report["handle"] is handle
    assert "fail" in report["message"]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_exceptions_that_end_the_program_leave_the_loop(loop, kind):
    def leave():
        raise kind

    loop.call_soon(leave)
    with pytest.raises(kind):
        loop.run_forever()

    async def work():
        raise kind

    async def main():
        await dtact.spawn(work())

    with pytest.raises(kind):
        loop.run_until_complete(main())


def test_callbacks_run_in_a_copy_of_the_context_or_in_the_given_one(loop):
    variable = contextvars.ContextVar("variable", default=0)
    seen = []

    def change():
        variable.set(variable.get() + 1)
        seen.append(variable.get())

    mine = contextvars.copy_context()
    for _ in range(2):
        loop.call_soon(change)
        loop.call_soon(change, context=mine)
    loop.call_soon(loop.stop)
    loop.run_forever()
    assert seen == [1, 1, 1, 2]
    assert variable.get() == 0
    assert mine[variable] == 2


def test_a_burst_from_another_thread_arrives_whole_and_in_order(loop):
    seen = []

    def produce():
        for index in range(20_000):
            loop.call_soon_threadsafe(seen.append, index)
        loop.call_soon_threadsafe(loop.stop)

    thread = threading.Thread(target=produce)
    loop.call_soon(thread.start)
    loop.run_forever()
    thread.join()
    assert seen == list(range(20_000))


def test_a_call_from_another_thread_wakes_a_sleeping_loop(loop):
    def later():
        time.sleep(0.05)
        loop.call_soon_threadsafe(loop.stop)

    thread = threading.Thread(target=later)
    thread.start()
    began = time.monotonic()
    loop.run_forever()
    assert time.monotonic() - began < 5
    thread.join()


def test_threads_wait_for_tasks_and_wake_waiters(run):
    async def main():
        waiter = dtact.scheduler.Waiter()
        results = []

        async def work():
            return await waiter

        task = dtact.spawn(work())

        def outside():
            waiter.wake("from outside")
            results.append(task.join(5))

        thread = threading.Thread(target=outside)
        thread.start()
        assert await task == "from outside"
        await asyncio.to_thread(thread.join)
        with pytest.raises(errors.RuntimeStateError):
            dtact.scheduler.Waiter().block()
        return results

    assert run(main()) == ["from outside"]


def test_a_task_is_cancelled_from_another_thread(run):
    async def main():
        task = dtact.spawn(asyncio.sleep(50))
        waiting = dtact.spawn(wait_forever())
        await asyncio.sleep(0.01)
        threading.Thread(target=waiting.cancel).start()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        task.cancel()

    async def wait_forever():
        await dtact.scheduler.Waiter()

    run(main())


def test_several_loops_run_in_several_threads(backend):
    results = {}

    async def work(number):
        tasks = [dtact.spawn(count(number)) for _ in range(50)]
        return sum([await task for task in tasks])

    async def count(number):
        for _ in range(20):
            await dtact.yield_now()
        await asyncio.sleep(0.001)
        return number

    def start(number):
        results[number] = dtact.run(work(number), backend=backend)

    threads = [threading.Thread(target=start, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {number: 50 * number for number in range(4)}


def test_a_task_of_another_runtime_is_refused(backend):
    ready, done, found = threading.Event(), threading.Event(), []

    async def other():
        found.append(dtact.spawn(asyncio.sleep(50)))
        ready.set()
        await asyncio.to_thread(done.wait)

    async def main():
        async def wait():
            await found[0]

        with pytest.raises(errors.ForeignTaskError, match="another runtime"):
            await dtact.spawn(wait())
        with pytest.raises(errors.ForeignTaskError, match=r"asyncio\.to_thread\(task\.join\)"):
            await asyncio.create_task(wait())
        with pytest.raises(errors.ForeignTaskError):
            dtact.yield_to(found[0])

    thread = threading.Thread(target=lambda: dtact.run(other(), backend=backend))
    thread.start()
    ready.wait()
    try:
        dtact.run(main(), backend=backend)
    finally:
        done.set()
        thread.join()


def test_a_loop_inside_a_loop_is_refused(run, backend):
    async def main():
        inner = dtact.new_event_loop(backend)
        with pytest.raises(RuntimeError, match="another loop is running"):
            inner.run_forever()
        inner.close()
        with pytest.raises(RuntimeError, match="already running"):
            asyncio.get_running_loop().run_forever()

    run(main())


def test_a_closed_loop_says_so(loop):
    loop.close()
    for call in (lambda: loop.call_soon(print), lambda: loop.call_later(1, print), loop.run_forever):
        with pytest.raises(RuntimeError, match="closed"):
            call()


def test_debug_mode_reports_slow_callbacks_and_wrong_calls(loop, caplog):
    loop.set_debug(True)
    loop.slow_callback_duration = 0.01

    async def coroutine():
        pass

    with pytest.raises(TypeError, match="coroutine"):
        loop.call_soon(coroutine)
    with pytest.raises(TypeError, match="callable"):
        loop.call_soon("text")
    loop.call_soon(time.sleep, 0.03)
    loop.call_soon(loop.stop)
    with caplog.at_level(logging.WARNING, "asyncio"):
        loop.run_forever()
    assert any("sleep" in record.getMessage() and "took" in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize(
    ("sig", "default"), [(signal.SIGINT, signal.default_int_handler), (signal.SIGUSR1, signal.SIG_DFL)]
)
def test_a_closed_loop_gives_signals_back(backend, sig, default):
    """Also those whose handlers nobody removed; what somebody has put in its place meanwhile stays."""
    before = signal.getsignal(sig)
    for other in (None, lambda *_: None):
        loop = dtact.new_event_loop(backend)
        loop.add_signal_handler(sig, print)
        loop.run_until_complete(asyncio.sleep(0))
        if other is not None:
            signal.signal(sig, other)
        loop.close()
        assert signal.getsignal(sig) == (default if other is None or backend == "selector" else other)
        signal.signal(sig, before)


def test_signal_handlers_run_in_the_loop(loop):
    seen = []

    def handle():
        seen.append(loop.remove_signal_handler(signal.SIGUSR1))
        loop.stop()

    loop.add_signal_handler(signal.SIGUSR1, handle)
    loop.call_soon(os.kill, os.getpid(), signal.SIGUSR1)
    loop.run_forever()
    assert seen == [True]


def test_tasks_that_are_left_are_cancelled_when_main_has_ended(run):
    seen = []

    async def linger():
        try:
            await asyncio.sleep(100)
        finally:
            seen.append("cancelled")

    async def main():
        dtact.spawn(linger())
        await dtact.yield_now()

    run(main())
    assert seen == ["cancelled"]


def test_drain_returns_what_it_abandoned(run):
    async def stubborn():
        while True:
            try:
                await asyncio.sleep(100)
            except asyncio.CancelledError:
                return

    async def main():
        quick = dtact.spawn(asyncio.sleep(0.01))
        slow = dtact.spawn(stubborn(), name="slow")
        abandoned = await asyncio.get_running_loop().drain(0.1)
        assert quick.done()
        return abandoned == [slow]

    assert run(main())


def test_an_exception_that_nobody_awaited_is_reported_once_with_name_and_place(run):
    reports = []

    async def fail():
        raise LookupError

    async def main():
        asyncio.get_running_loop().set_exception_handler(lambda _, context: reports.append(context))
        dtact.spawn(fail(), name="lonely")
        seen = dtact.spawn(fail())
        await asyncio.sleep(0.001)
        assert isinstance(seen.exception(), LookupError)
        del seen
        await asyncio.sleep(0.001)

    run(main())
    (report,) = reports
    assert "lonely" in report["message"]
    assert "test_methods.py" in report["message"]
    assert "in main" in report["message"] or "<locals>.main" in report["message"]
    assert isinstance(report["exception"], LookupError)


def script(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_ctrl_c_cancels_main(backend):
    done = script(f"""
        import asyncio, os, signal, threading, time, dtact

        async def main():
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
            try:
                await dtact.spawn(asyncio.sleep(100))
            except asyncio.CancelledError:
                print("cancelled", flush=True)
                raise

        try:
            dtact.run(main(), backend={backend!r})
        except KeyboardInterrupt:
            print("interrupted")
    """)
    assert done.stdout.split() == ["cancelled", "interrupted"], done.stderr


def test_after_a_fork_the_runtime_of_the_child_is_clearly_dead(backend):
    """Each entry says that the fork is why, and what to do; none waits for ever or touches the parent's files."""
    done = script(f"""
        import asyncio, os, warnings, dtact
        warnings.simplefilter("ignore")

        def step(awaitable):
            async def waits():
                return await awaitable
            waits().send(None)

        async def group():
            async with dtact.TaskGroup():
                pass

        async def main():
            loop = asyncio.get_running_loop()
            task = dtact.spawn(asyncio.sleep(0.01))
            tries = [
                lambda: loop.call_soon(print), lambda: loop.call_soon_threadsafe(print), lambda: loop.call_at(1, print),
                lambda: loop.create_task(asyncio.sleep(0)), lambda: loop.run_in_executor(None, print),
                lambda: loop.add_reader(0, print), lambda: loop.run_until_complete(task), loop.run_forever, loop.close,
                lambda: dtact.spawn(asyncio.sleep(0)), lambda: dtact.fiber(print), lambda: dtact.wait(asyncio.sleep(0)),
                lambda: step(dtact.sleep(1)), lambda: group().send(None), dtact.statistics, lambda: task.join(),
            ]
            child = os.fork()
            if child == 0:
                for number, entry in enumerate(tries):
                    try:
                        entry()
                        os._exit(100 + number)
                    except dtact.errors.DtactError as error:
                        if "fork" not in str(error) or "dtact.run" not in error.hint:
                            os._exit(number + 1)
                os._exit(0 if dtact.run(asyncio.sleep(0, 7)) == 7 else 99)
            assert os.waitpid(child, 0)[1] == 0
            await task
            await loop.run_in_executor(None, print, "parent goes on")

        dtact.run(main(), backend={backend!r})
    """)
    assert done.stdout == "parent goes on\n", done.stderr


def test_an_idle_loop_uses_no_processor(run):
    async def main():
        began = time.process_time()
        await asyncio.sleep(0.5)
        return time.process_time() - began

    assert run(main()) < 0.02


def test_the_loop_is_found_by_asyncio_and_given_to_runners(backend):
    async def main():
        return type(asyncio.get_running_loop()).__name__

    with asyncio.Runner(loop_factory=lambda: dtact.new_event_loop(backend)) as runner:
        assert runner.run(main()) == {"uvloop": "UvloopLoop", "selector": "SelectorLoop"}[backend]


def test_unknown_backends_and_policies_are_refused():
    with pytest.raises(ValueError, match="backend"):
        dtact.new_event_loop("threads")
    with pytest.raises(ValueError, match="gc_policy"):
        dtact.new_event_loop(gc_policy="never")


def test_handles_can_be_referred_to_weakly_and_say_in_debug_mode_who_made_them(loop):
    handle = loop.call_soon(lambda: 1 / 0)
    assert weakref.ref(handle)() is handle
    assert handle._source_traceback is None
    handle.cancel()
    reports = []
    loop.set_exception_handler(lambda _, report: reports.append(report))
    loop.set_debug(True)
    for make in (loop.call_soon, lambda call: loop.call_later(0.001, call), loop.call_soon_threadsafe):
        assert "created at" in repr(make(lambda: 1 / 0))
    loop.run_until_complete(asyncio.sleep(0.01))
    assert len(reports) == 3
    for report in reports:
        assert any(frame.filename == __file__ for frame in report["source_traceback"])


def test_what_a_context_variable_held_is_let_go_with_the_last_user_of_the_context(run):
    variable: contextvars.ContextVar[object] = contextvars.ContextVar("held")

    class Held:
        pass

    async def sub(held):
        variable.set(held)
        asyncio.get_running_loop().call_soon(int)
        await asyncio.create_task(asyncio.sleep(0))
        await dtact.spawn(asyncio.sleep(0))

    async def main():
        held = Held()
        gone = weakref.ref(held)
        await asyncio.create_task(sub(held))
        await dtact.spawn(sub(held))
        del held
        await asyncio.sleep(0)
        gc.collect()
        return gone()

    assert run(main()) is None


@pytest.mark.parametrize("depth", [0, 1, 2, 70])
def test_what_is_ready_runs_before_a_loop_stops(loop, depth):
    """As asyncio's: `stop` ends the loop after the turn it was called in, however deep in a chain of callbacks."""
    seen = []

    def later(left):
        if left:
            loop.call_soon(later, left - 1)
            return
        loop.stop()
        loop.call_soon(seen.append, "next turn")

    loop.call_soon(later, depth)
    loop.call_soon(lambda: call_again(depth))

    def call_again(left):
        if left:
            loop.call_soon(call_again, left - 1)
        else:
            seen.append("same turn")

    loop.run_forever()
    assert seen == ["same turn"]
    loop.run_until_complete(asyncio.sleep(0))
    assert seen == ["same turn", "next turn"]


def test_libraries_find_the_time_of_a_timer_where_asyncio_keeps_it(loop):
    timer = loop.call_later(60, print)
    assert timer._when == timer.when()


def test_slow_steps_do_not_keep_the_loop_from_files_and_timers(loop):
    """What follows from a step runs on without a look at the files for 0.25 ms, however few steps that is."""
    waits = []

    async def busy():
        while True:
            time.sleep(0.002)
            await asyncio.sleep(0)

    async def main():
        first, second = socket.socketpair()
        first.setblocking(False)
        with first, second:
            worker = loop.create_task(busy())
            await asyncio.sleep(0)
            for wait in (lambda: loop.sock_recv(first, 1), lambda: asyncio.sleep(0.001)):
                second.send(b"x")
                began = time.monotonic()
                await wait()
                waits.append(time.monotonic() - began)
            worker.cancel()

    loop.run_until_complete(main())
    assert max(waits) < 0.1
