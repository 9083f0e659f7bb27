"""An operator whose value is a C function's: what stands in its record's `lowering` slot, and how a tape calls it.

Machine code reaches the function through an import that is filled when the
code is loaded, so no address is ever written into code, into a file or into
a pickle. The function is called lane by lane, on whatever thread runs the
rows and without the GIL.
"""

from __future__ import annotations

import ctypes
from dataclasses import field
from functools import cached_property
from typing import Any

from .. import ops
from .._numpy import np
from .._record import record
from ..errors import OperatorError
from ._builder import Builder
from ._pointer import pointer_of
from ._steps import OWN

_PYTHON_CYCLES = 1000.0


@record(frozen=True, eq=False)
class CFunction:
    """A C function of `count` doubles that returns a double, as the lowering of the operator `name`.

    `owner` is the object that it came from, and lives as long as the operator
    and any kernel that calls the function. `takes_gil` says that each call
    runs Python.
    """

    name: str
    address: int = field(repr=False)
    count: int
    owner: object = field(repr=False)
    takes_gil: bool = False

    @classmethod
    def of(cls, given: Any, name: str, arity: tuple[int, int | None]) -> CFunction | None:
        """Return the function that an object stands for; None for an object that is no pointer.

        Raises OperatorError for another type than double (double, ...), a null
        pointer, and a number of operands that is not the operator's.
        """
        pointer = pointer_of(given)
        if pointer is None:
            return None
        fewest, most = arity
        if fewest != most:
            span = f"{fewest} or more" if most is None else f"{fewest} to {most}"
            raise OperatorError("a C function takes a fixed number of operands", where=name, found=span)
        if pointer.arity not in (None, fewest):
            raise OperatorError(
                "the C function takes another number of operands than the operator",
                where=name, wanted=str(fewest), found=str(pointer.arity), hint="one parameter for each double",
            )  # fmt: skip
        return cls(name, pointer.address, fewest, pointer.owner, pointer.is_python)

    def __call__(self, builder: Builder, *operands: int) -> int:
        """Write the step that calls the function."""
        return call_of(builder, self.name, *operands)

    @cached_property
    def scalar(self) -> Any:
        """The function for Python floats."""
        return ctypes.CFUNCTYPE(ctypes.c_double, *[ctypes.c_double] * self.count)(self.address)

    def value(self, *operands: Any) -> Any:
        """Return the function of arrays or scalars, in f64."""
        columns = [np.asarray(operand, np.float64) for operand in operands]
        return np.asarray(np.frompyfunc(self.scalar, self.count, 1)(*columns), np.float64)[()]


def call_of(builder: Builder, name: str, *operands: int) -> int:
    """Write the step that calls an operator as a whole: its C function, or in the interpreter its `value`."""
    step = builder.step(OWN + name, *operands)
    return builder.mask(step) if ops.lookup(name).result == "bool" else step


def c_function(step: str) -> CFunction | None:
    """Return the C function that a step calls, if it calls one."""
    if not step.startswith(OWN):
        return None
    lowering = ops.lookup(step.removeprefix(OWN)).lowering
    return lowering if isinstance(lowering, CFunction) else None


def cycles(function: CFunction) -> float:
    """Return about how many cycles one call takes: what the operator's record says, more if it runs Python."""
    cost = ops.lookup(function.name).cost
    return max(cost, _PYTHON_CYCLES) if function.takes_gil else cost
