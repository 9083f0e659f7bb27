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


def worker_environment(threads: int) -> dict[str, str]:
    """The environment of a worker process: this one's, and a limit of threads for each library that has none set."""
    environment = dict(os.environ)
    for name in THREAD_LIMITS:
        environment.setdefault(name, str(threads))
    return environment
