"""Objects that stand for C functions: whose type fits, and what the others are told."""

import ctypes
import math
import sys
from typing import Any

import pytest

from rssn.errors import OperatorError
from rssn.jit._pointer import Pointer, pointer_of

DOUBLE = ctypes.c_double
UNARY, BINARY = ctypes.CFUNCTYPE(DOUBLE, DOUBLE), ctypes.CFUNCTYPE(DOUBLE, DOUBLE, DOUBLE)


def library_function(name: str, *types: Any) -> Any:
    function = ctypes.CDLL(None)[name]  # a new object each time
    function.argtypes, function.restype = types, DOUBLE
    return function


def called(pointer: Pointer | None, *operands: float) -> float:
    assert pointer is not None
    return float(ctypes.CFUNCTYPE(DOUBLE, *[DOUBLE] * len(operands))(pointer.address)(*operands))


def capsule(function: Any, name: bytes | None) -> Any:
    make = ctypes.pythonapi.PyCapsule_New
    make.argtypes, make.restype = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p), ctypes.py_object
    return make(ctypes.cast(function, ctypes.c_void_p), name, None)


def test_ctypes() -> None:
    """A library's function once its types are declared, a callback, and an address that was given a type."""
    hypot = library_function("hypot", DOUBLE, DOUBLE)
    found = pointer_of(hypot)
    assert found == (found.address, 2, hypot, False)
    assert called(found, 3.0, 4.0) == 5.0
    callback = UNARY(lambda v: v + 1)
    python = pointer_of(callback)
    assert python.is_python
    assert called(python, 2.0) == 3.0
    assert pointer_of(UNARY(python.address))[:2] == python[:2]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (ctypes.CDLL(None)["hypot"], "takes nothing, returns c_int"),
        (ctypes.CFUNCTYPE(DOUBLE, ctypes.c_float)(lambda v: v), "takes c_float, returns c_double"),
        (ctypes.CFUNCTYPE(ctypes.c_int, DOUBLE)(lambda _: 1), "takes c_double, returns c_int"),
        (ctypes.CFUNCTYPE(DOUBLE)(lambda: 1.0), "takes nothing, returns c_double"),
        (ctypes.CFUNCTYPE(None, DOUBLE)(lambda _: None), "returns None"),
    ],
)
def test_ctypes_of_other_types(given: Any, found: str) -> None:
    """The error says what is declared and what should be."""
    with pytest.raises(OperatorError, match="argtypes") as caught:
        pointer_of(given)
    assert found in str(caught.value)


def test_functions_that_need_the_gil() -> None:
    """Kernels run without it."""
    with pytest.raises(OperatorError, match="CFUNCTYPE"):
        pointer_of(ctypes.PYFUNCTYPE(DOUBLE, DOUBLE)(lambda v: v))


def test_null() -> None:
    with pytest.raises(OperatorError, match="points at no function"):
        pointer_of(UNARY(0))
    for address in (0, -8, 1 << 64):
        with pytest.raises(OperatorError, match="points at no function"):
            pointer_of(Addressed(address))


class Addressed:
    """What Numba's callbacks look like."""

    def __init__(self, address: Any, signature: Any = None) -> None:
        self.address, self._sig = address, signature


class Signature:
    def __init__(self, result: str, *args: str) -> None:
        self.return_type, self.args = result, args

    def __str__(self) -> str:
        return f"({', '.join(self.args)}) -> {self.return_type}"


def test_objects_with_an_address() -> None:
    """By Numba's signature where they have one; without one the operator says how many operands there are."""
    assert pointer_of(Addressed(64))[:2] == (64, None)
    assert pointer_of(Addressed(64, Signature("float64", "float64", "float64")))[:2] == (64, 2)
    for bad in (Signature("float64", "float32"), Signature("int64", "float64"), Signature("float64")):
        with pytest.raises(OperatorError, match=r"numba\.cfunc"):
            pointer_of(Addressed(64, bad))


@pytest.mark.parametrize("given", [12345, 1.5, "sin", None, lambda v: v, math.sin, Addressed("64"), Addressed(True)])
def test_what_is_no_pointer(given: Any) -> None:
    """A bare number too: nobody can tell what it points at."""
    assert pointer_of(given) is None


def test_capsules() -> None:
    """Named by their signature, as Cython's and SciPy's are."""
    function = library_function("atan2", DOUBLE, DOUBLE)
    made = capsule(function, b"double (double, double)")
    found = pointer_of(made)
    assert found[1:] == (2, made, False)
    assert called(found, 1.0, 2.0) == math.atan2(1.0, 2.0)
    for name in (b"double (double, int __pyx_skip_dispatch)", b"double (int, double *)", b"datetime", None):
        with pytest.raises(OperatorError, match="signature"):
            pointer_of(capsule(function, name))


def test_scipy_callables() -> None:
    scipy = pytest.importorskip("scipy")
    function = library_function("cos", DOUBLE)
    found = pointer_of(scipy.LowLevelCallable(function))
    assert called(found, 1.0) == math.cos(1.0)
    with_data = ctypes.CFUNCTYPE(DOUBLE, DOUBLE, ctypes.c_void_p)(lambda v, _: v)
    with pytest.raises(OperatorError, match="user data"):
        pointer_of(scipy.LowLevelCallable(with_data, ctypes.c_void_p(8)))


class LowLevelCallable(tuple[Any, ...]):
    """SciPy's, as far as it is looked at: a tuple of a capsule, a function and its data that hides its items."""

    user_data: Any = None

    def __getitem__(self, _: Any) -> Any:
        raise ValueError


def test_callables_like_scipys() -> None:
    """So that the test above is not the only one where SciPy is missing."""
    function = library_function("cos", DOUBLE)
    made = LowLevelCallable((capsule(function, b"double (double)"), function, None))
    assert called(pointer_of(made), 1.0) == math.cos(1.0)
    made.user_data = 8
    with pytest.raises(OperatorError, match="user data"):
        pointer_of(made)


def test_cffi() -> None:
    """Functions of libraries and callbacks; what has no type or another one is refused."""
    cffi = pytest.importorskip("cffi")
    ffi = cffi.FFI()
    ffi.cdef("double cos(double); float cosf(float); int abs(int); int printf(const char *, ...);")
    library = ffi.dlopen(None)
    assert called(pointer_of(library.cos), 1.0) == math.cos(1.0)
    callback = ffi.callback("double(double, double)", lambda v, w: v - w)
    found = pointer_of(callback)
    assert found[1:] == (2, callback, True)
    assert called(found, 5.0, 3.0) == 2.0
    for bad in (library.cosf, library.abs, library.printf, ffi.new("double *"), ffi.cast("int", 3)):
        with pytest.raises(OperatorError, match="declare double"):
            pointer_of(bad)
    with pytest.raises(OperatorError, match="points at no function"):
        pointer_of(ffi.cast("double(*)(double)", 0))


def test_numba() -> None:
    """Its callbacks; a function that is compiled on its first call has no address yet."""
    numba = pytest.importorskip("numba")
    twice = numba.cfunc("float64(float64)")(lambda v: 2 * v)
    assert pointer_of(twice)[1:] == (1, twice, False)
    assert called(pointer_of(twice), 4.0) == 8.0
    with pytest.raises(OperatorError, match=r"numba\.cfunc"):
        pointer_of(numba.njit(lambda v: v))
    with pytest.raises(OperatorError, match=r"numba\.cfunc"):
        pointer_of(numba.cfunc("float32(float32)")(lambda v: v))


def test_nothing_is_imported_for_the_question() -> None:
    """cffi and Numba are looked at only where they are loaded."""
    before = set(sys.modules)
    pointer_of(object())
    assert set(sys.modules) == before
