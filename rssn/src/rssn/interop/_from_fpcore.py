"""`from_fpcore`: FPCore, the exchange format of tools that study rounding errors, to expressions."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass, field
from difflib import get_close_matches
from fractions import Fraction
from typing import Any, TypeAlias

from ..errors import OptionError, ParseError
from ..expr import Expr, constant, symbol
from ..parser import Limits
from ._forms import Atom, Form, Item, Source, read_forms
from ._fpcore_words import CONSTANTS, OPERATORS, REFUSED

_INTEGER = re.compile(r"[+-]?[0-9]+")
_RATIONAL = re.compile(r"[+-]?[0-9]+/[0-9]*[1-9][0-9]*")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE](?P<exponent>[+-]?[0-9]+))?")
_HEXADECIMAL = re.compile(
    r"(?P<sign>[+-]?)0[xX](?P<whole>[0-9A-Fa-f]*)(?:\.(?P<rest>[0-9A-Fa-f]*))?(?:[pP](?P<exponent>[+-]?[0-9]+))?"
)
_BINARY64 = {":precision": "binary64", ":round": "nearestEven"}
_BITS_PER_DIGIT = 3.33
Walk: TypeAlias = Generator[Item, Expr, Expr]


@dataclass(frozen=True, slots=True)
class FPCore:
    """One benchmark: a formula, its arguments in order, where they may lie, and what else is written about it.

    `properties` are the others as written, without their colon: strings without quotes, anything else as its text.
    """

    expression: Expr
    arguments: tuple[str, ...] = ()
    name: str = ""
    precondition: Expr | None = None
    properties: dict[str, str] = field(default_factory=dict)


def from_fpcore(text: str, *, exact: bool = False, limits: Limits | None = None) -> FPCore:
    """Read the one FPCore in a text.

    `let`, `let*`, `if`, every operator that this language or a formula in it
    can say, constants, decimals (f64; with ``exact=True`` rationals),
    rationals, hexadecimal numbers and `digits`. C's meaning is kept where it
    is not ours: `fmax` drops a NaN, `round` goes away from zero, `fmod` has
    the sign of its first operand. Loops, tensors and casts are refused.

    Raises ParseError with line and column, LimitError, OptionError for a
    text that is no str or holds another number of FPCores than one.
    """
    cores = from_fpcores(text, exact=exact, limits=limits)
    if len(cores) != 1:
        raise OptionError("wanted one FPCore", found=str(len(cores)), hint="from_fpcores reads any number of them")
    return cores[0]


def from_fpcores(text: str, *, exact: bool = False, limits: Limits | None = None) -> list[FPCore]:
    """Read all FPCores in a text, such as a file of benchmarks. See `from_fpcore`."""
    if not isinstance(text, str):
        raise OptionError("FPCore is text", wanted="str", found=type(text).__name__)
    source = Source(text, limits or Limits())
    return [_Reader(source, exact).core(item) for item in read_forms(source)]


class _Reader:
    """One FPCore: its names, innermost last, and the walk over its forms."""

    def __init__(self, source: Source, exact: bool) -> None:
        self.source, self.exact = source, exact
        self.names: dict[str, list[Expr]] = {}

    def core(self, item: Item) -> FPCore:
        if not isinstance(item, Form) or not item.items or _word(item.items[0]) != "FPCore":
            raise self.source.error(item, "not an FPCore", wanted="(FPCore (arguments) properties formula)")
        rest = item.items[1:]
        name = ""
        if rest and isinstance(rest[0], Atom):
            name, rest = rest[0].text, rest[1:]
        if not rest or not isinstance(rest[0], Form):
            raise self.source.error(
                item, "an FPCore without arguments", wanted="a list of names, ( ) if there are none"
            )
        arguments = tuple(self._argument(each) for each in rest[0].items)
        for argument in arguments:
            self._bind(argument, symbol(argument))
        if len(set(arguments)) < len(arguments):
            raise self.source.error(rest[0], "an argument is named twice")
        found, body = self._properties(rest[1:], item)
        pre = found.pop(":pre", None)
        properties = {key[1:]: self._written(value) for key, value in found.items()}
        name = properties.pop("name", "") or name
        precondition = None if pre is None else self.expression(pre)
        return FPCore(self.expression(body), arguments, name, precondition, properties)

    def _argument(self, item: Item) -> str:
        if isinstance(item, Form) and item.items and _word(item.items[0]) == "!":
            item = item.items[-1]
        if isinstance(item, Atom):
            self._check_name(item)
            return item.text
        raise self.source.error(item, "an argument is a name", hint="tensors are not formulas")

    def _check_name(self, item: Atom) -> None:
        if len(item.text) > self.source.limits.name_length:
            raise self.source.limit(item.start, "name_length", "the name is too long")
        if item.text in CONSTANTS or item.text[0] in ':"' or self._number(item) is not None:
            raise self.source.error(item, "this can't be a name", found=repr(item.text[:40]))

    def _properties(self, items: list[Item], whole: Form) -> tuple[dict[str, Item], Item]:
        """Return the properties before a formula, and the formula."""
        found: dict[str, Item] = {}
        position = 0
        while position + 1 < len(items) and _word(items[position])[:1] == ":":
            found[_word(items[position])] = items[position + 1]
            position += 2
        if position + 1 != len(items):
            place = items[position + 1] if position + 1 < len(items) else whole
            raise self.source.error(place, "one formula is wanted after the properties")
        return found, items[position]

    def _written(self, item: Item) -> str:
        text = self.source.text[item.start : item.stop]
        return re.sub(r"\\(.)", r"\1", text[1:-1]) if text[0] == '"' else text

    # ---- names --------------------------------------------------------------------------------------------------

    def _bind(self, name: str, value: Expr) -> None:
        self.names.setdefault(name, []).append(value)

    def _unbind(self, names: list[str]) -> None:
        for name in names:
            self.names[name].pop()

    # ---- formulas -----------------------------------------------------------------------------------------------

    def expression(self, item: Item) -> Expr:
        """Return the expression of a form. Each open form is a suspended generator, so nothing recurses."""
        stack = [self._walk(item)]
        answer: Any = None
        while stack:
            try:
                wanted = stack[-1].send(answer)
            except StopIteration as stop:
                stack.pop()
                answer = stop.value
            else:
                if isinstance(wanted, Atom):
                    answer = self._atom(wanted)
                else:
                    stack.append(self._walk(wanted))
                    answer = None
        result: Expr = answer
        return result

    def _walk(self, item: Item) -> Walk:
        if isinstance(item, Atom):
            return self._atom(item)
        if not item.items or not isinstance(item.items[0], Atom):
            raise self.source.error(item, "a form begins with its operator", wanted="(operator operands...)")
        word, operands = item.items[0].text, item.items[1:]
        if word in ("let", "let*"):
            return (yield from self._let(item, word == "let*"))
        if word == "digits":
            return self._digits(item, operands)
        if word == "!":
            return (yield self._annotated(item, operands))
        if word not in OPERATORS:
            raise self._unknown(item.items[0])
        fewest, most, build = OPERATORS[word]
        self._count(item, len(operands), fewest, most)
        values: list[Expr] = []
        for operand in operands:
            value = yield operand
            values.append(value)
        return build(*values)

    def _let(self, item: Form, in_sequence: bool) -> Walk:
        if len(item.items) != 3 or not isinstance(item.items[1], Form):
            raise self.source.error(item, "let has bindings and a formula", wanted="(let ((name formula) ...) formula)")
        bound: list[tuple[str, Expr]] = []
        for binding in item.items[1].items:
            if not isinstance(binding, Form) or len(binding.items) != 2 or not isinstance(binding.items[0], Atom):
                raise self.source.error(binding, "not a binding", wanted="(name formula)")
            self._check_name(binding.items[0])
            name = binding.items[0].text
            value = yield binding.items[1]
            bound.append((name, value))
            if in_sequence:
                self._bind(name, value)
        if not in_sequence:
            for name, value in bound:
                self._bind(name, value)
        result = yield item.items[2]
        self._unbind([name for name, _ in bound])
        return result

    def _annotated(self, item: Form, operands: list[Item]) -> Item:
        """Return the formula of (! properties formula), if the properties change nothing."""
        found, body = self._properties(operands, item)
        for key, value in found.items():
            if key in (":precision", ":round", ":overflow") and self._written(value) != _BINARY64.get(key):
                hint = "remove it: kernels choose one type for a whole formula"
                raise self.source.error(value, "rounding inside a formula is not supported", hint=hint)
        return body

    def _count(self, item: Form, count: int, fewest: int, most: int | None) -> None:
        if count < fewest or (most is not None and count > most):
            wanted = str(fewest) if fewest == most else f"at least {fewest}"
            raise self.source.error(item, "wrong number of operands", wanted=wanted, found=str(count))

    def _unknown(self, item: Atom) -> ParseError:
        if item.text in REFUSED:
            return self.source.error(item, f"{item.text}: {REFUSED[item.text]}")
        near = get_close_matches(item.text[:80], OPERATORS, 1)
        hint = f"did you mean {near[0]}?" if near else "calls of other FPCores are not supported"
        return self.source.error(item, "unknown operator", found=repr(item.text[:40]), hint=hint)

    # ---- words and numbers --------------------------------------------------------------------------------------

    def _atom(self, item: Atom) -> Expr:
        if self.names.get(item.text):
            return self.names[item.text][-1]
        if item.text in CONSTANTS:
            return CONSTANTS[item.text]
        number = self._number(item)
        if number is None:
            near = get_close_matches(item.text[:80], [name for name, values in self.names.items() if values], 1)
            hint = f"did you mean {near[0]}?" if near else ""
            raise self.source.error(item, "nothing has this name", found=repr(item.text[:40]), hint=hint)
        return number

    def _number(self, item: Atom) -> Expr | None:
        text = item.text
        if _INTEGER.fullmatch(text):
            self._check_bits(item, len(text) * _BITS_PER_DIGIT)
            return constant(_whole(text))
        if _RATIONAL.fullmatch(text):
            self._check_bits(item, len(text) * _BITS_PER_DIGIT)
            above, below = text.split("/")
            return constant(Fraction(_whole(above), _whole(below)))
        if match := _DECIMAL.fullmatch(text):
            if not self.exact:
                return constant(float(text))
            exponent = self._exponent(item, match["exponent"])
            self._check_bits(item, (len(text) + abs(exponent)) * _BITS_PER_DIGIT)
            digits, _, _ = text.lower().partition("e")
            whole, _, rest = digits.partition(".")
            return constant(_whole(whole + rest or "0") * Fraction(10) ** (exponent - len(rest)))
        match = _HEXADECIMAL.fullmatch(text)
        return None if match is None or not (match["whole"] or match["rest"]) else self._hexadecimal(item, match)

    def _hexadecimal(self, item: Atom, match: re.Match[str]) -> Expr:
        exponent = self._exponent(item, match["exponent"])
        rest = match["rest"] or ""
        self._check_bits(item, 4 * len(item.text) + abs(exponent))
        value = int(match["whole"] + rest or "0", 16) * Fraction(2) ** (exponent - 4 * len(rest))
        if self.exact:
            return constant(-value if match["sign"] == "-" else value)
        try:
            number = float(value)
        except OverflowError:
            number = float("inf")
        return constant(-number if match["sign"] == "-" else number)

    def _digits(self, item: Form, operands: list[Item]) -> Expr:
        """Read (digits m e b): m times b to the power e, exactly."""
        self._count(item, len(operands), 3, 3)
        words = [_word(operand) for operand in operands]
        for operand, word in zip(operands, words, strict=True):
            if not _INTEGER.fullmatch(word):
                raise self.source.error(operand, "digits takes three whole numbers", wanted="(digits m e b)")
        self._check_bits(operands[0], len(words[0]) * _BITS_PER_DIGIT)
        exponent = self._exponent(operands[1], words[1])
        self._check_bits(operands[1], abs(exponent) * len(words[2]) * _BITS_PER_DIGIT)
        base = int(words[2])
        if base < 2:
            raise self.source.error(operands[2], "the base of digits is at least 2", found=words[2])
        return constant(_whole(words[0]) * Fraction(base) ** exponent)

    def _exponent(self, item: Item, text: str | None) -> int:
        if len((text or "").lstrip("+-0")) > self.source.limits.exponent_digits:
            raise self.source.limit(item.start, "exponent_digits", "the exponent has too many digits")
        return int(text or 0)

    def _check_bits(self, item: Item, bits: float) -> None:
        if bits > self.source.limits.integer_bits:
            raise self.source.limit(item.start, "integer_bits", "the number is too large")


def _whole(text: str) -> int:
    """Return an integer of any length: `int` refuses more than some thousand digits at once."""
    negative, digits = text[0] == "-", text.lstrip("+-")
    size, total = 4000, 0
    for start in range(0, len(digits), size):
        part = digits[start : start + size]
        total = total * 10 ** len(part) + int(part)
    return -total if negative else total


def _word(item: Item) -> str:
    return item.text if isinstance(item, Atom) else ""
