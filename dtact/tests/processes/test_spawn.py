"""Workers start whatever other threads fork, get their own descriptors only, and leave nothing if they can't start."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading

import processes_jobs as jobs
import pytest

from dtact import errors, processes
from dtact.processes._spawn import Child


@pytest.fixture
def forks():
    """A thread that forks all the time, each child keeping what it inherited; the switches of threads are as many."""
    children: list[int] = []
    is_over = threading.Event()

    def fork() -> None:
        while not is_over.is_set() and len(children) < 300:
            child = os.fork()
            if child == 0:
                signal.pause()
                os._exit(0)
            children.append(child)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    thread = threading.Thread(target=fork)
    thread.start()
    yield children
    is_over.set()
    thread.join()
    sys.setswitchinterval(interval)
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_no_fork_elsewhere_holds_up_the_start_of_a_worker(forks):
    for _ in range(4):
        with processes.Pool(2) as pool:
            assert [pool.submit(abs, -i).result(20) for i in range(10)] == list(range(10))
    assert forks


def test_a_program_gets_its_three_descriptors_and_no_other():
    careless, _ = kept = os.pipe()
    os.set_inheritable(careless, True)
    reader, writer = os.pipe()
    code = (
        "import os, sys; print(*sorted(os.listdir('/proc/self/fd')), os.readlink('/proc/self/fd/0'), file=sys.stderr)"
    )
    child = Child([sys.executable, "-c", code], dict(os.environ), writer, writer)
    child.wait()
    os.close(writer)
    with os.fdopen(reader) as file:
        assert file.read() == "0 1 2 3 4 /dev/null\n"  # 4: the listing's own
    for descriptor in kept:
        os.close(descriptor)


def test_how_a_program_ended_is_told_and_killing_it_twice_does_nothing():
    def ended(code: str, *, is_killed: bool = False) -> int | None:
        child = Child([sys.executable, "-c", code], dict(os.environ), 2, 2)
        if is_killed:
            child.kill()
        child.wait()
        child.kill()
        return child.returncode

    assert ended("raise SystemExit(3)") == 3
    assert ended("import time; time.sleep(60)", is_killed=True) == -signal.SIGKILL


def test_a_program_that_others_have_waited_for_is_an_end_unknown():
    child = Child([sys.executable, "-c", ""], dict(os.environ), 2, 2)
    os.waitpid(child.pid, 0)
    child.wait()
    assert child.returncode is None


@pytest.mark.parametrize("name", ["posix_spawn", "pidfd_open", "memfd_create"])
@pytest.mark.usefixtures("nothing_left")
def test_a_system_that_gives_no_process_or_descriptor_is_a_typed_error(monkeypatch, name):
    real, pool = getattr(os, name), processes.Pool(1)
    assert pool.submit(abs, -1).result(20) == 1

    def refuse(*_: object, **__: object) -> int:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(os, name, refuse)
    with pytest.raises(errors.WorkerDied):
        pool.submit(jobs.die, "kill").result(20)  # another worker is to take its place
    with pytest.raises(errors.WorkerStartError, match=r"can't be started.*Too many open files"):
        pool.submit(abs, -1).result(20)
    monkeypatch.setattr(os, name, real)
    pool.close()
