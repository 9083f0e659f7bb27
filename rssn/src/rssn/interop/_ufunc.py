"""`to_ufunc`: a kernel, or a formula, as a `numpy.ufunc`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .. import config
from ..errors import OptionError
from ..expr import Expr
from ..jit import compile as compile_kernel
from ..parser import parse

if not TYPE_CHECKING and config.PURE_PYTHON:
    from ._ufunc_py import make
else:
    from ._ufunc_c import make

_LETTERS = {"f64": "d", "f32": "f"}
_MOST_OPERANDS = 64


def to_ufunc(source: Any, args: Sequence[Expr | str] | None = None, *, name: str = "kernel", **options: Any) -> Any:
    """Return a kernel as a true `numpy.ufunc`, with all that NumPy's own have.

    `source` is a kernel, or what `rssn.compile` makes one of: an expression,
    text, or a sequence of them for several results. Then `args` are the
    arguments in order, by default all symbols sorted by name, and `options`
    are those of `rssn.compile`: `dtype`, `math`, `threads`.

    A ufunc has `out=`, `where=`, `casting=`, `dtype=`, and for two arguments
    `outer`, `reduce`, `accumulate`, `at`; and it goes wherever a ufunc is
    asked for (`__array_ufunc__`, xarray, Dask). It has one loop, of the
    kernel's type: NumPy casts anything else, in pieces of 8192 rows, and
    knows no limit of 2**53. Calling the kernel itself is faster for few rows
    and for columns of other types.

    Raises OptionError for what is neither kernel nor formula, for a formula without arguments, or
    with more operands than NumPy's 64; for formulas as `rssn.compile`.
    """
    kernel = _kernel(source, args, options)
    tape = getattr(kernel, "schedule", None)
    if tape is None or not callable(kernel):
        raise OptionError("not a kernel", found=type(kernel).__qualname__, wanted="what rssn.compile returns")
    inputs, outputs = len(tape.arguments), len(tape.outputs)
    if not inputs or inputs + outputs > _MOST_OPERANDS:
        wanted = f"at least one argument, at most {_MOST_OPERANDS} operands"
        raise OptionError("NumPy has no such ufunc", wanted=wanted, found=f"{inputs} arguments, {outputs} results")
    real = _LETTERS[tape.real_type]
    if tape.is_complex:
        raise OptionError("no ufunc of a complex kernel is made", hint="call the kernel itself")
    letters = real * inputs + "".join("?" if tape.output_is_mask(k) else real for k in range(outputs))
    return make(kernel, letters, inputs, name, f"{name}({', '.join(tape.arguments)})")


def _kernel(source: Any, args: Sequence[Expr | str] | None, options: dict[str, Any]) -> Any:
    """Return a kernel as it is, and that of a formula."""
    if isinstance(source, Expr | str):
        return compile_kernel(parse(source) if isinstance(source, str) else source, args, **options)
    if isinstance(source, list | tuple):
        return compile_kernel([parse(item) if isinstance(item, str) else item for item in source], args, **options)
    if args is not None or options:
        found = ", ".join([*(["args"] if args is not None else []), *options])
        raise OptionError("a kernel has its arguments and options already", found=found)
    return source
