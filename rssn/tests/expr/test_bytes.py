"""Saved expressions come back the same or not at all."""

import contextlib
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn.errors import FormatError
from rssn.expr import Ast
from rssn.expr._bytes import decode, encode


@given(data=st.data())
def test_bytes_and_columns_undo_each_other(engine, programs, data):
    """Both stores write the same bytes for the same program."""
    fields = engine.columns(engine.build(data.draw(programs)))
    written = encode(*fields)
    assert encode(*decode(written)) == written
    assert repr(decode(written)) == repr(fields)


@given(data=st.data())
def test_both_stores_write_the_same(native, twin, programs, data):
    """Byte for byte."""
    program = data.draw(programs)
    assert encode(*native.columns(native.build(program))) == encode(*twin.columns(twin.build(program)))


def sample(native):
    x, y = native.symbols("x y")
    return encode(*native.columns([(x + y) ** 3 - 2.5 * x / 2**70 + native.constant("pi"), y]))


def test_the_layout_is_fixed(native):
    """A golden encoding: whoever changes the format must raise its version."""
    x = native.symbol("x")
    assert encode(*native.columns([x * 2])).hex() == (
        "7273736e01000000c6656335"
        "030000000200000001000000010000000100000001000000"
        "01030000006d756c"
        "050000000400" + "000000000000000000000000" + "020000000000000000000000" + "0100000002000000" + "00000000"
        "690100000002" + "0100000078"
    )


def test_every_truncation_is_refused(native):
    """At each length below the whole."""
    written = sample(native)
    for length in range(len(written)):
        with pytest.raises(FormatError):
            decode(written[:length])
    with pytest.raises(FormatError):
        decode(written + b"\0")


def test_every_flipped_bit_is_refused(native):
    """By the checksum, or by magic and version."""
    written = sample(native)
    for at in range(len(written)):
        for bit in (1, 128):
            damaged = bytearray(written)
            damaged[at] ^= bit
            with pytest.raises(FormatError):
                decode(bytes(damaged))


@given(data=st.data())
def test_damage_with_a_right_checksum_is_an_error_or_another_ast(native, data):
    """Whoever forges the checksum still can't crash the reader or make it take memory."""
    body = bytearray(sample(native)[12:])
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del body[data.draw(st.integers(0, len(body))) :]
    forged = b"rssn\1\0\0\0" + struct.pack("<I", zlib.crc32(body)) + body
    with contextlib.suppress(FormatError):
        Ast.from_bytes(forged).expressions()


@pytest.mark.parametrize("data", [b"", b"rssn", b"RSSN" + bytes(40), b"rssn\2\0\0\0" + bytes(40), bytes(100)])
def test_foreign_bytes_are_refused_with_a_reason(data):
    """Nothing, no magic, another version."""
    with pytest.raises(FormatError, match=r"not a saved expression|another version|damaged"):
        Ast.from_bytes(data)
