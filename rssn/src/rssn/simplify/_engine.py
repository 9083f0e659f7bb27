"""The greedy engine: bottom-up over unique nodes, each made as cheap as the passes can make it.

Work on one node is a generator that yields the parts it needs made simple and
is sent their simple forms; a loop runs them, so nothing recurses however deep
an expression is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Final, TypeAlias, final

from ..errors import AssumptionError, FoldError
from ..expr import Expr, apply, constant, substitute, walk
from ..ops import bit_limit, lookup
from ..rules import Assumptions, Facts, Interval
from ._budget import LOOK_EVERY, Meter
from ._cost import Costs
from ._index import Index
from ._numbers import MOST_BITS, ONE, ZERO, Number, number_of, whole_power
from ._passes import Pass
from ._products import Factors, build_product, flatten_product, gather, is_product, joined, literal_exponent, power
from ._sums import ADDITIVE, Terms, build_sum, collect, flatten_sum, taken_apart
from ._trace import Step, Trace

Task: TypeAlias = Generator[Expr, Expr, Expr]

LARGEST_SHARED: Final = 64  # terms up to which a shared inner sum is taken apart at each of its uses
DEEPEST: Final = 24  # proposals within proposals
SLACK: Final = (1.6, 6.0)  # a proposal may cost so much more before it is made simple
EPSILON: Final = 1e-9
MOST_NESTED: Final = 3  # conditions within conditions under which branches are looked at
MOST_BRANCHES: Final = 256  # looks at branches, whatever else the budget allows


@final
class Engine:
    """Simple forms of expressions under fixed assumptions; what was done once is remembered."""

    def __init__(
        self, facts: Facts, index: Index, passes: Iterable[Pass], structural: frozenset[str], meter: Meter
    ) -> None:
        self.facts, self.index, self.meter = facts, index, meter
        self.costs = Costs()
        self.passes = sorted(passes, key=lambda each: -each.priority)
        self.structural = structural
        self.trace: Trace | None = None
        self._done: dict[Expr, Expr] = {}
        self._started: set[Expr] = set()
        self._uses: Counter[Expr] = Counter()
        self._sizes: dict[Expr, int] = {}
        self._apart: tuple[Expr | None, tuple[Terms, Number]] = (None, ({}, ZERO))
        self._proposed: dict[Expr, str] = {}
        self._outer: tuple[int, list[int]] = (0, [MOST_BRANCHES])  # how deep under conditions; looks left, for all
        self._inner: dict[tuple[Expr, ...], Engine | None] = {}

    def simple(self, expression: Expr) -> Expr:
        """Return the simple form; if the budget ends on the way, what is done by then with the rest as it was."""
        changed: dict[Expr, Expr] = {}
        for node in self._wanted(walk(expression)):
            if node not in self._done:
                if self.meter.is_spent:
                    break
                self._run(node)
                if self._done[node] != node and self.costs.of(self._done[node]) <= self.costs.of(node):
                    changed[node] = self._done[node]
        done = self._done.get(expression)
        if done is not None and self.costs.of(done) <= self.costs.of(expression):
            return done
        if done is not None:  # a form that costs more is never an answer
            changed = {}
        if self.trace is not None:
            self.trace.see(expression, changed)
        return substitute(expression, changed) if changed else expression

    def terms(self, node: Expr) -> tuple[Terms, Number]:
        """Return the terms of a sum with their factors, and its number; not to be changed. The last is remembered."""
        if self._apart[0] != node:
            self._apart = (node, taken_apart(node))
        return self._apart[1]

    # ---- under conditions

    def under(self, conditions: Sequence[Expr], part: Expr, /) -> Expr:
        """Return the simple form of a part where conditions hold as well; the part itself if they can't hold."""
        inner = self._inside(conditions)
        looks = self._outer[1]
        if inner is None or not looks[0]:
            return part
        looks[0] -= 1
        simple = inner.simple(part)
        if self.trace is not None and inner.trace is not None:
            self.trace.extend(inner.trace.steps(part))
        return simple

    def known_under(self, conditions: Sequence[Expr], part: Expr, /) -> Interval | None:
        """Return what is known of a part where conditions hold as well; None if they can't hold."""
        inner = self._inside(conditions)
        return None if inner is None else inner.facts.of(part)

    def _inside(self, conditions: Sequence[Expr]) -> Engine | None:
        """Return the engine that assumes conditions as well; None where they contradict or are too many."""
        key, (depth, looks) = tuple(conditions), self._outer
        if key not in self._inner:
            self._inner[key] = None
            if depth < MOST_NESTED:
                try:
                    facts = Facts(Assumptions(self.facts.assumptions, *key))
                except AssumptionError:
                    return None
                inner = Engine(facts, self.index, self.passes, self.structural, self.meter)
                inner.trace = None if self.trace is None else Trace()
                inner._outer = depth + 1, looks
                self._inner[key] = inner
        return self._inner[key]

    # ---- which nodes are worked on

    def _wanted(self, order: list[Expr]) -> list[Expr]:
        """Return the nodes that are asked for, operands first: inner sums and products are their users' business.

        None are, if the budget ends before this is known.
        """
        self._uses, self._sizes = Counter(), {}
        for count, node in enumerate(order):
            if not count % LOOK_EVERY and self.meter.is_late():
                return []
            self._uses.update(node.operands)
            if node.operator in ADDITIVE or is_product(node):
                kind = node.operator in ADDITIVE
                sizes = [
                    self._sizes.get(operand, 1) if (operand.operator in ADDITIVE) == kind else 1
                    for operand in node.operands
                ]
                self._sizes[node] = min(sum(sizes), LARGEST_SHARED + 1)
        wanted = {order[-1]}
        for count, node in enumerate(reversed(order)):
            if not count % LOOK_EVERY and self.meter.is_late():
                return []
            if node in wanted:
                wanted.update(self._parts(node))
        return [node for node in order if node in wanted]

    def _parts(self, node: Expr) -> Iterable[Expr]:
        if node.operator in ADDITIVE:
            return [term for _, term in flatten_sum(node, self._opens_sum)]
        if is_product(node):
            return [base for base, _, _ in flatten_product(node, self._opens_product)]
        return node.operands

    def _opens_sum(self, node: Expr) -> bool:
        return node.operator in ADDITIVE and self._is_own(node)

    def _opens_product(self, node: Expr) -> bool:
        return (is_product(node) or node.operator == "neg") and self._is_own(node)

    def _is_own(self, node: Expr) -> bool:
        return self._uses[node] < 2 or self._sizes.get(node, 1) <= LARGEST_SHARED

    # ---- running tasks

    def _run(self, node: Expr) -> None:
        stack: list[tuple[Expr, Task]] = []
        trace, done = self.trace, self._done
        wanted: Expr = node
        while True:
            answer = done.get(wanted)
            if answer is not None:
                if trace is not None:
                    trace.use(wanted, answer)
            elif wanted in self._started or len(stack) > DEEPEST or (stack and self.meter.is_spent):
                answer = wanted
            else:
                stack.append((wanted, self._task(wanted)))
                self._started.add(wanted)
                if trace is not None:
                    trace.begin()
            while True:
                current, task = stack[-1]
                try:
                    wanted = next(task) if answer is None else task.send(answer)
                    break
                except StopIteration as end:
                    stack.pop()
                    self._started.discard(current)
                    answer = done[current] = end.value
                    done.setdefault(answer, answer)
                    if trace is not None:
                        trace.end(current, answer)
                    if not stack:
                        return

    def _task(self, node: Expr) -> Task:
        if node.is_leaf or is_monomial(node):
            return node
        if not self.meter.spend():
            return self._rebuilt(node)
        if node.operator in ADDITIVE and "collect" in self.structural:
            result = yield from self._sum(node)
        elif is_product(node) and "combine" in self.structural:
            result = yield from self._product(node)
        else:
            result = yield from self._other(node)
        return result

    def _rebuilt(self, node: Expr) -> Expr:
        """Return a node with the simple forms of its parts, where there are any yet."""
        parts = {part: self._done[part] for part in self._parts(node) if part in self._done}
        opens = self._opens_sum if node.operator in ADDITIVE else self._opens_product
        return with_parts(node, {part: simple for part, simple in parts.items() if part != simple}, opens)

    def _other(self, node: Expr) -> Task:
        operands: list[Expr] = []
        for operand in node.operands:
            simple = yield operand
            operands += (simple,)
        rebuilt = apply(node.operator, *operands)
        if "fold" in self.structural:
            folded = fold_node(rebuilt)
            if folded is not None:
                return self._kept("fold", "exact-value", rebuilt, folded)
        if (is_product(rebuilt) and not is_product(node)) or rebuilt.operator != node.operator:
            return (yield rebuilt)
        return (yield from self._improved(rebuilt))

    def _improved(self, node: Expr, origin: Expr | None = None) -> Task:
        """Ask the passes for other forms, until one is cheaper."""
        if node.is_leaf:
            return node
        cost = self.costs.of(node)
        most = cost * SLACK[0] + SLACK[1]
        skipped = self._proposed.get(node if origin is None else origin)
        trace = self.trace
        mark = at = 0 if trace is None else trace.mark()
        for each in self.passes:
            if (each.operators and node.operator not in each.operators) or each.name == skipped:
                continue
            for rule, proposal in each.propose(node, self):
                if proposal == node:
                    continue
                if not self.meter.spend():
                    return node
                if self.costs.of(proposal) > most:
                    continue
                if each.name == "rational":
                    self._proposed[proposal] = each.name
                if trace is not None:
                    at = trace.mark()
                result = yield proposal
                if self.costs.of(result) < cost - EPSILON:
                    if trace is not None:
                        trace.keep(Step(each.name, rule, node, proposal), at)
                    return result
                if trace is not None:
                    trace.drop(mark)
        return node

    def _kept(self, pass_name: str, rule: str, before: Expr, after: Expr) -> Expr:
        if self.trace is not None and before != after:
            self.trace.keep(Step(pass_name, rule, before, after))
        return after

    # ---- sums

    def _sum(self, node: Expr) -> Task:
        terms: Terms = {}
        number = [ZERO]
        changed: dict[Expr, Expr] = {}
        for count, (sign, term) in enumerate(flatten_sum(node, self._opens_sum), 1):
            if not count % LOOK_EVERY and self.meter.is_late():
                return substitute(node, changed) if changed else node
            simple = yield term
            if simple != term:
                changed[term] = simple
            collect(sign, simple, terms, number)
        vanished = [term for term, amount in terms.items() if not amount.value and self.facts.is_defined(term)]
        for term in vanished:
            del terms[term]
        total = build_sum(terms, number[0])
        written = with_parts(node, changed, self._opens_sum)
        if total != written:
            if self._is_rounder(written, total):
                total = written
            total = self._kept("collect", "like-terms", written, total)
        return (yield from self._improved(total, node))

    def _is_rounder(self, written: Expr, total: Expr) -> bool:
        """Whether the form as written is shorter: 0.1 + 0.2 exactly has more digits than anybody wants."""
        return self.costs.of(written) < self.costs.of(total) and written.operator != "neg"

    # ---- products

    def _product(self, node: Expr) -> Task:
        factors: Factors = {}
        number: Number | None = ONE
        changed: dict[Expr, Expr] = {}
        for count, (base, exponent, below) in enumerate(flatten_product(node, self._opens_product), 1):
            if not count % LOOK_EVERY and self.meter.is_late():
                return substitute(node, changed) if changed else node
            simple = yield base
            if simple != base:
                changed[base] = simple
            number = self._gather(simple, exponent, below, factors, number)
        written = with_parts(node, changed, self._opens_product)
        if number is None:
            return (yield from self._improved(written))
        exponents = self._joined(factors)
        total = self._total(number, factors, exponents)
        if total != written and self.costs.of(total) <= self.costs.of(written) + EPSILON:
            total = self._kept("combine", "like-factors", written, total)
        elif total != written and not total.is_leaf:
            total = written
        if total.operator == "pow" or not is_product(total):
            return (yield from self._improved(total, node))
        powers = yield from self._simple_powers(number, exponents)
        if powers is not None:
            return powers
        return (yield from self._improved(total, node))

    def _gather(
        self, simple: Expr, exponent: int, below: bool, factors: Factors, number: Number | None
    ) -> Number | None:
        """Count a power of a simple base, which may be a product itself; return the number, None for 1/0."""
        for base, inner, inner_below in flatten_product(simple, is_product_or_negative):
            value = number_of(base)
            if value is None:
                gather(base, exponent * inner, below or inner_below, factors)
                continue
            raised = whole_power(value, exponent * inner)
            if raised is None or (value.value == 0 and (below or inner_below)):
                if value.value == 0:
                    return None
                gather(base, exponent * inner, below or inner_below, factors)
            elif number is not None:
                number = number.times(raised)
        return number

    def _joined(self, factors: Factors) -> dict[Expr, tuple[int, int]]:
        exponents = {}
        for base, (above, under) in factors.items():
            known = self.facts.of(base) if above and under else None
            exponents[base] = joined(above, under, known is None or not (known.is_nonzero and known.defined))
        return {base: sides for base, sides in exponents.items() if sides != (0, 0)}

    def _total(self, number: Number, factors: Factors, exponents: dict[Expr, tuple[int, int]]) -> Expr:
        if number.value == 0:
            known = self.facts.of
            holes = [
                base for base in factors if not known(base).defined or (factors[base][1] and not known(base).is_nonzero)
            ]
            if not holes:
                return constant(0)
            exponents = {base: (min(exponents[base][0], 1), min(exponents[base][1], 1)) for base in holes}
        return build_product(number, exponents)

    def _simple_powers(
        self, number: Number, exponents: dict[Expr, tuple[int, int]]
    ) -> Generator[Expr, Expr, Expr | None]:
        """Make each power of a longer product simple by itself; None if nothing changed."""
        for base, sides in exponents.items():
            for side, n in enumerate(sides):
                if n == 0 or (n == 1 and not side):
                    continue
                written = apply("pow", base, constant(-n if side else n))
                mark = 0 if self.trace is None else self.trace.mark()
                simple = yield written
                if simple != written and self.costs.of(simple) < self.costs.of(power(base, n)) + (1.2 if side else 0):
                    rest = {**exponents, base: (0, sides[1]) if not side else (sides[0], 0)}
                    rest = {key: value for key, value in rest.items() if value != (0, 0)}
                    return (yield apply("mul", simple, build_product(number, rest)))
                if self.trace is not None:
                    self.trace.drop(mark)
        return None


def is_monomial(node: Expr) -> bool:
    """Whether a node is a whole number other than -1, 0 and 1 times a symbol: as simple as can be."""
    if node.operator != "mul":
        return False
    first, second = node.operands
    value = first.value
    return type(value) is int and abs(value) > 1 and second.operator == "symbol"


def with_parts(node: Expr, changed: dict[Expr, Expr], opens: Callable[[Expr], bool]) -> Expr:
    """Return a sum or product with some of its parts replaced: only what `opens` is looked into."""
    if not changed:
        return node
    done = dict(changed)
    done.pop(node, None)
    stack = [node]
    while stack:
        part = stack[-1]
        if part in done:
            stack.pop()
            continue
        if part != node and not opens(part):
            done[part] = part
            continue
        operands = part.operands
        waiting = [operand for operand in operands if operand not in done]
        if waiting:
            stack += waiting
            continue
        stack.pop()
        done[part] = apply(part.operator, *[done[operand] for operand in operands]) if operands else part
    return done[node]


def is_product_or_negative(node: Expr) -> bool:
    """Whether a node is a product, a power or a negative."""
    return node.operator == "neg" or is_product(node)


def fold_node(node: Expr) -> Expr | None:
    """Return the exact value of an operator applied to exact numbers, or None."""
    values = []
    for operand in node.operands:
        value = operand.value
        if value is None or isinstance(value, float | complex):
            return None
        values.append(value)
    record = lookup(node.operator)
    if record.fold is None:
        return None
    if node.operator == "pow" and literal_exponent(node) is None and values[1] != 0:
        return None if not isinstance(values[1], int) and values[1].denominator > 64 else _folded(record.fold, values)
    return _folded(record.fold, values)


def _folded(fold: object, values: list[object]) -> Expr | None:
    try:
        with bit_limit(MOST_BITS):
            exact = fold(*values)  # type: ignore[operator]
    except FoldError:
        return None
    return None if exact is None else constant(exact)
