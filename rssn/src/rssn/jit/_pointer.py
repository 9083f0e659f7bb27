"""Objects that stand for a C function of doubles, as ctypes, cffi, Numba, Cython and SciPy make them.

Each is asked for its type as well as for its address: a function called by
the wrong type is not an error but a crash, or a wrong number.
"""

from __future__ import annotations

import ctypes
import re
import sys
from _ctypes import CFuncPtr  # what all of ctypes' functions are
from typing import Any, Final, NamedTuple, NoReturn

from ..errors import OperatorError

# Capsules name their function's type: Cython's are made with this text, and SciPy's callables are such capsules.
_SIGNATURE: Final = re.compile(r"double ?\(double(, ?double)*\)")
_NEEDS_GIL: Final = 4  # ctypes' flag of a function of Python's own
_name_of = ctypes.pythonapi.PyCapsule_GetName
_name_of.argtypes, _name_of.restype = (ctypes.py_object,), ctypes.c_char_p
_address_in = ctypes.pythonapi.PyCapsule_GetPointer
_address_in.argtypes, _address_in.restype = (ctypes.py_object, ctypes.c_char_p), ctypes.c_void_p


class Pointer(NamedTuple):
    """A C function that takes doubles and returns one."""

    address: int
    arity: int | None
    """how many it takes; None where its object does not say"""
    owner: object
    """what must live as long as the function is called"""
    is_python: bool = False
    """whether each call of it takes the GIL"""


def pointer_of(given: Any) -> Pointer | None:
    """Return the function that an object stands for, None for an object that stands for none.

    Raises OperatorError, with what to declare, for one that is not made of doubles, and for a null pointer.
    """
    for read in (_from_ctypes, _from_cffi, _from_capsule, _from_address):
        found = read(given)
        if found is not None:
            if not 0 < found.address < 1 << 64:
                raise OperatorError("this points at no function", found=f"address {found.address}")
            return found
    return None


def _refuse(given: object, found: str, hint: str) -> NoReturn:
    wanted = "a C function that takes doubles and returns one, double (double, ...)"
    raise OperatorError(f"this {type(given).__name__} can't be a lowering", wanted=wanted, found=found, hint=hint)


def _from_ctypes(given: Any) -> Pointer | None:
    if not isinstance(given, CFuncPtr):
        return None
    types, result = given.argtypes, given.restype
    if not types or result is not ctypes.c_double or any(each is not ctypes.c_double for each in types):
        names = "nothing" if types is None else ", ".join(each.__name__ for each in types)
        found = f"takes {names or 'nothing'}, returns {getattr(result, '__name__', result)}"
        _refuse(given, found, "declare f.argtypes = [ctypes.c_double, ...] and f.restype = ctypes.c_double")
    if given._flags_ & _NEEDS_GIL:
        _refuse(given, "a function of Python's own, called with the GIL", "make it by ctypes.CFUNCTYPE or ctypes.CDLL")
    kept = given._objects or {}
    is_python = any(type(each).__name__ == "CThunkObject" for each in kept.values())
    return Pointer(ctypes.cast(given, ctypes.c_void_p).value or 0, len(types), given, is_python)


def _from_cffi(given: Any) -> Pointer | None:
    backend = sys.modules.get("_cffi_backend")
    if backend is None or not isinstance(given, backend.FFI.CData):
        return None
    ffi = backend.FFI()
    found = ffi.typeof(given)
    is_function = found.kind == "function" and not found.ellipsis and found.args
    if not is_function or any(each.cname != "double" for each in (*found.args, found.result)):
        _refuse(given, found.cname, "declare double f(double, ...); and take lib.f, or ffi.addressof(lib, 'f')")
    address = int(ffi.cast("uintptr_t", given))
    return Pointer(address, len(found.args), given, " calling <" in repr(given))


def _from_capsule(given: Any) -> Pointer | None:
    capsule = given
    if isinstance(given, tuple) and hasattr(given, "user_data"):  # SciPy's LowLevelCallable
        if given.user_data is not None:
            _refuse(given, "a callable with user data", "make it without user_data")
        capsule = tuple.__getitem__(given, 0)
    if type(capsule).__name__ != "PyCapsule":
        return None
    name = _name_of(capsule)
    text = "no signature" if name is None else name.decode("utf-8", "replace")
    if not _SIGNATURE.fullmatch(text):
        _refuse(given, text, "the capsule's name is its signature, such as 'double (double, double)'")
    return Pointer(_address_in(capsule, name) or 0, text.count(",") + 1, given)


def _from_address(given: Any) -> Pointer | None:
    address = getattr(given, "address", None)
    if type(address) is not int:
        if type(given).__module__.partition(".")[0] == "numba":
            _refuse(given, "no address", "compile it with @numba.cfunc('float64(float64, ...)')")
        return None
    types = getattr(given, "_sig", None)  # Numba's
    if types is None:
        return Pointer(address, None, given)
    if not types.args or any(str(each) != "float64" for each in (*types.args, types.return_type)):
        _refuse(given, str(types), "compile it with @numba.cfunc('float64(float64, ...)')")
    return Pointer(address, len(types.args), given)
