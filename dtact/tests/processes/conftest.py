"""Pools for the tests of worker processes, and a look at what is left of them."""

from __future__ import annotations

import gc
import os
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # workers get the path of their parent, and find processes_jobs on it

from dtact import processes


@pytest.fixture(scope="module")
def pool():
    """Two workers, warm, for all tests of a module."""
    with processes.Pool(2) as shared:
        shared.submit(abs, -1).result(30)
        yield shared


@pytest.fixture
def nothing_left():
    """No child process, no descriptor and no mapping of ours is left after the test."""
    gc.collect()
    before = traces()
    yield
    deadline = time.monotonic() + 5
    while traces() != before and time.monotonic() < deadline:
        time.sleep(0.05)
        gc.collect()
    assert traces() == before


def traces() -> tuple[int, int, int]:
    """How many descriptors, mappings of our memory and children this process has."""
    maps = Path("/proc/self/maps").read_text().count("memfd:dtact")
    return len(os.listdir("/proc/self/fd")), maps, sum(map(children, os.listdir("/proc/self/task")))


def children(thread: str) -> int:
    """How many processes a thread of this process has started; none, if it has ended since it was listed."""
    try:
        return len(Path(f"/proc/self/task/{thread}/children").read_text().split())
    except (FileNotFoundError, ProcessLookupError):
        return 0
