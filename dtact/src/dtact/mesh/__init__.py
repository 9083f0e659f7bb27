"""Native worker threads that never take the GIL. Start reading at `_parallel.py`."""

from ._pool_c import set_thread_count as set_thread_count
from ._pool_c import thread_count as thread_count

__all__ = ("set_thread_count", "thread_count")
