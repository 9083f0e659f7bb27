"""Saturation over terms, whose operands keep the order written: for rules that say what order and grouping mean.

`saturate` is the same for expressions. Here the rules are all there is:
nothing commutes and nothing folds unless they or `folds` say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any, final

from ..rules import StopReason
from ._compile import FIRST_OPERATOR, LEAF, NUMBER, TUPLE, RuleCompiler, TermRule, Vocabulary
from ._core_c import Core
from ._extract_c import Extractor
from ._program_c import Program
from ._report import STOP_REASONS, Iteration, SaturationLimits
from ._terms import Term, subterms

_DEFAULTS = SaturationLimits()


@final
class TermProgram:
    """Rules over terms, compiled once for any number of graphs. `folds` names the operators that fold numbers."""

    def __init__(self, rules: Iterable[TermRule], *, folds: Mapping[str, int] | None = None) -> None:
        self.words = Vocabulary(folds or {})
        self.rules = tuple(rules)
        compilers = [RuleCompiler(rule, self.words) for rule in self.rules]
        records = tuple(each.compile() for each in compilers)
        operators = tuple(self.words.record(*key) for key in self.words.operators)
        self.variables = tuple(tuple(each.kept) for each in compilers)
        self.program = Program(records, operators, tuple(self.words.numbers), tuple(self.words.leaves))


@final
class TermGraph:
    """A graph of terms. `stop_reason` says why the last run ended."""

    def __init__(self, program: TermProgram) -> None:
        words = program.words
        self.program = program
        self.words = replace(
            words, operators=dict(words.operators), numbers=dict(words.numbers), leaves=dict(words.leaves)
        )
        self.core = Core(program.program)
        self.stop_reason = StopReason.ITERATION_LIMIT
        self._declared = FIRST_OPERATOR + len(program.program.operators)

    def add(self, t: Term) -> int:
        """Return the class of a term."""
        at: dict[Term, int] = {}
        for node in subterms(t):
            if isinstance(node, tuple):
                at[node] = self._apply(str(node[0]), [at[operand] for operand in node[1:]])
            elif isinstance(node, str):
                at[node] = self.core.add_leaf(self.words.leaf(node), True)
            else:
                at[node] = self.core.add_number(Fraction(node))
        return at[t]

    def _apply(self, name: str, operands: list[int]) -> int:
        op = self.words.operator(name, len(operands))
        if op == self._declared:
            _name, arity, fold, meaning = self.words.record(name, len(operands))
            self.core.declare(arity, fold, meaning)
            self._declared += 1
        while len(operands) > 2:
            operands[-2:] = [self.core.add(TUPLE, operands[-2], operands[-1])]
        return int(self.core.add(op, *operands))

    def run(
        self,
        limits: SaturationLimits = _DEFAULTS,
        *,
        match_limit: int = 0,
        ban_length: int = 5,
        goals: Iterable[tuple[Term, Term]] = (),
    ) -> StopReason:
        """Run rounds; a rule with more than `match_limit` matches is banned for a while, 0 bans none."""
        pairs = tuple((self.add(a), self.add(b)) for a, b in goals)
        reason = self.core.run(
            nodes=limits.nodes,
            iterations=limits.iterations,
            seconds=limits.seconds,
            memory=limits.bytes,
            match_limit=match_limit,
            ban_length=ban_length,
            goals=pairs,
        )
        self.stop_reason = STOP_REASONS[reason]
        return self.stop_reason

    def are_equal(self, a: Term, b: Term) -> bool:
        """Whether two terms are in one class; both are added."""
        left, right = self.add(a), self.add(b)
        self.core.rebuild()
        return bool(self.core.find(left) == self.core.find(right))

    @property
    def iterations(self) -> tuple[Iteration, ...]:
        """What each round did."""
        return tuple(Iteration(*each) for each in self.core.rounds_done())

    def extract(self, t: Term) -> Any:
        """Return the smallest term equal to one."""
        root = self.add(t)
        self.core.rebuild()
        engine = Extractor(self.core, (1.0,) * 8, {}, 1.0, 1.0)
        engine.tree()
        names = {op: name for (name, _), op in self.words.operators.items()}
        leaves = list(self.words.leaves)
        made: dict[int, Any] = {}
        stack = [engine.find(root)]
        while stack:
            c = stack[-1]
            row = engine.chosen(c)
            assert row is not None
            waiting = [child for child in engine.children(row) if child not in made]
            if waiting:
                stack.extend(waiting)
                continue
            stack.pop()
            op, payload = engine.view(row)
            children = [made[child] for child in engine.children(row)]
            if op == NUMBER:
                made[c] = payload.numerator if payload.denominator == 1 else payload
            elif op == LEAF:
                made[c] = leaves[payload]
            else:
                flat = [part for child in children for part in (child[1:] if _is_tail(child) else (child,))]
                made[c] = ("\0tail", *flat) if op == TUPLE else (names[op], *flat)
        return made[engine.find(root)]


def _is_tail(t: Any) -> bool:
    return isinstance(t, tuple) and t[0] == "\0tail"
