"""How an operator is written: one `Printer` record per operator name, registered by whoever owns the operator."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Literal

from rssn._record import record
from rssn.errors import OperatorError

Style = Literal["function", "left", "right", "none", "prefix"]


class Precedence(IntEnum):
    """How tightly a written form binds; a part that binds less tightly than its place needs gets parentheses."""

    CONDITIONAL = 10
    OR = 20
    AND = 30
    NOT = 40
    COMPARISON = 50
    SUM = 60
    PRODUCT = 70
    NEGATION = 80
    POWER = 90
    ATOM = 100


_PLACE = re.compile(r"\{#(\d+|\*)\}|#(\d+)")


@record(frozen=True, slots=True)
class Printer:
    r"""How one operator is written.

    `style` is "function" for `name(a, b)`, "left", "right" or "none" for an
    infix `symbol` that associates so, "prefix" for a `symbol` before its one
    operand. Infix and prefix styles need `symbol` (with the spaces around it,
    as in " + ") and `precedence`; they apply to nodes of exactly two operands
    or one, any other number of operands prints as a function. `function` is
    the name to print, where it is not the operator's own.

    `latex` is a template: `#1`, `#2` stand for operands, which get parentheses
    as in text; `{#1}` never gets any, as in `\frac{#1}{#2}`; `{#*}` stands for
    all operands with commas. `latex_precedence` says how tightly the LaTeX
    form binds. Without a template, `function` style prints
    `\operatorname{name}\left(...\right)` and infix style puts `symbol`.
    """

    style: Style = "function"
    symbol: str = ""
    precedence: Precedence = Precedence.ATOM
    function: str = ""
    latex: str = ""
    latex_precedence: Precedence = Precedence.ATOM

    def __post_init__(self) -> None:
        """Refuse a record that would print what can't be read back."""
        if self.style != "function" and (not self.symbol.strip() or self.precedence is Precedence.ATOM):
            raise OperatorError(f"a printer of style {self.style!r} needs a symbol and a precedence", found=repr(self))

    def latex_pieces(self) -> list[tuple[str, int, bool]]:
        """Split the template into (text before, operand number from 1 or 0 for all or -1 for none, bare) pieces."""
        pieces, last = [], 0
        for match in _PLACE.finditer(self.latex):
            braced, bare = match.group(1), match.group(2)
            place = 0 if braced == "*" else int(braced or bare)
            pieces.append((self.latex[last : match.start()], place, bare is not None))
            last = match.end()
        return [*pieces, (self.latex[last:], -1, False)]


_printers: dict[str, Printer] = {}


def register_printer(name: str, printer: Printer) -> None:
    """Set how the operator `name` is written; a later registration replaces an earlier one."""
    _printers[name] = printer


def printer_of(name: str) -> Printer:
    """Return the printer of an operator; one that nobody registered is written as a function."""
    return _printers.get(name, FUNCTION)


FUNCTION = Printer()


def _register_python_operators() -> None:
    p = Precedence
    rows: tuple[tuple[str, Style, str, Precedence, str, Precedence], ...] = (
        ("add", "left", " + ", p.SUM, "#1 + #2", p.SUM),
        ("sub", "left", " - ", p.SUM, "#1 - #2", p.SUM),
        ("mul", "left", "*", p.PRODUCT, r"#1 #2", p.PRODUCT),
        ("div", "left", "/", p.PRODUCT, r"\frac{#1}{#2}", p.PRODUCT),
        ("floordiv", "left", "//", p.PRODUCT, r"\left\lfloor \frac{#1}{#2} \right\rfloor", p.ATOM),
        ("mod", "left", " % ", p.PRODUCT, r"#1 \bmod #2", p.PRODUCT),
        ("pow", "right", "^", p.POWER, "#1^{#2}", p.POWER),
        ("neg", "prefix", "-", p.NEGATION, "-#1", p.NEGATION),
        ("lt", "none", " < ", p.COMPARISON, "#1 < #2", p.COMPARISON),
        ("le", "none", " <= ", p.COMPARISON, r"#1 \le #2", p.COMPARISON),
        ("gt", "none", " > ", p.COMPARISON, "#1 > #2", p.COMPARISON),
        ("ge", "none", " >= ", p.COMPARISON, r"#1 \ge #2", p.COMPARISON),
        ("and", "left", " and ", p.AND, r"#1 \land #2", p.AND),
        ("or", "left", " or ", p.OR, r"#1 \lor #2", p.OR),
        ("not", "prefix", "not ", p.NOT, r"\lnot #1", p.NOT),
    )
    for name, style, symbol, precedence, latex, latex_precedence in rows:
        register_printer(name, Printer(style, symbol, precedence, "", latex, latex_precedence))
    register_printer("abs", Printer(latex=r"\left|{#1}\right|"))


_register_python_operators()
