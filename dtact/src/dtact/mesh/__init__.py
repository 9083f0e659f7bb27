"""Native worker threads that never take the GIL. Start reading at `_parallel.py`, then dtact/native/mesh/pool.hpp."""

from ._parallel import Statistics as Statistics
from ._parallel import parallel_for as parallel_for
from ._parallel import set_thread_count as set_thread_count
from ._parallel import statistics as statistics
from ._parallel import thread_count as thread_count

__all__ = ("Statistics", "parallel_for", "set_thread_count", "statistics", "thread_count")
