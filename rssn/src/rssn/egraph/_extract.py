"""From chosen rows back to expressions."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..errors import OptionError
from ..expr import Expr, apply, constant
from ._compile import LEAF, NUMBER, PRODUCT, SUM, TUPLE
from ._cost import ARITHMETIC, CostFunction, CostTable
from ._exact import exact_choice
from ._extract_c import Extractor

if TYPE_CHECKING:
    from ._saturate import Report

ONE = Fraction(1)


def extract_all(
    report: Report, cost: CostTable | CostFunction, *, shared: bool, exact: bool, seconds: float
) -> tuple[list[Expr], float, bool]:
    """Return the best expressions of the roots, what they cost, and whether that is proved to be the least."""
    if not isinstance(cost, CostTable):
        if shared or exact:
            raise OptionError("a shared cost needs a table of weights", found="a cost function", wanted="CostTable")
        return _by_function(report, cost)
    report.core.rebuild()
    engine = extractor(report, cost)
    engine.tree()
    choice = _tree_choice(engine, report.classes_of_roots)
    if not shared and not exact:
        total = sum(engine.cost(c) for c in report.classes_of_roots)
        return build(report, engine, choice), total, True
    best, total, is_least = choice, _total(engine, choice), False
    engine.shared(report.classes_of_roots, seconds)
    greedy = _tree_choice(engine, report.classes_of_roots)
    if greedy and _total(engine, greedy) < total:
        best, total = greedy, _total(engine, greedy)
    if exact:
        best, total, is_least = exact_choice(engine, report.classes_of_roots, best, total, seconds)
    return build(report, engine, best), total, is_least


def extractor(report: Report, cost: CostTable) -> Extractor:
    """Return the native extractor with the weights of a table."""
    weights = {op: cost.of(name) for op, name in report.operator_names.items()}
    prices = tuple(cost.of(name) for name in ARITHMETIC)
    return Extractor(report.core, prices, weights, cost.of("leaf"), cost.other)


def _tree_choice(engine: Extractor, roots: list[int]) -> dict[int, int]:
    """Return class -> row for all that the roots need, children before users; empty if the choice runs in a circle."""
    done: dict[int, int] = {}
    open_classes: set[int] = set()
    stack = [engine.find(root) for root in reversed(roots)]
    while stack:
        c = stack[-1]
        if c in done:
            stack.pop()
            continue
        row = engine.chosen(c)
        if row is None:
            raise OptionError("a class has no finite expression", hint="its rules were interrupted; extract the input")
        waiting = [child for child in engine.children(row) if child not in done]
        if not waiting:
            stack.pop()
            open_classes.discard(c)
            done[c] = row
        elif c in open_classes:
            return {}
        else:
            open_classes.add(c)
            stack.extend(waiting)
    return done


def _total(engine: Extractor, choice: Mapping[int, int]) -> float:
    return float(sum(engine.own_cost(row) for row in choice.values()))


# ---- building -------------------------------------------------------------------------------------------------------


def build(report: Report, engine: Extractor, choice: Mapping[int, int]) -> list[Expr]:
    """Return the expressions of the roots. `choice` has children before users."""
    made: dict[int, Any] = {}
    for c, row in choice.items():
        op, payload = engine.view(row)
        children = [made[child] for child in engine.children(row)]
        made[c] = node(report, op, payload, children)
    return [made[engine.find(root)] for root in report.classes_of_roots]


def node(report: Report, op: int, payload: Any, children: list[Any]) -> Any:
    """Return one row as an expression; a row that is the tail of an operator's operands as a tuple of them."""
    if op == NUMBER:
        return constant(payload)
    if op == LEAF:
        return report.leaf(payload)
    if op == SUM:
        return sum_of(list(zip(children, payload, strict=True)))
    if op == PRODUCT:
        return product_of(list(zip(children, payload, strict=True)))
    flat: list[Expr] = []
    for child in children:
        flat.extend(child if isinstance(child, tuple) else (child,))
    return tuple(flat) if op == TUPLE else apply(report.operator_names[op], *flat)


def sum_of(parts: list[tuple[Expr, Fraction]]) -> Expr:
    """Return a sum of multiples as a person writes it: what is added first, then what is taken away, numbers last."""
    parts = sorted(parts, key=lambda part: _number_of(part[0]) is not None)
    plus = [_multiple(part, factor) for part, factor in parts if factor >= 0]
    minus = [(part, -factor) for part, factor in parts if factor < 0]
    if plus:
        total = plus[0]
        for term in plus[1:]:
            total = total + term
    else:
        # -x - y starts with a negative; -2*x - y with the factor -2.
        at = next((i for i, (_, factor) in enumerate(minus) if factor != 1), 0)
        part, factor = minus.pop(at)
        total = -part if factor == 1 and _number_of(part) is None else _multiple(part, -factor)
    for part, factor in minus:
        total = total - _multiple(part, factor)
    return total


def _number_of(e: Expr) -> object:
    return e.value if e.operator in ("integer", "rational") else None


def _multiple(part: Expr, factor: Fraction) -> Expr:
    if factor == 1:
        return part
    if part.operator == "integer" and part.value == 1:
        return constant(factor)
    if factor.numerator == 1:
        return part / factor.denominator
    return constant(factor) * part


def product_of(parts: list[tuple[Expr, Fraction]]) -> Expr:
    """Return a product of powers with at most one division."""
    over = [_power(part, exponent) for part, exponent in parts if exponent > 0]
    under = [_power(part, -exponent) for part, exponent in parts if exponent < 0]
    top = _product(over) if over else constant(1)
    return top / _product(under) if under else top


def _product(factors: list[Expr]) -> Expr:
    total = factors[0]
    for factor in factors[1:]:
        total = total * factor
    return total


def _power(part: Expr, exponent: Fraction) -> Expr:
    if exponent == 1:
        return part
    return apply("sqrt", part) if exponent == Fraction(1, 2) else part ** constant(exponent)


# ---- any cost function ----------------------------------------------------------------------------------------------


def _by_function(report: Report, cost: CostFunction) -> tuple[list[Expr], float, bool]:
    """Find the cheapest rows under a Python function by passes until nothing improves; slower than a table."""
    report.core.rebuild()
    engine = extractor(report, CostTable())
    engine.tree()
    order = engine.order(report.classes_of_roots)
    best: dict[int, tuple[float, int]] = {}
    improved = True
    while improved:
        improved = False
        for c in order:
            for row in engine.members(c):
                children = engine.children(row)
                if all(child in best for child in children):
                    price = _price(report, engine, row, tuple(best[child][0] for child in children), cost)
                    if c not in best or price < best[c][0]:
                        best[c] = (price, row)
                        improved = True
    choice = _ordered(engine, report.classes_of_roots, {c: row for c, (_, row) in best.items()})
    total = sum(best[engine.find(root)][0] for root in report.classes_of_roots)
    return build(report, engine, choice), total, True


def _ordered(engine: Extractor, roots: list[int], rows: Mapping[int, int]) -> dict[int, int]:
    done: dict[int, int] = {}
    stack = [engine.find(root) for root in reversed(roots)]
    while stack:
        c = stack[-1]
        waiting = [child for child in engine.children(rows[c]) if child not in done]
        if waiting and c not in done:
            stack.extend(waiting)
            continue
        stack.pop()
        done.setdefault(c, rows[c])
    return done


def _price(report: Report, engine: Extractor, row: int, children: tuple[float, ...], cost: CostFunction) -> float:
    """Return the cost of a row; of sums and products, through the operators they are written with."""
    op, payload = engine.view(row)
    if op == TUPLE:
        return sum(children)
    if op in (NUMBER, LEAF):
        return cost("number" if op == NUMBER else "leaf", ())
    if op != SUM and op != PRODUCT:
        return cost(report.operator_names[op], children)
    return _price_parts(op == SUM, list(zip(children, payload, strict=True)), cost)


def _price_parts(is_sum: bool, parts: list[tuple[float, Fraction]], cost: CostFunction) -> float:
    join, part_from, scale = ("add", "sub", "mul") if is_sum else ("mul", "div", "pow")
    total: float | None = None
    for price, factor in sorted(parts, key=lambda part: part[1] < 0):
        if abs(factor) != 1:
            price = cost(scale, (price, cost("number", ())))
        if total is None and factor < 0:
            total = cost("neg", (price,)) if is_sum else cost("div", (cost("number", ()), price))
        else:
            total = price if total is None else cost(join if factor > 0 else part_from, (total, price))
    return total or 0.0
