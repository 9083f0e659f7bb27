"""Errors are one family, and say where, what was wanted, what came and what to do."""

import inspect
import pickle

import pytest

from bincode_next import errors
from bincode_next.errors import BincodeError, DecodeError, EncodeError, SchemaError, UnexpectedEnd

CLASSES = [cls for _, cls in inspect.getmembers(errors, inspect.isclass) if cls.__module__ == errors.__name__]


@pytest.mark.parametrize("cls", CLASSES)
def test_there_is_one_root(cls: type) -> None:
    """Beside it, each is what Python itself would raise."""
    assert issubclass(cls, BincodeError)
    assert cls is BincodeError or issubclass(cls, ValueError | TypeError | ImportError | EOFError)
    assert cls.__doc__


def test_the_sentence_has_all_its_parts() -> None:
    """Only those that are known."""
    error = DecodeError("no bool", path="a[3]", offset=7, wanted="0 or 1", found=2, advice="Look again.")
    assert str(error) == "at a[3] byte 7: no bool; wanted 0 or 1, found 2. Look again."
    assert (error.path, error.offset, error.wanted, error.found) == ("a[3]", 7, "0 or 1", 2)
    assert str(EncodeError("no")) == "no"
    assert str(SchemaError("no", path="A.b", found=3)) == "at A.b: no; found 3"


def test_long_values_are_cut() -> None:
    """An error is for reading."""
    assert len(str(EncodeError("no", found="x" * 10_000))) < 100


def test_an_early_end_says_how_much_is_lacking() -> None:
    """Zero until somebody counts."""
    assert UnexpectedEnd("the bytes end").additional == 0


@pytest.mark.parametrize(
    "error", [DecodeError("no", path="a", offset=7, wanted="b", found=3), SchemaError("no", path="a")]
)
def test_errors_pickle(error: BincodeError) -> None:
    """They come back from other processes with their fields."""
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))
