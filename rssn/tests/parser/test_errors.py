"""What the errors say: the place, what was wanted, what came, what to do."""

import pickle

import pytest

from rssn.errors import ArityError, OptionError, ParseError, UnknownNameError
from rssn.parser import parse


def error_of(text: str, **options: bool) -> ParseError:
    with pytest.raises(ParseError) as caught:
        parse(text, **options)  # type: ignore[arg-type]
    return caught.value


@pytest.mark.parametrize(
    ("text", "line", "column", "hint"),
    [
        ("x + ", 1, 5, ""), ("", 1, 1, ""), ("# only a comment", 1, 17, ""),
        ("(x", 1, 3, "the bracket was opened at line 1"),
        ("x)", 1, 2, "no bracket is open"), ("a\n+ (b", 1, 1, "end the line with the operator"),
        ("x +\n\n  * y", 3, 3, ""),
        ("a if b", 1, 7, "a if c else b"), ("a else b", 1, 3, "a if c else b"), ("x = 3 = 4", 1, 7, "write =="),
        ("a && b", 1, 3, "`and`"), ("a | b", 1, 3, "`or`"), ("!a", 1, 1, "`not`"), ("a[1]", 1, 2, "round brackets"),
        ("'text'", 1, 1, "backticks"), ("a − b", 1, 3, "minus sign"), ("a × b", 1, 3, "write *"),
        ("x²", 1, 2, "write ^2"),
        ("x ≤ 3", 1, 3, "<="), ("(1, 2)", 1, 3, "comma"), ("sin(x,)", 1, 7, ""),
        ("a + not b", 1, 5, "brackets around not"),
        ("a not b", 1, 3, "a and not b"), ("f = `open", 1, 5, ""), ("0x", 1, 3, ""), ("1.2.3", 1, 4, ""),
        ("1 2", 1, 3, ""),
        ("``", 1, 1, "between the backticks"), ("`pi`", 1, 1, ""), ("rational(1, 0)", 1, 1, "p/q"),
        ("rational(x, 2)", 1, 1, "p/q"),
        ("a if b if c else d else e", 1, 8, "brackets around a conditional"),
        ("x; y", 1, 1, "only the last statement"),
        ("u=1; u=2", 1, 6, "a name of its own"), ("(a; b)", 1, 3, "the bracket was opened"),
        ("a : b", 1, 3, "piecewise"),
    ],
)  # fmt: skip
def test_mistakes_are_placed_and_explained(text: str, line: int, column: int, hint: str) -> None:
    error = error_of(text)
    assert (error.span.line, error.span.column) == (line, column)
    assert error.where == f"line {line}, column {column}"
    assert hint in error.hint
    assert bool(error.hint) == bool(hint)


def test_the_caret_stands_under_the_place() -> None:
    message = str(error_of("x + 1\ny = (a + * b)".replace("x + 1\n", "u = 1\n")))
    *_, line, caret = message.splitlines()
    assert line[caret.index("^")] == "*"
    assert message.startswith("line 2, column 10: not a formula; wanted a number, a name or '('; found '*'")


@pytest.mark.parametrize(
    ("character", "name"),
    [
        ("\x07", "control character U+0007 (BEL)"), ("\x00", "U+0000 (NUL)"), ("\x1b", "U+001B (ESC)"),
        ("\x7f", "control character U+007F"), ("\xa0", "U+00A0 (NO-BREAK SPACE)"),
        ("\u200b", "U+200B (ZERO WIDTH SPACE)"),
        ("\ufeff", "U+FEFF (ZERO WIDTH NO-BREAK SPACE)"), ("\u202e", "U+202E (RIGHT-TO-LEFT OVERRIDE)"),
        ("\ud800", "U+D800"),
    ],
)  # fmt: skip
def test_what_can_not_be_seen_is_named(character: str, name: str) -> None:
    for text in (f"x {character}", f"{character}x", f"x + {character}"):
        error = error_of(text)
        assert name in error.found
        assert character not in str(error)


def test_an_unknown_function_names_the_nearest_and_the_place() -> None:
    with pytest.raises(UnknownNameError, match="did you mean sqrt") as caught:
        parse("x +\n 2*sqtr(y)")
    assert caught.value.where == "line 2, column 4"
    with pytest.raises(UnknownNameError, match="unknown function 'foo_bar_baz'"):
        parse("foo_bar_baz(1)")


def test_a_wrong_number_of_operands_is_placed() -> None:
    for text, found, wanted in (
        ("sin()", 0, "1 operand"), ("1 + atan2(x)", 1, "2 operands"), ("clamp(x, 1)", 2, "3 operands"),
        ("piecewise(x)", 1, "at least 2 operands"), ("max(x)", 1, "at least 2 operands"),
    ):  # fmt: skip
        with pytest.raises(ArityError, match=f"got {found} operand.*wanted {wanted}") as caught:
            parse(text)
        assert caught.value.where.startswith("line 1, column")


def test_only_text_is_read() -> None:
    for wrong in (b"x", 3, None, ["x"]):
        with pytest.raises(OptionError, match="a formula is text"):
            parse(wrong)  # type: ignore[arg-type]


def test_a_subclass_of_str_is_text() -> None:
    class Text(str):
        __slots__ = ()

    assert parse(Text("x + 1")) == parse("x + 1")
    with pytest.raises(ParseError):
        parse(Text("x +"))


@pytest.mark.parametrize(
    ("text", "carets"), [("2*sinn(x)", "    ^^^^"), ("x +\n foo(x)", "   ^^^"), ("1 + sin(x, y)", "      ^^^")]
)
def test_wrong_functions_are_shown_in_the_text_too(text: str, carets: str) -> None:
    """An unknown function and a wrong number of operands have their line and carets, after pickling too."""
    with pytest.raises((UnknownNameError, ArityError)) as caught:
        parse(text)
    for error in (caught.value, pickle.loads(pickle.dumps(caught.value))):
        assert str(error).splitlines()[-1] == carets
        assert str(error).splitlines()[-2].strip() in text
