"""The thread of a pool that outlives its callers: starts workers, notices deaths, reads answers when nobody waits."""

from __future__ import annotations

import contextlib
import os
import resource
import select
import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from dtact.errors import WorkerStartError
from dtact.processes._birth import Birth, Plan
from dtact.processes._jobs_c import Core, Peer
from dtact.processes._ring_c import BELL_BYTES, BYE, Doorbell

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

_MOST_FAILED_STARTS = 3
_KILLED = 0.01  # of a failed start: that somebody kills a worker while it starts says little about the next
_MOST_BARREN = 3  # deaths for each worker wanted, in a row, of workers that were ready and took no job
_PATIENCE = 2.0  # seconds until a worker that was asked to end is killed
_IN = select.EPOLLIN


def most_carried() -> int:
    """How many jobs of one pool may hold a descriptor at a time: a quarter of what this process may open, or fewer."""
    return min(256, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 4)


class Keeper:
    """Owns the workers of one pool. All methods but `run` and what it calls may be called from any thread."""

    def __init__(
        self,
        workers: int,
        threads: int,
        initializer: bytes | None,
        spin_ns: int,
        queue: int,
        *,
        rejects: bool,
    ) -> None:
        self.wanted = workers
        self.births: dict[int, Birth] = {}  # by serial number
        self.by_descriptor: dict[int, Callable[[], None]] = {}
        self.serial = 0
        self.failed_starts = 0.0  # since the last worker that became ready
        self.deaths = 0
        self.barren = 0.0  # deaths since the last job that a worker answered or died over
        self.served = 0  # as the core had counted at the last death
        self.is_closing = False
        self.loops: dict[AbstractEventLoop, int] = {}  # each with an eventfd of its own number
        self.orders: deque[Callable[[], None]] = deque()
        page = os.memfd_create("dtact-bell")
        os.ftruncate(page, BELL_BYTES)
        self.event = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self.wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self.bell = Doorbell(page, self.event, True)
        self.plan = Plan(page, self.event, threads, initializer, spin_ns)
        self.core = Core(self.bell, self.switch, self.damaged, spin_ns, queue, most_carried(), rejects)
        self.poll = select.epoll()
        self._watch(self.event, self.on_answer)
        self._watch(self.wake, self.on_order)
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run, name="dtact-keeper", daemon=True)
        self.thread.start()

    # --- from any thread

    def order(self, what: Callable[[], None]) -> None:
        """Have the keeper's thread do it."""
        self.orders.append(what)
        os.eventfd_write(self.wake, 1)

    def switch(self, loop: AbstractEventLoop | None) -> bool:
        """Have this loop, which runs in the calling thread, poll the eventfd; None: the keeper."""
        if loop is None:
            self.poll.modify(self.event, _IN)
            return True
        for other in [other for other in self.loops if other.is_closed()]:
            os.close(self.loops.pop(other))
        if loop not in self.loops:
            own = os.dup(self.event)  # so that the loop can forget it whenever it comes to that
            try:
                loop.add_reader(own, self._on_loop, loop)
            except NotImplementedError:
                os.close(own)
                return False
            self.loops[loop] = own
        self.poll.modify(self.event, 0)
        return True

    def _on_loop(self, loop: AbstractEventLoop) -> None:
        if self.core.reading_loop is loop:
            self.on_answer()
        else:
            self._leave_loop(loop)

    def _leave_loop(self, loop: AbstractEventLoop) -> None:
        own = self.loops.pop(loop, None)
        if own is not None:
            if not loop.is_closed():
                loop.remove_reader(own)
            os.close(own)

    def leave_loops(self) -> None:
        """Have every loop forget the pool. From the thread of the loop that runs here, if one does."""
        here = sys.modules["asyncio.events"]._get_running_loop() if "asyncio.events" in sys.modules else None
        for loop in list(self.loops):
            if loop is here or loop.is_closed():
                self._leave_loop(loop)
            else:
                with contextlib.suppress(RuntimeError):  # it was closed just now
                    loop.call_soon_threadsafe(self._leave_loop, loop)

    def damaged(self, peer: Peer) -> None:
        """A worker that wrote nonsense is ended."""
        birth = self.births.get(peer.serial)
        if birth is not None:
            birth.kill()

    def close(self, *, is_waiting: bool = True) -> None:
        """Tell the workers to end, kill those that don't, end the thread."""
        self.leave_loops()
        if not self.ended.is_set():
            self.order(self.on_close)
        if is_waiting and threading.current_thread() is not self.thread:
            self.thread.join()

    # --- the thread

    def run(self) -> None:
        """Serve until everything is closed."""
        try:
            for _ in range(self.wanted):
                self.start_worker()
            while not (self.is_closing and not self.births):
                events = self.poll.poll(_PATIENCE if self.is_closing else None)
                for birth in self.births.values() if self.is_closing and not events else ():
                    birth.kill()
                for descriptor, _ in events:
                    action = self.by_descriptor.get(descriptor)
                    if action is not None:
                        action()
        finally:
            self._let_go()
            self.ended.set()

    def on_answer(self) -> None:
        """The eventfd is readable: there are answers."""
        self.bell.hush()
        self.core.poll()

    def on_order(self) -> None:
        """Somebody asks for something."""
        os.eventfd_read(self.wake)
        while self.orders:
            self.orders.popleft()()

    def on_close(self) -> None:
        """Workers with nothing to do are asked to end, the others are killed."""
        self.is_closing = True
        for birth in self.births.values():
            if birth.peer.load or not birth.peer.has_started or not birth.peer.link.write(BYE, 0, 0):
                birth.kill()

    def start_worker(self) -> None:
        """Start one more, unless too many ended before they were ready."""
        if self.is_closing:
            return
        self.serial += 1
        try:
            birth = Birth(self.plan, self.serial)
        except WorkerStartError as error:
            self.give_up(error)
            return
        self.births[birth.peer.serial] = birth
        self._watch(birth.process.pidfd, lambda: self.on_death(birth))
        self._watch(birth.errors, lambda: self.on_errors(birth))
        self.core.add(birth.peer)

    def on_errors(self, birth: Birth) -> None:
        """A worker wrote to its stderr."""
        if not birth.read_errors():
            self._unwatch(birth.errors)

    def on_death(self, birth: Birth) -> None:
        """A worker ended: bury it, start another."""
        was_ready = birth.peer.has_started
        self._unwatch(birth.process.pidfd)
        self._unwatch(birth.errors)
        birth.reap()
        del self.births[birth.peer.serial]
        self.core.bury(birth.peer, birth.death)
        if self.is_closing:
            return
        self.deaths += 1
        weight = _KILLED if birth.was_killed else 1
        self.failed_starts = 0 if was_ready else self.failed_starts + weight
        self.barren = self.barren + weight if self.core.served == self.served else 0
        self.served = self.core.served
        if self.failed_starts >= min(_MOST_FAILED_STARTS, self.wanted):
            self.give_up(birth.start_error())
        elif self.barren >= _MOST_BARREN * self.wanted:
            self.give_up(birth.barren_error(self.deaths))
        else:
            self.start_worker()

    def give_up(self, error: WorkerStartError) -> None:
        """No worker can be started: fail what waits for one."""

        def for_job(_: str) -> WorkerStartError:
            return error

        self.core.give_up(for_job)

    # --- descriptors

    def _watch(self, descriptor: int, action: Callable[[], None]) -> None:
        self.by_descriptor[descriptor] = action
        self.poll.register(descriptor, _IN)

    def _unwatch(self, descriptor: int) -> None:
        if self.by_descriptor.pop(descriptor, None) is not None:
            self.poll.unregister(descriptor)

    def _let_go(self) -> None:
        for birth in self.births.values():
            birth.kill()
        self.poll.close()
        self.by_descriptor.clear()
        self.core.forget_keeper()
        for descriptor in (self.plan.page, self.event, self.wake):
            os.close(descriptor)

    def forget(self) -> None:
        """In a child made by fork: the workers are the parent's. Close what would keep them from noticing its death."""
        for birth in self.births.values():
            birth.peer.socket.close()
