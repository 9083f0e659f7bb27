"""What the user wrote becomes named formulas; names of earlier ones can be used in later ones."""

import pytest

import rssn
from rssn.errors import OptionError, UnknownNameError
from rssn.frames._statements import columns_of, read_statements, require_column

x, y, z = rssn.symbols("x y z")


@pytest.mark.parametrize(
    ("statements", "names", "exprs", "single"),
    [
        ("x + y", ("x + y",), (x + y,), True),
        ("  x +\n y ", ("x + y",), None, True),
        ("z = x + y", ("z",), (x + y,), False),
        (["x + y"], ("x + y",), (x + y,), False),
        (["z = x", "w = z + 1"], ("z", "w"), (x, x + 1), False),
        ("u = x*y; u + 1", ("u = x*y; u + 1",), (x * y + 1,), True),
        (["u = x*y; u + 1", "w = u"], ("u = x*y; u + 1", "w"), (x * y + 1, x * y), False),
        ("z = x; w = z", ("z", "w"), (x, x), False),
        (["_s = x*y", "w = _s + 1"], ("w",), (x * y + 1,), False),
        (["x = x*2", "y = x + 1"], ("x", "y"), (x * 2, x * 2 + 1), False),
        ({"a": "x", "b": y}, ("a", "b"), (x, y), False),
        ({"a": "_s = x; _s*2", "b": "_s"}, ("a", "b"), (x * 2, x), False),
        (x + y, (str(x + y),), (x + y,), True),
        ([x, "w = x"], ("x", "w"), (x, x), False),
    ],
)
def test_statements_are_read(statements: object, names: tuple[str, ...], exprs: object, single: bool) -> None:
    formulas = read_statements(statements)
    assert formulas.names == names
    assert exprs is None or formulas.exprs == exprs
    assert formulas.single == single


@pytest.mark.parametrize(
    "statements", [[], {}, "_s = x", ["_s = x"], ["z = x", "z = y"], {"a": "b = x"}, [3], 3, None, [["x"]]]
)
def test_what_gives_no_clear_result_is_refused(statements: object) -> None:
    with pytest.raises(OptionError):
        read_statements(statements)


def test_a_condition_may_use_the_names_of_results_and_steps() -> None:
    formulas = read_statements(["_s = x*y", "w = _s"]).with_condition("_s > 1 and y < 2")
    assert formulas.names == ("w", "")
    assert columns_of(formulas.exprs[1]) == {"x", "y"}


def test_columns_are_those_of_all_formulas_once() -> None:
    assert read_statements(["a = x + z", "b = x*y", "c = a"]).columns() == ["x", "y", "z"]


@pytest.mark.parametrize(
    ("known", "hint"),
    [
        (["speed", "dep_delay"], "did you mean 'dep_delay'"),
        (["DEPDELAY"], "the columns are DEPDELAY"),
        ([], "no column 'dep_dely'"),
        ([f"c{number:02}" for number in range(30)], "c11, …"),
    ],
)
def test_a_missing_column_is_explained(known: list[str], hint: str) -> None:
    with pytest.raises(UnknownNameError, match=hint):
        require_column("dep_dely", known)


def test_a_name_in_other_letters_is_near() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'DISTANCE'"):
        require_column("distance", ["DISTANCE", "other"])
