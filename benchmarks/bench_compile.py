"""From an expression to a kernel that has answered once: deep sharing, and a long sum."""

from __future__ import annotations

import numpy as np
from formulas import sum_of_terms
from measure import Report, once_each
from peers import rust

import rssn

SQUARINGS, TERMS = 26, 5_000
SQUARINGS_S, SUM_S = 20e-3, 0.5
COLUMNS = np.random.default_rng(5).uniform(0.5, 1.5, (2, 8))


def answer_once(expression: rssn.Expr, arguments: list[str]) -> np.ndarray:
    """Compile and call, so that nothing is put off."""
    return rssn.compile(expression, arguments)(*COLUMNS[: len(arguments)])


def nested_squarings(constant: float, count: int) -> rssn.Expr:
    """Return ((x*c)² …)² with each square written as a product of the part before with itself."""
    value = rssn.symbol("x") * constant
    for _ in range(count):
        value = value * value
    return value


def squarings(report: Report) -> None:
    """A DAG of 28 nodes whose tree has 134 million."""
    column = np.linspace(1 - 1e-8, 1 + 1e-8, 9)
    reference = column * 1.0
    for _ in range(SQUARINGS):
        reference = reference * reference
    found = rssn.compile(nested_squarings(1.0, SQUARINGS), ["x"])(column)
    np.testing.assert_array_equal(found, reference)
    fresh = [nested_squarings(0.9 + number / 1000, SQUARINGS) for number in range(report.rounds())]
    ours = once_each(lambda number: answer_once(fresh[number], ["x"]), range(len(fresh)))
    report.absolute(f"compile {SQUARINGS} nested squarings", ours, at_most=SQUARINGS_S)


def long_sum(report: Report) -> None:
    """5,000 terms c·x^k·y^m, parsed beforehand, another sum each time."""
    terms = TERMS // 20 if report.quick else TERMS
    texts = [sum_of_terms(terms, seed) for seed in range(report.rounds(7) + 1)]
    sums = [rssn.parse(text) for text in texts[1:]]
    names = dict(zip("xy", COLUMNS, strict=True))
    wanted = sum(eval(term.replace("^", "**"), names) for term in texts[0].split(" + "))
    np.testing.assert_allclose(answer_once(rssn.parse(texts[0]), ["x", "y"]), wanted, rtol=1e-12)
    ours = once_each(lambda number: answer_once(sums[number], ["x", "y"]), range(len(sums)))
    report.absolute(f"compile a sum of {terms:,} terms", ours, at_most=SUM_S)
    crate = rust.seconds(rust.load(), "compile", texts[0], rounds=3)
    report.ratio(f"compile a sum of {terms:,} terms", ours, crate, peer="rssn-advanced (one row at a time)")


def main() -> None:
    """Both, after one compilation that loads the compiler."""
    report = Report("compile")
    report.note("rssn-advanced expands 26 squarings into 134 million tree nodes, tens of seconds: not run")
    answer_once(rssn.symbol("x") + 1, ["x"])
    squarings(report)
    long_sum(report)
    report.finish()


if __name__ == "__main__":
    main()
