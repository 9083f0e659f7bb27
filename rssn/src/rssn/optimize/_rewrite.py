"""One pass over an expression that rebuilds it by a recipe: products collected, fractions joined, sums nested.

Every unique node is looked at once, operands first. What a node is worth is a
`Product`; a sum is a list of them for as long as only the sum above uses it,
and becomes one part of a product when it is closed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import isfinite, pi
from typing import Final, NamedTuple

from ..expr import Expr, apply, walk
from ..rules import Facts
from ._finish import Expressions
from ._functions import Functions
from ._product import NOTHING, ONE, Algebra, Product, merged, number, part
from ._sums import MOST_NESTED, cheapest, collected, flat, nested, polynomial_forms

_MOST_TERMS: Final = 400


class Recipe(NamedTuple):
    """What is up to choice in a pass. The optimiser tries the choices and keeps what the cost model likes."""

    fractions: str = "all"  # which fractions of a sum come under one denominator: "none", "same", "fractions", "all"
    nested: bool = True  # common parts of sums are taken out
    exact: bool = True  # sums are factored and multiplied out by exact algebra
    exponentials: bool = True  # exp(a)*exp(b) is exp(a + b)
    logarithms: bool = True  # log(a) + log(b) is log(a*b)
    roots: bool = True  # sqrt(a/b^2) is sqrt(a)/abs(b)
    unshared: bool = False  # sums used more than once are joined with the sums that use them
    reciprocals: bool = False  # a part that divides more than once is inverted once
    apart: frozenset[int] = frozenset()  # sums, by number, whose fractions stay apart


class Shared:
    """What passes over forms of one expression have in common: facts, and sums built already."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.algebra = Algebra(facts)
        self.forms: dict[tuple[object, ...], Expr] = {}
        self.work = 0


class Pass:
    """A pass over one expression. `fraction_sums` counts the sums in which there were fractions to bring together."""

    def __init__(self, root: Expr, recipe: Recipe, shared: Shared, depth: int = 0) -> None:
        self.root, self.recipe, self.shared, self.depth = root, recipe, shared, depth
        self.algebra, self.facts = shared.algebra, shared.facts
        self.fraction_sums = 0
        self._values: dict[Expr, Product] = {}
        self.expressions = Expressions(self._values)
        self.finish = self.expressions.finish
        self._open: dict[Expr, list[Product]] = {}
        self._terms: dict[Expr, list[Product]] = {}
        self._uses: Counter[Expr] = Counter()
        self.functions = Functions(self.algebra, recipe.roots, self.finish)

    def run(self, popular: Counter[tuple[Expr, int]] | None = None, inverted: Iterable[Expr] = ()) -> Expr:
        """Return the rebuilt expression. Raises TooLarge where this form can't be built."""
        self.expressions.popular, self.expressions.inverted = popular or Counter(), frozenset(inverted)
        order = list(walk(self.root))
        self.shared.work += len(order)
        for node in order:
            self._uses.update(node.operands)
        for node in order:
            self._visit(node)
        return self.finish(self._value(self.root))

    # Nodes

    def _visit(self, node: Expr) -> None:
        operator, operands = node.operator, node.operands
        if operator in ("add", "sub"):
            self._open[node] = self._joined(node)
            return
        if operator == "neg" and operands[0] in self._open and self._is_inner(operands[0]):
            self._open[node] = [negated(term) for term in self._open[operands[0]]]
            return
        self._values[node] = self._leaf(node) if not operands else self._application(node)

    def _leaf(self, node: Expr) -> Product:
        value = node.value
        if isinstance(value, int | Fraction) and not isinstance(value, bool):
            return number(value)
        if isinstance(value, float) and isfinite(value) and value:
            return number(Fraction(value))
        return number(Fraction(pi)) if node.operator == "constant" and node.name == "pi" else part(node)

    def _application(self, node: Expr) -> Product:
        operator, operands = node.operator, node.operands
        found: Product | None = None
        if operator == "mul":
            found = self._times(self._value(operands[0]), self._value(operands[1]))
        elif operator == "div":
            found = self._over(self._value(operands[0]), self._value(operands[1]))
        elif operator == "neg":
            found = negated(self._value(operands[0]))
        elif operator == "pow":
            found = self.functions.power(self._value(operands[0]), self._value(operands[1]), operands[1])
        elif operator == "sqrt":
            found = self.functions.root(self._value(operands[0]))
        if found is None:
            found = part(apply(operator, *[self.finish(self._value(operand)) for operand in operands]))
            found = self.functions.constant_value(found)
        return self._together(found) if self.recipe.exponentials else found

    def _times(self, left: Product, right: Product) -> Product:
        return self.algebra.times(left, right)

    def _over(self, left: Product, right: Product) -> Product:
        turned = self.algebra.inverse(right)
        if turned is None:
            whole = self.finish(right)
            turned = Product(ONE, NOTHING, {whole: 1}) if not right.is_number else None
        if turned is None:
            return part(self.finish(left) / self.finish(right))
        return self.algebra.times(left, turned)

    def _together(self, value: Product) -> Product:
        """Turn exponentials among the parts into one above the line."""
        exps = [(base, power) for base, power in value.above.items() if base.operator == "exp"]
        exps += [(base, -power) for base, power in value.below.items() if base.operator == "exp"]
        if not exps or (len(exps) == 1 and exps[0][1] == 1):
            return value
        above = {base: power for base, power in value.above.items() if base.operator != "exp"}
        below = {base: power for base, power in value.below.items() if base.operator != "exp"}
        terms = [
            term._replace(number=term.number * power)
            for base, power in exps
            for term in self._known_terms(base.operands[0])
        ]
        whole = self.functions.constant_value(part(apply("exp", self.finish(self._closed(terms)))))
        return Product(value.number * whole.number, merged(above, whole.above), below)

    # Sums

    def _is_inner(self, node: Expr) -> bool:
        return self._uses[node] == 1 or self.recipe.unshared

    def _joined(self, node: Expr) -> list[Product]:
        """Return the terms of a sum or difference: those of its operands where these are sums used here only."""
        sides = []
        for place, operand in enumerate(node.operands):
            terms = self._open.get(operand)
            if terms is None or not self._is_inner(operand) or len(terms) > _MOST_TERMS:
                terms = [self._value(operand)]
            if place and node.operator == "sub":
                terms = [negated(term) for term in terms]
            sides.append(terms)
        left, right = sides
        if self._uses[node.operands[0]] == 1 and len(left) > 1:
            left.extend(right)  # a long chain of sums is one list that grows
            return left
        return [*left, *right]

    def _value(self, node: Expr) -> Product:
        found = self._values.get(node)
        if found is None:
            found = self._values[node] = self._closed(self._open[node])
        return found

    def _known_terms(self, expression: Expr) -> list[Product]:
        """Return the terms of a finished expression."""
        value = self._values.get(expression) or part(expression)
        if len(value.above) == 1 and not value.below:
            base, power = next(iter(value.above.items()))
            if power == 1 and base in self._terms:
                return [term._replace(number=term.number * value.number) for term in self._terms[base]]
        return [value]

    def _closed(self, terms: Sequence[Product]) -> Product:
        """Return a sum as a product: a number times the sum, perhaps over a common denominator."""
        listed = collected(terms, self.facts.is_defined)
        if self.recipe.logarithms:
            listed = self.functions.logarithms(listed)
        if len(listed) == 1:
            return listed[0]
        if any(term.below for term in listed):
            self.fraction_sums += 1
            apart = self.fraction_sums in self.recipe.apart
            return self._fractions(listed, "none" if apart else self.recipe.fractions)
        return self._polynomial(listed)

    def _fractions(self, terms: Sequence[Product], which: str) -> Product:
        """Return a sum that has fractions in it."""
        if which == "none":
            return self._sum_part(terms)
        groups: dict[frozenset[tuple[Expr, int]], list[Product]] = {}
        for term in terms:
            groups.setdefault(frozenset(term.below.items()), []).append(term)
        whole = groups.pop(frozenset(), []) if which != "all" else []
        fractions = [self._over_same(group) for group in groups.values()]
        if which in ("fractions", "all"):
            fractions = [self._over_common(fractions)]
        listed = [*whole, *fractions]
        return listed[0] if len(listed) == 1 else self._sum_part(listed)

    def _over_same(self, group: Sequence[Product]) -> Product:
        if len(group) == 1:
            return group[0]
        above = self._polynomial(collected([term._replace(below=NOTHING) for term in group], self.facts.is_defined))
        return self._times(above, Product(ONE, NOTHING, group[0].below))

    def _over_common(self, fractions: Sequence[Product]) -> Product:
        if len(fractions) == 1:
            return fractions[0]
        common: dict[Expr, int] = {}
        for term in fractions:
            for base, power in term.below.items():
                common[base] = max(common.get(base, 0), power)
        listed = []
        for term in fractions:
            missing = {base: power - term.below.get(base, 0) for base, power in common.items()}
            above = Product(ONE, {base: power for base, power in missing.items() if power}, NOTHING)
            listed.append(self._times(term._replace(below=NOTHING), above))
        above = self._polynomial(collected(listed, self.facts.is_defined))
        return self._times(above, Product(ONE, NOTHING, common))

    def _sum_part(self, terms: Sequence[Product]) -> Product:
        """Return a sum as one part, a minus of all of it and a number common to all taken out."""
        value = abs(terms[0].number)
        if any(abs(term.number) != value for term in terms) or not value:
            value = ONE
        if not any(term.number > 0 for term in terms):
            value = -value
        listed = [term._replace(number=term.number / value) for term in terms]
        expression = flat(listed, self.finish)
        self._terms.setdefault(expression, listed)
        return Product(value, {expression: 1}, NOTHING)

    def _polynomial(self, terms: Sequence[Product]) -> Product:
        """Return a sum without fractions, in the form that costs least."""
        if len(terms) == 1:
            return terms[0]
        plain = self._sum_part(terms)
        flat_form = next(iter(plain.above))
        inner = self._terms[flat_form]
        key = (self.recipe.nested, self.recipe.exact, self.expressions.inverted, flat_form)
        found = self.shared.forms.get(key)
        if found is None:
            found = self.shared.forms[key] = self._best_form(inner, flat_form)
        if found is flat_form or found == flat_form:
            return plain
        self._terms.setdefault(found, inner)
        return self._as_product(found, plain.number)

    def _best_form(self, terms: Sequence[Product], flat_form: Expr) -> Expr:
        forms = [flat_form]
        if (
            self.recipe.nested
            and len(terms) + any(len(term.above) > 1 for term in terms) > 2
            and len(terms) <= MOST_NESTED
        ):
            forms.append(nested(terms, self.finish))
        if self.recipe.exact and not self.depth and (groups := _by_functions(terms)):
            forms.append(flat([self._polynomial(group) for group in groups], self.finish))
        if self.recipe.exact and not self.depth:
            has_sums = any(base in self._terms for term in terms for base in term.above)
            bases = {base for term in terms for base in term.above}
            for form in polynomial_forms(terms, flat_form, has_sums):
                if self._keeps_domain(form, bases):
                    inner = Pass(form, self.recipe._replace(exact=False), self.shared, self.depth + 1)
                    forms.append(inner.run(self.expressions.popular))
        self.shared.work += 4 * len(terms) * len(forms)
        return cheapest(list(dict.fromkeys(forms)))

    def _keeps_domain(self, form: Expr, bases: Iterable[Expr]) -> bool:
        """Say whether the parts that a form lacks are defined everywhere."""
        present = set(walk(form))
        return all(base in present or base in self._terms or self.facts.is_defined(base) for base in bases)

    def _as_product(self, form: Expr, value: Fraction) -> Product:
        """Return a number times a form that may be a product itself."""
        product = factors_of(form, self.algebra)
        return product._replace(number=product.number * value)


def _by_functions(terms: Sequence[Product]) -> list[list[Product]]:
    """Return terms in groups with the same functions in them, if there are several groups and a long one."""
    groups: dict[frozenset[tuple[Expr, int]], list[Product]] = {}
    for term in terms:
        functions = frozenset((base, power) for base, power in term.above.items() if base.operands)
        groups.setdefault(functions, []).append(term)
    return list(groups.values()) if 1 < len(groups) < len(terms) - 1 else []


def negated(term: Product) -> Product:
    """Return a product with the other sign."""
    return term._replace(number=-term.number)


def factors_of(root: Expr, algebra: Algebra) -> Product:
    """Return the factors of a product of powers as it stands."""
    result, stack = number(1), [(root, 1)]
    while stack:
        node, power = stack.pop()
        operands = node.operands
        value = node.value
        if node.operator == "mul":
            stack += [(operands[1], power), (operands[0], power)]
        elif node.operator == "neg":
            result = result._replace(number=-result.number if power % 2 else result.number)
            stack.append((operands[0], power))
        elif node.operator == "pow" and type(operands[1].value) is int and operands[1].value > 0:
            stack.append((operands[0], power * operands[1].value))
        elif isinstance(value, int | float | Fraction) and not isinstance(value, bool):
            result = result._replace(number=result.number * Fraction(value) ** power)
        else:
            result = algebra.times(result, Product(ONE, {node: power}, NOTHING))
    return result
