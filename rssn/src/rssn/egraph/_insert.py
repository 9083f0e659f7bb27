"""Put expressions into a graph: each unique part once, sums and products flat where only one part uses them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from ..expr import Expr, is_commutative, walk
from ..rules import Assumptions, Facts
from ._compile import DEFINED, FIRST_OPERATOR, TUPLE, Vocabulary
from ._core_c import Core
from ._forms import ONE, Parts, number, parts_of
from ._known import to_engine
from ._laws import POWER
from ._nary_core_c import NaryCore

INF = float("inf")
SHORT = 32  # parts of a sum or product that is copied into each of its users
#: What is known of a symbol without assumptions: a finite real.
ANY_SYMBOL = (1, -INF, INF)


class Inserter:
    """Expressions on their way into one graph. `words` may grow; the engine is told of new operators."""

    def __init__(self, core: Core, words: Vocabulary, facts: Facts | None) -> None:
        self.core, self.words, self.facts = core, words, facts
        self.classes: dict[Expr, int] = {}
        self.declared = FIRST_OPERATOR + len(core.program.operators)
        self.counts = {op: count for (_, count), op in words.operators.items() if count > 2}
        # Only assumptions say more of a part than its operands do.
        self.tells_all = facts is not None and bool(facts.assumptions)

    def insert(self, roots: Sequence[Expr]) -> list[int]:
        """Return the classes of expressions. Linear in unique nodes; nothing recurses."""
        order = [node for root in roots for node in walk(root)] if len(roots) > 1 else walk(roots[0])
        for node in order:
            if node not in self.classes:
                self._node(node)
        return [self.classes[root] for root in roots]

    def _node(self, node: Expr) -> None:
        operands = node.operands
        if not operands:
            found = self._leaf(node)
        else:
            found = self.apply(node.operator, [self.classes[operand] for operand in operands])
        self.classes[node] = found
        self._tell(node, found)

    def _leaf(self, node: Expr) -> int:
        value = number(node)
        if value is not None:
            return self.core.add_number(value)
        is_symbol = node.operator == "symbol"
        found = self.core.add_leaf(self.words.leaf(node), is_symbol)
        if is_symbol and not self.tells_all:
            self.core.learn(found, *ANY_SYMBOL)
        elif self.facts is not None:
            self.core.learn(found, *to_engine(self.facts.of(node))[:3])
        return found

    def _tell(self, node: Expr, found: int) -> None:
        """Learn what the assumptions say of a part."""
        if self.facts is not None and self.tells_all:
            bits, low, high, _ = to_engine(self.facts.of(node))
            self.core.learn(found, bits, low, high)

    def apply(self, name: str, classes: list[int]) -> int:
        """Return the class of an application."""
        op = self.words.operator(name, len(classes))
        if len(classes) > 2:
            self.counts[op] = len(classes)
        while self.declared <= op:
            key = list(self.words.operators)[self.declared - FIRST_OPERATOR]
            _name, arity, fold, meaning = self.words.record(*key)
            self.core.declare(arity, fold, meaning)
            self.declared += 1
            self._declared(*key)
        while len(classes) > 2:
            classes[-2:] = [self.core.add(TUPLE, classes[-2], classes[-1])]
        return self.core.add(op, *classes)

    def _declared(self, name: str, count: int) -> None:
        """Hear of an operator that the graph did not know."""


class Layout:
    """Which sums are written into the sums that use them, and products into products.

    Those that one part alone uses, and short ones: copying a long one for each
    of its users could double, and double again. `closed` are the nodes that
    something uses as they are.
    """

    def __init__(self, order: Sequence[Expr], roots: Sequence[Expr]) -> None:
        self.parts = {node: parts for node in order if (parts := parts_of(node)) is not None}
        self.closed: set[Expr] = set(roots)
        self._opened: dict[Expr, tuple[bool, ...]] = {}
        self._length: dict[Expr, int] = {}
        # Of products, all parts written out: whether one divides, and whether one is a root.
        self._divides: set[Expr] = set()
        self._roots: set[Expr] = set()
        uses = Counter(operand for node in order for operand in node.operands)
        for node in order:
            parts = self.parts.get(node)
            if parts is None:
                self.closed.update(node.operands)
            else:
                self._decide(node, parts, uses)

    def _decide(self, node: Expr, parts: Parts, uses: Counter[Expr]) -> None:
        opened, length = [], 0
        for part, factor in parts.parts:
            opens = self._fits(parts, part, factor) and (uses[part] == 1 or self._length[part] <= SHORT)
            opened.append(opens)
            length += self._length[part] if opens else 1
            if not opens:
                self.closed.add(part)
            if factor < 0 or (opens and part in self._divides):
                self._divides.add(node)
            if factor.denominator != 1 or (opens and part in self._roots):
                self._roots.add(node)
        self._opened[node], self._length[node] = tuple(opened), length

    def _fits(self, parts: Parts, part: Expr, factor: Fraction) -> bool:
        """Whether a part may be opened: 1/(1/x) is x, and sqrt(x)^2 is x, only for some x."""
        below = self.parts.get(part)
        if below is None or below.is_sum != parts.is_sum:
            return False
        if parts.is_sum or factor == 1:
            return True
        whole = factor.denominator == 1 and factor != 0 and part not in self._roots
        return whole and (factor > 0 or part not in self._divides)

    def flat(self, node: Expr) -> list[tuple[Expr, Fraction]]:
        """Return the parts of a sum or product with those of opened parts among them, in the order written."""
        found: list[tuple[Expr, Fraction]] = []
        stack = [(node, ONE, True)]
        while stack:
            part, factor, opens = stack.pop()
            if not opens:
                found.append((part, factor))
                continue
            below = zip(self.parts[part].parts, self._opened[part], strict=True)
            stack += [(each, factor * amount, is_open) for (each, amount), is_open in reversed(list(below))]
        return found


class NaryInserter(Inserter):
    """The same for a graph of n-ary rows."""

    core: NaryCore

    def __init__(self, core: NaryCore, words: Vocabulary, facts: Facts | None) -> None:
        super().__init__(core, words, facts)
        for key in words.operators:
            self._declared(*key)

    def _declared(self, name: str, count: int) -> None:
        # There are no rules for order here, not even of operators that are neither sums nor products.
        if count == 2 and is_commutative(name):
            self.core.commute(self.words.operator(name, count))

    def insert(self, roots: Sequence[Expr]) -> list[int]:
        """Return the classes of expressions."""
        order = list(dict.fromkeys(node for root in roots for node in walk(root)))
        layout = Layout(order, roots)
        for node in order:
            if node in self.classes or node not in layout.closed:
                continue
            parts = layout.parts.get(node)
            if parts is None:
                self._node(node)
                continue
            items = [(self.classes[part], factor) for part, factor in layout.flat(node)]
            self.classes[node] = self.core.add_sum(items) if parts.is_sum else self.core.add_product(items)
        return [self.classes[root] for root in roots]

    def apply(self, name: str, classes: list[int]) -> int:
        """Return the class of an application that is neither sum nor product."""
        if name == POWER:
            return self.core.add_power(*classes)
        return super().apply(name, classes)

    def assume(self, assumptions: Assumptions) -> None:
        """Put what assumptions speak of into the graph, and what they promise of it.

        That x is not 1 is a fact about x - 1: each promise is told of the combination it names and of its
        distance from every number it mentions.
        """
        for key, promise in assumptions.promises.items():
            items = [(self.insert([part])[0], amount) for part, amount in key]
            marks = {
                Fraction(0),
                *promise.excluded,
                *(bound for bound in (promise.low, promise.high) if bound is not None),
            }
            for mark in sorted(marks) if items else ():
                moved = [*items, (self.core.add_number(ONE), -mark)]
                bits, low, high, _ = to_engine(promise.interval(ONE, -mark))
                # A promise says nothing of where its subject has a value; symbols are known to.
                self.core.learn(self.core.add_sum(moved), bits & ~DEFINED, low, high)
