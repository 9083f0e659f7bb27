"""Work behind the answers: done in order, by a thread that comes and goes, in forked children too."""

import os
import subprocess
import sys
import threading
import time

import pytest

from rssn.jit._behind import Worker


def until(condition):
    for _ in range(2000):
        if condition():
            return
        time.sleep(0.005)
    raise AssertionError("it never happened")


def test_jobs_are_done_in_order_and_the_thread_goes():
    worker, done = Worker(), []
    for number in range(20):
        worker.do(lambda number=number: done.append(number))
    until(lambda: len(done) == 20)
    assert done == list(range(20))
    until(lambda: worker._thread is None)
    worker.do(lambda: done.append("again"))
    until(lambda: done[-1] == "again")


def test_one_job_that_fails_does_not_stop_the_next(monkeypatch):
    worker, done, seen = Worker(), [], []
    monkeypatch.setattr(threading, "excepthook", lambda args: seen.append(args.exc_type))
    worker.do(lambda: 1 // 0)
    worker.do(lambda: done.append(1))
    until(lambda: done)
    assert seen == [ZeroDivisionError]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_child_has_a_worker_of_its_own():
    code = """
import os, time
from rssn.jit._behind import WORKER
WORKER.do(lambda: time.sleep(0.05))
child = os.fork()
done = []
WORKER.do(lambda: done.append(1))
for _ in range(1000):
    if done: break
    time.sleep(0.005)
if child: assert os.waitpid(child, 0)[1] == 0
os._exit(0 if done else 1)
"""
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, timeout=60)


def test_a_process_ends_after_the_job_in_hand():
    code = """
import time
from rssn.jit._behind import WORKER
for _ in range(100):
    WORKER.do(lambda: time.sleep(0.1))
time.sleep(0.05)
"""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    assert time.perf_counter() - started < 5
