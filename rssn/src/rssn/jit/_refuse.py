"""The errors a kernel call raises, in words: which argument, what was wanted, what came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from ..errors import ArityError, DtypeError, OptionError, PrecisionLossError, ShapeError

_COMPLEX_HINT = 'compile with dtype="complex128"'
_NUMBERS = "float64, float32, float16, bool or an integer type"


_WANTED_OUTPUTS = (
    "float64 or float32, native and aligned",
    "bool, float64 or float32",
    "complex128 or complex64, native and aligned",
)


def wrong_count(names: Sequence[str], found: int) -> NoReturn:
    """The number of arguments does not fit."""
    wanted = f"{len(names)} ({', '.join(names[:8])}{', ...' if len(names) > 8 else ''})"
    raise ArityError("wrong number of arguments", wanted=wanted, found=str(found))


def wrong_type(name: str, value: Any) -> NoReturn:
    """An argument is not made of real numbers."""
    dtype = getattr(value, "dtype", None)
    found = type(value).__name__ if dtype is None else f"dtype {dtype}"
    hint = _COMPLEX_HINT if getattr(dtype, "kind", "") == "c" else ""
    raise DtypeError("a kernel can't read this", where=f"argument {name!r}", wanted=_NUMBERS, found=found, hint=hint)


def wrong_shapes(names: Sequence[str], shapes: Sequence[tuple[int, ...]]) -> NoReturn:
    """The arguments do not broadcast together."""
    found = ", ".join(f"{name}: {shape}" for name, shape in zip(names, shapes, strict=True) if shape)
    raise ShapeError("arguments do not broadcast together", found=found)


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


def lost_bits(name: str) -> NoReturn:
    """An integer argument holds a value that f64 can't."""
    raise PrecisionLossError(
        "an integer beyond 2**53 would lose bits as f64", where=f"argument {name!r}", hint="allow it with lossy=True"
    )


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
