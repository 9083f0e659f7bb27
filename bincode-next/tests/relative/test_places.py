"""Places as text."""

from bincode_next.errors import DecodeError
from bincode_next.relative._places import Place, located, path_of


def test_steps_become_a_path() -> None:
    """Fields with points, items in brackets."""
    place = Place(Place(Place(Place(None, "items"), 3), "Circle"), "radius")
    assert path_of(place) == "items[3].Circle.radius"
    assert path_of(Place(None, 2)) == "[2]"
    assert path_of(None) == ""


def test_an_error_keeps_all_but_its_path() -> None:
    """Its class too."""
    error = located(DecodeError("wrong", offset=4, wanted="a", found=1, advice="Try b"), Place(None, "x"))
    assert (type(error), error.path, error.offset, error.wanted, error.found) == (DecodeError, "x", 4, "a", 1)
    assert str(error) == "at x byte 4: wrong; wanted a, found 1. Try b"
