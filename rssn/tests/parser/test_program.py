"""Statements: names are put in where they are used."""

import pytest

from rssn.errors import ParseError
from rssn.parser import parse, parse_program


def test_names_are_put_in_where_they_are_used() -> None:
    program = parse_program("u = x^2; w = u + 1  # a comment\nw*u")
    assert program.assignments == (("u", parse("x^2")), ("w", parse("x^2 + 1")))
    assert program.result == program.value == parse("(x^2 + 1)*x^2")


def test_the_last_name_gives_the_value_where_there_is_no_bare_expression() -> None:
    program = parse_program("z = x*y")
    assert program.assignments == (("z", parse("x*y")),)
    assert program.result is None
    assert program.value == parse("z = x*y") == parse("x*y")


@pytest.mark.parametrize(
    "text",
    ["u=1;u+1", "u=1\nu+1", ";;u=1;\n;u+1;;\n", "u = 1 # one\n# two\n\nu + 1", "u =\n1\nu +\n1",
     "u = (1\n)\nu+1", "\r\nu=1\r\nu+1\r\n"],
)  # fmt: skip
def test_statements_end_at_semicolons_and_lines(text: str) -> None:
    """But not inside brackets, nor where an operand is still wanted."""
    program = parse_program(text)
    assert program.assignments == (("u", parse("1")),)
    assert program.result == parse("1 + 1")


def test_a_name_is_free_until_it_has_a_value() -> None:
    """A column may be replaced: the right side still means the column."""
    assert parse("x = x + 1; x*2") == parse("(x + 1)*2")
    assert parse("y = x; x = 3; y + x") == parse("x + 3")


def test_quoted_names_can_be_given_values() -> None:
    program = parse_program("`made up` = a - b; `made up` / 2")
    assert program.assignments[0][0] == "made up"
    assert program.result == parse("(a - b)/2")


def test_names_of_functions_can_be_given_values() -> None:
    assert parse("sin = 2; sin(sin)") == parse("sin(2)")


def test_many_names() -> None:
    """More names than any cache holds, each used once."""
    text = "u0 = x\n" + "".join(f"u{n} = u{n - 1} + {n}\n" for n in range(1, 2_000)) + "u1999"
    wanted = parse("x")
    for n in range(1, 2_000):
        wanted = wanted + n
    assert parse(text) == wanted


@pytest.mark.parametrize(
    "text",
    ["x; y", "u = 1; u = 2", "pi = 3", "if = 3", "u = ", "= 3", "u = v = 3", "u == 1; u", "(u = 3)", "3 = u", "``=1"],
)
def test_statements_that_mean_nothing_are_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
