"""Native functions and contexts, from whatever holds their address."""

from __future__ import annotations

import ctypes
from types import SimpleNamespace
from typing import Any

import pytest

from dtact import errors, mesh
from dtact.mesh import _address


def pointer(function: Any) -> int:
    address = ctypes.cast(function, ctypes.c_void_p).value
    assert address is not None
    return address


def capsule(address: int, name: bytes | None) -> object:
    new = ctypes.pythonapi.PyCapsule_New
    new.restype, new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    return new(address, name, None)


def test_a_function_may_come_in_any_wrapping(bodies: ctypes.CDLL) -> None:
    address = pointer(bodies.count_row)
    wrappings: list[object] = [
        address,
        bodies.count_row,
        ctypes.c_void_p(address),
        capsule(address, None),
        capsule(address, b"void (void *, int64_t, int64_t)"),
        SimpleNamespace(address=address),  # as a Numba cfunc
    ]
    for wrapping in wrappings:
        assert _address.function_address(wrapping) == address
        runs = (ctypes.c_int32 * 100)()
        mesh.parallel_for(wrapping, runs, 100, grain=7)
        assert set(runs) == {1}


def test_a_context_may_come_in_any_wrapping() -> None:
    class Pair(ctypes.Structure):
        _fields_ = (("first", ctypes.c_int64), ("second", ctypes.c_int64))

    array, pair = (ctypes.c_int32 * 3)(), Pair()
    assert _address.context_address(None) == 0
    assert _address.context_address(ctypes.c_void_p(None)) == 0
    assert _address.context_address(array) == ctypes.addressof(array)
    assert _address.context_address(pair) == ctypes.addressof(pair)
    assert _address.context_address(ctypes.pointer(pair)) == ctypes.addressof(pair)
    assert _address.context_address(ctypes.addressof(pair)) == ctypes.addressof(pair)
    assert _address.context_address(2**64 - 1) == 2**64 - 1


def test_cffi_pointers_are_read(bodies: ctypes.CDLL) -> None:
    cffi = pytest.importorskip("cffi")
    ffi = cffi.FFI()
    address = pointer(bodies.count_row)
    runs = ffi.new("int32_t[50]")
    mesh.parallel_for(ffi.cast("void (*)(void *, int64_t, int64_t)", address), runs, 50, grain=3)
    assert list(runs) == [1] * 50
    with pytest.raises(errors.JobError, match="not a native function"):
        mesh.parallel_for(ffi, None, 1)


@pytest.mark.parametrize("null", [0, ctypes.c_void_p(None), SimpleNamespace(address=0)])
def test_a_null_function_is_refused(null: object) -> None:
    with pytest.raises(errors.JobError, match="null pointer"):
        mesh.parallel_for(null, None, 10)


@pytest.mark.parametrize("wrong", [None, "count_row", True, 1.5, b"", SimpleNamespace(address="7"), object()])
def test_what_holds_no_function_is_refused(wrong: object) -> None:
    with pytest.raises(errors.JobError, match="not a native function; wanted an address") as caught:
        mesh.parallel_for(wrong, None, 10)
    assert isinstance(caught.value, TypeError)


def test_a_python_function_is_refused_with_the_way_to_wrap_it() -> None:
    with pytest.raises(errors.JobError, match=r"ctypes\.CFUNCTYPE"):
        mesh.parallel_for(print, None, 10)


@pytest.mark.parametrize("wrong", ["text", 1.5, object(), bytearray(8)])
def test_what_holds_no_context_is_refused(wrong: object, bodies: ctypes.CDLL) -> None:
    with pytest.raises(errors.JobError, match="not a native context"):
        mesh.parallel_for(bodies.count_row, wrong, 10)


@pytest.mark.parametrize("wrong", [-1, 2**64])
def test_numbers_that_are_no_address_are_refused(wrong: int) -> None:
    with pytest.raises(errors.JobError, match="not an address"):
        mesh.parallel_for(wrong, None, 10)
