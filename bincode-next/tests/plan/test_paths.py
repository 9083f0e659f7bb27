"""Places as text."""

from bincode_next.errors import DecodeError, UnexpectedEnd
from bincode_next.plan._paths import KEY, MOST, VALUE, VARIANT, located, path_of


def test_each_kind_of_place_has_its_form() -> None:
    assert path_of([]) == ""
    assert path_of(["items", 3, "name"]) == "items[3].name"
    assert path_of([None, "m", (VALUE, "k"), None]) == "m['k']"
    assert path_of([(VALUE, 7), 1]) == "[7][1]"
    assert path_of([(VARIANT, "Shape", "Circle"), "radius"]) == "Shape.Circle.radius"
    assert path_of(["shape", (VARIANT, "Shape", "Circle"), "radius"]) == "shape.Circle.radius"
    assert path_of(["m", (KEY, 2)]) == "m.keys()[2]"


def test_the_middle_of_a_long_path_is_left_out() -> None:
    text = path_of(["next"] * 100_000)
    assert len(text) < 10 * MOST
    assert "…99900 more…" in text


def test_keys_are_cut_and_can_be_anything() -> None:
    class Silent:
        def __repr__(self) -> str:
            raise RuntimeError

    assert path_of([(VALUE, Silent())]) == "[<Silent>]"
    assert len(path_of([(VALUE, "k" * 1000)])) < 100


def test_a_located_error_is_the_same_error_with_a_path() -> None:
    error = UnexpectedEnd("ended", offset=4, wanted="8 bytes", found=3, path="[2]")
    error.additional = 5
    placed = located(error, ["a"])
    assert type(placed) is UnexpectedEnd
    assert (placed.path, placed.offset, placed.wanted, placed.found) == ("a[2]", 4, "8 bytes", 3)
    assert placed.additional == 5
    assert str(placed) == "at a[2] byte 4: ended; wanted 8 bytes, found 3"
    assert located(DecodeError("x", path="b"), []).path == "b"
    assert located(DecodeError("x", path="b"), ["a"]).path == "a.b"
