"""Values for what Rust has and Python has not: immutable, equal by value, and they pickle."""

import copy
import pickle
from dataclasses import FrozenInstanceError
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import pytest

from bincode_next.types import (
    UNBOUNDED,
    Err,
    Excluded,
    Included,
    Ok,
    Range,
    RangeInclusive,
    SocketAddrV4,
    SocketAddrV6,
    Some,
    Unbounded,
)

VALUES: list[Any] = [
    Some(None),
    Ok(1),
    Err(1),
    Included(1),
    Excluded(1),
    UNBOUNDED,
    Range(1, 2),
    RangeInclusive(1, 2),
    SocketAddrV4(IPv4Address("127.0.0.1"), 80),
    SocketAddrV6(IPv6Address("::1"), 80),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_values_compare_hash_copy_and_pickle(value: Any) -> None:
    """Each is equal to its copies and to no other."""
    assert pickle.loads(pickle.dumps(value)) == value
    assert copy.deepcopy(value) == value
    assert [other for other in VALUES if other == value] == [value]
    assert len({*VALUES}) == len(VALUES)


def test_there_is_one_unbounded() -> None:
    """However it is made."""
    assert Unbounded() is UNBOUNDED
    assert pickle.loads(pickle.dumps(UNBOUNDED)) is UNBOUNDED
    assert copy.copy(UNBOUNDED) is UNBOUNDED
    assert repr(UNBOUNDED) == "UNBOUNDED"


def test_values_do_not_change() -> None:
    """They may be keys."""
    with pytest.raises(FrozenInstanceError):
        Ok(1).value = 2


def test_results_are_matched_by_class() -> None:
    """The way they are meant to be read."""
    result: Ok[int] | Err[str] = Err("no")
    match result:
        case Ok(value):
            text = str(value)
        case Err(error):
            text = error
    assert text == "no"


def test_what_a_flow_is_not_said() -> None:
    """Flow info and scope are zero unless given."""
    assert SocketAddrV6(IPv6Address("::1"), 80) == SocketAddrV6(IPv6Address("::1"), 80, 0, 0)
