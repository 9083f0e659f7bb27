"""What a text means: precedence, chains, conditionals, products without a sign."""

import pytest

from rssn.errors import ParseError
from rssn.expr import apply, constant, symbol
from rssn.ops import and_, eq, ne, not_, or_, where
from rssn.parser import parse

a, b, c, d, e, x, y = map(symbol, "abcdexy")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("-x^2", -(x**2)), ("-3^2", -(constant(3) ** 2)), ("2^-x", 2 ** (-x)), ("2^-x^y", 2 ** (-(x**y))),
        ("a^b^c", a ** (b**c)), ("a**b", a**b), ("a-b-c", (a - b) - c), ("a/b/c", (a / b) / c),
        ("a/b*c", (a / b) * c),
        ("a*-b", a * (-b)), ("a - -b", a - (-b)), ("--a", apply("neg", -a)), ("+a", a), ("a + +b", a + b),
        ("-a*b", (-a) * b),
        ("-a % b", (-a) % b), ("a//b%c", (a // b) % c), ("a + b*c^d", a + b * c**d), ("(a + b)*c", (a + b) * c),
        ("not a and b", and_(not_(a), b)), ("not a < b", not_(a < b)), ("not not a", not_(not_(a))),
        ("a or b and c", or_(a, and_(b, c))), ("a and not b", and_(a, not_(b))), ("a < b + c", a < b + c),
        ("a == b", eq(a, b)), ("a != b", ne(a, b)), ("a < b and c >= d", and_(a < b, c >= d)),
    ],
)  # fmt: skip
def test_precedence(text: str, wanted: object) -> None:
    assert parse(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a < b < c", and_(a < b, b < c)), ("a < b <= c != d", and_(and_(a < b, b <= c), ne(c, d))),
        ("a + 1 < b + 2 < c + 3", and_(a + 1 < b + 2, b + 2 < c + 3)), ("(a < b) < c", apply("lt", a < b, c)),
        ("not a < b < c", not_(and_(a < b, b < c))), ("a < b < c or d", or_(and_(a < b, b < c), d)),
    ],
)  # fmt: skip
def test_comparisons_chain_as_in_python(text: str, wanted: object) -> None:
    assert parse(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a if c else b", where(c, a, b)), ("a if c else b if d else e", where(c, a, where(d, b, e))),
        ("a + 1 if c or d else b", where(or_(c, d), a + 1, b)), ("(a if c else b) + 1", where(c, a, b) + 1),
        ("a if (b if c else d) else e", where(where(c, b, d), a, e)),
        ("sin(a if c else b)", apply("sin", where(c, a, b))),
        ("select(c, a, b)", where(c, a, b)),
    ],
)  # fmt: skip
def test_conditionals(text: str, wanted: object) -> None:
    assert parse(text) == wanted


def test_piecewise_without_an_otherwise_ends_in_nan() -> None:
    assert parse("piecewise(a < b, 1, c, 2)") == apply("piecewise", a < b, 1, c, 2, float("nan"))
    assert parse("piecewise(a < b, 1, 2)") == apply("piecewise", a < b, 1, 2)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("-3", -3), ("-0.0", -0.0), ("-0", 0), ("-inf", float("-inf")), ("-0x10", -16),
        ("-9223372036854775808", -(2**63)),
    ],
)  # fmt: skip
def test_a_minus_directly_before_a_number_makes_a_constant(text: str, wanted: float) -> None:
    assert parse(text) == constant(wanted)
    assert parse(text.replace("-", "- ")) == constant(wanted)
    assert parse(f"({text})*x") == parse(f"{text}*x") == constant(wanted) * x
    assert parse(f"-({text[1:]})") == -constant(abs(wanted)) or text == "-0.0"
    assert parse(f"-{text}") == -constant(wanted)
    assert parse(f"{text}^2") == -(parse(text[1:]) ** 2)
    assert parse(f"2^{text}^2") == 2 ** (-(parse(text[1:]) ** 2))


def test_only_numbers_take_the_minus_in() -> None:
    for text in ("pi", "nan", "true", "1j", "2j", "x", "rational(1, 3)"):
        assert parse(f"-{text}") == -parse(text)
    assert parse("- +3") == -constant(3)


def test_reserved_names_and_functions() -> None:
    """A function's name is one only before a bracket; e, i, gamma are columns."""
    assert parse("pi") == constant("pi")
    assert parse("nan") == constant(float("nan"))
    assert parse("true") == constant(True)
    for name in (
        "e",
        "i",
        "j",
        "gamma",
        "sin",
        "piecewise",
        "rational",
        "PI",
        "Inf",
        "_",
        "x_1",
        "naïve",
        "переменная",
        "変数",
    ):
        assert parse(name) == symbol(name)
    assert parse("sin + sin(sin)") == symbol("sin") + apply("sin", symbol("sin"))
    assert parse("sin (x)") == apply("sin", x)
    assert parse("ln(x)") == apply("log", x)


def test_names_are_kept_as_written() -> None:
    """Composed and decomposed letters look alike and are two names; so are full-width ones."""
    assert parse("e\u0301") == symbol("e\u0301") != parse("é")
    assert parse("ｘ") == symbol("ｘ") != x


@pytest.mark.parametrize(
    "name", ["dep delay", "a+b", "if", "1st", "a`b", "`", "line\nbreak", "é t é", "x", "#no comment", "\x01"]
)
def test_quoted_names_may_be_anything(name: str) -> None:
    quoted = "`" + name.replace("`", "``") + "`"
    assert parse(quoted) == symbol(name)
    assert parse(f"2*{quoted} + 1") == 2 * symbol(name) + 1


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2x", 2 * x), ("3(x+1)", 3 * (x + 1)), ("(a)(b)", a * b), ("2x^2", 2 * x**2), ("-2x", -2 * x),
        ("x y", x * y),
        ("2 x y", (2 * x) * y), ("1/2x", (constant(1) / 2) * x), ("2sin(x)cos(y)", parse("2*sin(x)*cos(y)")),
        ("(x+1)y", (x + 1) * y), ("2`a b`", 2 * symbol("a b")), ("2 if c else 3x", where(c, 2, 3 * x)),
        ("2e", 2 * e), ("2e3", constant(2000.0)), ("2pi", 2 * constant("pi")), ("x and y", and_(x, y)),
        ("2x < 3y", 2 * x < 3 * y),
    ],
)  # fmt: skip
def test_products_without_a_sign(text: str, wanted: object) -> None:
    assert parse(text, implicit_multiplication=True) == wanted


def test_without_the_option_a_missing_sign_is_an_error() -> None:
    for text in ("2x", "3(x+1)", "(a)(b)", "x y"):
        with pytest.raises(ParseError, match="implicit_multiplication=True"):
            parse(text)


def test_blanks_and_comments() -> None:
    assert parse(" \t x # tail") == x
    assert parse("# head\nx") == x
    assert parse("(x\n + # inside\n y\n)") == x + y
    assert parse("x +\n y") == x + y
    assert parse("x\r\n") == x


def test_rational_literals() -> None:
    third = parse("rational(1, 3)")
    assert third.operator == "rational"
    assert parse("rational(-2, 6)") == parse("rational(-1, 3)") == parse("rational(1, -3)")
    assert parse("rational(4, 2)") == constant(2)
    assert parse("rational(10000000000000000000000, 3)").value.numerator == 10**22
