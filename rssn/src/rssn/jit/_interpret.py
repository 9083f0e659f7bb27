"""The block interpreter: a Tape with NumPy, some thousand rows at a time.

The oracle of every kernel test, and the answer where LLVM is missing. It is
exact where the tape is: a fused step rounds once here too. Elementary functions
are given to it: kernels lend it their own, so that both agree bit for bit;
by itself it asks the operators' `value`, which is NumPy's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import ops
from ..errors import ArityError, ShapeError
from . import _arguments, _refuse
from ._c_function import c_function
from ._steps import LEAVES, OUTPUT_KINDS, OWN, is_call
from ._tape import Tape
from ._values import VALUES, Array

BLOCK_ROWS = 8192
_EXACT = 1 << 53
Functions = Callable[[str, int], Callable[..., Array]]  # of a name and a number of operands


def numpy_function(name: str, count: int) -> Callable[..., Array]:
    """Return a function as the operator's record has it, a C function itself where it has one."""
    own = c_function(name)
    if own is not None:
        return own.value
    record = ops.lookup(name.removeprefix(OWN))
    if not record.accepts(count):
        raise ArityError("wrong number of operands", where=name, wanted=record.wanted(), found=str(count))
    function: Callable[..., Array] = record.value
    return function


def call(
    tape: Tape, args: Sequence[Any], out: Any, *, lossy: bool, single: bool, functions: Functions = numpy_function
) -> Any:
    """Evaluate like a compiled kernel: broadcasting, `out=`, `single` or a tuple, the same errors."""
    if len(args) != len(tape.arguments):
        _refuse.wrong_count(tape.arguments, len(args))
    arrays = read_arguments(tape, tape.arguments, args, lossy)
    try:
        shape = np.broadcast_shapes(*[array.shape for array in arrays])
    except ValueError:
        _refuse.wrong_shapes(tape.arguments, [array.shape for array in arrays])
    outs = None if out is None else _given(tape, out, shape)
    if outs is not None:
        shape = outs[0].shape
        if any(np.may_share_memory(a, o) for a in arrays for o in outs):
            arrays = [array.copy() for array in arrays]
    results = outs or tuple(np.empty(shape, tape_dtype(tape, k)) for k in range(len(tape.outputs)))
    execute(tape, arrays, results, functions)
    if outs is None and shape == ():
        results = tuple(result.item() for result in results)
    found = results[0] if single else results
    if outs is not None:
        return (out[0] if isinstance(out, tuple) else out) if single else out
    return _arguments.handed_back(args, found, single=single)


def tape_dtype(tape: Tape, output: int) -> np.dtype[Any]:
    """Return the dtype of an output: bool for a truth value, else the tape's real or complex type."""
    if tape.output_is_complex(output):
        return np.dtype("c16" if tape.real_type == "f64" else "c8")
    return np.dtype(bool if tape.output_is_mask(output) else "f8" if tape.real_type == "f64" else "f4")


def execute(tape: Tape, arrays: Sequence[Array], results: Sequence[Array], functions: Functions) -> None:
    """Run the tape over arrays that broadcast to the shape of the results."""
    shape = results[0].shape
    total = results[0].size
    sources = [_rows(np.broadcast_to(array, shape)) for array in arrays]
    targets = [result.reshape(-1) if result.flags.c_contiguous else result.flat for result in results]
    with np.errstate(all="ignore"):
        for start in range(0, total, BLOCK_ROWS):
            stop = min(total, start + BLOCK_ROWS)
            values = run_steps(tape, [source[start:stop] for source in sources], functions)
            for target, value in zip(targets, values, strict=True):
                target[start:stop] = np.broadcast_to(value, stop - start)


def run_steps(tape: Tape, columns: Sequence[Array], functions: Functions) -> list[Array]:
    """Run every step once over columns of one length; return the outputs (scalars where all rows are equal)."""
    real = np.float64 if tape.real_type == "f64" else np.float32
    values: dict[int, Array] = {}
    dying = _last_uses(tape)
    for number, (operator, operands) in enumerate(tape.steps):
        if operator == "load":
            values[number] = _arguments.as_reals(columns[operands[0]], real)
        elif operator == "load_imaginary":
            values[number] = _arguments.as_imaginaries(columns[operands[0]], real)
        elif operator == "constant":
            values[number] = real(tape.constants[operands[0]])
        elif operator == "truth":
            values[number] = np.bool_(tape.constants[operands[0]])
        elif operator == "number":
            values[number] = real(values[operands[0]])
        elif is_call(operator):
            values[number] = real(functions(operator, len(operands))(*[values[n] for n in operands]))
        else:
            values[number] = VALUES[operator](*[values[n] for n in operands])
        for dead in dying.get(number, ()):
            del values[dead]
    return [values[n] for n in tape.outputs]


def _last_uses(tape: Tape) -> dict[int, list[int]]:
    last: dict[int, int] = {}
    for number, (operator, operands) in enumerate(tape.steps):
        if operator not in LEAVES:
            for operand in operands:
                last[operand] = number
    dying: dict[int, list[int]] = {}
    kept = set(tape.outputs)
    for value, number in last.items():
        if value not in kept:
            dying.setdefault(number, []).append(value)
    return dying


def _rows(array: Array) -> Any:
    return array.reshape(-1) if array.flags.c_contiguous else array.flat


def read_arguments(tape: Tape, names: Sequence[str], args: Sequence[Any], lossy: bool) -> list[Array]:
    """Return the arguments as arrays of numbers, times in one unit; as native code takes and refuses them."""
    arrays = [_readable(name, value, lossy, tape.is_complex) for name, value in zip(names, args, strict=True)]
    if any(array.dtype.char in _arguments.TIMES for array in arrays):
        arrays = _arguments.in_one_unit(names, arrays)
    if not lossy:
        _arguments.refuse_lost(names, arrays, [number for number in tape.loaded if number < len(names)])
    return arrays


def _readable(name: str, value: Any, lossy: bool, is_complex: bool) -> Array:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _EXACT:
        if not lossy:
            _refuse.lost_bits(name, value=value)
        value = _nearest(value)
    return _arguments.as_array(name, value, is_complex=is_complex)


def _nearest(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def _given(tape: Tape, out: Any, shape: tuple[int, ...]) -> tuple[Array, ...]:
    outs = (out,) if len(tape.outputs) == 1 and not isinstance(out, tuple) else out
    if isinstance(outs, tuple):
        outs = tuple(_arguments.writable(number, value) for number, value in enumerate(outs))
    fits = isinstance(outs, tuple) and len(outs) == len(tape.outputs)
    if not fits or not all(isinstance(array, np.ndarray) for array in outs):
        _refuse.wrong_out_count(len(tape.outputs), out)
    for number, array in enumerate(outs):
        try:
            if np.broadcast_shapes(shape, array.shape) != array.shape or array.shape != outs[0].shape:
                raise ShapeError("")
        except ValueError:
            _refuse.wrong_out_shape(number, shape, array.shape)
        letters = "DF" if tape.output_is_complex(number) else "df?" if tape.output_is_mask(number) else "df"
        if not (array.dtype.char in letters and array.dtype.isnative and array.flags.aligned):
            _refuse.wrong_out_type(number, array, OUTPUT_KINDS[tape.kinds[tape.outputs[number]]])
        if not array.flags.writeable:
            _refuse.bad_out(number, "it is read-only")
        if array.size and any(size > 1 and step == 0 for size, step in zip(array.shape, array.strides, strict=True)):
            _refuse.bad_out(number, "several of its elements are one")
        for other in range(number):
            if np.shares_memory(array, outs[other]):
                _refuse.bad_out(number, f"it overlaps output {other}")
    return outs
