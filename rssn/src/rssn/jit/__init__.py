"""Turn expressions into vector machine code that runs over arrays. Start reading at `_kernel.py`."""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from ._derived import install_derivatives as install_derivatives
from ._fast import install_fast as install_fast
from ._fast import schedule as schedule

if _TYPE_CHECKING:  # loaded when they are first asked for: NumPy comes with them
    from ._builder import Builder as Builder
    from ._c_function import CFunction as CFunction
    from ._c_function import call_of as call_of
    from ._costs import Cost as Cost
    from ._kernel import Kernel as Kernel
    from ._kernel import compile as compile
    from ._lowerings import LOWERINGS as LOWERINGS
    from ._tape import Tape as Tape

_HOMES = {
    "Builder": "_builder",
    "CFunction": "_c_function",
    "Cost": "_costs",
    "Kernel": "_kernel",
    "LOWERINGS": "_lowerings",
    "Tape": "_tape",
    "call_of": "_c_function",
    "compile": "_kernel",
}


def __getattr__(name: str) -> _Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(_import_module(f".{_HOMES[name]}", __name__), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


__all__ = (
    "LOWERINGS",
    "Builder",
    "CFunction",
    "Cost",
    "Kernel",
    "Tape",
    "call_of",
    "compile",
    "install_derivatives",
    "install_fast",
    "schedule",
)
