"""Markers are values: they compare, hash, copy and pickle."""

import copy
import pickle

import pytest

from bincode_next.types import Bits, Integer, Length, Name, Shape

MARKERS = [Integer(8, False), Length(3), Shape(2, 3), Bits(3), Name("a")]


@pytest.mark.parametrize("marker", MARKERS, ids=repr)
def test_markers_are_values(marker: object) -> None:
    """So hints that hold them compare and hash too."""
    assert pickle.loads(pickle.dumps(marker)) == marker == copy.copy(marker)
    assert [other for other in MARKERS if other == marker] == [marker]
    assert len({*MARKERS}) == len(MARKERS)


def test_shapes_are_written_by_their_sizes() -> None:
    """`Shape(2, 3)`."""
    assert Shape(2, 3).sizes == (2, 3)
