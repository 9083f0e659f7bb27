"""Markers are values: they compare, hash, copy and pickle."""

import copy
import pickle
from typing import Any

import pytest

from bincode_next.errors import SchemaError
from bincode_next.types import Bits, Discriminant, Integer, Kind, Length, MaxLength, Name, Real, Shape, SingleVariant

MARKERS = [Integer(8, False), Length(3), Shape(2, 3), Bits(3), Name("a")]


@pytest.mark.parametrize("marker", MARKERS, ids=repr)
def test_markers_are_values(marker: object) -> None:
    """So hints that hold them compare and hash too."""
    assert pickle.loads(pickle.dumps(marker)) == marker == copy.copy(marker)
    assert [other for other in MARKERS if other == marker] == [marker]
    assert len({*MARKERS}) == len(MARKERS)


@pytest.mark.parametrize(
    ("marker", "arguments"),
    [
        (Integer, (7, False)),
        (Integer, (32, False, True)),
        (Real, (16,)),
        (Kind, ("Vector",)),
        (MaxLength, (-1,)),
        (MaxLength, ("3",)),
        (Bits, (-1,)),
        (Name, ("",)),
        (Name, (3,)),
        (SingleVariant, ("",)),
        (Discriminant, ("3",)),
        (Shape, ()),
        (Shape, (-1,)),
        (Shape, (2, "3")),
    ],
)
def test_a_marker_that_says_nothing_is_refused(marker: Any, arguments: tuple[Any, ...]) -> None:
    """Where it is written, not where it is used."""
    with pytest.raises(SchemaError, match="says nothing"):
        marker(*arguments)


def test_shapes_are_written_by_their_sizes() -> None:
    """`Shape(2, 3)`."""
    assert Shape(2, 3).sizes == (2, 3)
