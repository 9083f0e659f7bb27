"""Turn expressions into vector machine code that runs over arrays. Start reading at `_kernel.py`."""

from ._builder import Builder as Builder
from ._c_function import CFunction as CFunction
from ._c_function import call_of as call_of
from ._derived import install_derivatives as install_derivatives
from ._fast import install_fast as install_fast
from ._fast import schedule as schedule
from ._kernel import Kernel as Kernel
from ._kernel import compile as compile
from ._lowerings import LOWERINGS as LOWERINGS
from ._tape import Tape as Tape

__all__ = (
    "LOWERINGS",
    "Builder",
    "CFunction",
    "Kernel",
    "Tape",
    "call_of",
    "compile",
    "install_derivatives",
    "install_fast",
    "schedule",
)
