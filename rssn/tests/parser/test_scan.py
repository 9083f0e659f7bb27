"""Numbers: exact integers, decimals as Python's float has them, hexadecimal, imaginary."""

import locale
import math
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rssn.errors import ParseError
from rssn.expr import constant
from rssn.parser import UNLIMITED, parse

digits = st.text("0123456789", min_size=1, max_size=40)


@given(st.integers(min_value=0))
@example(2**63 - 1)
@example(2**63)
@example(10**18)
@example(10**19)
@example(10**5000)
def test_integers_are_exact(number: int) -> None:
    text = hex(number) if number > 10**4000 else str(number)
    assert parse(text, limits=UNLIMITED) == constant(number)
    assert parse("000" + str(number) if number < 10**4000 else text, limits=UNLIMITED) == constant(number)


def test_integers_beyond_the_interpreters_own_limit_on_digits() -> None:
    """int() refuses more than 4,300 digits; the parser's limit is its own."""
    assert parse("1" + "0" * 6_000) == constant(10**6_000)
    assert parse("12345" * 2_000).value % 10**5 == 12345


@given(
    digits,
    digits,
    st.integers(-400, 400),
    st.sampled_from(["{0}.{1}", "{0}.", ".{1}", "{0}e{2}", "{0}.{1}e{2:+}", "{0}.e{2}"]),
)
@example("9007199254740993", "0", 22, "{0}.{1}e{2:+}")
@example("1", "7976931348623158", 308, "{0}.{1}e{2:+}")
@example("2", "4703282292062327208", -324, "{0}.{1}e{2:+}")
def test_decimals_are_the_nearest_float(whole: str, part: str, exponent: int, form: str) -> None:
    text = form.format(whole, part, exponent)
    assert parse(text) == constant(float(text))
    assert parse(f"x - {text}*2") == parse("x") - constant(float(text)) * 2


@given(st.floats(allow_nan=False, min_value=0.0))
def test_the_shortest_text_of_a_float_reads_back(number: float) -> None:
    assert parse(repr(number) if "e" in repr(number) or "." in repr(number) else "inf") == constant(number)
    if math.isfinite(number):
        assert parse(number.hex()) == constant(number)


@given(digits, digits, st.integers(-40, 40))
def test_exact_decimals_are_rational(whole: str, part: str, exponent: int) -> None:
    text = f"{whole}.{part}e{exponent}"
    assert parse(text, exact=True) == constant(Fraction(text))
    assert parse(f"-{text}", exact=True) == constant(-Fraction(text))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("0x10", 16), ("0XfF", 255), ("0x1.8p3", 12.0), ("0x.8", 0.5), ("0x1.", 1.0), ("0x1p-1074", 5e-324),
        ("0x1p1024", math.inf), ("0x1P+2", 4.0), ("0xffffffffffffffffffff", 2**80 - 1), ("0x1.00000000000008p0", 1.0),
        ("1e400", math.inf), ("1e-400", 0.0), ("0e999999", 0.0), ("1E3", 1000.0), ("00012", 12), ("0x0", 0),
        ("5.", 5.0),
    ],
)  # fmt: skip
def test_forms_of_numbers(text: str, wanted: float) -> None:
    assert parse(text) == constant(wanted)
    assert type(parse(text).value) is type(wanted)


@pytest.mark.parametrize(
    ("text", "wanted"), [("0x1.8p3", 12), ("0x.8p-2", Fraction(1, 8)), ("1.50", Fraction(3, 2)), ("2e3", 2000)]
)
def test_exact_forms(text: str, wanted: Fraction) -> None:
    assert parse(text, exact=True) == constant(wanted)


def test_the_imaginary_unit_is_a_literal() -> None:
    unit = constant(1j)
    assert parse("1j") == parse("1J") == parse("01j") == unit
    assert parse("2j") == constant(2) * unit
    assert parse("1.5j") == constant(1.5) * unit
    assert parse("j") == parse("j + 0").operands[1] != unit
    assert parse("1.5j", exact=True) == constant(Fraction(3, 2)) * unit


@pytest.mark.parametrize(
    "text", ["1_000", "1jx", "1j2", "0x1g", "1e", "1.2.3", "0b1", "1é", "1e+", "0xp3", ".", "1 000", "１"]
)
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)


def test_numbers_do_not_depend_on_the_locale() -> None:
    old = locale.setlocale(locale.LC_NUMERIC)
    for name in ("de_DE.UTF-8", "fr_FR.UTF-8", "C"):
        try:
            locale.setlocale(locale.LC_NUMERIC, name)
        except locale.Error:
            continue
        try:
            assert parse("1.23456789012345678901234e-3") == constant(1.23456789012345678901234e-3)
            assert parse("1.5") == constant(1.5)
        finally:
            locale.setlocale(locale.LC_NUMERIC, old)
