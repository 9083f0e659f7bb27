"""The error tree: each error is also the builtin a user expects, says all it knows, and travels between processes."""

import inspect
import pickle
import re

import pytest

from rssn import errors
from rssn.errors import ParseError, RssnError, Span

BUILTINS = {
    "ParseError": ValueError,
    "LimitError": ValueError,
    "UnknownNameError": NameError,
    "ArityError": TypeError,
    "OperatorError": ValueError,
    "SymbolicTruthError": TypeError,
    "FoldError": ValueError,
    "DerivativeError": ValueError,
    "SeriesError": ValueError,
    "PolynomialError": ValueError,
    "TermLimitError": ValueError,
    "ZeroPolynomialError": ZeroDivisionError,
    "ShapeError": ValueError,
    "DtypeError": TypeError,
    "PrecisionLossError": TypeError,
    "OptionError": ValueError,
    "RuleError": ValueError,
    "AssumptionError": ValueError,
    "ConversionError": ValueError,
    "TableError": ValueError,
    "FormatError": ValueError,
    "CompileError": RuntimeError,
    "OutputError": OSError,
    "StorageError": OSError,
    "StoreFormatError": ValueError,
    "StoreDamageError": ValueError,
    "StoreLockedError": OSError,
    "StoreFullError": OSError,
    "StoreReadOnlyError": OSError,
    "StoreNameError": KeyError,
}
CLASSES = {name: kind for name, kind in vars(errors).items() if inspect.isclass(kind) and issubclass(kind, RssnError)}


def make(kind: type[RssnError]) -> RssnError:
    if issubclass(kind, ParseError):
        return kind("bad", text="x +* y", span=Span(3, 4, 1, 4), wanted="an operand", found="'*'", hint="remove it")
    return kind("bad", where="here", wanted="this", found="that", hint="do so")


def test_every_error_has_its_builtin() -> None:
    """A new error is added to this table, to the drawing and to the how-to page."""
    assert set(CLASSES) - {"RssnError"} == set(BUILTINS)
    drawn = re.findall(r"── (\w+)", errors.__doc__ or "")
    assert sorted(drawn) == sorted(BUILTINS)


@pytest.mark.parametrize("name", BUILTINS)
def test_an_error_is_the_builtin_and_one_of_ours(name: str) -> None:
    """Both `except ValueError` and `except RssnError` catch it."""
    assert issubclass(CLASSES[name], BUILTINS[name])
    assert issubclass(CLASSES[name], RssnError)


@pytest.mark.parametrize("name", BUILTINS)
def test_an_error_says_where_what_and_how(name: str) -> None:
    """Every field that is set is in the text."""
    error = make(CLASSES[name])
    for part in (error.where, error.message, error.wanted, error.found, error.hint):
        assert part
        assert part in str(error)


@pytest.mark.parametrize("name", BUILTINS)
def test_an_error_survives_pickling(name: str) -> None:
    """Worker processes send errors home with all their fields."""
    error = make(CLASSES[name])
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


@pytest.mark.parametrize("name", BUILTINS)
def test_the_exit_code_tells_whose_mistake_it_is(name: str) -> None:
    """2 for what the user can mend, 1 for the environment's mistakes and ours."""
    kind = CLASSES[name]
    is_ours = name in ("CompileError", "OutputError") or issubclass(kind, errors.StorageError)
    assert kind.exit_code == (1 if is_ours and kind is not errors.StoreFormatError else 2)


def test_the_caret_stands_under_the_place() -> None:
    """The second line of a text, cut to what a terminal shows, controls made visible."""
    text = "first\n" + "a" * 100 + "\x1b*"
    start = text.index("*")
    shown, caret = ParseError("bad", text=text, span=Span(start, start + 1, 2, 102)).caret().split("\n")
    assert shown[caret.index("^")] == "*"
    assert len(shown) <= 122
    assert "\x1b" not in shown
