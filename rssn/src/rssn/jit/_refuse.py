"""The errors a kernel call raises, in words: which argument, what was wanted, what came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from ..errors import ArityError, DtypeError, OptionError, PrecisionLossError, ShapeError

_COMPLEX_HINT = 'compute in dtype="complex128"'
_NUMBERS = "float64, float32, float16, bool, an integer type, datetime64 or timedelta64"


_WANTED_OUTPUTS = (
    "float64 or float32, native and aligned",
    "bool, float64 or float32",
    "complex128 or complex64, native and aligned",
)


def wrong_count(names: Sequence[str], found: int) -> NoReturn:
    """The number of arguments does not fit."""
    wanted = f"{len(names)} ({', '.join(names[:8])}{', ...' if len(names) > 8 else ''})"
    raise ArityError("wrong number of arguments", wanted=wanted, found=str(found))


def wrong_option(names: Sequence[str], found: str) -> NoReturn:
    """A call with a name it does not know; arguments have places, not names."""
    raise ArityError(
        "a call has no such option", wanted="out or threads", found=repr(found),
        hint=f"arguments are passed in order: {', '.join(names[:8])}{', ...' if len(names) > 8 else ''}",
    )  # fmt: skip


def wrong_type(name: str, value: Any, given: Any = None) -> NoReturn:
    """An argument is not made of real numbers."""
    raise unreadable(name, value, given)


def unreadable(name: str, value: Any, given: Any = None) -> DtypeError:
    """Return the error for an argument that is not numbers. `value` tells its dtype, `given` what the user passed."""
    dtype = getattr(value, "dtype", None)
    given = value if given is None and dtype is None else given
    kind = type(given).__name__
    found = kind if dtype is None or given is None else f"dtype {dtype}" + ("" if kind == "ndarray" else f" ({kind})")
    return DtypeError(
        "a kernel can't read this", where=f"argument {name!r}", wanted=_NUMBERS, found=found, hint=_advice(given, dtype)
    )


def _advice(given: Any, dtype: Any) -> str:
    """Say what to do with something that is no array of real numbers."""
    if given is None:
        return "pass a number or an array; NaN stands for what is missing"
    if hasattr(given, "tocsr"):
        return "a sparse matrix is not read: pass .toarray(), or the values it stores (.data)"
    if isinstance(given, dict) or hasattr(given, "columns"):
        return "for a whole table call rssn.evaluate"
    char = getattr(dtype, "char", "")
    if char in "USTO" and char:
        return "make it numbers: .astype('f8')"
    if char in "FDG" and char:
        return _COMPLEX_HINT + ", or pass .real and .imag as two arguments"
    if char == "g":
        return "make it f64: .astype('f8')"
    if char == "V":
        return "pass one field: array['name']"
    if hasattr(given, "requires_grad"):
        return "pass a tensor of real numbers, detached: .detach()"
    return "pass something numpy.asarray makes an array of numbers of"


def masked(name: str) -> NoReturn:
    """A masked array: a kernel would not know of the mask."""
    raise DtypeError(
        "a kernel does not know of masks", where=f"argument {name!r}", wanted=_NUMBERS, found="a masked array",
        hint="pass .filled(nan), or let rssn.evaluate carry the mask",
    )  # fmt: skip


def wrong_device(name: str, value: Any) -> NoReturn:
    """An array that does not lie in this process's memory."""
    raise DtypeError(
        "a kernel reads memory of the CPU", where=f"argument {name!r}", wanted="an array on the CPU",
        found=f"{type(value).__name__} on {getattr(value, 'device', 'another device')}", hint="move it there first",
    )  # fmt: skip


def mixed_units(found: Sequence[str]) -> NoReturn:
    """Times whose units are no multiples of each other."""
    raise DtypeError(
        "times in units that can't be converted into each other", wanted="one unit, or exact multiples",
        found=", ".join(found), hint="convert with .astype first: months have no fixed length",
    )  # fmt: skip


def out_of_range(name: str, given: str, wanted: str) -> NoReturn:
    """Times that do not fit the unit of the others."""
    raise DtypeError(
        "times do not fit the unit of the other times in this call", where=f"argument {name!r}", wanted=wanted,
        found=given, hint="convert the others to a coarser unit with .astype",
    )  # fmt: skip


def wrong_shapes(names: Sequence[str], shapes: Sequence[tuple[int, ...]]) -> NoReturn:
    """The arguments do not broadcast together."""
    found = ", ".join(f"{name}: {shape}" for name, shape in zip(names, shapes, strict=True) if shape)
    raise ShapeError(
        "arguments do not broadcast together", wanted="equal sizes, or 1, along each axis from the last", found=found,
        hint="add axes of length 1: x[:, None]",
    )  # fmt: skip


def wrong_out_count(wanted: int, found: object) -> NoReturn:
    """`out` is not one array per output."""
    many = "an array" if wanted == 1 else f"a tuple of {wanted} arrays"
    raise ArityError("out does not fit the outputs", wanted=many, found=type(found).__name__)


def wrong_out_shape(number: int, wanted: tuple[int, ...], found: tuple[int, ...]) -> NoReturn:
    """An output array has the wrong shape."""
    raise ShapeError("wrong shape", where=f"output {number}", wanted=str(wanted), found=str(found))


def wrong_out_type(number: int, value: Any, kind: int, *, is_index: bool = False) -> NoReturn:
    """An output array has a dtype that results of a kind (0 real, 1 truth, 2 complex) can't be written to."""
    wanted = _WANTED_OUTPUTS[kind]
    wanted = "int64, float64 or float32" if is_index else wanted
    raise DtypeError("can't write to this", where=f"output {number}", wanted=wanted, found=f"dtype {value.dtype}")


def bad_out(number: int, why: str) -> NoReturn:
    """An output array that can't be written to as it is."""
    raise OptionError(f"can't write to this: {why}", where=f"output {number}")


def masked_out(number: int) -> NoReturn:
    """An output that is a masked array: its mask would stay as it is."""
    raise OptionError(
        "can't write to this: a kernel does not know of masks", where=f"output {number}", hint="pass its .data"
    )


def lost_bits(name: str, index: tuple[int, ...] = (), value: Any = None, dtype: str = "int") -> NoReturn:
    """An integer argument holds a value that f64 can't; `index` says where in the argument."""
    place = f", row {index[0]}" if len(index) == 1 else f", index {index}" if index else ""
    hint = "allow it with lossy=True"
    if "time" in dtype:
        hint = f"convert to a coarser unit than {dtype}, subtract an epoch first, or {hint}"
    raise PrecisionLossError(
        "an integer beyond 2**53 would lose bits as f64", where=f"argument {name!r}{place}",
        found="" if value is None else str(int(value)), hint=hint,
    )  # fmt: skip


def wrong_threads(value: object) -> NoReturn:
    """`threads` is not a count."""
    raise OptionError("threads is a count", wanted="an integer of at least 1, or None", found=repr(value))


def wrong_axis(axis: object, dims: int) -> NoReturn:
    """`axis` does not name dimensions of the arguments, each once."""
    wanted = f"None, or axes from {-dims} to {dims - 1}, each once" if dims else "None: the arguments have no dimension"
    raise ShapeError("no such axis", where="axis", wanted=wanted, found=repr(axis))


def no_rows() -> NoReturn:
    """The least of nothing."""
    raise ShapeError("nothing to reduce, and the least or greatest of nothing is no number", wanted="at least one row")
