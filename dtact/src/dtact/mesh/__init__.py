"""Native worker threads that never take the GIL. Start at `_parallel.py`, `_submit.py`, dtact/native/mesh/pool.hpp."""

from ._jobs_c import Job as Job
from ._parallel import Statistics as Statistics
from ._parallel import parallel_for as parallel_for
from ._parallel import set_thread_count as set_thread_count
from ._parallel import statistics as statistics
from ._parallel import thread_count as thread_count
from ._pin import pin_workers as pin_workers
from ._spans import source as source
from ._submit import WorkerStatistics as WorkerStatistics
from ._submit import close as close
from ._submit import drain as drain
from ._submit import dropped_jobs as dropped_jobs
from ._submit import map as map
from ._submit import pending_jobs as pending_jobs
from ._submit import reopen as reopen
from ._submit import submit as submit
from ._submit import submit_many as submit_many
from ._submit import worker_statistics as worker_statistics

__all__ = (
    "Job",
    "Statistics",
    "WorkerStatistics",
    "close",
    "drain",
    "dropped_jobs",
    "map",
    "parallel_for",
    "pending_jobs",
    "pin_workers",
    "reopen",
    "set_thread_count",
    "source",
    "statistics",
    "submit",
    "submit_many",
    "thread_count",
    "worker_statistics",
)
