"""The readable twin of `_load_c.pyx`: the same three steps, asked of the C library through ctypes."""

from __future__ import annotations

import ctypes
import mmap
from pathlib import Path

_library = ctypes.CDLL(None, use_errno=True)
_library.mmap.restype = ctypes.c_void_p
_library.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, *(ctypes.c_int,) * 3, ctypes.c_long)
_library.mprotect.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
_library.munmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t)
_FAILED = ctypes.c_void_p(-1).value


class Mapping:
    """A block of machine code in memory of its own, given back when the object dies."""

    address, size = 0, 0

    def __init__(self, code: bytes, slots: int, imports: tuple[str, ...]) -> None:
        if not code or len(code) - slots < 8 * len(imports):
            raise ValueError("no code, or slots outside it")
        filled = code[:slots] + b"".join(map(_address, imports)) + code[slots + 8 * len(imports) :]
        size = -(-len(code) // mmap.PAGESIZE) * mmap.PAGESIZE
        flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
        address = _library.mmap(None, size, mmap.PROT_READ | mmap.PROT_WRITE, flags, -1, 0)
        if address == _FAILED:
            raise MemoryError("no memory for machine code")
        self.address, self.size = address, size
        ctypes.memmove(address, filled, len(filled))
        if _library.mprotect(address, size, mmap.PROT_READ | mmap.PROT_EXEC) != 0:
            raise PermissionError("this system does not let programs make machine code")

    def __del__(self) -> None:
        if self.address:
            _library.munmap(self.address, self.size)


def _address(name: str) -> bytes:
    try:
        function = getattr(_library, name)
    except AttributeError:
        raise LookupError(name) from None
    return (ctypes.cast(function, ctypes.c_void_p).value or 0).to_bytes(8, "little")


def describe_cpu() -> bytes:
    """Return what decides which code this processor runs; empty where we do not know how to ask."""
    try:
        lines = Path("/proc/cpuinfo").read_bytes().split(b"\n\n", 1)[0].splitlines()
    except OSError:
        return b""
    return b"".join(line for line in lines if line.startswith((b"flags", b"Features", b"model name")))
