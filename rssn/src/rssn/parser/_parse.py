"""Read formulas. Chooses the native parser or its readable twin; a missing build is an ImportError."""

from __future__ import annotations

from .. import config
from ..errors import OptionError
from ..expr import Expr
from ._limits import DEFAULT, Limits
from ._program import Program

if config.PURE_PYTHON:
    from ._parse_py import read_program as read_program
    from ._parse_py import read_value as read_value
else:
    from ._parse_c import read_program as read_program
    from ._parse_c import read_value as read_value


def parse(text: str, *, implicit_multiplication: bool = False, exact: bool = False, limits: Limits = DEFAULT) -> Expr:
    """Read a formula, or several statements of which the last gives the value.

    ``u = x^2; u + 1`` reads as ``x^2 + 1``. Integers are exact; decimals are
    the nearest f64, or exact rationals with ``exact=True``. With
    ``implicit_multiplication=True``, ``2x``, ``3(x + 1)`` and ``(a)(b)`` are products, which
    bind like ``*``. Names that mean nothing here become symbols.

    Raises ParseError with place, caret and hint; LimitError where the text is
    larger than `limits` allow; UnknownNameError for a function nobody defined,
    ArityError for one with too few or too many operands.
    """
    return read_value(_text(text), implicit_multiplication, exact, limits)


def parse_program(
    text: str, *, implicit_multiplication: bool = False, exact: bool = False, limits: Limits = DEFAULT
) -> Program:
    """Read statements like ``u = x^2; w = u + 1``, separated by semicolons or ends of lines; options as for `parse`.

    Each name is put in where later statements use it. Only the last statement may lack a name.
    """
    return read_program(_text(text), implicit_multiplication, exact, limits)


def _text(text: object) -> str:
    if not isinstance(text, str):
        raise OptionError("a formula is text", wanted="str", found=type(text).__name__)
    return text if type(text) is str else str.__str__(text)  # the native parser takes no subclasses
