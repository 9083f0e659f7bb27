"""Worker processes, started once and kept warm, and arrays they share. Start reading at `_pool.py`."""

from ._array import shared_array as shared_array
from ._executor import Executor as Executor
from ._jobs_c import Job as Job
from ._map import MapIterator as MapIterator
from ._map import map as map
from ._pool import Pool as Pool
from ._pool import Statistics as Statistics
from ._pool import submit as submit
from ._spans import source as source

__all__ = ("Executor", "Job", "MapIterator", "Pool", "Statistics", "map", "shared_array", "source", "submit")
