"""Cheap frozen dataclasses: the same as Python's, as far as a caller can tell."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, field, replace
from functools import cached_property

import pytest

from rssn._record import record


@record(frozen=True, slots=True)
class Pair:
    """Two values, the second with a default."""

    first: int
    second: str = "two"


@record(frozen=True, slots=True, kw_only=True)
class Named:
    """Keywords only."""

    first: int = 1


@record(frozen=True)
class Loose:
    """With room for what is computed later, and a field that does not count."""

    first: int
    note: str = field(default="", compare=False, repr=False)

    @cached_property
    def double(self) -> int:
        return 2 * self.first


@record(frozen=True, eq=False)
class Same:
    """Equal to itself only."""

    first: int


def test_made_compared_hashed_and_shown_as_a_dataclass() -> None:
    pair = Pair(1)
    assert pair == Pair(1, "two") == Pair(second="two", first=1)
    assert pair != Pair(2)
    assert pair != (1, "two")
    assert hash(pair) == hash(Pair(1))
    assert repr(pair).endswith("Pair(first=1, second='two')")
    assert replace(pair, second="three") == Pair(1, "three")
    assert Loose(1, "a") == Loose(1, "b")
    assert repr(Loose(1, "a")).endswith("Loose(first=1)")
    assert Loose(2).double == 4
    assert Same(1) != Same(1)


@pytest.mark.parametrize("value", [Pair(1, "x"), Named(first=3), Loose(1, "n")])
def test_copies_and_pickles(value: object) -> None:
    assert pickle.loads(pickle.dumps(value)) == value
    assert copy.copy(value) == value
    assert copy.deepcopy(value) == value


def test_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Pair(1).first = 2  # type: ignore[misc]  # that it can't be set is the point
    with pytest.raises(FrozenInstanceError):
        del Pair(1).first  # type: ignore[misc]  # likewise


def test_wrong_arguments_are_type_errors_that_name_the_fields() -> None:
    for call in (
        lambda: Pair(),  # type: ignore[call-arg]  # too few
        lambda: Pair(1, "2", 3),  # type: ignore[call-arg]  # too many
        lambda: Pair(1, third=3),  # type: ignore[call-arg]  # unknown
        lambda: Pair(1, first=1),  # type: ignore[misc]  # twice
        lambda: Named(3),  # type: ignore[misc]  # by place
    ):
        with pytest.raises(TypeError, match="first"):
            call()
