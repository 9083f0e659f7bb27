"""Equality saturation: apply rules everywhere at once, keep every form, and pick the best at the end."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Sequence
from typing import Any, Literal, TypeAlias, final

from ..errors import OptionError, RuleError
from ..expr import Expr
from ..rules import ALGEBRA, EXPANSION, Assumptions, Claim, Facts, Interval, StopReason, gather
from ._compile import Vocabulary
from ._core_c import Core
from ._cost import SIZE, CostFunction, CostTable
from ._explain import Explainer, Explanation
from ._explain_nary import NaryExplainer
from ._extract import extract_all
from ._insert import Inserter, NaryInserter
from ._known import Inference, from_engine
from ._laws import ConditionalRule
from ._nary_core_c import NaryCore
from ._propose import proposals
from ._report import STOP_REASONS, Blame, Iteration, RuleCount, SaturationLimits
from ._rules import Compiled, Grouping, Rules, compiled

Scheduler: TypeAlias = Literal["backoff", "simple"]
Assumed: TypeAlias = "Expr | Claim | Assumptions | Iterable[Expr | Claim | Assumptions] | None"

MATCH_LIMIT, BAN_LENGTH = 1000, 5  # of the back-off scheduler: doubled each time a rule meets them
_DEFAULTS = SaturationLimits()
_PROOF_LIMITS = SaturationLimits(nodes=40_000, seconds=5.0)


def saturate(
    expressions: Expr | Sequence[Expr],
    rules: Rules | None = None,
    *,
    limits: SaturationLimits = _DEFAULTS,
    assume: Assumed = None,
    scheduler: Scheduler = "backoff",
    ac: Grouping = "nary",
    goals: Sequence[tuple[Expr, Expr]] = (),
    explanations: bool = False,
) -> Report:
    """Saturate one expression, or several in one graph, under rules.

    rules         a RuleSet, or rules, RuleSets and names of ring theories (``"distribute"``, ``"factor"``,
                  ``"content"``, ``"flatten"``, ``"polynomial"``); None, or one RuleSet: all theories with it
    limits        how far to go; reaching one is an answer, see `Report.stop_reason`
    assume        as everywhere: comparisons, claims, `Assumptions`
    scheduler     ``"backoff"`` bans a rule for some rounds when it matches too often; ``"simple"`` never does
    ac            ``"nary"``: sums and products are sorted rows, order and grouping need no rules; ``"rules"``:
                  ordered binary nodes with explicit rules for both
    goals         pairs; the run stops once all are proved equal
    explanations  keep what `Report.explain` needs

    Raises OptionError and RuleError for options and rules that do not fit.
    KeyboardInterrupt is raised promptly; the store of expressions is untouched.
    """
    roots = (expressions,) if isinstance(expressions, Expr) else tuple(expressions)
    if not roots or scheduler not in ("backoff", "simple"):
        raise OptionError(
            "saturate needs expressions and a scheduler", found=str(scheduler), wanted="backoff or simple"
        )
    report = Report(roots, compiled(rules, ac), gather(assume), explanations)
    report.run(limits, scheduler, goals)
    return report


def explain(a: Expr, b: Expr, rules: Rules | None = None, *, assume: Assumed = None) -> Explanation:
    """Return the steps that lead from one expression to another by rules, as `Report.explain` does.

    Raises RuleError if no proof is found within limits of its own: that may be because there is none.
    """
    return prove(a, b, compiled(rules, "nary"), gather(assume))


@final
class Report:
    """A graph after saturation, and what happened on the way.

    Fields: `stop_reason`, `nodes`, `classes` (alive at the end), `seconds`,
    `blame` (which union made the graph inconsistent, if one did).
    """

    def __init__(
        self, roots: tuple[Expr, ...], rules: Compiled, assumptions: Assumptions, explanations: bool = False
    ) -> None:
        self.roots, self.rules, self.assumptions = roots, rules, assumptions
        self.words: Vocabulary = rules.vocabulary()
        self.explanations = explanations
        facts = Facts(assumptions)
        self.core: Core
        self.inserter: Inserter
        if rules.patterns is not None:
            self.core = NaryCore(
                rules.program, rules.patterns, rules.theories, rules.power, with_facts=True, traced=explanations
            )
            self.inserter = NaryInserter(self.core, self.words, facts)
        else:
            self.core = Core(rules.program, with_facts=True, traced=explanations)
            self.inserter = Inserter(self.core, self.words, facts)
        self.core.inference = Inference(self.words)
        self.core.counts = self.inserter.counts
        self._classes = self.inserter.insert(roots)
        if isinstance(self.inserter, NaryInserter) and assumptions:
            self.inserter.assume(assumptions)
        for a, b in proposals(roots, facts) if rules.proposes else ():
            self.core.unite(*self.inserter.insert((a, b)))
        self.stop_reason = StopReason.ITERATION_LIMIT
        self.seconds = 0.0
        self.blame: Blame | None = None
        self._explainer: Explainer | None = None

    def run(
        self,
        limits: SaturationLimits = _DEFAULTS,
        scheduler: Scheduler = "backoff",
        goals: Sequence[tuple[Expr, Expr]] = (),
    ) -> StopReason:
        """Go on under new limits, counted from here; return why it stopped."""
        start = time.perf_counter()
        self.stop_reason = StopReason.INTERRUPTED  # unless the engine comes back with another
        self._search(limits, scheduler, goals)
        self.seconds += time.perf_counter() - start
        if self.stop_reason is StopReason.INCONSISTENT:
            self.blame = self._blame()
            if self.core.blame is None:
                # The union showed to be wrong only in the rebuild: replay the last round, rebuilding after each match.
                again = Report(self.roots, self.rules, self.assumptions)
                again._search(limits, scheduler, goals, careful_from=len(self.core.rounds_done()) - 1)
                self.blame = again._blame()
        return self.stop_reason

    def _search(
        self,
        limits: SaturationLimits,
        scheduler: Scheduler,
        goals: Sequence[tuple[Expr, Expr]],
        careful_from: int = 0xFFFFFFFF,
    ) -> None:
        pairs = tuple(tuple(self.inserter.insert(pair)) for pair in goals)
        reason = self.core.run(
            nodes=limits.nodes,
            iterations=min(limits.iterations, 0xFFFFFFFF),
            seconds=limits.seconds,
            memory=limits.bytes,
            match_limit=MATCH_LIMIT if scheduler == "backoff" else 0,
            ban_length=BAN_LENGTH,
            careful_from=careful_from,
            goals=pairs,
            condition=self._condition,
        )
        self.stop_reason = STOP_REASONS[reason]

    def _condition(self, rule: int, classes: tuple[int, ...]) -> bool:
        """Ask a rule's Python test about a match."""
        test = self.rules.tests[rule]
        assert test is not None
        names = self.rules.variables[rule]
        return bool(test({name: self._interval(c) for name, c in zip(names, classes, strict=True)}))

    def _interval(self, c: int) -> Interval:
        low, high = self.core.interval(c)
        return from_engine((self.core.facts(c), low, high, self.core.constant(c)))

    def _blame(self) -> Blame:
        """Name the union that made two numbers equal."""
        found = self.core.blame
        numbers = self.core.conflict or (None, None)
        if found is None:
            return Blame("arithmetic on the expressions as given", {}, numbers)
        rule, classes = found
        names = self.rules.variables[rule] if rule < len(self.rules.variables) else ()
        match = {name: self._interval(c) for name, c in zip(names, classes, strict=False)}
        return Blame(self.rules.names[rule], match, numbers)

    # ---- what happened ----------------------------------------------------------------------------------------------

    @property
    def nodes(self) -> int:
        """E-nodes alive."""
        return self.core.nodes

    @property
    def classes(self) -> int:
        """Classes that are not united with another."""
        return self.core.classes

    @property
    def bytes(self) -> int:
        """Memory of the graph."""
        return self.core.bytes

    @property
    def iterations(self) -> tuple[Iteration, ...]:
        """What each round did."""
        return tuple(Iteration(*each) for each in self.core.rounds_done())

    @property
    def rule_counts(self) -> tuple[RuleCount, ...]:
        """What each rule did, those that never matched left out."""
        rows = zip(self.rules.names, self.core.rule_counts(), strict=True)
        return tuple(RuleCount(name, m, u, bans, s + a) for name, (m, u, bans, s, a) in rows if m or bans)

    @property
    def operator_names(self) -> dict[int, str]:
        """The engine's numbers of operators, with their names."""
        return {op: name for (name, _), op in self.words.operators.items()}

    def leaf(self, place: int) -> Expr:
        """Return a leaf of the graph that is no rational, by its number."""
        found: Any = list(self.words.leaves)[place]
        return found if isinstance(found, Expr) else _symbol(found)

    # ---- asking -----------------------------------------------------------------------------------------------------

    @property
    def classes_of_roots(self) -> list[int]:
        """The classes that the expressions are in now."""
        return [self.core.find(c) for c in self._classes]

    def extract(
        self,
        cost: CostTable | CostFunction = SIZE,
        *,
        shared: bool = False,
        exact: bool = False,
        seconds: float = 1.0,
    ) -> Any:
        """Return the cheapest form of the expression, or a tuple of them for several.

        cost     a `CostTable` of weights, or any function of an operator and its operands' costs
        shared   a part used twice is paid once; found greedily, and never dearer than the cheapest tree
        exact    the least shared cost, by branch and bound within `seconds`; else the best found till then

        Raises RuleError if the rules proved two different numbers equal: such a graph has no meaning.
        """
        return self.extract_with_cost(cost, shared=shared, exact=exact, seconds=seconds)[0]

    def extract_with_cost(
        self,
        cost: CostTable | CostFunction = SIZE,
        *,
        shared: bool = False,
        exact: bool = False,
        seconds: float = 1.0,
    ) -> tuple[Any, float, bool]:
        """Return what `extract` does, its cost, and whether that is proved to be the least in the graph."""
        self._check_consistent()
        found, total, is_least = extract_all(self, cost, shared=shared, exact=exact, seconds=seconds)
        return (found[0] if len(found) == 1 else tuple(found)), total, is_least

    def are_equal(self, a: Expr, b: Expr) -> bool:
        """Whether two expressions were proved equal. Both are put into the graph, which may show it."""
        self._check_consistent()
        left, right = self.inserter.insert([a])[0], self.inserter.insert([b])[0]
        self.core.rebuild()
        return bool(self.core.find(left) == self.core.find(right))

    def explain(self, a: Expr, b: Expr) -> Explanation:
        """Return the steps that lead from one expression to another, which `check_explanation` replays.

        A run with ``explanations=True`` has written down which rules it used
        where; without that the two are proved again. Of sums and products of
        n-ary rows, steps called "collect" say what follows from their laws
        alone. Raises RuleError if the two are not equal, or no proof is found
        within the limits.
        """
        self._check_consistent()
        if a == b:
            return Explanation(a, b, (), self.assumptions)
        if self.rules.patterns is not None:
            with contextlib.suppress(RuleError):
                return NaryExplainer(self, by_laws=False).explain(a, b)
        if not self.explanations:
            if self.rules.patterns is None and not self.are_equal(a, b):
                raise RuleError("these were not proved equal", found=f"{a} and {b}")
            return prove(a, b, self.rules, self.assumptions)
        if self._explainer is None:
            self._explainer = Explainer(self) if self.rules.patterns is None else NaryExplainer(self)
        return self._explainer.explain(a, b)

    def known(self, expression: Expr) -> Interval:
        """Return what the graph knows of an expression's value."""
        self._check_consistent()
        found = self.inserter.insert([expression])[0]
        self.core.rebuild()
        return self._interval(found)

    def _check_consistent(self) -> None:
        if self.stop_reason is StopReason.INCONSISTENT:
            where = "" if self.blame is None else self.blame.rule
            a, b = ("?", "?") if self.blame is None else self.blame.numbers
            raise RuleError(f"the rules prove that {a} is {b}", where=where, hint="a rule is wrong or lacks a guard")

    def __repr__(self) -> str:
        return f"<Report: {self.stop_reason.name}, {self.nodes} nodes, {self.classes} classes>"


def prove(a: Expr, b: Expr, rules: Compiled, assumptions: Assumptions) -> Explanation:
    """Prove an equation anew, traced, and stop as soon as that is done; over ordered nodes if n-ary rows don't do."""
    report = Report((a, b), rules, assumptions, explanations=True)
    report.run(_PROOF_LIMITS, "backoff", [(a, b)])
    try:
        return report.explain(a, b)
    except RuleError:
        if rules.patterns is None or not report.are_equal(a, b):
            raise
    return prove(a, b, over_ordered_nodes(rules), assumptions)


def over_ordered_nodes(rules: Compiled) -> Compiled:
    """Return the same rules for ordered nodes, with rules for what n-ary rows know of themselves."""
    known = [rule for rule in rules.sources if rule is not None]
    names = {rule.rule.name if isinstance(rule, ConditionalRule) else rule.name for rule in known}
    ring = [rule for rule in (*EXPANSION, *ALGEBRA) if rule.name not in names and rule.label != "approx"]
    return compiled([*known, *ring], "rules")


def _symbol(key: Any) -> Any:
    raise OptionError("this graph is over terms, not over expressions", found=str(key))
