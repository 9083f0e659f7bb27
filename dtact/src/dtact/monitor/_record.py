"""Recording what runs when, in the JSON that Perfetto and chrome://tracing open."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter_ns
from types import TracebackType
from typing import Any, NamedTuple, Self

from dtact.errors import LimitError, RuntimeStateError
from dtact.monitor._statistics import kind_of, mesh
from dtact.scheduler import Scheduler, current_scheduler, followers, sources

SAMPLE_NS = 5_000_000
"""Counters are read at most so often."""


class Event(NamedTuple):
    """One thing that happened; times in nanoseconds of the monotonic clock."""

    kind: str
    """"spawn", "step", "end", "span" or "counters"."""
    category: str
    name: str
    identity: int
    began: int
    took: int
    thread: int
    """As the system numbers it."""
    process: int
    values: dict[str, float] | None


def trace(path: str | os.PathLike[str], *, limit: int = 250_000) -> Recorder:
    """Record every step of tasks and fibers, every native job and every job of a worker, until the `with` block ends.

    `with dtact.trace("out.json"): ...` works around `dtact.run`, or in a coroutine for the running loop. The file is
    for ui.perfetto.dev, chrome://tracing and `dtact trace`. At most `limit` events are kept, the newest; a record
    takes some 200 bytes. Native jobs are collected while a loop runs, or the last 32,768 of each thread at the end. Not
    recording costs nothing. Raises OSError if the file cannot be written, LimitError for a limit below 1,
    RuntimeStateError if the loop is recorded already.
    """
    return Recorder(path, limit=limit)


class Recorder:
    """What `dtact.trace` returns; without a path it only keeps the events."""

    def __init__(self, path: str | os.PathLike[str] | None = None, *, limit: int = 250_000) -> None:
        if limit < 1:
            raise LimitError("a trace keeps events", wanted="a limit >= 1", found=repr(limit))
        self._path = None if path is None else Path(path)
        self._events: deque[Event] = deque(maxlen=limit)
        self._schedulers: list[Scheduler] = []
        self._seen = 0
        self._sampled = 0
        self._began = 0
        self._process = os.getpid()

    # ------------------------------------------------------------ recording

    def __enter__(self) -> Self:
        if self._path is not None:
            self._path.write_text("")  # fails now rather than when there is much to lose
        for room in ("dtact.mesh", "dtact.processes"):
            if room in sys.modules:  # those that are loaded later come by themselves
                sources.add(sys.modules[room].source)
        sources.begin()
        self._began = perf_counter_ns()
        scheduler = current_scheduler()
        if scheduler is not None:
            self.begin(scheduler)
        followers.append(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self._path is not None:
            with self._path.open("w") as file:
                file.writelines(self.lines())

    def begin(self, scheduler: Scheduler) -> None:
        """Record this loop; called when it begins to run."""
        if scheduler in self._schedulers:
            return
        if scheduler.tracing:
            raise RuntimeStateError("this loop is recorded already", hint="one trace at a time")
        self._schedulers.append(scheduler)
        scheduler.on_event = self.note
        scheduler.tracing = True

    def end(self, scheduler: Scheduler) -> None:
        """Nothing to do: a loop that runs again goes on in the same trace."""

    def stop(self) -> None:
        """Record no more."""
        if self in followers:
            followers.remove(self)
            sources.end()
            self._collect()
        for scheduler in self._schedulers:
            scheduler.tracing = False
            scheduler.on_event = None
        self._schedulers.clear()

    def note(self, kind: str, what: Any, nanoseconds: int) -> None:
        """Take an event from a scheduler: "spawn", "step" or "end" of a task, and how long a step took."""
        now, thread = perf_counter_ns(), threading.get_native_id()
        began = now - nanoseconds
        self._add(
            Event(kind, kind_of(what), what.get_name(), id(what), began, nanoseconds, thread, self._process, None)
        )
        if now - self._sampled > SAMPLE_NS:
            self._sampled = now
            self._sample(now, thread)

    def _add(self, event: Event) -> None:
        self._seen += 1
        self._events.append(event)

    def _collect(self) -> None:
        spans, lost = sources.take()
        self._seen += lost
        for category, name, process, thread, began, took in spans:
            if began >= self._began:
                self._add(Event("span", category, name, 0, began, took, thread, process, None))

    def _sample(self, now: int, thread: int) -> None:
        self._collect()
        for scheduler in self._schedulers:
            found = scheduler.statistics()
            counters: dict[str, float] = {
                "live": found["live"],
                "ready": sum(found["ready"]),
                "timers": found["timers"],
            }
            self._add(Event("counters", "runtime", "tasks", 0, now, 0, thread, self._process, counters))
        pool = mesh()
        if pool is not None:
            ran = {f"worker {worker['worker']}": worker["ran"] for worker in pool["workers"]}
            self._add(Event("counters", "mesh", "mesh jobs run", 0, now, 0, thread, self._process, ran))

    # ------------------------------------------------------------ writing

    @property
    def dropped(self) -> int:
        """How many events were dropped, the oldest, because of the limit."""
        return self._seen - len(self._events)

    def document(self) -> dict[str, Any]:
        """Return the trace as the object that the file holds."""
        found: dict[str, Any] = json.loads("".join(self.lines()))
        return found

    def lines(self) -> Iterator[str]:
        """Yield the file, an event a line."""
        yield '{"displayTimeUnit": "ns", "otherData": ' + json.dumps({"dropped": self.dropped}) + ', "traceEvents": [\n'
        yield json.dumps(self._title("process_name", self._process, 0, "dtact"))
        for process in sorted({event.process for event in self._events} - {self._process}):
            yield ",\n" + json.dumps(self._title("process_name", process, 0, f"worker process {process}"))
        loops = {event.thread for event in self._events if event.kind == "step"}
        names = {thread.native_id: thread.name for thread in threading.enumerate()}
        for process, thread in sorted({(event.process, event.thread) for event in self._events}):
            name = "jobs" if process != self._process else names.get(thread) or name_of_thread(thread)
            title = f"loop in {name}" if thread in loops else name
            yield ",\n" + json.dumps(self._title("thread_name", process, thread, title))
        for event in self._events:
            yield from (",\n" + json.dumps(found) for found in self._as_json(event))
        yield "\n]}\n"

    @staticmethod
    def _title(kind: str, process: int, thread: int, name: str) -> dict[str, Any]:
        return {"ph": "M", "pid": process, "tid": thread, "name": kind, "args": {"name": name}}

    def _as_json(self, event: Event) -> Iterator[dict[str, Any]]:
        at = (event.began - self._began) / 1000
        found: dict[str, Any] = {
            "name": event.name, "cat": event.category, "ts": at, "pid": event.process, "tid": event.thread,
        }  # fmt: skip
        if event.kind in ("step", "span"):
            yield {**found, "ph": "X", "dur": event.took / 1000}
        elif event.kind == "counters":
            yield {**found, "ph": "C", "args": event.values}
        else:  # the life of a task, on a track of its own
            yield {**found, "ph": "b" if event.kind == "spawn" else "e", "id": event.identity, "cat": "life"}


def name_of_thread(thread: int) -> str:
    """Return what the system calls a thread of this process; its number, if it has ended."""
    try:
        return Path(f"/proc/self/task/{thread}/comm").read_text().strip()
    except OSError:
        return f"thread {thread}"
