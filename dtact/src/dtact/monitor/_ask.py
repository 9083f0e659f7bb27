"""Asking another process of the same user: where its socket is, and what it answers."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any

from dtact.config import runtime_folder
from dtact.errors import InspectionError


def socket_path(pid: int) -> Path:
    """Return where a process listens."""
    return folder() / f"{pid}.sock"


def folder() -> Path:
    """Return the folder of sockets, made if need be: only its owner may enter. Raises InspectionError if others can."""
    path = Path(runtime_folder())
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise InspectionError(f"the folder {path} is not only this user's", hint="remove it, or set XDG_RUNTIME_DIR")
    return path


def peer_of(connection: socket.socket) -> int:
    """Return the user at the other end, as the kernel says."""
    found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return int.from_bytes(found[4:8], "little")


def ask(pid: int, request: str, timeout: float = 5.0) -> Any:
    """Send a request ("snapshot", or "trace SECONDS") to a process that is open to inspection; return its answer.

    Raises InspectionError if there is no such process, or it is not open to inspection, or does not answer.
    """
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout)
            connection.connect(str(socket_path(pid)))
            if peer_of(connection) != os.getuid():
                raise InspectionError(f"the socket of process {pid} belongs to another user")
            connection.sendall(request.encode() + b"\n")
            answer = bytearray()
            while piece := connection.recv(1 << 16):
                answer += piece
    except (FileNotFoundError, ConnectionRefusedError):
        if not Path(f"/proc/{pid}").exists():
            raise InspectionError(f"there is no process {pid}") from None
        hint = "start it with dtact.run(main(), inspect=True), dtact run --inspect, or DTACT_INSPECT=1"
        raise InspectionError(f"process {pid} is not open to inspection", hint=hint) from None
    except TimeoutError:
        raise InspectionError(f"process {pid} does not answer", hint="native code may hold its GIL") from None
    found = json.loads(answer)
    if isinstance(found, dict) and "error" in found:
        raise InspectionError(f"process {pid} refused: {found['error']}")
    return found
