"""Arguments that are neither Python numbers nor plain arrays of numbers, on their way to a kernel.

Times, arrays of other libraries, whatever offers the buffer, array-interface or DLPack protocols; and what is
refused, in words. Both the native call and the interpreter come here, so that they take and refuse the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np

from ..errors import DtypeError
from . import _refuse

Array = np.ndarray[Any, np.dtype[Any]]

READABLE: Final = "dfe?bhilqBHILQMm"
TIMES: Final = "Mm"
_CHECKED: Final = "lqLQMm"
_EXACT: Final = 1 << 53
_NOT_A_TIME: Final = -(1 << 63)
_CPU: Final = 1  # DLPack's number of the device


def as_array(name: str, value: Any, *, is_complex: bool = False) -> Array:
    """Return an argument as an array a kernel can read, in place wherever it lies in this process's memory.

    Raises DtypeError for what holds no real numbers, hides some of them, or lies on another device.
    """
    if isinstance(value, np.ndarray):
        if isinstance(value, np.ma.MaskedArray):
            _refuse.masked(name)
        array = np.asarray(value)
    else:
        array = _from_elsewhere(name, value)
    if array.dtype.char not in (READABLE + "DF" if is_complex else READABLE):
        _refuse.wrong_type(name, value if hasattr(value, "dtype") else array, value)
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def _from_elsewhere(name: str, value: Any) -> Array:
    device = getattr(value, "__dlpack_device__", None)
    if device is not None and int(device()[0]) != _CPU:
        _refuse.wrong_device(name, value)
    for read in (np.from_dlpack, np.asarray) if _offers_dlpack_alone(value) else (np.asarray, np.from_dlpack):
        try:
            return read(value)
        except Exception:  # whatever an object of another library raises where it can't be read this way
            continue
    raise _refuse.unreadable(name, value, value)


def _offers_dlpack_alone(value: Any) -> bool:
    """Say whether NumPy by itself would make one Python object of this."""
    others = ("__array__", "__array_interface__", "__array_struct__", "__buffer__")
    return hasattr(value, "__dlpack__") and not any(hasattr(value, other) for other in others)


def in_one_unit(names: Sequence[str], arrays: Sequence[Array]) -> list[Array]:
    """Return the arrays with all times in the finest unit among them. Raises DtypeError where none is exact."""
    units = {np.datetime_data(array.dtype) for array in arrays if array.dtype.char in TIMES}
    known = {unit for unit in units if unit[0] != "generic"}
    if len(known) < 2:
        return list(arrays)
    try:
        finest = np.datetime_data(np.result_type(*(np.dtype(_spelt("m8", unit)) for unit in known)))
    except TypeError:
        _refuse.mixed_units(sorted(_spelt("", unit) for unit in known))
    return [
        _converted(name, array, finest) if array.dtype.char in TIMES else array
        for name, array in zip(names, arrays, strict=True)
    ]


def _spelt(kind: str, unit: tuple[str, int]) -> str:
    return f"{kind}[{unit[1] if unit[1] != 1 else ''}{unit[0]}]"


def _converted(name: str, array: Array, unit: tuple[str, int]) -> Array:
    dtype = np.dtype(_spelt(array.dtype.char + "8", unit))
    if array.dtype == dtype or np.datetime_data(array.dtype)[0] == "generic":
        return array
    try:
        found = array.astype(dtype)
        exact = bool(np.array_equal(found.astype(array.dtype).view("i8"), array.view("i8")))
    except (OverflowError, TypeError):
        exact = False
    if not exact:
        _refuse.out_of_range(name, str(array.dtype), str(dtype))
    return found


def as_reals(array: Array, real: type[np.floating[Any]]) -> Array:
    """Return an argument in a kernel's type, rounded once; of times their integers, NaN where there is none."""
    if array.dtype.char not in TIMES:
        return np.real(array).astype(real)
    whole = array.view("i8")
    return np.where(whole == _NOT_A_TIME, real(np.nan), whole.astype(real))


def as_imaginaries(array: Array, real: type[np.floating[Any]]) -> Array:
    """Return the imaginary parts of an argument in a kernel's type."""
    return np.imag(array).astype(real) if array.dtype.kind == "c" else np.zeros(array.shape, real)


def refuse_lost(names: Sequence[str], arrays: Sequence[Array], used: Iterable[int]) -> None:
    """Raise PrecisionLossError for the first integer beyond 2**53 in the arguments that are read, if there is one."""
    for number in used:
        array = arrays[number]
        if array.dtype.char not in _CHECKED or array.size == 0:
            continue
        whole = array.view("i8") if array.dtype.char in TIMES else array
        lost = whole > _EXACT
        if whole.dtype.kind == "i":
            lost |= whole < -_EXACT
        if array.dtype.char in TIMES:
            lost &= whole != _NOT_A_TIME
        if lost.any():
            index = tuple(int(n) for n in np.unravel_index(int(np.argmax(lost)), lost.shape))
            _refuse.lost_bits(names[number], index, whole[index], str(array.dtype))


def writable(number: int, value: Any) -> Any:
    """Return an `out` of another library as the NumPy array over its memory; anything else as it is."""
    if isinstance(value, np.ma.MaskedArray):
        _refuse.masked_out(number)
    if isinstance(value, np.ndarray) or not hasattr(value, "__array_namespace__"):
        return value
    return np.from_dlpack(value)


def namespace_of(args: Sequence[Any]) -> Any:
    """Return the array-API namespace of the arguments that have one other than NumPy's; None where none has."""
    found = None
    for value in args:
        offer = None if isinstance(value, np.ndarray | np.generic) else getattr(value, "__array_namespace__", None)
        if offer is not None:
            space = offer()
            if found is not None and space is not found:
                names = ", ".join(sorted(str(each.__name__) for each in (space, found)))
                raise DtypeError("arrays of different libraries in one call", wanted="arrays of one", found=names)
            found = space
    return found


def handed_back(args: Sequence[Any], results: Any, *, single: bool) -> Any:
    """Return results as arrays of the arguments' own library, where they are of one that says so."""
    space = namespace_of(args)
    if space is None:
        return results
    arrays = [space.from_dlpack(np.asarray(each)) for each in ((results,) if single else results)]
    return arrays[0] if single else tuple(arrays)
