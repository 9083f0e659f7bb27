"""rssn-advanced, the Rust crate, through the small library that `rssn_advanced/` builds."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "rssn_advanced"
LIBRARY = FOLDER / "target" / "release" / "librssn_advanced_peer.so"
MODES = {1: "scalar", 2: "f64x2", 4: "f64x4", 8: "f64x8"}


def load() -> ctypes.CDLL | None:
    """Return the library, or None where it was not built."""
    if not LIBRARY.exists():
        return None
    library = ctypes.CDLL(str(LIBRARY))
    text = [ctypes.c_char_p, ctypes.c_size_t]
    library.peer_compile.restype, library.peer_compile.argtypes = ctypes.c_void_p, [*text, ctypes.c_int32]
    library.peer_run.restype = None
    library.peer_run.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p]
    library.peer_free.restype, library.peer_free.argtypes = None, [ctypes.c_void_p]
    for name in ("peer_parse_seconds", "peer_compile_seconds"):
        getattr(library, name).restype, getattr(library, name).argtypes = ctypes.c_double, text
    return library


def kernels(library: ctypes.CDLL, text: str, columns: Any, out: Any) -> dict[str, Callable[[], object]]:
    """Return mode -> a call that evaluates over the three rows of `columns` into `out`, for the modes that can."""
    pointers = (ctypes.c_void_p * 3)(*(columns[row].ctypes.data for row in range(3)))
    found: dict[str, Callable[[], object]] = {}
    for mode, name in MODES.items():
        kernel = library.peer_compile(text.encode(), len(text.encode()), mode)
        if kernel:
            arguments = (kernel, pointers, columns.shape[1], out.ctypes.data)
            found[name] = lambda arguments=arguments: library.peer_run(*arguments)
    return found


def seconds(library: ctypes.CDLL | None, what: str, text: str, *, rounds: int) -> float | None:
    """Return the best seconds to ``parse`` or ``compile`` a text inside Rust, or None where it can't."""
    if library is None:
        return None
    measure = getattr(library, f"peer_{what}_seconds")
    best = min(measure(text.encode(), len(text.encode())) for _ in range(rounds))
    return best if best > 0 else None
