"""Tokens of a text, for the readable parser and for the rare ones that the native parser hands over.

Numbers follow one rule everywhere: digits with an optional point and exponent,
``0x`` for hexadecimal, a ``j`` directly behind for the imaginary unit. No
locale is asked, and a float is the nearest one to the decimal.
"""

from __future__ import annotations

import re
from fractions import Fraction

from ..expr import Expr, apply, constant
from ._errors import limit_error, mistake, unexpected
from ._grammar_py import IMAGINARY
from ._limits import Limits

BLANK = re.compile(r"(?:[ \t\r\f]+|#[^\n]*)*")
BLANK_LINES = re.compile(r"(?:[ \t\r\f\n]+|#[^\n]*)*")
SIGN = re.compile(r"\*\*|//|<=|>=|==|!=|[-+*/%^<>(),;=\n]")
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(
    r"""
    (?P<hex> 0[xX] (?P<whole>[0-9a-fA-F]*) (?P<point>\.(?P<part>[0-9a-fA-F]*))? (?P<power>[pP](?P<two>[-+]?[0-9]+))? )
  | (?P<decimal> (?P<digits>[0-9]+(?P<dot>\.[0-9]*)?|\.[0-9]+) (?P<exp>[eE][-+]?(?P<ten>[0-9]+))? )
    (?P<j>[jJ](?![0-9A-Za-z_\x80-\U0010ffff]))?
    """,
    re.VERBOSE,
)
_CHUNK = 640  # decimal digits that int() converts however low its own limit is set


def blank_end(text: str, start: int, *, lines: bool) -> int:
    """Skip blanks and comments, with `lines` also ends of lines."""
    return (BLANK_LINES if lines else BLANK).match(text, start).end()  # type: ignore[union-attr]


def is_number(text: str, start: int) -> bool:
    """Whether a number starts here."""
    first = text[start]
    return "0" <= first <= "9" or (first == "." and "0" <= text[start + 1 : start + 2] <= "9")


def number(text: str, start: int, limits: Limits, *, exact: bool) -> tuple[Expr, int, bool]:
    """Read a number; return its node, where it ends, and whether a minus before it makes a negative constant."""
    match = _NUMBER.match(text, start)
    assert match is not None, "is_number() said that a number starts here"
    digits_of_exponent = (match["two"] or match["ten"] or "").lstrip("+-")
    if len(digits_of_exponent) > limits.exponent_digits:
        raise limit_error(
            text, start, match.end(), "the exponent is too long", "exponent_digits", limits.exponent_digits
        )
    node = constant((_hexadecimal if match["hex"] else _decimal)(text, match, limits, exact))
    if not match["j"]:
        return node, match.end(), True
    return IMAGINARY if node == constant(1) else apply("mul", node, IMAGINARY), match.end(), False


def _decimal(text: str, match: re.Match[str], limits: Limits, exact: bool) -> int | Fraction | float:
    digits, exponent = match["digits"], match["exp"]
    if exponent is None and "." not in digits:
        return whole_number(text, match.start(), digits, limits)
    if not exact:
        return float(match["decimal"])
    left, _, right = digits.partition(".")
    shift = int(exponent[1:] if exponent else 0) - len(right)
    _check_bits(text, match.start(), match.end(), abs(shift) * 10 // 3, limits)
    value = whole_number(text, match.start(), left + right, limits)
    return value * 10**shift if shift >= 0 else Fraction(value, 10**-shift)


def _hexadecimal(text: str, match: re.Match[str], limits: Limits, exact: bool) -> int | Fraction | float:
    whole, part = match["whole"], match["part"] or ""
    if not whole + part:
        raise unexpected(text, match.end(), "hexadecimal digits after 0x")
    _check_bits(text, match.start(), match.end(), 4 * len((whole + part).lstrip("0")) - 3, limits)
    if match["point"] is None and match["power"] is None:
        return int(whole, 16)
    if not exact:
        try:
            return float.fromhex(match["hex"])
        except OverflowError:
            return float("inf")
    shift = int(match["two"] or 0) - 4 * len(part)
    _check_bits(text, match.start(), match.end(), abs(shift), limits)
    return int(whole + part, 16) * Fraction(2) ** shift


def whole_number(text: str, start: int, digits: str, limits: Limits) -> int:
    """Convert decimal digits, however many the limits allow, in a time that grows slower than their square."""
    stop = start + len(digits)
    digits = digits.lstrip("0") or "0"
    _check_bits(text, start, stop, (len(digits) - 1) * 3321 // 1000, limits)
    parts = [int(digits[max(0, stop - _CHUNK) : stop]) for stop in range(len(digits), 0, -_CHUNK)]
    base = 10**_CHUNK
    while len(parts) > 1:
        parts = [low + base * high for low, high in zip(parts[::2], [*parts[1::2], 0], strict=False)]
        base *= base
    _check_bits(text, start, stop, parts[0].bit_length(), limits)
    return parts[0]


def _check_bits(text: str, start: int, stop: int, bits: int, limits: Limits) -> None:
    if bits > limits.integer_bits:
        raise limit_error(text, start, stop, "the number is too large", "integer_bits", limits.integer_bits)


def name_end(text: str, start: int, limits: Limits) -> int:
    """Return where the identifier that starts here ends; `start` itself if none does."""
    match = _PLAIN_NAME.match(text, start)
    stop = match.end() if match else start
    if stop < len(text) and text[stop] >= "\x80":
        # Letters beyond ASCII, and the marks and digits that may follow, are what str.isidentifier says.
        while stop < len(text) and ("a" + text[stop] if stop > start else text[stop]).isidentifier():
            stop += 1
    if stop - start > limits.name_length:
        raise limit_error(text, start, stop, "the name is too long", "name_length", limits.name_length)
    return stop


def quoted_name(text: str, start: int, limits: Limits) -> tuple[str, int]:
    """Read a name between backticks; a doubled backtick stands for one. Return the name and where the quotes end."""
    stop = start + 1
    while (stop := text.find("`", stop)) >= 0 and text[stop + 1 : stop + 2] == "`":
        stop += 2
    if stop < 0:
        raise mistake(text, start, start + 1, "a quoted name is not closed", wanted="a closing backtick")
    name = text[start + 1 : stop].replace("``", "`")
    if len(name) > limits.name_length:
        raise limit_error(text, start, stop, "the name is too long", "name_length", limits.name_length)
    return name, stop + 1
