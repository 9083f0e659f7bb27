"""Named passes: each proposes other forms of one node whose operands are simple already.

A proposal is made simple in turn and kept if it costs less than the node. The
structural passes (`fold`, `collect`, `combine`) have no function here: the
engine does their work while it takes sums and products apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Protocol

from .. import ops
from ..errors import RssnError
from ..expr import Expr, apply, constant, walk
from ..poly import factor, polynomial_form
from . import _branches as branching
from ._branches import Proposal
from ._index import Index
from ._numbers import MINUS_ONE, ONE, ZERO, Number, number_of, whole_power
from ._products import Factors, build_product, flatten_product, is_product, literal_exponent, power
from ._sums import Terms, build_sum, collect, flatten_sum, product_of, scaled, spine, split_factor, taken_apart

MOST_PAIRED: Final = 12  # terms of a sum, or factors of a product, among which pairs are looked for
LARGEST_FORM: Final = 400.0  # the cost up to which a part is read as a polynomial
MOST_TERMS: Final = 500
HIGHEST_POWER: Final = 60


class View(branching.View, Protocol):
    """What a pass sees of the engine."""

    index: Index

    def terms(self, node: Expr, /) -> tuple[Terms, Number]:
        """Return the terms of a sum with their factors, and its number; not to be changed."""


@dataclass(frozen=True, slots=True)
class Pass:
    """A named way to propose other forms of a node.

    priority   higher ones are asked first
    operators  the operators at whose nodes it is asked; empty for all
    propose    ``propose(node, view)`` yields pairs of a rule's name and a form that is equal to the node under the
               assumptions of `view.facts`, value and definedness alike
    """

    name: str
    priority: int
    operators: frozenset[str]
    propose: Callable[[Expr, View], Iterator[Proposal]]


def decide(node: Expr, view: View) -> Iterator[Proposal]:
    """A part whose value is known: comparisons that always hold, exact results."""
    if node.operator not in DECIDABLE and not view.facts.assumptions:
        return
    known = view.facts.of(node)
    if known.constant is not None and known.defined:
        yield "known-value", constant(bool(known.constant) if known.boolean else known.constant)
    if node.operator in ("min", "max"):
        yield from _extreme(node, view)


def _extreme(node: Expr, view: View) -> Iterator[Proposal]:
    """The smallest or largest of some parts without those that another one rules out."""
    kept = list(node.operands)
    if len(kept) > MOST_PAIRED:
        return
    relation, facts = ("ge" if node.operator == "min" else "le"), view.facts
    for part in node.operands:
        others = list(kept)
        others.remove(part)
        ruled_out = any(facts.of(apply(relation, part, other)).constant == 1 for other in others)
        if ruled_out and facts.is_defined(part):
            kept = others
    if len(kept) < len(node.operands):
        yield "ruled-out", apply(node.operator, *kept) if len(kept) > 1 else kept[0]


DECIDABLE: Final = frozenset(
    {"lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not", "where", "piecewise", "sign", "min", "max", "clamp"}
)


def compare(node: Expr, view: View) -> Iterator[Proposal]:
    """Both sides of a comparison less what they have in common."""
    left, right = node.operands
    if left.is_leaf and right.is_leaf:
        return
    terms: Terms = {}
    number = [ZERO]
    for side, sign in ((left, 1), (right, -1)):
        for inner, term in flatten_sum(side, lambda _: True):
            collect(sign * inner, term, terms, number)
    gone = [term for term, amount in terms.items() if not amount.value]
    if not gone or not all(view.facts.is_defined(term) for term in gone):
        return
    kept = {term: amount for term, amount in terms.items() if amount.value}
    first = {term: amount for term, amount in kept.items() if amount.value > 0}
    rest = {term: amount.times(MINUS_ONE) for term, amount in kept.items() if amount.value < 0}
    above, below = (number[0], ZERO) if number[0].value > 0 and first else (ZERO, number[0].times(MINUS_ONE))
    yield "common-terms", apply(node.operator, build_sum(first, above), build_sum(rest, below))


def by_rules(node: Expr, view: View) -> Iterator[Proposal]:
    """The rows of the rule tables."""
    for match in view.index.matches(node, view.facts.of):
        yield match.rule.name, match.result


def angles(node: Expr, view: View) -> Iterator[Proposal]:
    """Circular functions at rational multiples of pi where the value is rational, and at whole multiples n*pi."""
    number, rest = split_factor(node.operands[0])
    if rest is None:
        return
    if rest.operator == "mul" and number.value.denominator == 1:
        yield from _half_turns(node.operator, number, rest, view)
    if rest.name != "pi":
        return
    half_turns = {"sin": "sinpi", "cos": "cospi"}
    if node.operator in half_turns:
        exact = ops.lookup(half_turns[node.operator]).fold
        found = exact(number.value) if exact is not None else None
        if found is not None:
            yield "special-angle", constant(found)
    elif node.operator == "tan" and number.value % 1 in TANGENTS:
        yield "special-angle", constant(TANGENTS[number.value % 1])


def _half_turns(function: str, number: Number, rest: Expr, view: View) -> Iterator[Proposal]:
    """sin(n*pi) is 0 and cos(n*pi) is (-1)^n for a whole n."""
    factors = spine(rest)
    others = [factor for factor in factors if factor.name != "pi"]
    if len(others) != len(factors) - 1:
        return
    n = product_of(others)
    known = view.facts.of(n)
    if not (known.integer and known.defined):
        return
    if function != "cos":
        yield "whole-half-turns", constant(0)
    else:
        yield "whole-half-turns", constant(1) if number.value % 2 == 0 else apply("pow", constant(-1), n)


TANGENTS: Final[dict[int | Fraction, int]] = {Fraction(0): 0, Fraction(1, 4): 1, Fraction(3, 4): -1}


def pairs_of_terms(node: Expr, view: View) -> Iterator[Proposal]:
    """Rules for sums and differences, between any two terms of a longer sum."""
    terms, number = view.terms(node)
    if len(terms) + 1 > MOST_PAIRED:
        return
    parts = [(amount, term) for term, amount in terms.items()]
    if number.value:
        parts.append((number, constant(1)))
    for i, (a, first) in enumerate(parts):
        for b, second in parts[i + 1 :]:
            for name, combined in _paired_terms(a, first, b, second, view):
                rest: Terms = {term: amount for term, amount in terms.items() if term not in (first, second)}
                left = [ZERO if constant(1) in (first, second) else number]
                collect(1, combined, rest, left)
                yield name, build_sum(rest, left[0])


def _paired_terms(a: Number, first: Expr, b: Number, second: Expr, view: View) -> Iterator[Proposal]:
    pairs: list[tuple[Number, Expr]] = []
    if a.value == b.value and view.index.may_pair("add", first, second):
        pairs.append((a, apply("add", first, second)))
    if a.value == -b.value:
        if view.index.may_pair("sub", first, second):
            pairs.append((a, apply("sub", first, second)))
        if view.index.may_pair("sub", second, first):
            pairs.append((b, apply("sub", second, first)))
    if abs(a.value) != 1 or abs(b.value) != 1:
        sign = ONE if b.value > 0 else MINUS_ONE
        operator = "add" if b.value > 0 else "sub"
        whole = apply(operator, _whole(first, a), _whole(second, b.times(sign)))
        pairs.append((ONE, whole))
        if a.value < 0 < b.value:
            pairs.append((ONE, apply("sub", _whole(second, b), _whole(first, a.times(MINUS_ONE)))))
    for amount, pair in pairs:
        for match in view.index.matches(pair, view.facts.of):
            yield match.rule.name, scaled(match.result, amount)


def _whole(term: Expr, amount: Number) -> Expr:
    return amount.leaf() if term.value == 1 else scaled(term, amount)


def pairs_of_factors(node: Expr, view: View) -> Iterator[Proposal]:
    """Rules for products and quotients, between any two factors of a longer product."""
    factors: Factors = {}
    number = ONE
    for base, exponent, _ in flatten_product(node, is_product):
        value = number_of(base)
        raised = None if value is None else whole_power(value, exponent)
        if raised is not None:
            number = number.times(raised)
        else:
            above, under = factors.get(base, (0, 0))
            factors[base] = (above + max(exponent, 0), under + max(-exponent, 0))
    parts = [(base, n, power(base, n), side) for base, sides in factors.items() for side, n in enumerate(sides) if n]
    if len(parts) > MOST_PAIRED:
        return
    for i, (base, _, first, side) in enumerate(parts):
        for other, _, second, other_side in parts[i + 1 :]:
            for name, pair in _paired_factors(first, side, second, other_side, view):
                rest = {b: sides for b, sides in factors.items() if b not in (base, other)}
                if base == other or (factors[base][0] and factors[base][1]) or all(factors[other]):
                    continue
                yield name, apply("mul", pair, build_product(number, rest))


def _paired_factors(first: Expr, side: int, second: Expr, other_side: int, view: View) -> Iterator[Proposal]:
    index, known = view.index, view.facts.of
    if side == other_side:
        if index.may_pair("mul", first, second):
            for match in index.matches(apply("mul", first, second), known):
                yield match.rule.name, match.result if not side else 1 / match.result
        return
    above, below = (first, second) if not side else (second, first)
    if index.may_pair("div", above, below):
        for match in index.matches(apply("div", above, below), known):
            yield match.rule.name, match.result


def logs(node: Expr, view: View) -> Iterator[Proposal]:
    """Logarithms of products written out, so that equal ones meet."""
    terms, number = view.terms(node)
    if sum(term.operator in LOGARITHMS for term in terms) < 2:
        return
    opened: Terms = {}
    left = [number]
    for term, amount in terms.items():
        stack = [(amount, term)]
        while stack:
            factor_, part = stack.pop()
            if part.operator in LOGARITHMS:
                result = next(
                    (m.result for m in view.index.matches(part, view.facts.of) if m.rule.name in OPENING), None
                )
                if result is not None:
                    inner, rest = taken_apart(result)
                    left[0] = left[0].plus(factor_.times(rest))
                    stack += [(factor_.times(times), each) for each, times in inner.items()]
                    continue
            opened[part] = opened.get(part, ZERO).plus(factor_)
    kept = {term: amount for term, amount in opened.items() if amount.value or not view.facts.is_defined(term)}
    yield "logarithms-opened", build_sum(kept, left[0])


LOGARITHMS: Final = frozenset({"log"})
OPENING: Final = frozenset(
    {"log-of-product", "log-of-quotient", "log-of-power", "log-of-odd-power", "log-of-even-power", "log-of-root",
     "log-of-reciprocal"}
)  # fmt: skip


def rational(node: Expr, view: View) -> Iterator[Proposal]:
    """One fraction in lowest terms, expanded and factored: where what cancels is known not to be 0."""
    if view.costs.of(node) > LARGEST_FORM or not _is_worth_reading(node):
        return
    if not _is_readable(node):
        return
    try:
        form = polynomial_form(node, terms=MOST_TERMS)
        known = view.facts.of
        if not all(known(part).is_nonzero and known(part).defined for part in form.cancelled):
            return
        if not all(known(part).defined for part in form.dropped):
            return
        expanded = form.expression
        yield "as-polynomial", expanded
        if _is_readable(expanded):
            yield "factored", factor(expanded, terms=MOST_TERMS)
    except (RssnError, OverflowError):
        return  # too large, or no polynomial after all


def _is_readable(node: Expr) -> bool:
    """Whether no part does harm: no zero that had to stay, as in 0/x, and no degree too high to multiply out soon."""
    degrees: dict[Expr, int] = {}
    for part in walk(node):
        if part.is_leaf:
            if part.value == 0:
                return False
            degrees[part] = 0 if part.value is not None else 1
        elif part.operator == "pow":
            exponent = abs(literal_exponent(part) or 0)
            degrees[part] = max(1, degrees[part.operands[0]] * exponent)
            if max(exponent, degrees[part]) > HIGHEST_POWER:
                return False
        elif part.operator in ("mul", "div"):
            degrees[part] = sum(degrees[operand] for operand in part.operands)
            if degrees[part] > 2 * HIGHEST_POWER:
                return False
        else:
            known = max(degrees[operand] for operand in part.operands)
            degrees[part] = known if part.operator in SUM else 1
    return True


def _has_product(term: Expr) -> bool:
    """Whether a term is a product of several factors, or a power of a sum."""
    if term.operator == "pow" and literal_exponent(term) is not None:
        return term.operands[0].operator in ("add", "sub")
    return is_product(term) and number_of(term.operands[1]) is None


def _is_worth_reading(node: Expr) -> bool:
    """Whether polynomials can do anything: a sum with a product or a power of a sum in it, or a product with a sum."""
    if node.operator in ("add", "sub"):
        return any(
            _has_product(part)
            for _, term in flatten_sum(node, lambda _: True)
            if (part := split_factor(term)[1]) is not None
        )
    bases = [base for base, _, _ in flatten_product(node, is_product) if number_of(base) is None]
    sums = [base for base in bases if base.operator in ("add", "sub")]
    if len(sums) > 1:
        return True
    # One sum alone only gets longer, unless it is of quotients that another factor cancels.
    return len(bases) > 1 and any(part.operator == "div" for part in walk(*sums))


SUM: Final = frozenset({"add", "sub", "neg"})
PRODUCT: Final = frozenset({"mul", "div", "pow"})

PASSES: Final = (
    Pass("decide", 90, frozenset(), decide),
    Pass("compare", 80, frozenset({"lt", "le", "gt", "ge", "eq", "ne"}), compare),
    Pass("implied", 75, frozenset({"and", "or"}), branching.implied),
    Pass("angles", 70, frozenset({"sin", "cos", "tan"}), angles),
    Pass("rules", 60, frozenset(), by_rules),
    Pass("branches", 55, frozenset({"where", "piecewise"}), branching.branches),
    Pass("terms", 50, frozenset({"add", "sub"}), pairs_of_terms),
    Pass("factors", 50, frozenset({"mul", "div"}), pairs_of_factors),
    Pass("logs", 40, frozenset({"add", "sub"}), logs),
    Pass("rational", 30, SUM | PRODUCT, rational),
)

#: Done by the engine itself: exact constants, like terms, like factors.
STRUCTURAL: Final = ("fold", "collect", "combine")
