"""Everything dtact reads from the environment, in one place."""

from __future__ import annotations

import os

# Variables by which numeric libraries are told how many threads to use.
THREAD_LIMITS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "POLARS_MAX_THREADS",
)


def runtime_folder() -> str:
    """The folder of this user's sockets: in XDG_RUNTIME_DIR, or else one of its own among temporary files.

    A string, because every loop that starts passes here, and `pathlib` and `tempfile` take longer than that.
    """
    given = os.environ.get("XDG_RUNTIME_DIR", "")
    if given and os.path.isabs(given) and os.path.isdir(given):
        return os.path.join(given, "dtact")
    return os.path.join(os.environ.get("TMPDIR") or "/tmp", f"dtact-{os.getuid()}")


def inspection_asked() -> bool:
    """Whether DTACT_INSPECT asks for every runtime of this process to be open to `dtact ps`."""
    return os.environ.get("DTACT_INSPECT", "") not in ("", "0")


def worker_environment(threads: int) -> dict[str, str]:
    """The environment of a worker process: this one's, and a limit of threads for each library that has none set."""
    environment = dict(os.environ)
    for name in THREAD_LIMITS:
        environment.setdefault(name, str(threads))
    return environment
