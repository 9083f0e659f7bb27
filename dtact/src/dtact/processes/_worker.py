"""A worker process: takes calls from its ring until it is told to stop, or its parent is gone.

Started as ``python -c "... main()" parent sys.path...``, with the socket as descriptor 3. Its first message brings the
memory of the channel and the parent's bell, and what to do before the first call.
"""

from __future__ import annotations

import faulthandler
import os
import pickle
import signal
import socket as sockets
import sys
from collections.abc import Callable
from time import perf_counter_ns
from typing import Any

from dtact.errors import TransferError, WorkerStartError
from dtact.processes import _state
from dtact.processes._block_c import Block, die_with_parent
from dtact.processes._parcel import open_call, pack, pack_error, receive_blocks, send_descriptors
from dtact.processes._ring_c import BYE, DROPPED, ERROR, HELLO, LAYOUT, VALUE, Doorbell, Link

SOCKET = 3
_PLAIN = frozenset({int, float, bool, type(None)})


def main() -> None:
    """Serve the parent whose number is the first argument."""
    parent = int(sys.argv[1])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    die_with_parent(SOCKET)
    if os.getppid() != parent:
        os._exit(0)
    faulthandler.enable()
    socket = sockets.socket(fileno=SOCKET)
    data, (memory, page, event), _, _ = sockets.recv_fds(socket, 1 << 20, 3)
    setup = pickle.loads(data)
    check_layout(setup.get("layout"))
    sys.argv[:] = setup["argv"]
    worker = _Worker(socket, Link(memory, False), Doorbell(page, event, False), setup["spin_ns"])
    os.close(memory)
    os.close(page)
    _state.worker_serial = setup["serial"]
    worker.link.sign(False, os.getpid(), _state.start_time(os.getpid()))
    if setup["initializer"] is not None:
        function, args = pickle.loads(setup["initializer"])
        function(*args)
    worker.serve()
    sys.stdout.flush()


def check_layout(found: object) -> None:
    """Raise WorkerStartError if the parent has another picture of the memory between us."""
    if found != LAYOUT:
        raise WorkerStartError(
            "parent and worker have different builds of dtact",
            wanted=f"layout {LAYOUT}",
            found=f"{found}",
            hint="dtact was installed anew while the parent ran, or sys.path leads to another: start the parent again",
        )


class _Worker:
    """The loop of one worker."""

    def __init__(self, socket: sockets.socket, link: Link, bell: Doorbell, spin_ns: int) -> None:
        self.socket, self.link, self.bell, self.spin_ns = socket, link, bell, spin_ns
        self.references: dict[bytes, Callable[..., object]] = {}

    def serve(self) -> None:
        """Run calls until BYE."""
        link, bell, spin_ns = self.link, self.bell, self.spin_ns
        link.answer(bell, HELLO, 0, 0, 0, b"", 0, 0)
        while True:
            kind, slot, generation, descriptors, flags, _, function, payload, _ = link.wait(spin_ns)
            if kind == BYE:
                return
            blocks = receive_blocks(self.socket) if descriptors else None
            if link.start(slot, generation):
                self.run(slot, generation, function, payload, flags, blocks)
            else:
                link.answer(bell, DROPPED, slot, generation, 0, b"", 0, 0)

    def run(
        self, slot: int, generation: int, function: bytes, payload: bytes, flags: int, blocks: list[Block] | None
    ) -> None:
        """One call and its answer."""
        began = perf_counter_ns()
        try:
            value = self.call(function, payload, flags, blocks)
        except BaseException as error:
            kind, answer, more, parcel = ERROR, pack_error(error), 0, None
        else:
            blocks = None
            if type(value) in _PLAIN:
                kind, answer, more, parcel = VALUE, pickle.dumps(value, 5), 0, None
            else:
                kind, answer, more, parcel = self.pack(value)
            del value
        descriptors = 0
        if parcel is not None:
            descriptors = send_descriptors(self.socket, parcel)
        took = perf_counter_ns() - began
        self.link.answer(self.bell, kind, slot, generation, descriptors, answer, more, took, began)

    def call(self, function: bytes, payload: bytes, flags: int, blocks: list[Block] | None) -> object:
        """Unpickle and call."""
        try:
            target, args, kwargs = open_call(self.references, function, payload, flags, blocks)
        except Exception as cause:
            raise TransferError(
                "a worker can't unpickle the call",
                found=f"{type(cause).__name__}: {cause}",
                hint="the modules it names must be importable in a new process",
            ) from cause
        del blocks
        return target(*args, **kwargs)

    def pack(self, value: object) -> tuple[int, bytes, int, Any]:
        """The answer for a result of any type; an error if it can't be pickled."""
        try:
            return (VALUE, *pack(value))
        except Exception as cause:
            error = TransferError("the result can't cross to another process", found=f"{type(value).__name__}: {cause}")
            error.__cause__ = cause
            return ERROR, pack_error(error), 0, None
