"""NumPy arrays in memory that workers see."""

from __future__ import annotations

import math
import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dtact.errors import TransferError
from dtact.processes._block_c import Block

if TYPE_CHECKING:
    import numpy

_numpy: Any = None


def shared_array(shape: int | tuple[int, ...], dtype: Any = "float64") -> numpy.ndarray[Any, Any]:
    """Return an array of zeros in shared memory, C-contiguous. It crosses to workers and back without a copy.

    So do contiguous parts of it. All processes see and may change the same memory, at the same time: hand each job its
    own rows, or a read-only view (``view = a[:]; view.flags.writeable = False``), which stays read-only over there.
    The memory is freed when the last array on it, in any process, is gone; a process that is killed drops its own.

    Raises TransferError for a dtype with Python objects inside, ValueError for a negative size.
    """
    global _numpy
    if _numpy is None:
        _numpy = import_module("numpy")
    kind = _numpy.dtype(dtype)
    if kind.hasobject:
        raise TransferError("an array of Python objects can't be shared", found=str(kind))
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    if any(size < 0 for size in sizes):
        raise ValueError(f"negative sizes are not allowed: {sizes}")
    count = math.prod(sizes)
    length = max(count * kind.itemsize, 1)
    descriptor = os.memfd_create("dtact-array")
    try:
        os.ftruncate(descriptor, length)
    except BaseException:
        os.close(descriptor)
        raise
    block = Block(descriptor, length, True)
    return _numpy.frombuffer(block, kind, count).reshape(sizes)  # type: ignore[no-any-return]
