"""From whatever holds a native pointer to the address itself.

ctypes and cffi are looked up, not imported: who hands over one of their objects has them loaded.
"""

from __future__ import annotations

import sys
from typing import Any

from dtact.errors import JobError
from dtact.mesh import _pool_c

_FUNCTION = "an address, a ctypes function pointer, a PyCapsule, a cffi function pointer or a Numba cfunc"
_CONTEXT = "an address, None, a ctypes object, a PyCapsule or a cffi pointer"
_WRAP = "wrap a Python function: ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)(function)"


names: dict[int, str] | None = None  # of functions that were given, once a trace wants them


def function_address(function: object) -> int:
    """Return the address of a native function; raise JobError if there is none in it."""
    address = _address(function)
    if address is None:
        hint = _WRAP if callable(function) else ""
        raise JobError("not a native function", wanted=_FUNCTION, found=repr(function), hint=hint)
    if address == 0:
        raise JobError("the native function is a null pointer", found=repr(function))
    if names is not None:
        note_name(function, address)
    return _in_range(address, function)


def note_name(function: object, address: int) -> None:
    """Remember what a trace shall call the function at an address."""
    name = getattr(function, "__qualname__", None) or getattr(function, "__name__", None)
    if names is not None and isinstance(name, str):
        names[address] = name


def is_native(function: object) -> bool:
    """Whether function_address() finds an address in this object."""
    return _address(function) is not None


def context_address(context: object) -> int:
    """Return the address to hand to a native function as its context; None is the null pointer."""
    address = 0 if context is None else _address(context)
    if address is None:
        raise JobError("not a native context", wanted=_CONTEXT, found=repr(context))
    return _in_range(address, context)


def _in_range(address: int, source: object) -> int:
    if not 0 <= address <= 2 * sys.maxsize + 1:
        raise JobError("not an address of this machine", found=repr(source))
    return address


def _address(source: object) -> int | None:
    if isinstance(source, int) and not isinstance(source, bool):
        return source
    capsule = _pool_c.capsule_address(source)
    if capsule is not None:
        return capsule
    for reader in (_ctypes_address, _cffi_address):
        address = reader(source)
        if address is not None:
            return address
    address = getattr(source, "address", None)  # Numba's cfunc
    return address if isinstance(address, int) and not isinstance(address, bool) else None


def _ctypes_address(source: object) -> int | None:
    ctypes: Any = sys.modules.get("ctypes")
    if ctypes is None:
        return None
    if type(source).__name__ == "CArgObject":  # what byref() makes
        return ctypes.cast(source, ctypes.c_void_p).value or 0
    if isinstance(source, (ctypes._CFuncPtr, ctypes._Pointer, ctypes.c_void_p, ctypes.c_char_p)):
        return ctypes.cast(source, ctypes.c_void_p).value or 0
    if isinstance(source, (ctypes.Array, ctypes.Structure, ctypes.Union)):
        return int(ctypes.addressof(source))
    return None


def _cffi_address(source: object) -> int | None:
    cffi: Any = sys.modules.get("_cffi_backend")
    if cffi is None or not isinstance(source, cffi.FFI.CData):
        return None
    try:
        return int(cffi.FFI().cast("uintptr_t", source))
    except TypeError:
        return None  # a struct or an array by value, not a pointer
