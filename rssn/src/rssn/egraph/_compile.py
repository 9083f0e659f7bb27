"""From rules over terms to plans over registers. Done once per rule set; the result is kept.

A left side becomes *atoms*, one per node: ``class = op(child, child)``, all
names being registers. For each atom there is one plan that starts from it; the
order of the others is chosen here: the more a step knows, the sooner it comes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from rssn.errors import RuleError

from ._terms import Term, is_variable, subterms, variables

NUMBER, LEAF, TUPLE, SUM, PRODUCT, FIRST_OPERATOR = range(6)
NEW, EVERY, DOWN, DOWN_FIRST, UP_FIRST, UP_SECOND, LOOKUP, CLASSES = range(8)
KNOWS_CLASS, KNOWS_FIRST, KNOWS_SECOND, MUST_BE_OLD, KNOWS_ALL, MUST_BE_NEW = 1, 2, 4, 8, 16, 32
HAS_FACTS, IS_NUMBER, ARE_APART, IS_ATOM, IS_EVEN, IS_ODD, AT_LEAST, ABOVE, AT_MOST, BELOW, OR_ELSE = range(11)
DEFINED, NONZERO, NONNEGATIVE, NONPOSITIVE, INTEGER, SYMBOL, BOOLEAN = 1, 2, 4, 8, 16, 32, 64
#: Operator -> how the engine folds two numbers.
FOLDS = {"add": 1, "sub": 2, "mul": 3, "div": 4, "neg": 5, "pow": 6}
#: Operator -> which of the engine's own rules of facts it follows; all others follow their interval rule.
MEANINGS = {"add": 1, "sub": 2, "mul": 3, "div": 4, "neg": 5}
FROM_MAKES = 64
MOST_REGISTERS = 64


@dataclass(frozen=True)
class Condition:
    """A claim that the engine checks itself: `kind` of the class of `x`, with facts or another variable in `y`."""

    kind: int
    x: str
    y: str | int = 0
    value: float = 0.0


def claimed(word: str, x: str, y: str = "") -> Condition:
    """Return a guard of a rule over terms: ``nonzero ?x``, ``number ?x``, ``symbol ?x``, ``atom ?x``, ``apart ?x ?y``.

    An atom is a number or a symbol; two variables are apart while nothing has proved them equal.
    """
    known = {
        "nonzero": Condition(HAS_FACTS, x, NONZERO),
        "symbol": Condition(HAS_FACTS, x, SYMBOL),
        "number": Condition(IS_NUMBER, x),
        "atom": Condition(IS_ATOM, x),
        "apart": Condition(ARE_APART, x, y),
    }
    if word not in known:
        raise RuleError(f"no guard of terms is called {word!r}", wanted=", ".join(known))
    return known[word]


@dataclass(frozen=True)
class TermRule:
    """A rule over terms: where all of `left` match, unite the pairs of `right`, if the guards are proved.

    `left` holds pairs (variable, pattern); of a plain rule it is one pair whose
    variable stands for the matched class. `right` holds pairs of terms.
    `test` is a Python condition; it makes the rule slower and is asked anew each round.
    """

    name: str
    left: tuple[tuple[str, Term], ...]
    right: tuple[tuple[Term, Term], ...]
    guards: tuple[Condition, ...] = ()
    test: Callable[..., bool] | None = None


def rewrite(
    name: str, left: Term, right: Term, *guards: Condition, test: Callable[..., bool] | None = None
) -> TermRule:
    """Return the plain rule left → right."""
    return TermRule(name, (("?", left),), (("?", right),), guards, test)


@dataclass
class Vocabulary:
    """Numbers for the operators and leaves that a program and its graphs use."""

    folds: Mapping[str, int] = field(default_factory=dict)
    meanings: Mapping[str, int] = field(default_factory=dict)
    operators: dict[tuple[str, int], int] = field(default_factory=dict)
    numbers: dict[Fraction, int] = field(default_factory=lambda: {Fraction(n): i for i, n in enumerate((0, 1, -1))})
    leaves: dict[Any, int] = field(default_factory=dict)

    def operator(self, name: str, count: int) -> int:
        """Return the number of an operator with so many operands."""
        return self.operators.setdefault((name, count), FIRST_OPERATOR + len(self.operators))

    def record(self, name: str, count: int) -> tuple[str, int, int, int]:
        """Return what the engine must know of an operator: its rows have two children where it has more operands."""
        return name, min(count, 2), self.folds.get(name, 0), self.meanings.get(name, 0)

    def number(self, value: Fraction) -> int:
        """Return the number of a rational."""
        return self.numbers.setdefault(value, len(self.numbers))

    def leaf(self, key: Any) -> int:
        """Return the number of any other leaf."""
        return self.leaves.setdefault(key, len(self.leaves))


@dataclass(frozen=True)
class Atom:
    """``class = op(children)`` over registers; a leaf has its payload instead of children."""

    op: int
    cls: int
    children: tuple[int, ...]
    leaf: int = 0


class RuleCompiler:
    """One rule on its way to registers."""

    def __init__(self, rule: TermRule, words: Vocabulary) -> None:
        self.rule, self.words = rule, words
        self.atoms: list[Atom] = []
        self.registers: dict[Term, int] = {}
        self.makes: list[tuple[int, int, int, int, int]] = []
        for variable, pattern in rule.left:
            self._flatten(variable, pattern)
        if len(self.registers) > MOST_REGISTERS:
            raise RuleError("the left side of a rule is too large", where=rule.name)
        names = dict.fromkeys([v for v, _ in rule.left] + [v for _, p in rule.left for v in variables(p)])
        self.kept = {name: place for place, name in enumerate(names)}

    def compile(self) -> tuple[Any, ...]:
        """Return the record that `Program` takes."""
        rule = self.rule
        plans = tuple(self._plan(start) for start in range(len(self.atoms))) or (self._bare_plan(),)
        guards = tuple(self._guard(guard) for guard in rule.guards)
        unions = tuple((self._make(a), self._make(b)) for a, b in rule.right)
        is_naive = rule.test is not None or (not self.atoms and bool(guards))
        if is_naive and self.atoms:
            plans = (self._order([], list(range(len(self.atoms))), None),)
        kept = tuple(self.registers[name] for name in self.kept)
        return rule.name, plans, kept, guards, tuple(self.makes), unions, (), 0, is_naive, rule.test

    # ---- the left side ----------------------------------------------------------------------------------------------

    def _register(self, t: Term) -> int:
        return self.registers.setdefault(t, len(self.registers))

    def _flatten(self, variable: str, pattern: Term) -> None:
        if is_variable(pattern):
            self.registers[variable] = self._register(pattern)
            return
        for node in subterms(pattern):
            at = self._register(node) if node is not pattern and node != pattern else self._register(variable)
            if node == pattern:
                self.registers[pattern] = at
            self._atom(node, at)

    def _atom(self, node: Term, at: int) -> None:
        if is_variable(node):
            return
        if not isinstance(node, tuple):
            op, leaf = self._leaf(node)
            self._append(Atom(op, at, (), leaf))
            return
        name, *operands = node
        registers = [self._register(operand) for operand in operands]
        while len(registers) > 2:
            tail = self._register(("\0tuple", *map(str, registers[-2:])))
            self._append(Atom(TUPLE, tail, (registers[-2], registers[-1])))
            registers[-2:] = [tail]
        self._append(Atom(self.words.operator(str(name), len(operands)), at, tuple(registers)))

    def _append(self, atom: Atom) -> None:
        if atom not in self.atoms:
            self.atoms.append(atom)

    def _leaf(self, node: Term) -> tuple[int, int]:
        if isinstance(node, int | Fraction):
            return NUMBER, self.words.number(Fraction(node))
        return LEAF, self.words.leaf(node)

    # ---- plans ------------------------------------------------------------------------------------------------------

    def _bare_plan(self) -> tuple[Any, ...]:
        at = next(iter(self.registers.values()))
        flags = KNOWS_ALL if self.rule.guards or self.rule.test else 0
        return ((CLASSES, flags, at, 0, 0, 0, 0, 0),)

    def _plan(self, start: int) -> tuple[Any, ...]:
        """Return the plan whose atom `start` is new."""
        leaves = [i for i, atom in enumerate(self.atoms) if not atom.children and i != start]
        first = [*leaves, start] if self.atoms[start].children else [start, *leaves]
        rest = [i for i in range(len(self.atoms)) if i not in first]
        return self._order(first, rest, start)

    def _order(self, first: Sequence[int], rest: list[int], start: int | None) -> tuple[Any, ...]:
        known: set[int] = set()
        inner = {atom.cls for atom in self.atoms if atom.children}
        steps = [self._step(i, known, inner, start) for i in first]
        if start is None:
            leaves = [i for i in rest if not self.atoms[i].children]
            steps += [self._step(i, known, inner, start) for i in leaves]
            rest = [i for i in rest if i not in leaves]
        while rest:
            best = max(rest, key=lambda i: (_knowledge(self.atoms[i], known, inner), -i))
            rest.remove(best)
            steps.append(self._step(best, known, inner, start))
        return tuple(steps)

    def _step(self, i: int, known: set[int], inner: set[int], start: int | None) -> tuple[int, ...]:
        atom = self.atoms[i]
        kind = _KINDS[_knowledge(atom, known, inner)]
        flags = 0
        if start is not None:
            flags = MUST_BE_OLD if i < start else 0
            if i == start and atom.children:
                kind = NEW
            elif i == start:
                flags = MUST_BE_NEW
        if kind == UP_FIRST and len(atom.children) == 2:
            first, second = atom.children
            if first not in known or (second in known and second in inner and first not in inner):
                kind = UP_SECOND
        for bit, register in zip((KNOWS_CLASS, KNOWS_FIRST, KNOWS_SECOND), (atom.cls, *atom.children), strict=False):
            flags |= bit if register in known else 0
            known.add(register)
        children = (*atom.children, 0, 0)[:2]
        return kind, flags, atom.cls, *children, len(atom.children), atom.op, atom.leaf

    # ---- the right side ---------------------------------------------------------------------------------------------

    def _make(self, t: Term) -> int:
        """Return where the class of a term of the right side will be: a kept register, or a node to make."""
        places: dict[Term, int] = {}
        for node in subterms(t):
            if is_variable(node):
                if node not in self.kept:
                    raise RuleError(f"{node} stands on the right side only", where=self.rule.name)
                places[node] = self.kept[str(node)]
            elif isinstance(node, tuple):
                name, *operands = node
                places[node] = self._node(str(name), [places[operand] for operand in operands])
            else:
                op, leaf = self._leaf(node)
                places[node] = self._emit((op, 0, 0, 0, leaf))
        return places[t]

    def _node(self, name: str, places: list[int]) -> int:
        op = self.words.operator(name, len(places))
        while len(places) > 2:
            places[-2:] = [self._emit((TUPLE, 2, places[-2], places[-1], 0))]
        first, second = (*places, 0, 0)[:2]
        return self._emit((op, len(places), first, second, 0))

    def _emit(self, make: tuple[int, int, int, int, int]) -> int:
        if make in self.makes:
            return FROM_MAKES + self.makes.index(make)
        if len(self.makes) == MOST_REGISTERS:
            raise RuleError("the right side of a rule is too large", where=self.rule.name)
        self.makes.append(make)
        return FROM_MAKES + len(self.makes) - 1

    def _guard(self, guard: Condition) -> tuple[int, int, int, float]:
        if guard.kind == OR_ELSE:
            return OR_ELSE, 0, 0, 0.0
        if guard.x not in self.registers or (isinstance(guard.y, str) and guard.y not in self.registers):
            raise RuleError("a guard speaks of a variable that the left side has not", where=self.rule.name)
        y = self.registers[guard.y] if isinstance(guard.y, str) else guard.y
        return guard.kind, self.registers[guard.x], y, guard.value


# What is known of an atom, from little to much, and the step that uses it. To climb from a node of the pattern is
# better than from a variable or a number, which may have thousands of parents.
_KINDS = (EVERY, UP_FIRST, UP_FIRST, DOWN, DOWN, DOWN_FIRST, LOOKUP)


def _knowledge(atom: Atom, known: set[int], inner: set[int]) -> int:
    children = [child in known for child in atom.children]
    if all(children):
        return 6
    if atom.cls in known:
        return 5 if children[0] else 4 if any(children) else 3
    if any(child in known and child in inner for child in atom.children):
        return 2
    return 1 if any(children) else 0
