"""The names that users write as hints: plain Python types with markers."""

from typing import Annotated, Any, Literal, TypeVar, get_args

import pytest

from bincode_next import types
from bincode_next.types import Array, Bound, Err, Integer, Length, Ok, Result, f32, u8, u128


@pytest.mark.parametrize("bits", [8, 16, 32, 64, 128])
def test_integers_are_annotated_ints(bits: int) -> None:
    """Of every width, with and without sign."""
    for letter in "ui":
        assert get_args(getattr(types, f"{letter}{bits}")) == (int, Integer(bits, letter == "i"))


def test_aliases_take_arguments() -> None:
    """And type variables, which generic classes fill later."""
    T = TypeVar("T")
    assert Array[u8, Literal[4]] == Array[u8, 4] == Annotated[list[u8], Length(4)]
    open_array: Any = Array[T, Literal[4]]
    assert open_array[u8] == Array[u8, 4]
    assert Result[u8, str] == Ok[u8] | Err[str]
    assert get_args(Bound[f32])[0] == types.Included[f32]
    assert u128 != types.i128
