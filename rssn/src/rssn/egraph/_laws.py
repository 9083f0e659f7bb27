"""Rewrite rules as laws over n-ary patterns.

A rule that only says what the normal form or the ring theories say anyway,
such as a + b = b + a or a*b + a*c = a*(b + c), is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, TypeAlias

from ..errors import RuleError
from ..expr import Expr, is_commutative, walk
from ..rules import RewriteRule, is_variable
from ._compile import LEAF, MOST_REGISTERS, NUMBER, OR_ELSE, PRODUCT, SUM, TUPLE, Vocabulary
from ._forms import ONE, number, parts_of
from ._known import conditions
from ._pattern_c import Patterns

A_VARIABLE, A_NUMBER, A_LEAF, A_NODE, A_SUM, A_PRODUCT, A_POWER, A_SWAPPABLE = range(8)
POWER: Final = "pow"

Form: TypeAlias = tuple[Any, ...]  # (kind, payload, children), children being pairs (form, factor)
Test: TypeAlias = Callable[..., bool]

_ONE: Form = (A_NUMBER, ONE, ())


@dataclass(frozen=True, slots=True)
class ConditionalRule:
    """A rule that also asks Python: `test` gets variable -> `rules.Interval` and says whether the rule may fire.

    Slower than a guard, for every match crosses into Python. `test` should
    depend on nothing but its argument: it is asked again only when that changes.
    """

    rule: RewriteRule
    test: Test


def form_of(expression: Expr, words: Vocabulary) -> Form:
    """Return an expression as a form: nested sums are opened, numbers multiplied out, like parts put together."""
    made: dict[Expr, Form] = {}
    for node in walk(expression):
        parts = parts_of(node)
        if is_variable(node):
            made[node] = (A_VARIABLE, node.name, ())
        elif (value := number(node)) is not None:
            made[node] = (A_NUMBER, value, ())
        elif not node.operands:
            made[node] = (A_LEAF, words.leaf(node), ())
        elif parts is None:
            made[node] = _plain(node, [made[operand] for operand in node.operands], words)
        elif parts.is_sum:
            made[node] = sum_form([(made[operand], factor) for operand, factor in parts.parts])
        else:
            made[node] = product_form([(made[operand], factor) for operand, factor in parts.parts])
    return made[expression]


def _plain(node: Expr, operands: list[Form], words: Vocabulary) -> Form:
    name = node.operator
    if name == POWER:
        return (A_POWER, words.operator(POWER, 2), tuple((operand, ONE) for operand in operands))
    op = words.operator(name, len(operands))
    while len(operands) > 2:
        operands[-2:] = [(A_NODE, TUPLE, ((operands[-2], ONE), (operands[-1], ONE)))]
    kind = A_SWAPPABLE if len(node.operands) == 2 and is_commutative(name) else A_NODE
    return (kind, op, tuple((operand, ONE) for operand in operands))


def sum_form(parts: Sequence[tuple[Form, Fraction]]) -> Form:
    """Return a sum in normal form; parts with coefficient 0 stay, for what they stand for may have no value."""
    found: dict[Form, Fraction] = {}
    for form, factor in parts:
        inner = form[2] if form[0] == A_SUM else ((form, ONE),)
        for part, amount in inner:
            if part[0] == A_NUMBER:
                part, amount = _ONE, amount * part[1]
            found[part] = found.get(part, Fraction(0)) + amount * factor
    if found.get(_ONE) == 0:
        del found[_ONE]
    if not found:
        return (A_NUMBER, Fraction(0), ())
    if len(found) == 1:
        part, factor = next(iter(found.items()))
        if part == _ONE:
            return (A_NUMBER, factor, ())
        if factor == 1:
            return part
    return (A_SUM, SUM, tuple(found.items()))


def product_form(parts: Sequence[tuple[Form, Fraction]]) -> Form:
    """Return a product in normal form, with its numeric factor in a sum around it.

    Exponents of one base are put together only if they have one sign and are whole; else the parts stay apart.
    """
    coefficient = ONE
    found: list[tuple[Form, Fraction]] = []
    for form, factor in parts:
        if form[0] == A_SUM and len(form[2]) == 1 and factor.denominator == 1 and form[2][0][1] != 0:
            coefficient *= form[2][0][1] ** factor.numerator
            form = form[2][0][0]
        inner: tuple[tuple[Form, Fraction], ...] = ((form, ONE),)
        if form[0] == A_PRODUCT and (factor == 1 or _opens(factor, form[2])):
            inner = form[2]
        for part, amount in inner:
            power = amount * factor
            if part[0] == A_NUMBER and power.denominator == 1 and (part[1] != 0 or power > 0):
                coefficient *= part[1] ** power.numerator
            elif power != 0:
                _add_power(found, part, power)
    if not found:
        return (A_NUMBER, coefficient, ())
    product = found[0][0] if len(found) == 1 and found[0][1] == 1 else (A_PRODUCT, PRODUCT, tuple(found))
    return product if coefficient == 1 else sum_form([(product, coefficient)])


def _opens(outer: Fraction, parts: tuple[tuple[Form, Fraction], ...]) -> bool:
    return outer.denominator == 1 and all(f.denominator == 1 and (f > 0 or outer > 0) for _, f in parts)


def _add_power(found: list[tuple[Form, Fraction]], part: Form, power: Fraction) -> None:
    for i, (other, factor) in enumerate(found):
        if other == part and factor.denominator == power.denominator == 1 and factor * power > 0:
            found[i] = (part, factor + power)
            return
    found.append((part, power))


# ---- which rules say something new ----------------------------------------------------------------------------------


def is_news(left: Form, right: Form) -> bool:
    """Whether a law says more than the normal form does."""
    if left[0] in (A_VARIABLE, A_NUMBER, A_LEAF) or left == right:
        return False
    if any(factor == 0 for _, factor in left[2]):
        return False
    if _bases(left) or not (_is_arithmetic(left) and _is_arithmetic(right)):
        return not _bases(left)
    # Of pure arithmetic the ring theories know all but such as a^2 - b^2.
    uses = Counter(name for part, _ in left[2] for name in set(_variables(part)))
    return left[0] == A_SUM and right[0] == A_PRODUCT and max(uses.values(), default=2) == 1


def _bases(left: Form) -> bool:
    """Whether a product on the left holds one base twice, which the normal form decides by what it knows."""
    parts = [part for part, _ in left[2]] if left[0] == A_PRODUCT else []
    return len(set(parts)) < len(parts)


def _is_arithmetic(form: Form) -> bool:
    return all(kind in (A_VARIABLE, A_NUMBER, A_SUM, A_PRODUCT) for kind, _, _ in _nodes(form))


def _nodes(form: Form) -> list[Form]:
    found, stack = [], [form]
    while stack:
        node = stack.pop()
        found.append(node)
        stack.extend(part for part, _ in node[2])
    return found


def _variables(form: Form) -> list[str]:
    return [payload for kind, payload, _ in _nodes(form) if kind == A_VARIABLE]


def depth_of(form: Form) -> int:
    """Return how many operators lie on the longest way down."""
    deepest, stack = 0, [(form, 1)]
    while stack:
        node, depth = stack.pop()
        if node[2]:
            deepest = max(deepest, depth)
            stack.extend((part, depth + 1) for part, _ in node[2])
    return deepest


# ---- tables ---------------------------------------------------------------------------------------------------------


class LawTables:
    """The arrays that `Patterns` takes, growing law by law."""

    def __init__(self, words: Vocabulary) -> None:
        self.words = words
        self.power = words.operator(POWER, 2)
        self.nodes: list[tuple[int, int, int, int, int, int]] = []
        self.children: list[tuple[int, int]] = []
        self.laws: list[tuple[Any, ...]] = []
        self.roots: dict[int, list[int]] = {}
        self.sources: list[RewriteRule] = []
        self.variables: list[tuple[str, ...]] = []

    def add(self, rule: RewriteRule, test: Test | None) -> None:
        """Compile one rule, unless it says nothing new."""
        left = form_of(rule.lhs.expression, self.words)
        right = form_of(rule.rhs.expression, self.words)
        if not is_news(left, right):
            return
        names = tuple(dict.fromkeys(_variables(left)))
        if missing := set(_variables(right)) - set(names):
            raise RuleError("a variable stands on the right side only", where=rule.name, found=", ".join(missing))
        if len(names) > MOST_REGISTERS:
            raise RuleError("the left side of a rule has too many variables", where=rule.name)
        registers = {name: place for place, name in enumerate(names)}
        guards = tuple(
            (each.kind, 0 if each.kind == OR_ELSE else registers[each.x], each.y, each.value)
            for each in conditions(rule.guard, rule.name)
        )
        law = (rule.name, self._emit(left, registers), self._emit(right, registers))
        ops = {A_POWER: (self.power, PRODUCT)}.get(left[0], (left[1],))
        for op in ops:
            self.roots.setdefault(op, []).append(len(self.laws))
        self.laws.append((*law, guards, len(names), depth_of(left), test))
        self.sources.append(rule)
        self.variables.append(names)

    def _emit(self, form: Form, registers: dict[str, int]) -> int:
        """Write a form and all below it; return its place."""
        places: dict[Form, int] = {}
        stack = [form]
        while stack:
            node = stack[-1]
            waiting = [part for part, _ in node[2] if part not in places]
            if waiting:
                stack.extend(waiting)
                continue
            stack.pop()
            if node not in places:
                places[node] = self._write(node, places, registers)
        return places[form]

    def _write(self, node: Form, places: dict[Form, int], registers: dict[str, int]) -> int:
        kind, payload, parts = node
        # What is most special is looked for first; variables take what is left.
        ordered = sorted(parts, key=lambda part: _looseness(part[0])) if kind in (A_SUM, A_PRODUCT) else parts
        first = len(self.children)
        self.children += [(places[part], self.words.number(factor)) for part, factor in ordered]
        register, op, value = 0, 0, 0
        if kind == A_VARIABLE:
            register = registers[payload]
        elif kind == A_NUMBER:
            op, value = NUMBER, self.words.number(payload)
        elif kind == A_LEAF:
            op, value = LEAF, payload
        else:
            op = payload
        self.nodes.append((kind, register, op, value, first, len(parts)))
        return len(self.nodes) - 1


def _looseness(form: Form) -> int:
    return 2 if form[0] == A_VARIABLE else 1 if form[0] == A_NUMBER else 0


def compile_laws(rules: Iterable[RewriteRule | ConditionalRule], words: Vocabulary) -> LawTables:
    """Compile rules over a vocabulary that grows on the way."""
    tables = LawTables(words)
    for rule in rules:
        if isinstance(rule, ConditionalRule):
            tables.add(rule.rule, rule.test)
        else:
            tables.add(rule, None)
    return tables


def patterns_of(tables: LawTables, program: Any) -> Patterns:
    """Return the compiled laws over the program that holds their vocabulary."""
    count = max([PRODUCT + 1, *(op + 1 for op in tables.words.operators.values())])
    roots = [tables.roots.get(op, []) for op in range(count)]
    return Patterns(program, tables.nodes, tables.children, tables.laws, roots)
