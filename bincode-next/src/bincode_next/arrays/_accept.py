"""Arrays as users give them, made into arrays whose numbers lie in memory as their node says, or refused."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NoReturn

import numpy as np

from ..errors import OutOfRangeError, WrongTypeError
from ..schema import Array, Bool, Float, Int, NdArray, Node, Struct, Tuple
from ._layout import DType, Layout, Leaf, Scalar, dtype_of, members, part_of, row_of

Values = np.ndarray[Any, DType]


def accept(node: NdArray, layout: Layout, array: Any) -> Values:
    """Return the array, contiguous, with the node's dtype or, for structs, with its fields at places of its own.

    Numbers are converted where their values allow it: any integers that fit, any floats for floats (f32 rounds to
    nearest), integers for floats. Raises WrongTypeError and OutOfRangeError with the index and field.
    """
    if not isinstance(array, np.ndarray):
        raise WrongTypeError(
            "not a NumPy array", wanted=describe(node), found=type(array).__name__, advice="numpy.asarray makes one"
        )
    if isinstance(array, np.ma.MaskedArray):
        raise WrongTypeError("a masked array, and masks have no bytes", wanted=describe(node), advice="fill it first")
    array = np.asarray(array)
    if node.shape is None:
        if array.ndim != 1:
            raise WrongTypeError("not of one dimension", wanted=describe(node), found=f"shape {array.shape}")
    elif array.shape != node.shape:
        raise WrongTypeError("of another shape", wanted=describe(node), found=f"shape {array.shape}")
    if layout.is_record:
        array = array if _lies_ready(layout.item, array.dtype) else _rebuilt(layout, array)
    elif array.dtype != layout.dtype:
        array = converted(array, layout.leaves[0].scalar, layout.dtype, "")
    ready: Values = np.ascontiguousarray(array)
    _refuse_zeros(layout, ready)
    return ready


def describe(node: NdArray) -> str:
    """Return what a node wants, for messages."""
    kind = "structs" if node.record is not None else node.dtype
    return f"an array of {kind}" + ("" if node.shape is None else f", shape {node.shape}")


def converted(array: Values, scalar: Scalar, dtype: DType, label: str) -> Values:
    """Return numbers as another dtype where that keeps their values (floats may round)."""
    given = array.dtype.kind
    if isinstance(scalar, Int) and given in "iu":
        _refuse_outside(array, scalar, label)
    elif isinstance(scalar, Float) and given in "fiu" and array.dtype.itemsize <= 8:
        with np.errstate(over="ignore"):
            rounded = array.astype(dtype, copy=False)
        if scalar.bits == 32 and array.dtype.itemsize > 4 and given == "f":
            outside = np.isinf(rounded) & np.isfinite(array)
            if outside.any():
                _refuse(array, outside, label, f"f{scalar.bits}")
        return rounded
    elif not (isinstance(scalar, Bool) and given == "b"):
        raise WrongTypeError(
            "an array of another kind of numbers",
            path=label.lstrip("."),
            wanted=str(dtype),
            found=str(array.dtype),
            advice="convert it with astype, which says what becomes of its values",
        )
    return array.astype(dtype, copy=False)


def _refuse_outside(array: Values, scalar: Int, label: str) -> None:
    low, high = (-1 << scalar.bits - 1, (1 << scalar.bits - 1) - 1) if scalar.signed else (0, (1 << scalar.bits) - 1)
    limits = np.iinfo(array.dtype)
    if array.size and (low > limits.min or high < limits.max) and not (low <= array.min() and array.max() <= high):
        outside = np.zeros(array.shape, np.bool_)
        outside |= (array < low) if low > limits.min else False
        outside |= (array > high) if high < limits.max else False
        _refuse(array, outside, label, f"{'i' if scalar.signed else 'u'}{scalar.bits}")


def _refuse(array: Values, outside: Values, label: str, wanted: str) -> NoReturn:
    raise OutOfRangeError(
        "a number that does not fit", path=place(outside, label), wanted=wanted, found=array[first(outside)].item()
    )


def first(marks: Values) -> tuple[int, ...]:
    """Return the index of the first mark."""
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(marks)), marks.shape))


def place(marks: Values, label: str) -> str:
    """Return where the first mark is, as errors write it: element, field, item of the field."""
    index = first(marks)
    return f"[{index[0]}]{label}" + "".join(f"[{i}]" for i in index[1:]) if label else "".join(f"[{i}]" for i in index)


@lru_cache(maxsize=1024)
def _lies_ready(item: Node, dtype: DType) -> bool:
    """Whether an element's dtype has the fields of a struct, each in the host's order: only their places may differ."""
    if isinstance(item, Struct | Tuple):
        wanted = members(item)
        names = dtype.names
        if names is None or set(names) != {name for name, _ in wanted}:
            return False
        return all(_lies_ready(node, part_of(dtype, name)[0]) for name, node in wanted)
    if isinstance(item, Array | NdArray):
        inner, shape = row_of(item, "")
        return dtype.shape == shape and _lies_ready(inner, dtype.base)
    return bool(dtype == dtype_of(item, ""))


def _rebuilt(layout: Layout, array: Values) -> Values:
    """Return a structured array column by column; WrongTypeError where columns are missing or too many."""
    if array.dtype.names is None:
        raise WrongTypeError("not a structured array", wanted=f"fields {_names(layout.item)}", found=str(array.dtype))
    _refuse_other_names(layout.item, array.dtype, "")
    packed = np.empty(array.shape, layout.dtype)
    for leaf, given, target in columns(layout, array, packed):
        if given.shape != target.shape:
            shape = given.shape[array.ndim :]
            raise WrongTypeError(
                "of another shape", path=leaf.label[1:], wanted=f"shape {leaf.dtype.shape}", found=f"shape {shape}"
            )
        target[...] = converted(given, leaf.scalar, leaf.dtype.base, leaf.label)
    return packed


def columns(layout: Layout, *arrays: Values) -> Iterator[tuple[Any, ...]]:
    """Yield each leaf with its column in each of the arrays."""
    for leaf in layout.leaves:
        yield leaf, *(column(array, leaf) for array in arrays)


def column(array: Values, leaf: Leaf) -> Values:
    """Return a leaf's numbers in a structured array (or the array itself), as a view."""
    for name in leaf.names:
        array = array[name]
    return array


def _names(item: Node) -> list[str]:
    return [name for name, _ in members(item)] if isinstance(item, Struct | Tuple) else []


def _refuse_other_names(item: Node, dtype: DType, label: str) -> None:
    if isinstance(item, Struct | Tuple):
        wanted, found = _names(item), list(dtype.names or ())
        if set(wanted) != set(found):
            raise WrongTypeError(
                "other fields", path=label.lstrip("."), wanted=", ".join(wanted), found=", ".join(found)
            )
        for name, node in members(item):
            _refuse_other_names(node, part_of(dtype, name)[0], f"{label}.{name}")
    elif isinstance(item, Array | NdArray):
        _refuse_other_names(row_of(item, "")[0], dtype.base, label)


def _refuse_zeros(layout: Layout, array: Values) -> None:
    for leaf in layout.leaves:
        if isinstance(leaf.scalar, Int) and leaf.scalar.nonzero:
            zeros = column(array, leaf) == 0
            if zeros.any():
                raise OutOfRangeError("zero where the type excludes it", path=place(zeros, leaf.label), found=0)
