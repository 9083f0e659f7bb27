"""The wording of the parser's errors. Both parsers end up here: the native one lets the readable one explain."""

from __future__ import annotations

import re
import unicodedata

from ..errors import ArityError, LimitError, ParseError, Span, UnknownNameError, caret
from ..ops import Operator, unknown

OPERAND = "a number, a name or '('"
OPERATOR = "an operator or the end"
_WORD = re.compile(r"[A-Za-z0-9_.]+|\*\*|//|[<>=!]=|&&|\|\||.", re.DOTALL)
_SHOWN = 40

_CONTROLS = tuple(
    "NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB "  # noqa: SIM905
    "CAN EM SUB ESC FS GS RS US".split()
)
_HINTS = {
    "−": "write the minus sign -",
    "–": "write the minus sign -",
    "×": "write * for a product",
    "·": "write * for a product",
    "÷": "write / for a quotient",
    "²": "write ^2",
    "³": "write ^3",
    "√": "write sqrt(...)",
    "∞": "write inf",
    "≤": "write <=",
    "≥": "write >=",
    "≠": "write !=",
    "[": "use round brackets ( )",
    "]": "use round brackets ( )",
    "{": "use round brackets ( )",
    "}": "use round brackets ( )",
    "&": "write `and`",
    "|": "write `or`; the absolute value is abs(x)",
    "!": "write `not`, or gamma(n + 1) for a factorial",
    "~": "write `not`",
    "'": "text is no number; a column's name that is no identifier goes between backticks",
    '"': "text is no number; a column's name that is no identifier goes between backticks",
    ":": "write `a if c else b`, or piecewise(...)",
    "=": "write == to compare; name = value is a statement of its own",
    ",": "a comma separates the operands of a function; thousands are not grouped",
    "if": "a conditional is written `a if c else b`",
    "else": "a conditional is written `a if c else b`",
    "not": "put brackets around not: `a + (not b)`, or write `a and not b`",
}


def span(text: str, start: int, stop: int) -> Span:
    """Return the place of characters `start` to `stop`, with line and column counted from 1."""
    start = min(start, len(text))
    line_start = text.rfind("\n", 0, start) + 1
    return Span(start, max(start, stop), text.count("\n", 0, start) + 1, start - line_start + 1)


def describe(text: str, start: int) -> tuple[str, int]:
    """Name what stands at `start`, and return where it ends."""
    if start >= len(text):
        return "the end of the text", start
    word = _WORD.match(text, start)
    found = word.group() if word else text[start]
    return name_character(found) if len(found) == 1 else repr(found[:_SHOWN]), start + len(found)


def name_character(character: str) -> str:
    """Show a character; one that can't be seen is shown by number and name."""
    code = ord(character)
    if code < len(_CONTROLS):
        return "the end of the line" if character == "\n" else f"control character U+{code:04X} ({_CONTROLS[code]})"
    if character.isprintable() and character != "\xa0":
        return repr(character)
    kind = "control character " if unicodedata.category(character) == "Cc" else ""
    return f"{kind}U+{code:04X} ({unicodedata.name(character, 'no name')})"


def unexpected(text: str, start: int, wanted: str, *, hint: str = "", message: str = "") -> ParseError:
    """Make the error for what stands at `start` where something else was wanted."""
    found, stop = describe(text, start)
    if not message:
        message = "the text ends too early" if start >= len(text) else "not a formula"
    found = "" if start >= len(text) else found
    hint = hint or _HINTS.get(text[start:stop], "") or _HINTS.get(text[start : start + 1], "")
    return ParseError(
        message, text=text, span=span(text, start, max(stop, start + 1)), wanted=wanted, found=found, hint=hint
    )


def mistake(text: str, start: int, stop: int, message: str, *, wanted: str = "", hint: str = "") -> ParseError:
    """Make the error for a stretch of text that reads well but means nothing."""
    return ParseError(message, text=text, span=span(text, start, stop), wanted=wanted, hint=hint)


def limit_error(text: str, start: int, stop: int, message: str, limit: str, value: int) -> LimitError:
    """Make the error for what is larger than `limits` allow, naming the limit."""
    return LimitError(
        message,
        text=text,
        span=span(text, start, stop),
        wanted=f"{limit} <= {value:,}",
        hint=f"if the text is to be trusted, pass limits=Limits({limit}=...)",
    )


def unknown_function(text: str, start: int, stop: int) -> UnknownNameError:
    """Make the error for a name before '(' that is no function; the nearest known one is the hint."""
    place = span(text, start, stop)
    error = unknown(text[start:stop], str(place))
    error.excerpt = caret(text, place)
    return error


def wrong_arity(text: str, start: int, stop: int, record: Operator, count: int) -> ArityError:
    """Make the error for a call with too few or too many operands."""
    place = span(text, start, stop)
    message = f"{record.name} got {count} operand{'' if count == 1 else 's'}"
    error = ArityError(message, where=str(place), wanted=record.wanted())
    error.excerpt = caret(text, place)
    return error
