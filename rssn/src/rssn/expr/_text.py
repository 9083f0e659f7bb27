"""Expressions as text that parses back to the same expression, in let form where parts are shared or deep.

Nothing here recurses, and the length of the text is linear in unique nodes:
a part that would be written more than once is either small or gets a name.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import count

from ._ast import Ast
from ._common import RESERVED_NAMES, Hooks
from ._plan import Plan
from ._printer import Precedence, Printer

KEYWORDS = frozenset({"if", "else", "and", "or", "not"})
# repr() shows so many characters, and does not even write out more nodes than this.
BRIEF_LENGTH = 200
BRIEF_NODES = 2_000
_DIGITS_AT_ONCE = 600  # below every limit that sys.set_int_max_str_digits accepts

Task = str | tuple[int, int, bool]  # text to write, or: node, how tightly its place binds, is it on the right


def text(ast: Ast, *, brief: bool = False) -> str:
    """Return the text of an Ast with one root; with `brief`, one short line for `repr`."""
    if brief and len(ast) > BRIEF_NODES:
        return f"<Expr: {ast.operators[ast.code[0]]} of {len(ast):,} nodes>"
    line = _Writer(Plan(ast)).text(ast.roots[0])
    if not brief:
        return line
    line = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line[: BRIEF_LENGTH + 1])
    return line if len(line) <= BRIEF_LENGTH else line[: BRIEF_LENGTH - 1] + "…"


def integer_text(value: int) -> str:
    """Return the decimal digits of an integer of any size, whatever Python's limit on their number says."""
    if abs(value).bit_length() < 2 * _DIGITS_AT_ONCE:
        return str(value)
    digits = _DIGITS_AT_ONCE
    while abs(value).bit_length() > 3 * digits:
        digits *= 2
    parts = [abs(value)]
    while digits >= _DIGITS_AT_ONCE:
        # Halve every part; the bottom level has parts of fewer than _DIGITS_AT_ONCE digits.
        parts = [half for part in parts for half in divmod(part, 10**digits)]
        digits //= 2
    padded = "".join(str(part).zfill(_DIGITS_AT_ONCE) for part in parts).lstrip("0")
    return f"-{padded}" if value < 0 else padded


def symbol_text(name: str) -> str:
    """Return a symbol's name, between backticks (doubled inside) where the bare name would not be read as a symbol."""
    if name.isidentifier() and name not in KEYWORDS:
        return name
    return "`" + name.replace("`", "``") + "`"


def number_text(value: int | Fraction | float) -> str:
    """Return the text of a number: `3`, `rational(1, 3)`, `1.5`, `1e+30`, `inf`, `nan`."""
    if isinstance(value, Fraction):
        return f"rational({integer_text(value.numerator)}, {integer_text(value.denominator)})"
    return repr(value) if isinstance(value, float) else integer_text(value)


def fresh_names(taken: frozenset[str]) -> Iterator[str]:
    """Yield u1, u2, … without the names that are taken."""
    return (name for name in (f"u{number}" for number in count(1)) if name not in taken)


class _Writer:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        names = fresh_names(RESERVED_NAMES | frozenset(plan.ast.symbols))
        self.names = {node: next(names) for node in plan.named}
        self.pieces: list[str] = []

    def text(self, root: int) -> str:
        for node, name in self.names.items():
            self.pieces += (name, " = ")
            self.write(node)
            self.pieces.append("; ")
        self.write(root)
        return "".join(self.pieces)

    def write(self, top: int) -> None:
        """Write the part below `top`, itself written out, the named parts in it by name."""
        tasks: list[Task] = self.application(top) if not self.plan.is_leaf(top) else [self.leaf(top)]
        while tasks:
            task = tasks.pop()
            if isinstance(task, str):
                self.pieces.append(task)
                continue
            node, wanted, on_right = task
            if node in self.names:
                self.pieces.append(self.names[node])
                continue
            is_leaf = self.plan.is_leaf(node)
            # A minus right after an operator takes a number in, so a negative number needs no brackets there.
            bracketed = self.plan.precedence(node) < wanted and not (is_leaf and on_right)
            if bracketed:
                self.pieces.append("(")
                tasks.append(")")
            if is_leaf:
                self.pieces.append(self.leaf(node))
            else:
                tasks += self.application(node)

    def leaf(self, node: int) -> str:
        value = None if self.plan.operator(node) == "symbol" else self.plan.constant(node)
        if value is None:
            return symbol_text(self.plan.symbol(node))
        return value if isinstance(value, str) else number_text(value)  # type: ignore[arg-type]

    def application(self, node: int) -> list[Task]:
        """Return the tasks that write an application, the last one first."""
        printer, operands = self.plan.printer(node), self.plan.shown[node]
        if printer.style == "function":
            return self.call(printer.function or self.plan.operator(node), operands)
        if printer.style == "prefix":
            return self.prefixed(printer, operands[0])
        loose, tight = int(printer.precedence), printer.precedence + 1
        left, right = (loose, tight) if printer.style == "left" else (tight, loose)
        if printer.style == "none":
            left = right = tight
        return [(operands[1], right, True), printer.symbol, (operands[0], left, False)]

    def call(self, name: str, operands: tuple[int, ...]) -> list[Task]:
        tasks: list[Task] = [")"]
        for operand in reversed(operands):
            tasks += ((operand, Precedence.CONDITIONAL, False), ", ")
        if operands:
            tasks.pop()
        return [*tasks, f"{name}("]

    def prefixed(self, printer: Printer, operand: int) -> list[Task]:
        # -3 reads as a number, so the negation of 3 is written -(3).
        if self.plan.is_number(operand) and printer.precedence == Precedence.NEGATION:
            return [")", (operand, Precedence.CONDITIONAL, False), f"{printer.symbol}("]
        return [(operand, int(printer.precedence), True), printer.symbol]


Hooks.text = staticmethod(lambda columns, brief=False: text(Ast(*columns), brief=brief))
