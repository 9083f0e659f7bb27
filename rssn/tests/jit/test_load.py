"""Executable memory: filled, sealed, given back; natively and by the readable twin."""

import ctypes
import gc

import pytest

from rssn.jit import _load_c, _load_py
from rssn.jit._machine import machine_code
from rssn.vectormath import host_features

IR = """
declare double @fmod(double, double)
define double @run(double %x, double %y) nounwind {
  %r = call double @fmod(double %x, double %y)
  ret double %r
}
"""
each = pytest.mark.parametrize("module", [_load_c, _load_py], ids=["native", "twin"])


def rights(address):
    """Return the access rights of the map that holds an address, or None if there is none."""
    with open("/proc/self/maps") as file:
        for line in file:
            span, found = line.split()[:2]
            start, end = (int(part, 16) for part in span.split("-"))
            if start <= address < end:
                return found
    return None


@each
def test_code_runs_and_cannot_be_written(module):
    """Readable and executable, at the start of a page, with the C library's function in its slot."""
    blob = machine_code([IR], "run", 2, host_features())
    mapped = module.Mapping(blob.code, blob.slots, blob.imports)
    assert mapped.address % 4096 == 0
    assert mapped.size >= len(blob.code)
    assert rights(mapped.address) == "r-xp"
    function = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double, ctypes.c_double)(mapped.address + blob.entry)
    assert function(7.5, 2.0) == 1.5


@each
def test_memory_is_given_back(module):
    """With the object."""
    mapped = module.Mapping(bytes(1 << 20), 0, ())
    address = mapped.address
    assert rights(address) == "r-xp"
    del mapped
    gc.collect()
    assert rights(address) != "r-xp" or rights(address + (1 << 19)) != "r-xp"


@each
def test_nonsense_is_refused(module):
    """No code, slots that lie outside it, functions that nobody has."""
    for code, slots, imports in (
        (b"", 0, ()),
        (bytes(16), 12, ("fmod",)),
        (bytes(16), 24, ()),
        (bytes(8), 8, ("fma",)),
    ):
        with pytest.raises(ValueError, match="slots"):
            module.Mapping(code, slots, imports)
    with pytest.raises(LookupError, match="no_such"):
        module.Mapping(bytes(16), 8, ("no_such",))


@each
def test_the_processor_is_described_the_same_twice(module):
    """It is part of every key: it must not change from moment to moment."""
    first = module.describe_cpu()
    assert len(first) >= 16
    assert all(module.describe_cpu() == first for _ in range(100))
