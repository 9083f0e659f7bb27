"""What the tests run in workers: a module that a new process can import."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from pathlib import Path

import numpy

from dtact.processes import _worker

ready = None


def sleep(seconds):
    time.sleep(seconds)
    return seconds


def pid(seconds=0.0):
    time.sleep(seconds)
    return os.getpid()


def die(how):
    print(f"last words of {os.getpid()}", file=sys.stderr, flush=True)
    if how == "exit":
        os._exit(7)
    if how == "segv":
        ctypes.string_at(0)
    os.kill(os.getpid(), signal.SIGKILL)


class Refusal(Exception):
    """Cannot be unpickled: its __init__ takes two arguments."""

    def __init__(self, one, two):
        super().__init__(one + two)


def refuse():
    raise Refusal("a", "b")


def fail(text):
    raise KeyError(text)


def unpicklable():
    return (item for item in ())


def set_ready(value):
    global ready
    ready = value


def get_ready():
    return ready


def fail_to_start():
    raise RuntimeError("this initializer always fails")


def end_once_ready():
    _worker._Worker.serve = greet_and_end


def greet_and_end(worker):
    worker.link.answer(worker.bell, _worker.HELLO, 0, 0, 0, b"", 0, 0)
    print("ended on purpose", file=sys.stderr, flush=True)
    os._exit(7)


def total(array):
    return float(array.sum())


def fill(array, value):
    array[:] = value
    return array[1:3]


def is_writable(array):
    return array.flags.writeable


def make(count):
    return numpy.arange(count, dtype="f8")


def private_kb(array):
    """What of this process is resident and its own, after touching the array."""
    array.sum()
    return int(Path("/proc/self/status").read_text().split("RssAnon:")[1].split()[0])


def nested():
    from dtact import processes

    return processes.submit(abs, -1).result()


def nested_pool():
    from dtact import processes

    with processes.Pool(1) as pool:
        return pool.submit(abs, -5).result()


def environment(name):
    return os.environ.get(name)


def append_line(path, text):
    with open(path, "a") as file:
        file.write(text + "\n")
    return text
