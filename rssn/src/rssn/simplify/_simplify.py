"""simplify: the form a person would write, under assumptions, within a budget."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, TypeAlias, final

from .. import ops
from ..errors import OptionError
from ..expr import Expr, apply, constant
from ..rules import (
    ALGEBRA,
    ALL,
    EXPANSION,
    EXPLOG,
    IEEE,
    POWERS,
    SIZE,
    SPECIAL,
    TRIG,
    Assumptions,
    Claim,
    Facts,
    RewriteRule,
    RuleSet,
    gather,
)
from ._budget import Budget, Meter, StopReason
from ._engine import Engine
from ._ieee import ieee_simple
from ._index import Index
from ._kind import is_truth
from ._passes import PASSES, STRUCTURAL, Pass
from ._search import Search, backwards
from ._trace import Step, Trace

Strategy: TypeAlias = Literal["greedy", "beam", "restart"]
Assume: TypeAlias = Expr | Claim | Assumptions | Iterable[Expr | Claim | Assumptions] | None

STRATEGIES: Final = ("greedy", "beam", "restart")
FLATTENED: Final = ("add", "sub", "mul", "div", "neg")
#: What a search may try that makes an expression longer. Order and grouping need no rules here.
LONGER: Final = EXPANSION.without("commute-add", "commute-mul", "associate-add", "associate-mul") + backwards(
    EXPLOG + TRIG + POWERS + SIZE + SPECIAL
)


@dataclass(frozen=True, slots=True)
class Report:
    """What a simplification did: the result, every rewrite that was kept, why it stopped, steps tried."""

    result: Expr
    steps: tuple[Step, ...]
    stop_reason: StopReason
    steps_tried: int

    def __str__(self) -> str:
        return "\n".join([*map(str, self.steps), f"{self.result!r} ({self.stop_reason.value})"])


@final
class Simplifier:
    """A simplifier with its rules prepared once.

    assume    comparisons and claims, besides those of the surrounding `assuming` blocks
    budget    limits; reached, the best form so far is returned
    strategy  ``greedy``; ``beam`` keeps the `width` best neighbours; ``restart`` walks at random `restarts` times
    seed      of the random walks: the same seed gives the same answer
    ieee      bit-exact rules alone: a kernel with ``math="strict"`` gives the same bits
    passes    names of the passes to use, or passes of one's own; all by default
    rules     more rules, besides the tables and those of registered operators
    """

    def __init__(
        self,
        *,
        assume: Assume = None,
        budget: Budget | None = None,
        strategy: Strategy = "greedy",
        seed: int = 0,
        width: int = 8,
        restarts: int = 32,
        ieee: bool = False,
        passes: Iterable[str | Pass] | None = None,
        rules: RuleSet | None = None,
    ) -> None:
        if strategy not in STRATEGIES:
            raise OptionError(f"no strategy is called {strategy!r}", wanted=", ".join(STRATEGIES))
        self.assumptions = gather(assume)
        self.budget = Budget() if budget is None else budget
        self.strategy, self.seed, self.width, self.restarts, self.ieee = strategy, seed, width, restarts, ieee
        self.passes, self.structural = _chosen(passes)
        self.rules = _all_rules(rules, ieee)
        self._index = Index(self.rules) if ieee else _index(self.rules, "collect" in self.structural)

    def run(self, expression: Expr, *, trace: bool = False) -> Report:
        """Simplify an expression. Without `trace` the report has no steps."""
        steps: list[Step] = []
        meter = Meter(self.budget)
        if self.ieee:
            result = ieee_simple(expression, self._index, meter, steps if trace else None)
        else:
            result = self._search(expression, meter, steps if trace else None)
        if is_truth(result) and not is_truth(expression):
            # 1*(x > 0) is a number as x > 0 is not: a kernel's result would be of another type.
            result = apply("mul", constant(1), result)
        return Report(result, tuple(steps), meter.reason or StopReason.DONE, meter.steps)

    def _search(self, expression: Expr, meter: Meter, steps: list[Step] | None) -> Expr:
        engine = Engine(Facts(self.assumptions), self._index, self.passes, self.structural, meter)
        if steps is not None:
            engine.trace = Trace()
        if self.strategy == "greedy":
            result = engine.simple(expression)
            if steps is not None and engine.trace is not None:
                steps += engine.trace.steps(expression)
            return result
        search = Search(engine, self.rules + LONGER)
        if self.strategy == "beam":
            result = search.beam(expression, self.width)
        else:
            result = search.restart(expression, self.restarts, self.seed)
        if steps is not None:
            steps += search.steps
        return result


def simplify(
    expression: Expr,
    *,
    assume: Assume = None,
    budget: Budget | None = None,
    strategy: Strategy = "greedy",
    seed: int = 0,
    ieee: bool = False,
    passes: Iterable[str | Pass] | None = None,
    rules: RuleSet | None = None,
    trace: bool = False,
) -> Expr | Report:
    """Return the form that a person would write; with ``trace=True`` a `Report` of how it came about.

    Over the finite reals, nothing changes where the expression is defined: x/x
    becomes 1 only where `assume`, or a surrounding `assuming` block, lets x != 0 be
    proved. With ``ieee=True`` no bit of a ``math="strict"`` kernel changes, for any
    input in either precision; under ``math="contract"`` a product that simplifying
    brings next to a sum may fuse into it, as in any formula so written. A number
    stays a number: (x > 0)*1 does not become x > 0. The options are those of
    `Simplifier`. Deterministic: no clock decides unless the budget has seconds.

    Raises AssumptionError for assumptions that contradict each other, OptionError for unknown passes and strategies.
    """
    options = {"budget": budget, "strategy": strategy, "seed": seed, "ieee": ieee, "passes": passes, "rules": rules}
    report = Simplifier(assume=assume, **options).run(expression, trace=trace)  # type: ignore[arg-type]
    return report if trace else report.result


def _chosen(passes: Iterable[str | Pass] | None) -> tuple[tuple[Pass, ...], frozenset[str]]:
    if passes is None:
        return PASSES, frozenset(STRUCTURAL)
    known = {each.name: each for each in PASSES}
    chosen, structural = [], set()
    for each in passes:
        if isinstance(each, Pass):
            chosen.append(each)
        elif each in STRUCTURAL:
            structural.add(each)
        elif each in known:
            chosen.append(known[each])
        else:
            raise OptionError(f"no pass is called {each!r}", wanted=", ".join((*STRUCTURAL, *known)))
    return tuple(chosen), frozenset(structural)


def _all_rules(extra: RuleSet | None, ieee: bool) -> RuleSet:
    """Return the tables, the rules of registered operators that are not built in, and the caller's."""
    rules = _with_own(ieee, len(_own)) if _own else IEEE if ieee else ALL
    return rules if extra is None else rules + extra.labelled(*_allowed(ieee))


def _allowed(ieee: bool) -> tuple[str, ...]:
    return ("ieee",) if ieee else ("ieee", "real")


@lru_cache(maxsize=4)
def _with_own(ieee: bool, count: int) -> RuleSet:
    """Return the tables and the rules of the user's operators, while there are no more than `count`."""
    return (IEEE if ieee else ALL) + RuleSet("operators", _own[:count]).labelled(*_allowed(ieee))


_own: list[RewriteRule] = []


def _note(record: ops.Operator) -> None:
    if record.rules and record.rules is not ALL.at(record.name):
        _own.extend(record.rules)


ops.watch(_note)

_prepared: dict[bool, tuple[RuleSet, Index]] = {}


def _index(rules: RuleSet, collects: bool) -> Index:
    """Prepare rules; those that collecting does anyway are left out. Remembered where they are no caller's."""
    if collects not in _prepared or _prepared[collects][0] is not rules:
        kept = [
            rule
            for rule in rules
            if not (collects and rule in ALGEBRA.rules and rule.lhs.expression.operator in FLATTENED)
        ]
        index = Index(RuleSet(rules.name, kept))
        if rules is not _all_rules(None, ieee=False):
            return index
        _prepared[collects] = (rules, index)
    return _prepared[collects][1]
