"""Facts: what is known of every part of an expression, from its operands' ranges and from assumptions."""

from __future__ import annotations

from typing import final

from ..errors import AssumptionError, FoldError, UnknownNameError
from ..expr import Expr
from ..ops import Operator, bit_limit, lookup
from ._assumptions import NOTHING, RELATIONS, Assumptions
from ._guards import WORDS
from ._interval import UNKNOWN, Exact, Interval, between, point
from ._linear import LINEAR, ONE, ZERO, Key, Linear, combination, form_of, linear_node, scaled

MOST_BITS = 4096  # exact constants are followed up to this size; beyond it their interval is enough

PI = between(3.141592653589793, 3.1415926535897936, low_open=True, high_open=True)._replace(nonzero=True)


@final
class Facts:
    """What is known of expressions under assumptions; every unique node is looked at once and remembered.

    Raises AssumptionError, when made, if the assumptions contradict what their
    own expressions can be (``x^2 < 0``).
    """

    __slots__ = ("_forms", "_known", "_parts", "assumptions")

    def __init__(self, assumptions: Assumptions = NOTHING) -> None:
        self.assumptions = assumptions
        self._known: dict[Expr, Interval] = {}
        self._forms: dict[Expr, Linear] | None = {} if assumptions else None
        self._parts = frozenset(part for key in assumptions.promises for part, _ in key)
        for key in assumptions.promises:
            for part, _ in key:
                self.of(part)
            self._check(key)

    def of(self, expression: Expr) -> Interval:
        """Return what is known of an expression. Linear in the unique nodes not seen before; never recurses."""
        known = self._known
        found = known.get(expression)
        if found is not None:
            return found
        stack = [expression]
        while stack:
            node = stack[-1]
            if node in known:
                stack.pop()
                continue
            waiting = [operand for operand in node.operands if operand not in known]
            if waiting:
                stack.extend(waiting)
                continue
            stack.pop()
            known[node] = self._node(node)
        return known[expression]

    def constant(self, expression: Expr) -> Exact | None:
        """Return the exact value of an expression, or None where it is not known."""
        return self.of(expression).constant

    def proves(self, word: str, expression: Expr) -> bool:
        """Whether an expression is known to be ``nonzero``, ``positive``, ``integer``, ... (a word of a guard)."""
        return WORDS[word](self.of(expression))

    def is_defined(self, expression: Expr) -> bool:
        """Whether an expression has a finite real value everywhere under the assumptions."""
        return self.of(expression).defined

    def _node(self, node: Expr) -> Interval:
        operands = node.operands
        if not operands:
            found = self._leaf(node)
        else:
            found = combined(node.operator, [self._known[operand] for operand in operands], operands)
        if self._forms is not None:
            if node.operator in LINEAR:
                self._forms[node] = form = linear_node(node, self._forms)
                found = self._met(found, form)
            elif node in self._parts:
                found = self._met(found, Linear(ZERO, {node: ONE}))
            elif node.operator in RELATIONS and found.constant is None:
                found = self._related(node, found, self._forms)
        return found

    def _met(self, found: Interval, form: Linear) -> Interval:
        """Add what is promised of a linear form to what is known of an expression that has it."""
        promised = self._promised(form)
        return found if promised is None else found.meet(promised)

    def _promised(self, form: Linear) -> Interval | None:
        if not form.terms.keys() <= self._parts:
            return None
        place = scaled(form)
        return None if place is None else self.assumptions.known(place)

    def _related(self, comparison: Expr, found: Interval, forms: dict[Expr, Linear]) -> Interval:
        """Decide a comparison by what is promised of the difference of its sides: x >= y where x > y."""
        left, right = comparison.operands
        promised = self._promised(combination(form_of(left, forms), form_of(right, forms), -ONE))
        if promised is None:
            return found
        decided = combined(comparison.operator, [promised, point(0)])
        return found if decided.constant is None else decided._replace(defined=found.defined)

    def _leaf(self, node: Expr) -> Interval:
        if node.operator == "symbol":
            return self.assumptions.of_symbol(node)
        value = node.value
        if isinstance(value, complex) or value is None:
            return PI if node.name == "pi" else UNKNOWN
        return point(value)

    def _check(self, key: Key) -> None:
        """Compare what is promised of a combination with what its parts allow."""
        if not key or (len(key) == 1 and next(iter(key))[0].operator == "symbol"):
            return  # nothing is known of a symbol but what is promised
        total = None
        for part, amount in key:
            scale = point(amount)
            term = combined("mul", [scale, self._known[part]])
            total = term if total is None else combined("add", [total, term])
        promised = self.assumptions.promises[key].interval(ONE, ZERO)
        if total is not None and total.meet(promised).is_empty:
            raise AssumptionError(
                "no values can keep these assumptions",
                wanted="some numbers that keep them all",
                found=str(self.assumptions),
                hint="leave one of them out",
            )


def combined(operator: str, known: list[Interval], operands: tuple[Expr, ...] | None = None) -> Interval:
    """Return what is known of an operator's result from what is known of its operands.

    Exact operands give an exact result where there is one. An operator without an interval rule: nothing is known.
    """
    try:
        record = lookup(operator)
    except UnknownNameError:
        return UNKNOWN
    if operator == "mul" and operands is not None and operands[0] == operands[1]:
        record, known = lookup("pow"), [known[0], point(2)]
    exact = _folded(record, known)
    if exact is not None:
        return exact
    if record.interval is None:
        return UNKNOWN
    found: Interval = record.interval(*known)
    return found


def _folded(record: Operator, known: list[Interval]) -> Interval | None:
    """Return the point that exact operands give, if they are exact and the result exists and is not too large."""
    if record.fold is None:
        return None
    constants = []
    for each in known:
        if each.constant is None or not each.defined:
            return None
        constants.append(each.constant)
    try:
        with bit_limit(MOST_BITS):
            exact = record.fold(*constants)
    except FoldError:
        return None
    if exact is None:
        return None
    return point(bool(exact) if record.result == "bool" else exact)
