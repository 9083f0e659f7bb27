"""How expressions become source text: a table per language, and one writer for all of them.

A part that is used more than once, or that would make a line too long, gets a name of its own; so text
is linear in unique nodes and nests no deeper than a line holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import inf
from typing import Any

from ..errors import ConversionError, OptionError, UnknownNameError
from ..expr import Expr
from ._columns import Columns

# Nodes written in one piece, and how deep they nest, before a part gets a name.
LARGEST_PIECE, DEEPEST_PIECE = 24, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """What a writer must know of a language.

    templates  operator -> text with {0}, {1}, ... for its operands
    number     a truth value as a number: text with {0}
    condition  a number as a condition: text with {0}
    literal    a number (or the name of a named constant) as text
    choice     one of two values by a condition: text with {0}, {1}, {2}; `logical` where both are truth values
    helpers    operator -> definitions to write above, for templates that call them
    reserved   names that nothing may be given
    """

    name: str
    templates: Mapping[str, str]
    number: str
    condition: str
    literal: Callable[[Any], str]
    choice: str
    logical: str
    helpers: Mapping[str, str] = field(default_factory=dict)
    reserved: frozenset[str] = frozenset()
    parts: str = "t"


@dataclass(slots=True)
class Text:
    """Expressions as text: named parts as (name, text, is a truth value), results, and the operators to be helped."""

    parts: list[tuple[str, str, bool]]
    results: list[tuple[str, bool]]
    used: list[str]


def listed(exprs: Expr | Sequence[Expr]) -> list[Expr]:
    """Return one expression or several as a list. Raises OptionError for anything else."""
    found = [exprs] if isinstance(exprs, Expr) else list(exprs)
    for each in found:
        if not isinstance(each, Expr):
            raise OptionError("this is not an expression", found=repr(each)[:80], wanted="Expr, or a sequence of them")
    return found


def symbol_names(root: Expr) -> set[str]:
    """Return the names of the symbols in an expression."""
    return {str(item.name) for item in root.free_symbols}


def argument_names(roots: Sequence[Expr], args: Iterable[Any] | None) -> list[str]:
    """Return the names of the arguments in order; without `args` the symbols sorted by name.

    Raises UnknownNameError for a symbol that is no argument, OptionError for what can't name one.
    """
    found = set[str]().union(*map(symbol_names, roots))
    if args is None:
        return sorted(found)
    if isinstance(args, str | Expr):
        args = args.replace(",", " ").split() if isinstance(args, str) else [args]
    names = [_argument(arg) for arg in args]
    if len(set(names)) < len(names):
        raise OptionError("an argument is named twice", where="args", found=", ".join(names)[:80])
    for name in sorted(found - set(names)):
        message = "no argument gives this symbol a value"
        raise UnknownNameError(message, where=repr(name[:80]), found=", ".join(names)[:80], hint="name it in args")
    return names


def _argument(arg: Any) -> str:
    if isinstance(arg, str):
        return arg
    if isinstance(arg, Expr) and arg.operator == "symbol":
        return str(arg.name)
    raise OptionError("an argument is a name or a symbol", where="args", found=repr(arg)[:60])


def identifiers(names: Sequence[str], taken: frozenset[str]) -> dict[str, str]:
    """Return an identifier for each name: the name itself where that is one, else something like it."""
    found: dict[str, str] = {}
    used = set(taken)
    simple = [name for name in names if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) and name not in taken]
    used |= set(simple)
    for name in names:
        if name in simple:
            found[name] = name
            continue
        plain = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_") or "x"
        plain = plain if plain[0].isalpha() else f"x{plain}"
        candidate, number = plain, 1
        while candidate in used:
            number += 1
            candidate = f"{plain}_{number}"
        used.add(candidate)
        found[name] = candidate
    return found


def write(roots: Sequence[Expr], names: Mapping[str, str], language: Language) -> Text:
    """Return the text of expressions whose symbols are written as `names` says. Linear in unique nodes.

    Raises ConversionError for an operator that the language has no words for.
    """
    return _Writer(Columns(roots), names, language).run()


def nearest(value: int | Fraction | float) -> float:
    """Return the f64 nearest to a number, an infinity beyond the range."""
    try:
        return float(value)
    except OverflowError:
        return inf if value > 0 else -inf


def bare(piece: str) -> str:
    """Return a piece without the brackets around all of it."""
    if piece[0] != "(":
        return piece
    depth = 0
    for index, character in enumerate(piece):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return piece[1:-1] if index == len(piece) - 1 else piece
    return piece


class _Writer:
    def __init__(self, columns: Columns, names: Mapping[str, str], language: Language) -> None:
        self.columns, self.names, self.language = columns, names, language
        size = len(columns)
        self.pieces, self.sizes, self.depths = [""] * size, [1] * size, [0] * size
        self.uses = self._uses()
        self.parts: list[tuple[str, str, bool]] = []
        self.number = 0
        self.taken = {*names.values(), *language.reserved}

    def run(self) -> Text:
        columns = self.columns
        for node in range(len(columns)):
            if columns.is_leaf(node):
                self.pieces[node] = self._leaf(node)
            else:
                self._application(node)
        results = [(self.pieces[root], columns.is_truth[root]) for root in columns.roots]
        used = list(dict.fromkeys(operator for operator in columns.operators if operator in self.language.helpers))
        return Text(self.parts, results, used)

    def _uses(self) -> list[int]:
        """Count uses as the text will have them: a template may write an operand twice."""
        columns, uses = self.columns, [0] * len(self.columns)
        for node, operands in enumerate(columns.operands):
            template = self._template(node) if operands else ""
            for place, operand in enumerate(operands):
                uses[operand] += max(1, template.count(f"{{{place}}}"))
        for root in columns.roots:
            uses[root] += 1
        return uses

    def _template(self, node: int) -> str:
        operator, language = self.columns.operators[node], self.language
        if operator == "where":
            return language.logical if self.columns.is_truth[node] else language.choice
        if operator not in language.templates:
            hint = "define it in other operators first"
            raise ConversionError(f"{language.name} has no words for {operator!r}", where=operator, hint=hint)
        return language.templates[operator]

    def _leaf(self, node: int) -> str:
        leaf = self.columns.leaves[node]
        if self.columns.operators[node] == "symbol":
            return self.names[leaf]
        if leaf == "1j":
            raise ConversionError(f"{self.language.name} is written with real numbers", found="the imaginary unit")
        return self.language.literal({"true": True, "false": False}.get(leaf, leaf) if isinstance(leaf, str) else leaf)

    def _application(self, node: int) -> None:
        columns, language = self.columns, self.language
        operands = columns.operands[node]
        texts = []
        for operand, wants_truth in zip(operands, columns.wants_truth(node), strict=True):
            text = self.pieces[operand]
            if columns.is_truth[operand] is not wants_truth:
                text = (language.condition if wants_truth else language.number).format(text)
            texts.append(text)
        template = self._template(node)
        piece = template.format(*texts)
        size = 1 + sum(self.sizes[operand] for operand in operands)
        depth = 1 + max(self.depths[operand] for operand in operands)
        if self.uses[node] > 1 or size > LARGEST_PIECE or depth > DEEPEST_PIECE:
            name = self._name()
            self.parts.append((name, piece, columns.is_truth[node]))
            piece, size, depth = name, 1, 0
        self.pieces[node], self.sizes[node], self.depths[node] = piece, size, depth

    def _name(self) -> str:
        while True:
            self.number += 1
            name = f"{self.language.parts}{self.number}"
            if name not in self.taken:
                return name
