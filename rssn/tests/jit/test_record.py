"""Records on disk: every byte counts, and whatever does not fit is as good as nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn.jit._record import AARCH64, FORMAT, MAGIC, X86_64, Blob, Facts, Origin, Record, decode, digest, encode

KEY = digest(b"a formula")
HERE = Origin(X86_64, b"this processor", b"this compiler")
FACTS = Facts(b"\0\1", 8, 1.25, "avx512", "a name (avx512)")
RECORD = Record(
    FACTS,
    {
        b"dcdcp": Blob(bytes(range(200)), 16, 192, ("fmod",), 64),
        b"dxdcn": Blob(b"\xc3" * 40, 0, 40, (), 0),
    },
)
DATA = encode(KEY, HERE, RECORD)


def test_what_is_written_is_read():
    """All of it."""
    assert decode(DATA, KEY, HERE) == RECORD
    assert decode(encode(KEY, HERE, Record(FACTS, {})), KEY, HERE) == Record(FACTS, {})


def test_no_byte_can_change_unnoticed():
    """Each position, by one bit and by all."""
    for place in range(len(DATA)):
        for flip in (1, 0x80, 0xFF):
            damaged = bytearray(DATA)
            damaged[place] ^= flip
            assert decode(bytes(damaged), KEY, HERE) is None, place


def test_no_byte_can_be_missing_or_extra():
    """Cut at every length; followed by more."""
    for size in range(len(DATA)):
        assert decode(DATA[:size], KEY, HERE) is None
    assert decode(DATA + b"\0", KEY, HERE) is None


@pytest.mark.parametrize(
    "elsewhere",
    [HERE._replace(machine=AARCH64), HERE._replace(cpu=b"its successor"), HERE._replace(compiler=b"the next release")],
)
def test_other_machines_and_compilers_are_foreign(elsewhere):
    """Even under the same key."""
    assert decode(DATA, KEY, elsewhere) is None
    assert decode(encode(KEY, elsewhere, RECORD), KEY, HERE) is None


def test_a_renamed_file_is_foreign():
    """The key stands in the file too."""
    assert decode(DATA, digest(b"another formula"), HERE) is None


def test_other_formats_are_foreign():
    """With a correct checksum all the same."""
    assert DATA.startswith(MAGIC)
    newer = DATA[:8] + (FORMAT + 1).to_bytes(2, "little") + DATA[10:]
    assert decode(newer, KEY, HERE) is None


@given(st.binary(max_size=300))
def test_noise_with_a_correct_header_is_survived(noise):
    """Somebody else's idea of a record, properly signed."""
    header = encode(KEY, HERE, Record(FACTS, {}))[:48]
    size = 80 + len(noise)
    data = header[:12] + size.to_bytes(4, "little") + header[16:] + digest(noise) + noise
    found = decode(data, KEY, HERE)
    assert found is None or encode(KEY, HERE, found)


def test_an_entry_lies_inside_its_code():
    """And the slots too, whoever wrote them."""
    for blob in (Blob(bytes(16), 16, 16, (), 0), Blob(bytes(16), 0, 16, ("fmod",), 0), Blob(b"", 0, 0, (), 0)):
        assert decode(encode(KEY, HERE, Record(FACTS, {b"dcp": blob})), KEY, HERE) is None


def test_parts_of_a_digest_keep_their_borders():
    """One part cannot pass for two."""
    assert digest(b"ab", b"c") != digest(b"a", b"bc") != digest(b"abc")
