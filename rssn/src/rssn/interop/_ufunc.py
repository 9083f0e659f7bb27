"""`to_ufunc`: a kernel as a `numpy.ufunc`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import config
from ..errors import OptionError
from ..expr import Expr

if not TYPE_CHECKING and config.PURE_PYTHON:
    from ._ufunc_py import make
else:
    from ._ufunc_c import make

_LETTERS = {"f64": "d", "f32": "f"}
_MOST_OPERANDS = 64


def to_ufunc(kernel: Any, *, name: str = "kernel") -> Any:
    """Return a kernel as a true `numpy.ufunc`, with all that NumPy's own have.

    That is `out=`, `where=`, `casting=`, `dtype=`, and for two arguments
    `outer`, `reduce`, `accumulate`, `at`; and it goes wherever a ufunc is
    asked for (`__array_ufunc__`, xarray, Dask). It has one loop, of the
    kernel's type: NumPy casts anything else, in pieces of 8192 rows, and
    knows no limit of 2**53. Calling the kernel itself is faster for few rows
    and for columns of other types.

    Raises OptionError for what is no kernel, one without arguments, or one
    with more operands than NumPy's 64.
    """
    if isinstance(kernel, Expr | str):
        raise OptionError("a ufunc is made of a kernel", found=repr(kernel)[:60], hint="compile it: rssn.compile(...)")
    tape = getattr(kernel, "schedule", None)
    if tape is None or not callable(kernel):
        raise OptionError("not a kernel", found=type(kernel).__qualname__, wanted="what rssn.compile returns")
    inputs, outputs = len(tape.arguments), len(tape.outputs)
    if not inputs or inputs + outputs > _MOST_OPERANDS:
        wanted = f"at least one argument, at most {_MOST_OPERANDS} operands"
        raise OptionError("NumPy has no such ufunc", wanted=wanted, found=f"{inputs} arguments, {outputs} results")
    real = _LETTERS[tape.real_type]
    letters = real * inputs + "".join("?" if tape.output_is_mask(k) else real for k in range(outputs))
    return make(kernel, letters, inputs, name, f"{name}({', '.join(tape.arguments)})")
