"""Waiting for a job in the task of an event loop: one port a loop, watched by `add_reader`."""

from __future__ import annotations

from asyncio import AbstractEventLoop, get_running_loop
from collections.abc import Generator
from typing import Any
from weakref import WeakKeyDictionary

from dtact.mesh._jobs_c import Job, Port
from dtact.scheduler import Waiter

_ports: WeakKeyDictionary[AbstractEventLoop, Port] = WeakKeyDictionary()


def wait_for(job: Job[Any]) -> Generator[Any, None, None]:
    """Park the running task until the job is done."""
    waiter = Waiter()
    if _port_of(get_running_loop()).watch(job, waiter):
        yield from waiter.__await__()


def _port_of(loop: AbstractEventLoop) -> Port:
    port = _ports.get(loop)
    if port is None:
        port = _ports[loop] = Port()
        loop.add_reader(port.fileno(), port.take)
    return port
