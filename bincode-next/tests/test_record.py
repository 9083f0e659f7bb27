"""Records are what dataclasses that are frozen and have slots are, and are made in a part of the time."""

import copy
import dataclasses
import pickle

import pytest

from bincode_next._record import record


@record(frozen=True, slots=True)
class Ours:
    a: int
    b: str = "b"
    hidden: object = dataclasses.field(default=None, compare=False, repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Theirs:
    a: int
    b: str = "b"
    hidden: object = dataclasses.field(default=None, compare=False, repr=False)


def made(cls, *values, **named):
    try:
        return cls(*values, **named)
    except TypeError:
        return TypeError


@pytest.mark.parametrize("values", [(), (1,), (1, "c"), (1, "c", 2), (1, "c", 2, 3)])
@pytest.mark.parametrize("named", [{}, {"a": 5}, {"b": "x"}, {"hidden": 9}, {"other": 1}])
def test_they_are_made_of_the_same_arguments(values, named):
    """Refused where a dataclass refuses them, and with the same fields where it takes them."""
    ours, theirs = made(Ours, *values, **named), made(Theirs, *values, **named)
    assert (ours is TypeError) == (theirs is TypeError)
    if ours is not TypeError:
        assert dataclasses.astuple(ours) == dataclasses.astuple(theirs)
        assert repr(ours) == repr(theirs).replace("Theirs", "Ours")


def test_they_compare_hash_copy_and_stay_as_they_are():
    one, same, other = Ours(1, hidden=1), Ours(1, hidden=2), Ours(2)
    assert (one == same, one == other, one == Theirs(1)) == (True, False, False)
    assert len({one, same, other}) == 2
    assert copy.deepcopy(one) == pickle.loads(pickle.dumps(one)) == one
    assert dataclasses.replace(one, a=2) == other
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.a = 3
    with pytest.raises(dataclasses.FrozenInstanceError):
        del one.a
    assert not hasattr(one, "__dict__")
