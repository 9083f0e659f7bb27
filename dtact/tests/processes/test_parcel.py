"""Calls and answers survive the way, whatever is in them."""

from __future__ import annotations

import math
import os
import pickle
import socket
import subprocess
import sys
import textwrap
from functools import partial

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dtact import errors
from dtact.processes import _parcel as parcel

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(max_size=100),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


def across(value):
    """There and back through a socket, as frames do."""
    payload, flags, sent = parcel.pack(value)
    if sent is None:
        return parcel.unpack(payload, flags, None)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        assert parcel.send_descriptors(ours, sent) > 0
        return parcel.unpack(payload, flags, parcel.receive_blocks(theirs))


@given(VALUES)
def test_values_are_the_same_on_the_other_side(value):
    assert across(value) == value


@given(st.lists(st.tuples(VALUES, st.integers(0, 40_000)), max_size=6))
def test_values_with_large_arrays_are_the_same(pairs):
    value = [(item, numpy.arange(count, dtype="f8")) for item, count in pairs]
    for (item, array), (item_, array_) in zip(value, across(value), strict=True):
        assert item == item_
        assert (array == array_).all()
        assert array_.flags.writeable


@given(st.lists(VALUES, max_size=3), st.dictionaries(st.from_regex(r"\A[a-z]{1,4}\Z"), VALUES, max_size=2))
def test_calls_are_the_same(args, kwargs):
    function, payload, flags, sent = parcel.pack_call(math.hypot, tuple(args), kwargs)
    assert sent is None
    assert parcel.open_call({}, function, payload, flags, None) == (math.hypot, tuple(args), kwargs)


def test_only_what_is_found_by_its_name_travels_by_reference():
    assert parcel.pack_call(abs, (1,), {}).flags & parcel.REFERENCE
    assert parcel.pack_call(int, (1,), {}).flags & parcel.REFERENCE
    for stateful in ([].append, partial(abs), "a".join, dict.fromkeys, str.upper):
        packed = parcel.pack_call(stateful, (), {})
        assert not packed.flags & parcel.REFERENCE
        assert parcel.open_call({}, packed.function, packed.payload, packed.flags, None)[0] is not None


def test_a_large_payload_leaves_the_frame():
    payload, flags, sent = parcel.pack(b"x" * 1_000_000)
    assert flags == parcel.PARCEL
    assert len(payload) < 1000
    assert sent is not None
    assert across(b"x" * 1_000_000) == b"x" * 1_000_000


def test_an_exception_keeps_its_type_or_at_least_its_name():
    class LocalError(Exception):
        pass

    value, error = parcel.open_answer(False, (parcel.pack_error(ValueError("a", 3)), 0, None), "job")
    assert value is None
    assert isinstance(error, ValueError)
    assert error.args == ("a", 3)
    _, error = parcel.open_answer(False, (parcel.pack_error(LocalError("b")), 0, None), "job")
    assert "LocalError" in type(error).__name__ + str(error)
    _, error = parcel.open_answer(True, (b"no pickle", 0, None), "job")
    assert isinstance(error, errors.TransferError)


def test_descriptors_are_closed_with_the_parcel():
    before = len(os.listdir("/proc/self/fd"))
    _, _, sent = parcel.pack(numpy.zeros(100_000))
    assert len(os.listdir("/proc/self/fd")) == before + 1
    del sent
    assert len(os.listdir("/proc/self/fd")) == before


MAIN = """
    import sys
    sys.path[:] = {path!r}
    {hide}
    from dtact import errors, processes

    class Point:
        def __init__(self, x):
            self.x = x

    def double(value):
        return Point(value.x * 2) if isinstance(value, Point) else value * 2

    with processes.Pool(1) as pool:
        for function, argument in ((double, 21), (lambda value: value * 2, 21), (double, Point(21)), (abs, Point(1))):
            try:
                result = pool.submit(function, argument).result()
                print(result.x if isinstance(result, Point) else result)
            except (errors.TransferError, TypeError) as error:
                print(type(error).__name__, error)
"""


def run_main(hide: str) -> list[str]:
    code = textwrap.dedent(MAIN).format(path=sys.path, hide=hide)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60).stdout.splitlines()


def test_what_lives_in_main_travels_by_value_with_cloudpickle():
    pytest.importorskip("cloudpickle")
    lines = run_main("")
    assert lines[:3] == ["42", "42", "42"]
    assert "TypeError" in lines[3]


def test_what_lives_in_main_is_refused_without_cloudpickle():
    lines = run_main("sys.modules['cloudpickle'] = None")
    assert all("TransferError" in line and "install cloudpickle" in line for line in lines)
    assert "the function double" in lines[0]
    assert "argument 1 of abs" in lines[3]


def test_pickles_are_of_protocol_five():
    assert pickle.loads(parcel.pack_call(abs, (1,), {}).payload) == (1,)
