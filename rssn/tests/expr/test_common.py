"""What counts as a number, a name, and names in a string."""

from decimal import Decimal
from enum import IntEnum
from fractions import Fraction

import numpy as np
import pytest

from rssn.errors import OperatorError, OptionError
from rssn.expr import install_evaluate, symbol
from rssn.expr._common import Hooks, as_number, check_symbol_name, not_installed, split_names


class Level(IntEnum):
    HIGH = 3


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        (np.bool_(False), False),
        (3, 3),
        (Level.HIGH, 3),
        (np.int8(-3), -3),
        (np.uint64(2**64 - 1), 2**64 - 1),
        (0.1, 0.1),
        (np.float64(0.1), 0.1),
        (np.float32(0.5), 0.5),
        (Fraction(1, 3), Fraction(1, 3)),
        (1j, 1j),
        (np.complex64(1 + 2j), 1 + 2j),
        ("1", None),
        (Decimal(1), None),
        (np.longdouble(1), None),
        (np.array(1), None),
        (None, None),
    ],
    ids=repr,
)
def test_what_counts_as_a_number(value, expected):
    """Python's, NumPy's scalars that fit in a double, and subclasses; with exactly the type of Python."""
    found = as_number(value)
    assert found == expected
    assert type(found) is type(expected)


def test_names_are_split_or_refused():
    """Blanks and commas separate."""
    assert split_names("x, y z") == ["x", "y", "z"]
    assert split_names(["a b"]) == ["a b"]
    with pytest.raises(OptionError):
        split_names(" , ")
    assert check_symbol_name("e") == "e"
    with pytest.raises(OptionError):
        check_symbol_name(b"e")


def test_evaluate_comes_from_another_room(monkeypatch):
    """An installed function gets the expression and everything that was given."""
    monkeypatch.setattr(Hooks, "evaluate", Hooks.evaluate)
    install_evaluate(lambda e, environment, **options: (e, environment, options))
    x = symbol("x")
    assert x.evaluate({"x": 1}, exact=True) == (x, {"x": 1}, {"exact": True})


def test_evaluate_says_what_is_missing():
    """Where the room stands alone."""
    with pytest.raises(OperatorError, match="import rssn"):
        not_installed()
