"""Run one suite of CPython's own asyncio tests on loops of a given factory; print what failed as JSON.

    python run_suite.py SUITE FACTORY [TEST ...]

FACTORY is ``module:name``, called without arguments for each loop. With TEST names only those run. Each test gets a
process of its own: a loop that hangs, or is left broken, must not spoil the tests after it.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import select
import shutil
import signal
import sys
import tempfile
import time
import unittest
import warnings
from collections.abc import Callable, Iterator

LIMIT_S = 12  # the longest test that ends takes 5 s
Factory = Callable[[], asyncio.AbstractEventLoop]

# Suite -> (module of test.test_asyncio, the classes in it: mixins that ask for a loop, or whole test cases).
SUITES = {
    "events": ("test_events", ("EventLoopTestsMixin",)),
    "subprocess": ("test_events", ("SubprocessTestsMixin",)),
    "subprocess_api": ("test_subprocess", ("SubprocessMixin",)),
    "sockets": ("test_sock_lowlevel", ("BaseSockTestsMixin",)),
    "sendfile": ("test_sendfile", ("SendfileTestsBase",)),
    "start_tls": ("test_sslproto", ("BaseStartTLS",)),
    "ssl": ("test_ssl", ("TestSSL",)),
    "server": ("test_server", ("BaseStartServer",)),
    "buffered": ("test_buffered_proto", ("BaseTestBufferedProtocol",)),
    "streams": ("test_streams", ("StreamTests",)),
    "groups": ("test_taskgroups", ("*",)),
    "timeouts": ("test_timeouts", ("*",)),
    "waiting": ("test_waitfor", ("*",)),
    "locks": ("test_locks", ("*",)),
    "queues": ("test_queues", ("*",)),
    "coroutines": ("test_pep492", ("*",)),
    "threads": ("test_threads", ("*",)),
    "contexts": ("test_context", ("*",)),
    "futures": ("test_futures", ("*",)),
    "futures_awaited": ("test_futures2", ("*",)),
    "runners": ("test_runners", ("RunTests", "RunnerTests")),
    "eager": ("test_eager_task_factory", ("*",)),  # Python 3.12 and newer
    "staggered": ("test_staggered", ("*",)),  # so is this
    "task_class": ("test_tasks", ("BaseTaskTests",)),
    "task_class_methods": ("test_tasks", ("SetMethodsTest",)),
    "tasks": (
        "test_tasks",
        ("GenericTaskTests", "FutureGatherTests", "CoroutineGatherTests", "RunCoroutineThreadsafeTests", "SleepTests"),
    ),
}


class Policy(asyncio.DefaultEventLoopPolicy):
    """The default policy, with another kind of loop."""

    def __init__(self, factory: Factory) -> None:
        super().__init__()
        self._loop_factory = factory


def close_loop(loop: asyncio.AbstractEventLoop) -> None:
    """What CPython's helper of that name does, without its look into private fields of the loop."""
    if loop.is_closed():
        return
    if getattr(loop, "_default_executor", "unknown") is not None:
        loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


def task_class(factory: Factory) -> type[asyncio.Task[None]]:
    """What `create_task` of such a loop makes."""
    loop = factory()
    task = loop.create_task(asyncio.sleep(0))
    loop.run_until_complete(task)
    loop.close()
    return type(task)


def noticing(factory: Factory) -> Factory:
    """Loops that say whether their asynchronous generators were shut down, as the tests of runners ask."""

    def make() -> asyncio.AbstractEventLoop:
        loop = factory()
        shut_down = loop.shutdown_asyncgens

        async def noticed() -> None:
            loop.shutdown_ag_run = True  # type: ignore[attr-defined]  # that is what the tests ask
            await shut_down()

        loop.shutdown_ag_run = False  # type: ignore[attr-defined]  # the same
        loop.shutdown_asyncgens = noticed  # type: ignore[method-assign]  # of this loop alone
        return loop

    return make


def cases(suite: str, factory: Factory) -> Iterator[type[unittest.TestCase]]:
    """Test cases of a suite whose loops come from the factory."""
    module_name, wanted = SUITES[suite]
    module = importlib.import_module(f"test.test_asyncio.{module_name}")
    utilities = importlib.import_module("test.test_asyncio.utils")

    utilities.TestCase.close_loop = staticmethod(close_loop)

    if suite == "runners":
        factory = noticing(factory)

    def make(_: object) -> asyncio.AbstractEventLoop:
        return factory()

    def make_current(self: unittest.TestCase) -> asyncio.AbstractEventLoop:
        loop = factory()
        self.set_event_loop(loop)  # type: ignore[attr-defined]
        return loop

    def set_up(self: unittest.TestCase) -> None:
        utilities.TestCase.setUp(self)
        self.loop = factory()  # type: ignore[attr-defined]
        self.set_event_loop(self.loop)  # type: ignore[attr-defined]

    for name, found in list(vars(module).items()):
        if not isinstance(found, type) or not (name in wanted or "*" in wanted):
            continue
        whole = issubclass(found, unittest.TestCase)
        if "*" in wanted and not (whole and found.__module__ == module.__name__):
            continue
        bases = (found,) if whole else (found, utilities.TestCase)
        if name == "SetMethodsTest":
            bases = (found, module.BaseTaskTests, utilities.TestCase)
        members = {"create_event_loop": make, "new_loop": make, "__module__": module.__name__}
        if suite == "futures":
            members["new_test_loop"] = make_current
        if suite.startswith("task_class"):
            members |= {"Task": task_class(factory), "Future": asyncio.Future}
        case: type[unittest.TestCase] = type(f"{name}OnOurLoop", bases, members)
        if name in ("SubprocessMixin", "SubprocessTestsMixin"):
            case.setUp = set_up  # type: ignore[method-assign]
        yield case


class Child:
    """One test, running in a process made by fork."""

    def __init__(self, test: unittest.TestCase) -> None:
        self.pipe, writer = os.pipe()
        self.process = os.fork()
        if self.process == 0:
            self._run(test, writer)
        os.close(writer)
        self.end = time.monotonic() + LIMIT_S

    @staticmethod
    def _run(test: unittest.TestCase, writer: int) -> None:
        result = unittest.TestResult()
        folder = tempfile.mkdtemp()
        os.chdir(folder)  # the tests make files of one and the same name
        try:
            unittest.TestSuite([test]).run(result)
            text = "".join(text for _, text in [*result.failures, *result.errors])
        except BaseException as error:
            text = repr(error)
        shutil.rmtree(folder, ignore_errors=True)
        os.write(writer, text[-3000:].encode(errors="replace"))
        os._exit(0)

    def outcome(self) -> str | None:
        """Why the test failed, an empty string if it passed, None if it still runs."""
        ready, _, _ = select.select([self.pipe], [], [], 0)
        if not ready and time.monotonic() < self.end:
            return None
        text = os.read(self.pipe, 1 << 16).decode() if ready else f"did not end within {LIMIT_S} s"
        os.close(self.pipe)
        if not ready:
            os.kill(self.process, signal.SIGKILL)
        _, status = os.waitpid(self.process, 0)
        return f"{text} the process ended with status {status}" if ready and status else text


def run(suite: str, factory: Factory, only: list[str]) -> dict[str, object]:
    """Run it; return how many tests ran and, by name, why each that failed did.

    Two tests run at a time; those asked for by name, which are expected to fail, all at once.
    """
    waiting = {}
    for case in cases(suite, factory):
        for name in unittest.TestLoader().getTestCaseNames(case):
            if not only or f"{case.__name__}.{name}" in only:
                waiting[f"{case.__name__}.{name}"] = case(name)
    count, most = len(waiting), len(only) or 2
    running: dict[str, Child] = {}
    reasons: dict[str, str] = {}
    while waiting or running:
        while waiting and len(running) < most:
            name = next(iter(waiting))
            running[name] = Child(waiting.pop(name))
        for name, child in list(running.items()):
            reason = child.outcome()
            if reason is not None:
                reasons[name] = reason
                del running[name]
        time.sleep(0.005)
    return {"ran": count, "failed": {name: reason for name, reason in reasons.items() if reason}}


def main() -> None:
    """Run the suite that the command line names."""
    suite, place, *only = sys.argv[1:]
    module, _, name = place.partition(":")
    factory = getattr(importlib.import_module(module), name)
    warnings.simplefilter("ignore", DeprecationWarning)
    asyncio.set_event_loop_policy(Policy(factory))
    print(json.dumps(run(suite, factory, only)))


if __name__ == "__main__":
    main()
