"""The pool and its process: fork, exit, affinity, signals, idle time. Each test has an interpreter of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable

import pytest

RunScript = Callable[..., "subprocess.CompletedProcess[str]"]


def test_a_child_made_by_fork_gets_a_fresh_pool(run_script: RunScript) -> None:
    run_script("""
        import warnings
        warnings.simplefilter("ignore", DeprecationWarning)  # of fork() beside threads: here it is the point
        mesh.set_thread_count(3)
        check()
        for _ in range(5):
            child = os.fork()
            if child == 0:
                assert mesh.statistics() == (0, 0, 0, 0, 0, 0, 0)
                assert mesh.thread_count() == 3
                check()
                assert mesh.statistics().workers == 2
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
            check()
        """)


def test_a_child_with_fewer_cpus_has_fewer_threads(run_script: RunScript) -> None:
    run_script("""
        import warnings
        warnings.simplefilter("ignore", DeprecationWarning)
        mesh.thread_count()
        check()
        child = os.fork()
        if child == 0:
            os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
            os._exit(mesh.thread_count())
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
        """)


def test_fork_while_other_threads_are_inside(run_script: RunScript) -> None:
    run_script("""
        import warnings
        warnings.simplefilter("ignore", DeprecationWarning)
        stop = False
        def call():
            while not stop:
                check(2000, grain=7)
        threads = [threading.Thread(target=call) for _ in range(3)]
        for thread in threads:
            thread.start()
        for _ in range(10):
            child = os.fork()
            if child == 0:
                check()
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
        stop = True
        for thread in threads:
            thread.join()
        """)


def test_a_child_forked_inside_a_body_is_told_not_to_return_into_it(run_script: RunScript) -> None:
    run_script("""
        import warnings
        warnings.simplefilter("ignore", DeprecationWarning)
        reader, writer = os.pipe()
        children = []
        @ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)
        def body(context, begin, end):
            if begin == 0:
                child = os.fork()
                if child == 0:
                    import faulthandler
                    faulthandler.disable()
                    os.dup2(writer, 2)
                else:
                    children.append(child)
        mesh.set_thread_count(2)
        mesh.parallel_for(body, None, 8, grain=1)
        status = os.waitpid(children[0], 0)[1]
        assert os.WTERMSIG(status) == 6, status
        assert b"may only exec or exit" in os.read(reader, 1000)
        """)


def test_an_idle_pool_uses_no_cpu(run_script: RunScript) -> None:
    done = run_script("""
        mesh.set_thread_count(4)
        for _ in range(100):
            check(1000, grain=1)
        time.sleep(0.01)
        before = time.process_time_ns()
        time.sleep(1)
        print(time.process_time_ns() - before)
        """)
    assert int(done.stdout) < 2_000_000  # of 10^9; 4 threads that wake once to settle are in it


def test_a_worker_that_moved_may_run_anywhere_again_after_a_while(run_script: RunScript) -> None:
    run_script("""
        for _ in range(20):
            check()
            time.sleep(0.001)
        time.sleep(0.4)
        allowed = os.sched_getaffinity(0)
        for thread in os.listdir("/proc/self/task"):
            assert os.sched_getaffinity(int(thread)) == allowed
        """)


@pytest.mark.skipif(not shutil.which("taskset"), reason="needs taskset")
def test_one_cpu_means_one_thread_and_no_worker(run_script: RunScript) -> None:
    cpu = min(os.sched_getaffinity(0))
    run_script(
        """
        assert mesh.thread_count() == 1
        check()
        assert mesh.statistics().workers == 0
        mesh.set_thread_count(3)  # more threads than CPUs must still come to an end
        for _ in range(200):
            check(1000, grain=3)
        """,
        command=("taskset", "-c", str(cpu)),
    )


def test_cpus_taken_away_later_do_no_harm(run_script: RunScript) -> None:
    run_script("""
        mesh.set_thread_count(3)
        check()
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        for _ in range(200):
            check(1000, grain=3)
        assert mesh.set_thread_count(None) == 1
        """)


def test_signals_reach_the_main_thread_only(run_script: RunScript) -> None:
    run_script("""
        import signal
        mesh.set_thread_count(4)
        check()
        time.sleep(0.05)  # a thread that has just been made has not named itself yet
        own = threading.get_native_id()
        for thread in map(int, os.listdir("/proc/self/task")):
            status = open(f"/proc/self/task/{thread}/status").read()
            blocked = int(status.split("SigBlk:")[1].split()[0], 16)
            is_worker = open(f"/proc/self/task/{thread}/comm").read().startswith("dtact-")
            assert is_worker == (thread != own)
            assert bool(blocked >> signal.SIGINT - 1 & 1) == is_worker
            assert not blocked >> signal.SIGSEGV - 1 & 1
        """)


def test_the_interpreter_exits_while_a_daemon_thread_is_inside(run_script: RunScript) -> None:
    run_script(
        """
        mesh.set_thread_count(3)
        threading.Thread(target=mesh.parallel_for, args=(bodies.sleep_long, None, 100), daemon=True).start()
        time.sleep(0.1)
        """,
        timeout=20,
    )


def test_the_interpreter_exits_while_workers_run_python(run_script: RunScript) -> None:
    run_script(
        """
        @ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)
        def body(context, begin, end):
            time.sleep(0.001)
        mesh.set_thread_count(3)
        threading.Thread(target=mesh.parallel_for, args=(body, None, 100_000), kwargs={"grain": 1}, daemon=True).start()
        time.sleep(0.1)
        """,
        timeout=20,
    )


def test_a_denied_change_of_affinity_does_no_harm(run_script: RunScript) -> None:
    """A process may lose the right to choose CPUs: the workers then stay where they are."""
    run_script("""
        check()
        os.sched_setaffinity(0, os.sched_getaffinity(0))
        for _ in range(50):
            check(1000, grain=9)
            time.sleep(0.0005)
        """)
