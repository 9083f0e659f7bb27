r"""Expressions as LaTeX for math mode, planned as the text is: shared and deep parts come first, as u_{1} = ..."""

from __future__ import annotations

import re
from fractions import Fraction

from ._ast import Ast
from ._common import RESERVED_NAMES, Hooks
from ._plan import Plan
from ._printer import Precedence, Printer
from ._text import fresh_names, integer_text

GREEK = frozenset((
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu",
    "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega", "Gamma", "Delta",
    "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega",
))  # fmt: skip
CONSTANTS = {"pi": r"\pi", "true": r"\mathrm{true}", "false": r"\mathrm{false}", "1j": r"\mathrm{i}"}
_ESCAPES = {
    "\\": r"\backslash ", "{": r"\{", "}": r"\}", "_": r"\_", "#": r"\#", "$": r"\$", "%": r"\%", "&": r"\&",
    "^": r"\hat{}", "~": r"\sim ", " ": r"\ ",
}  # fmt: skip
_SUBSCRIPTED = re.compile(r"([^_\d]+?)_?(\d+)|([^_]+)_([^_]+)")
# Stands between factors: nothing, or a dot where the next factor begins with a digit or a fraction.
_JUXTAPOSED = " "
_Task = str | tuple[int, int, bool]  # as in _text.py


def latex(ast: Ast) -> str:
    """Return LaTeX source of an Ast with one root."""
    return _Writer(Plan(ast)).text(ast.roots[0])


def escaped(text: str) -> str:
    """Return text with the characters that TeX gives a meaning to escaped."""
    return "".join(_ESCAPES.get(c, c) for c in text)


def symbol_latex(name: str) -> str:
    r"""Return a symbol: `x`, `\alpha`, `x_{1}`, `\mathrm{rate}`, `v_{\mathrm{max}}`."""
    match = _SUBSCRIPTED.fullmatch(name)
    if match is None:
        return _word(name)
    base, subscript = match.group(1) or match.group(3), match.group(2) or match.group(4)
    return f"{_word(base)}_{{{subscript if subscript.isdigit() else _word(subscript)}}}"


def _word(word: str) -> str:
    if word in GREEK:
        return "\\" + word
    return escaped(word) if len(word) == 1 else rf"\mathrm{{{escaped(word)}}}"


def number_latex(value: int | Fraction | float) -> str:
    r"""Return a number: `3`, `\frac{1}{3}`, `1.5 \cdot 10^{30}`, `\infty`, `\mathrm{NaN}`."""
    if isinstance(value, Fraction):
        sign = "-" if value < 0 else ""
        return rf"{sign}\frac{{{integer_text(abs(value.numerator))}}}{{{integer_text(value.denominator)}}}"
    if isinstance(value, int):
        return integer_text(value)
    if value != value:
        return r"\mathrm{NaN}"
    digits, _, exponent = repr(value).partition("e")
    if digits.lstrip("-") == "inf":
        return digits.replace("inf", r"\infty")
    return rf"{digits} \cdot 10^{{{int(exponent)}}}" if exponent else digits


class _Writer:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        names = fresh_names(RESERVED_NAMES | frozenset(plan.ast.symbols))
        self.names = {node: symbol_latex(next(names)) for node in plan.named}
        self.templates = [printer.latex_pieces() for printer in plan.printers]

    def text(self, root: int) -> str:
        parts = [f"{name} = {self.written(node)}" for node, name in self.names.items()]
        return r";\quad ".join([*parts, self.written(root)])

    def written(self, top: int) -> str:
        pieces: list[str] = []
        tasks: list[_Task] = [self.leaf(top)] if self.plan.is_leaf(top) else self.application(top)
        while tasks:
            task = tasks.pop()
            if isinstance(task, str):
                pieces.append(task)
                continue
            node, wanted, _ = task
            if node in self.names:
                pieces.append(self.names[node])
                continue
            if self.precedence(node) < wanted:
                pieces.append(r"\left(")
                tasks.append(r"\right)")
            if self.plan.is_leaf(node):
                pieces.append(self.leaf(node))
            else:
                tasks += self.application(node)
        return _joined(pieces)

    def precedence(self, node: int) -> int:
        plan = self.plan
        if not plan.is_leaf(node):
            printer = plan.printer(node)
            return printer.latex_precedence if printer.latex else printer.precedence
        if plan.operator(node) in ("symbol", "constant"):
            return Precedence.ATOM
        text = self.leaf(node)
        if text[0] == "-":
            return Precedence.SUM
        return Precedence.PRODUCT if "\\" in text and not text.startswith((r"\infty", r"\mathrm")) else Precedence.ATOM

    def leaf(self, node: int) -> str:
        if self.plan.operator(node) == "symbol":
            return symbol_latex(self.plan.symbol(node))
        value = self.plan.constant(node)
        return CONSTANTS[value] if isinstance(value, str) else number_latex(value)  # type: ignore[arg-type]

    def application(self, node: int) -> list[_Task]:
        """Return the tasks that write an application, the last one first."""
        printer, operands = self.plan.printer(node), self.plan.shown[node]
        if not printer.latex:
            return self.plain(printer, printer.function or self.plan.operator(node), operands)
        tasks: list[_Task] = []
        for before, place, bare in self.templates[self.plan.ast.code[node]]:
            tasks.append(before)
            if place < 0 or place > len(operands):
                continue
            if bare:
                tasks.append((operands[place - 1], self.wanted(printer, place), False))
            else:
                tasks += ("{", *self.listed(operands if place == 0 else operands[place - 1 : place]), "}")
        return tasks[::-1]

    def plain(self, printer: Printer, name: str, operands: tuple[int, ...]) -> list[_Task]:
        """Write an operator without a template: its symbol between or before, or its name before brackets."""
        if printer.style == "function":
            return [r"\right)", *self.listed(operands)[::-1], rf"\operatorname{{{escaped(name)}}}\left("]
        symbol = rf"\mathbin{{{escaped(printer.symbol.strip())}}}"
        if printer.style == "prefix":
            return [(operands[0], self.wanted(printer, 1), False), symbol + " "]
        left, right = (self.wanted(printer, place) for place in (1, 2))
        return [(operands[1], right, False), f" {symbol} ", (operands[0], left, False)]

    def listed(self, operands: tuple[int, ...]) -> list[_Task]:
        tasks: list[_Task] = []
        for operand in operands:
            tasks += (", ", (operand, Precedence.CONDITIONAL, False))
        return tasks[1:]

    def wanted(self, printer: Printer, place: int) -> int:
        """How tightly the operand at a place, counted from 1, must bind to go without brackets."""
        own = printer.latex_precedence if printer.latex else printer.precedence
        loose = (printer.style, place) in (("left", 1), ("right", 2), ("prefix", 1))
        return int(own) + (not loose)


def _joined(pieces: list[str]) -> str:
    for at, piece in enumerate(pieces[:-1]):
        after = pieces[at + 1]
        if piece == _JUXTAPOSED and (after[:1].isdigit() or after.startswith((r"\frac", "-"))):
            pieces[at] = r" \cdot "
    return "".join(pieces)


Hooks.latex = staticmethod(lambda columns: latex(Ast(*columns)))
