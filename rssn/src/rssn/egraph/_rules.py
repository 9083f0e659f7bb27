"""What `saturate` takes as rules, and the compiled form that is kept for the next call."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final, Literal, TypeAlias

from ..errors import OptionError, RuleError
from ..expr import Expr, apply, is_commutative, walk
from ..ops import Operator, watch
from ..rules import ALL, Guard, RewriteRule, RuleSet, is_variable, variables
from ._compile import FOLDS, MEANINGS, RuleCompiler, TermRule, Vocabulary, rewrite
from ._forms import number
from ._known import conditions
from ._laws import ConditionalRule, LawTables, Test, compile_laws, patterns_of
from ._pattern_c import Patterns
from ._program_c import Program
from ._terms import Term

Grouping: TypeAlias = Literal["nary", "rules"]
Theory: TypeAlias = Literal["distribute", "factor", "content", "flatten", "polynomial"]
#: What the engine knows of rings, in its order; "polynomial" is told to it by `_propose`.
NATIVE: Final = ("distribute", "factor", "content", "flatten")
THEORIES: Final = (*NATIVE, "polynomial")
MOST_KEPT = 32  # compiled rule sets


@dataclass(frozen=True, slots=True)
class MultiRule:
    """A rule whose left side is several patterns that must match at once: ``{"?s": sin(a)**2, "?c": cos(a)**2}``.

    `left` maps a variable to the pattern that its class must hold; `right` says
    which pairs of expressions over the variables are then equal. Only with
    ``ac="rules"``; in sums and products of n-ary rows one pattern can name
    several parts.
    """

    name: str
    left: dict[str, Expr]
    right: Sequence[tuple[Expr, Expr]]
    guard: Guard | None = None
    why: str = ""


AnyRule: TypeAlias = RewriteRule | ConditionalRule | MultiRule
Rules: TypeAlias = RuleSet | Iterable[AnyRule | RuleSet | str]


@dataclass(frozen=True)
class Compiled:
    """A rule set ready to run: the engine's arrays, their vocabulary, and where each rule came from."""

    program: Program
    words: Vocabulary
    names: tuple[str, ...]
    sources: tuple[AnyRule | None, ...]
    variables: tuple[tuple[str, ...], ...]
    tests: tuple[Test | None, ...]
    patterns: Patterns | None = None
    theories: tuple[int, ...] = ()
    power: int = 0
    proposes: bool = False

    def vocabulary(self) -> Vocabulary:
        """Return a copy of the vocabulary for one graph to extend."""
        words = self.words
        return replace(words, operators=dict(words.operators), numbers=dict(words.numbers), leaves=dict(words.leaves))


_kept: OrderedDict[Any, tuple[object, Compiled]] = OrderedDict()


# The rules of operators that are not built in, in order of registration.
_own: list[RewriteRule] = []


def _note(record: Operator) -> None:
    if record.rules and record.rules is not ALL.at(record.name):
        _own.extend(record.rules)


watch(_note)


def compiled(rules: Rules | None, grouping: Grouping) -> Compiled:
    """Compile rules, or return what is kept of the same.

    None: all rules over the reals, those of the user's operators included, and all ring theories.
    """
    chosen, key = _key(rules)
    found = _kept.get((key, grouping))
    if found is not None:
        _kept.move_to_end((key, grouping))
        return found[1]
    fresh = _compile(*_sorted_out(chosen), grouping)
    _kept[key, grouping] = (chosen, fresh)
    if len(_kept) > MOST_KEPT:
        _kept.popitem(last=False)
    return fresh


def _key(rules: Rules | None) -> tuple[Rules | tuple[Any, ...] | None, Any]:
    """Return the rules and what tells them from others: the set itself, or its members; both are kept alive."""
    if rules is None:
        return None, len(_own)
    if isinstance(rules, RuleSet):
        return rules, id(rules)
    members = tuple(rules)
    return members, tuple(each if isinstance(each, str) else id(each) for each in members)


def _sorted_out(rules: Any) -> tuple[list[AnyRule], tuple[Theory, ...]]:
    """Split what the user gave into rules and theories."""
    if rules is None:
        rules = [RuleSet("operators", (*ALL, *_own)).labelled("ieee", "real"), *THEORIES]
    elif isinstance(rules, RuleSet):
        rules = [rules, *THEORIES]
    found: list[AnyRule] = []
    theories: list[Any] = []
    for each in rules:
        if isinstance(each, RuleSet):
            found.extend(each)
        elif isinstance(each, RewriteRule | ConditionalRule | MultiRule):
            found.append(each)
        elif each in THEORIES:
            theories.append(each)
        else:
            raise OptionError(
                "this is no rule", found=repr(each)[:80], wanted="RuleSet, RewriteRule or " + ", ".join(THEORIES)
            )
    return found, tuple(theories)


def _compile(rules: list[AnyRule], theories: tuple[Theory, ...], grouping: Grouping) -> Compiled:
    if grouping == "nary":
        return _compile_nary(rules, theories)
    if grouping == "rules":
        return _compile_binary(rules)
    raise OptionError("unknown way to group sums and products", found=str(grouping), wanted="'nary' or 'rules'")


def _compile_nary(rules: list[AnyRule], theories: tuple[Theory, ...]) -> Compiled:
    for rule in rules:
        if isinstance(rule, MultiRule):
            raise RuleError("a rule of several patterns needs ac='rules'", where=rule.name)
    words = Vocabulary({"pow": FOLDS["pow"]}, {})
    tables: LawTables = compile_laws(rules, words)  # type: ignore[arg-type]
    program = _program((), words)
    return Compiled(
        program,
        words,
        (*(law[0] for law in tables.laws), *NATIVE),
        (*tables.sources, *[None] * len(NATIVE)),
        tuple(tables.variables),
        tuple(law[6] for law in tables.laws),
        patterns_of(tables, program),
        tuple(NATIVE.index(name) for name in theories if name in NATIVE),
        tables.power,
        "polynomial" in theories,
    )


def _program(records: tuple[Any, ...], words: Vocabulary) -> Program:
    operators = tuple(words.record(name, count) for name, count in words.operators)
    return Program(records, operators, tuple(words.numbers), tuple(words.leaves))


def _compile_binary(rules: list[AnyRule]) -> Compiled:
    """Compile for ordered binary nodes, with the rules of order and grouping that such nodes need."""
    words = Vocabulary(FOLDS, MEANINGS)
    terms = [(rule, as_term_rule(rule)) for rule in rules]
    # Expressions know no order of operands, terms do: a rule that only swaps them is stated once, here.
    fresh: list[tuple[AnyRule | None, TermRule]] = [
        (rule, term) for rule, term in terms if term.left[0][1] != term.right[0][1] or len(term.left) > 1
    ]
    fresh += [(None, term) for term in _order()]
    fresh += [(rule, _grouping(rule)) for rule in GROUPING]
    compilers = [RuleCompiler(term, words) for _, term in fresh]
    records = tuple(each.compile() for each in compilers)
    return Compiled(
        _program(records, words),
        words,
        tuple(term.name for _, term in fresh),
        tuple(rule for rule, _ in fresh),
        tuple(tuple(each.kept) for each in compilers),
        tuple(term.test for _, term in fresh),
    )


def _order() -> list[TermRule]:
    return [rewrite(f"commute-{op}", (op, "?a", "?b"), (op, "?b", "?a")) for op in _COMMUTATIVE]


def _grouping(rule: RewriteRule) -> TermRule:
    """Return the rule with its operands in the order written, which expressions forget."""
    op, a, b, c = rule.lhs.expression.operator, "?a", "?b", "?c"
    return rewrite(rule.name, (op, a, (op, b, c)), (op, (op, a, b), c))


def _grouping_rule(op: str) -> RewriteRule:
    a, b, c = variables("a b c")
    left, right = apply(op, a, apply(op, b, c)), apply(op, apply(op, a, b), c)
    return RewriteRule(f"group-{op}", left, right, label="real", why="rounding aside, grouping does not matter")


GROUPING: Final = (_grouping_rule("add"), _grouping_rule("mul"))
_COMMUTATIVE: Final = tuple(
    name for name in ("add", "mul", "and", "or", "min", "max", "eq", "ne", "hypot") if is_commutative(name)
)


def as_term_rule(rule: AnyRule) -> TermRule:
    """Return a rule over expressions as one over terms."""
    if isinstance(rule, MultiRule):
        left = tuple((name, term_of(pattern)) for name, pattern in rule.left.items())
        right = tuple((term_of(a), term_of(b)) for a, b in rule.right)
        return TermRule(rule.name, left, right, conditions(rule.guard, rule.name))
    test: Callable[..., bool] | None = None
    if isinstance(rule, ConditionalRule):
        test, rule = rule.test, rule.rule
    guards = conditions(rule.guard, rule.name)
    return rewrite(rule.name, term_of(rule.lhs.expression), term_of(rule.rhs.expression), *guards, test=test)


def term_of(expression: Expr) -> Term:
    """Return an expression as a term whose leaves are numbers, pattern variables, and expressions."""
    made: dict[Expr, Any] = {}
    for node in walk(expression):
        if node.operands:
            made[node] = (node.operator, *(made[operand] for operand in node.operands))
        elif is_variable(node):
            made[node] = node.name
        else:
            value: Fraction | None = number(node)
            made[node] = node if value is None else value
    found: Term = made[expression]
    return found
