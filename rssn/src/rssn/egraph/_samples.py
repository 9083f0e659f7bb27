"""Rule sets over terms that e-graph engines are compared on, and the expressions they run on.

`ORDER_AND_GROUPING` and `DISTRIBUTION` say what sums and products are. `MATH` is
the set that egg's tests call so, with guards that are proved: kept running
with guards that take "unknown" for "non-zero", it proves 0 = 1.
"""

from __future__ import annotations

from typing import Final

from ._compile import Condition, TermRule, claimed, rewrite
from ._terms import term

#: The operators of these sets that fold numbers.
FOLDS: Final = {"+": 1, "-": 2, "*": 3, "/": 4}

_TABLE = """
commute sum      | (+ ?a ?b)                 | (+ ?b ?a)
group sum        | (+ ?a (+ ?b ?c))          | (+ (+ ?a ?b) ?c)
commute product  | (* ?a ?b)                 | (* ?b ?a)
group product    | (* ?a (* ?b ?c))          | (* (* ?a ?b) ?c)
distribute       | (* ?a (+ ?b ?c))          | (+ (* ?a ?b) (* ?a ?c))
factor           | (+ (* ?a ?b) (* ?a ?c))   | (* ?a (+ ?b ?c))
difference       | (- ?a ?b)                 | (+ ?a (* -1 ?b))
quotient         | (/ ?a ?b)                 | (* ?a (pow ?b -1))         | nonzero ?b
plus 0           | (+ ?a 0)                  | ?a
times 0          | (* ?a 0)                  | 0
times 1          | (* ?a 1)                  | ?a
to plus 0        | ?a                        | (+ ?a 0)
to times 1       | ?a                        | (* ?a 1)
minus itself     | (- ?a ?a)                 | 0
over itself      | (/ ?a ?a)                 | 1                          | nonzero ?a
powers           | (* (pow ?a ?b) (pow ?a ?c)) | (pow ?a (+ ?b ?c))
power 0          | (pow ?x 0)                | 1                          | nonzero ?x
power 1          | (pow ?x 1)                | ?x
power 2          | (pow ?x 2)                | (* ?x ?x)
power -1         | (pow ?x -1)               | (/ 1 ?x)                   | nonzero ?x
times reciprocal | (* ?x (/ 1 ?x))           | 1                          | nonzero ?x
d of itself      | (d ?x ?x)                 | 1                          | symbol ?x
d of constant    | (d ?x ?c)                 | 0                          | symbol ?x, atom ?c, apart ?c ?x
d of sum         | (d ?x (+ ?a ?b))          | (+ (d ?x ?a) (d ?x ?b))
d of product     | (d ?x (* ?a ?b))          | (+ (* ?a (d ?x ?b)) (* ?b (d ?x ?a)))
d of sin         | (d ?x (sin ?x))           | (cos ?x)
d of cos         | (d ?x (cos ?x))           | (* -1 (sin ?x))
d of ln          | (d ?x (ln ?x))            | (/ 1 ?x)                   | nonzero ?x
d of power | (d ?x (pow ?f ?g)) | (* (pow ?f ?g) (+ (* (d ?x ?f) (/ ?g ?f)) (* (d ?x ?g) (ln ?f)))) | nonzero ?f ?g
i of 1           | (i 1 ?x)                  | ?x
i of power       | (i (pow ?x ?c) ?x)        | (/ (pow ?x (+ ?c 1)) (+ ?c 1)) | number ?c
i of cos         | (i (cos ?x) ?x)           | (sin ?x)
i of sin         | (i (sin ?x) ?x)           | (* -1 (cos ?x))
i of sum         | (i (+ ?f ?g) ?x)          | (+ (i ?f ?x) (i ?g ?x))
i of difference  | (i (- ?f ?g) ?x)          | (- (i ?f ?x) (i ?g ?x))
i by parts       | (i (* ?a ?b) ?x) | (- (* ?a (i ?b ?x)) (i (* (d ?x ?a) (i ?b ?x)) ?x))
"""


def _rule(line: str) -> TermRule:
    name, left, right, *guards = (cell.strip() for cell in line.split("|"))
    claims = [claim.split() for guard in guards for claim in guard.split(", ")]
    return rewrite(name, term(left), term(right), *(each for claim in claims for each in _claims(*claim)))


def _claims(word: str, *names: str) -> list[Condition]:
    """Return one claim of two variables, or one of each."""
    return [claimed(word, *names)] if word == "apart" else [claimed(word, name) for name in names]


MATH: Final = tuple(_rule(line) for line in _TABLE.strip().splitlines())
ORDER_AND_GROUPING: Final = MATH[:2]
DISTRIBUTION: Final = MATH[:5]
FACTORING: Final = MATH[:6]

#: Expressions that `MATH` saturates on, with the nodes and classes at the end, on which engines agree.
SATURATING: Final = {
    "(+ a (+ b (+ c (+ d (+ e (+ f (+ g h)))))))": (7080, 257),
    "(d x (- (pow x 3) (* 7 (pow x 2))))": (259, 35),
    "(* (+ x 3) (+ x 1))": (142, 20),
    "(d x (+ 1 (* 2 x)))": (20, 6),
}

#: Expressions on which `MATH` grows until it is stopped.
GROWING: Final = (
    "(i (ln x) x)",
    "(i (+ x (cos x)) x)",
    "(i (* (cos x) x) x)",
    "(+ (* y (+ x y)) (- (+ x 2) (+ x x)))",
    "(/ 1 (- (/ (+ 1 (sqrt five)) 2) (/ (- 1 (sqrt five)) 2)))",
)

#: What `MATH` proves: start and goal.
GOALS: Final = (
    ("(+ x (+ x (+ x x)))", "(* 4 x)"),
    ("(* (pow 2 x) (pow 2 y))", "(pow 2 (+ x y))"),
    ("(+ 1 (- a (* (- 2 1) a)))", "1"),
    ("(* (+ x 3) (+ x 1))", "(+ (+ (* x x) (* 4 x)) 3)"),
    ("(d x x)", "1"),
    ("(d x y)", "0"),
    ("(d x (+ 1 (* 2 x)))", "2"),
    ("(d x (+ 1 (* y x)))", "y"),
    ("(i 1 x)", "x"),
    ("(i (cos x) x)", "(sin x)"),
    ("(i (pow x 1) x)", "(/ (pow x 2) 2)"),
    ("(i (* x (cos x)) x)", "(+ (* x (sin x)) (cos x))"),
    ("(i (* (cos x) x) x)", "(+ (* x (sin x)) (cos x))"),
)


def nested(operator: str, parts: list[str]) -> str:
    """Return ``(+ a (+ b c))`` of parts and an operator."""
    *first, last = parts
    for part in reversed(first):
        last = f"({operator} {part} {last})"
    return last


def product_of_sums(*sums: str) -> str:
    """Return the product of sums of letters: ``product_of_sums("ab", "cd")`` is (a+b)(c+d)."""
    return nested("*", [nested("+", list(letters)) for letters in sums])
