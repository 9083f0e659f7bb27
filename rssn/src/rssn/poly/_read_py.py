"""Read expressions as polynomials: the readable twin of `_read_c.pyx`.

Sums and products are flattened where a part is used once, so that a chain of a
million terms is one step and not a million additions. What is used more than
once becomes a step of its own and is converted once. Three passes over the
unique nodes, none recursive: operands before users (`_Scan`), users before
operands (`_Plan`: which chain takes in which node), operands before users
again (`_Steps`).

Symbols, pi, 1j and everything that is not a sum, difference, product, quotient
or whole power are generators; nothing below a generator is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Literal, overload

from ..expr import Expr
from ._reading import (
    LARGEST_EXPONENT,
    LARGEST_POWER,
    Number,
    Product,
    Reading,
    Step,
    Sum,
    degree_too_large,
    in_order,
    integer_exponent,
    lowest,
    number_of,
    number_power,
)

NUMBER, GENERATOR, SUM, PRODUCT = range(4)
_SUMS = {"add": (1, 1), "sub": (1, -1), "neg": (-1,)}
_PRODUCTS = {"mul": (1, 1), "div": (1, -1)}

Edges = tuple[tuple[Expr, int], ...]
Pairs = tuple[tuple[int, int], ...]
Monomial = tuple[Number, Pairs]


@overload
def read(roots: Sequence[Expr], *, inverses: bool, stops: None = None) -> Reading: ...
@overload
def read(roots: Sequence[Expr], *, inverses: Literal[True], stops: AbstractSet[Expr]) -> Reading | None: ...
def read(roots: Sequence[Expr], *, inverses: bool, stops: AbstractSet[Expr] | None = None) -> Reading | None:
    """Return the program of some expressions, in one set of columns.

    With `inverses` a divisor that is a sum is a column of its own, to be divided
    by and not to be looked into; without, it is a step with a negative power.
    Nothing below the sums in `stops` is read, so that long nested fractions take linear time;
    the result is None where one of them turns out to be more than a divisor.
    """
    scan = _Scan(roots, stops or frozenset())
    plan = _Plan(scan, roots, inverses)
    if any(node in plan.parts or node in plan.absorbed for node in scan.stopped):
        return None
    steps = _Steps(scan, plan)
    return Reading(
        [base for base, _ in plan.columns],
        [inverse for _, inverse in plan.columns],
        [scan.kinds[base] != GENERATOR for base, _ in plan.columns],
        steps.steps,
        [steps.materialized(root) for root in roots],
        plan.divisors,
        steps.floats,
    )


class _Scan:
    """The nodes down to the generators, operands before users, with their kinds, edges and numbers of uses."""

    def __init__(self, roots: Sequence[Expr], stops: AbstractSet[Expr]) -> None:
        self.stops, self.stopped = stops, list[Expr]()
        self.kinds: dict[Expr, int] = {}
        self.edges: dict[Expr, Edges] = {}
        self.uses: dict[Expr, int] = {}
        self.nodes: list[Expr] = []
        for root in roots:
            self._descend(root)
            self.uses[root] = self.uses.get(root, 0) + 1

    def _descend(self, root: Expr) -> None:
        stack = [] if root in self.kinds else [(root, iter(self._look(root)))]
        while stack:
            node, edges = stack[-1]
            for child, _ in edges:
                self.uses[child] = self.uses.get(child, 0) + 1
                if child not in self.kinds:
                    stack.append((child, iter(self._look(child))))
                    break
            else:
                self.nodes.append(node)
                stack.pop()

    def _look(self, node: Expr) -> Edges:
        """Find a node's kind, and its operands with the sign or power they have in it."""
        kind, weights = self._kind(node)
        self.kinds[node] = kind
        self.edges[node] = tuple(zip(node.operands, weights, strict=False))
        return self.edges[node]

    def _kind(self, node: Expr) -> tuple[int, tuple[int, ...]]:
        name = node.operator
        if name in ("add", "sub") and node in self.stops:
            self.stopped.append(node)
            return SUM, ()
        if name in _SUMS:
            return SUM, _SUMS[name]
        if name in _PRODUCTS:
            return PRODUCT, _PRODUCTS[name]
        if name == "pow":
            exponent = integer_exponent(node.operands[1])
            return (GENERATOR, ()) if exponent is None else (PRODUCT, (exponent,))
        if name in ("integer", "rational", "float") or (name == "constant" and node.name in ("true", "false")):
            return NUMBER, ()
        return GENERATOR, ()


class _Plan:
    """Which sum or product takes in which node, and what each consists of."""

    def __init__(self, scan: _Scan, roots: Sequence[Expr], inverses: bool) -> None:
        self.scan, self.inverses = scan, inverses
        # Chain -> its parts with their sign or power. The part None is the number -1.
        self.parts: dict[Expr, list[tuple[Expr | None, int]]] = {}
        self.absorbed: dict[Expr, tuple[Expr, int]] = {}
        self._columns: dict[tuple[Expr, bool], None] = {}
        self.divisors: list[Expr] = []
        for root in roots:
            self._use(root, 1)
        for node in reversed(scan.nodes):
            if node in self.parts or node in self.absorbed:
                self._place(node)
        self.columns = in_order(list(self._columns))
        self.column = {column: place for place, column in enumerate(self.columns)}

    def _use(self, node: Expr, power: int) -> None:
        """Note that a chain has this node as a part."""
        kind = self.scan.kinds[node]
        if kind == GENERATOR or (self.inverses and power < 0 and kind != NUMBER):
            self._columns[node, power < 0] = None
        elif kind != NUMBER:
            self.parts.setdefault(node, [])

    def _place(self, node: Expr) -> None:
        """Hand a node's operands to the chain it belongs to."""
        chain, weight = self.absorbed.get(node, (node, 1))
        in_product = self.scan.kinds[chain] == PRODUCT
        if in_product and self.scan.kinds[node] == SUM:  # a minus sign within a product
            self.parts[chain].append((None, weight))
            self._put(chain, self.scan.edges[node][0][0], weight, in_product)
            return
        for child, own in self.scan.edges[node]:
            if in_product and own < 0 and self.scan.kinds[child] != NUMBER:
                self.divisors.append(child)
            self._put(chain, child, own * weight, in_product)

    def _put(self, chain: Expr, child: Expr, weight: int, in_product: bool) -> None:
        if in_product and weight == 0:
            return
        kind, single = self.scan.kinds[child], self.scan.uses[child] == 1
        fits = kind == PRODUCT or len(self.scan.edges[child]) == 1 if in_product else kind == SUM
        if fits and kind in (SUM, PRODUCT) and single and abs(weight) < LARGEST_POWER:
            self.absorbed[child] = chain, weight
            return
        self._use(child, weight if in_product else 1)
        self.parts[chain].append((child, weight))


class _Steps:
    """Values of the chains: a monomial where there is one term, else a step."""

    def __init__(self, scan: _Scan, plan: _Plan) -> None:
        self.kinds, self.plan = scan.kinds, plan
        self.width = len(plan.columns)
        self.steps: list[Step] = []
        self.floats = False
        self.monomials: dict[Expr, Monomial] = {}
        self.places: dict[Expr, int] = {}
        for node in scan.nodes:
            if node in plan.parts:
                (self._sum if scan.kinds[node] == SUM else self._product)(node, plan.parts[node])

    def materialized(self, node: Expr) -> int:
        """Return the step that has a node's value, made now if it was a monomial."""
        if node not in self.places:
            number, pairs = self._monomial(node)
            self.places[node] = self._add(Sum({self._dense(pairs): number} if number else {}))
        return self.places[node]

    def _add(self, step: Step) -> int:
        self.steps.append(step)
        return len(self.steps) - 1

    def _dense(self, pairs: Pairs) -> tuple[int, ...]:
        row = [0] * self.width
        for place, exponent in pairs:
            row[place] = exponent
        return tuple(row)

    def _monomial(self, node: Expr) -> Monomial:
        known = self.monomials.get(node)
        if known is None:
            if self.kinds[node] == NUMBER:
                self.floats = self.floats or node.operator == "float"
                known = number_of(node), ()
            else:
                known = 1, ((self.plan.column[node, False], 1),)
            self.monomials[node] = known
        return known

    def _sum(self, node: Expr, parts: list[tuple[Expr | None, int]]) -> None:
        terms: dict[Pairs, Number] = {}
        steps: list[tuple[int, int]] = []
        for part, sign in parts:
            assert part is not None
            if part in self.places:
                steps.append((self.places[part], sign))
                continue
            number, pairs = self._monomial(part)
            terms[pairs] = lowest(terms.get(pairs, 0) + sign * number)
        terms = {pairs: number for pairs, number in terms.items() if number}
        if steps or len(terms) > 1:
            self.places[node] = self._add(Sum({self._dense(pairs): terms[pairs] for pairs in terms}, steps))
        else:
            pairs, number = next(iter(terms.items()), ((), 0))
            self.monomials[node] = number, pairs

    def _product(self, node: Expr, parts: list[tuple[Expr | None, int]]) -> None:
        number: Number = 1
        powers: dict[int, int] = {}
        factors: list[tuple[int, int]] = []
        for part, power in parts:
            if part is None:
                number = number if power % 2 == 0 else -number
            elif (part, power < 0) in self.plan.column:
                place = self.plan.column[part, power < 0]
                powers[place] = powers.get(place, 0) + abs(power)
            elif part in self.places or (power < 0 and self.kinds[part] != NUMBER):
                factors.append((self.materialized(part), power))
            else:
                base, pairs = self._monomial(part)
                number = lowest(number * number_power(base, power))
                for place, exponent in pairs:
                    powers[place] = powers.get(place, 0) + exponent * power
        if any(exponent >= LARGEST_EXPONENT for exponent in powers.values()):
            raise degree_too_large()
        pairs = tuple(sorted(powers.items()))
        if factors:
            self.places[node] = self._add(Product(number, self._dense(pairs), factors))
        else:
            self.monomials[node] = number, pairs
