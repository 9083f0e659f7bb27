"""A position in bytes, and what may still be claimed of them."""

import pytest

from bincode_next.config import Safety, standard
from bincode_next.errors import LimitExceeded, UnexpectedEnd
from bincode_next.plan._reader_py import SIZE_MAX, Reader


def test_bytes_are_taken_up_to_the_end() -> None:
    r = Reader(b"abcdef", 1, 5, standard())
    assert (r.take(0), r.take(3), r.pos) == (1, 1, 4)
    with pytest.raises(UnexpectedEnd) as caught:
        r.take(3)
    assert (caught.value.offset, caught.value.additional, r.pos) == (4, 2, 4)


def test_claims_add_up() -> None:
    r = Reader(b"", 0, 0, standard().with_limit(10))
    r.claim(10)
    r.claimed -= 4
    r.claim(4)
    with pytest.raises(LimitExceeded):
        r.claim(1)
    unlimited = Reader(b"", 0, 0, standard())
    with pytest.raises(LimitExceeded):
        unlimited.claim(SIZE_MAX + 1)


def test_only_elements_that_the_bytes_can_hold_are_charged() -> None:
    r = Reader(bytes(10), 0, 10, standard().with_safety(Safety(elements=10, memory=100, empty=3)))
    r.charge(1 << 60, least=2, values=1, memory=8)
    assert (r.elements, r.memory) == (5, 40)
    with pytest.raises(LimitExceeded, match="elements than"):
        r.charge(6, least=1, values=1, memory=0)
    with pytest.raises(LimitExceeded, match="memory"):
        r.remember(61)
    with pytest.raises(LimitExceeded, match="take no bytes"):
        Reader(b"", 0, 0, r.safety and standard().with_safety(r.safety)).charge(2, least=0, values=2, memory=8)


def test_none_lifts_a_limit() -> None:
    r = Reader(b"", 0, 0, standard().with_safety(Safety(None, None, None, None, None)))
    r.charge(1 << 70, least=0, values=3, memory=100)
