"""Equality saturation beside egg and egglog: explicit rules to equal sizes, egg's math rules, and n-ary rows alone."""

from __future__ import annotations

import itertools
import math
import time

from measure import Report
from peers.saturation import Run, egg, egglog

from rssn import parse, symbol, symbols
from rssn.egraph import SaturationLimits, StopReason, TermGraph, TermProgram, check_explanation, saturate, term
from rssn.egraph._samples import (
    DISTRIBUTION,
    FOLDS,
    GROWING,
    MATH,
    ORDER_AND_GROUPING,
    SATURATING,
    nested,
    product_of_sums,
)
from rssn.expr import Expr

EQUAL_WORK, GROWING_MATH, SATURATING_MATH, BESIDE_EGGLOG = 0.5, 0.3, 0.4, 0.1
CLOSURE_S, FOUR_FACTORS_S, EXPANSION_S = 0.1e-3, 10e-3, 0.3
FOUR = product_of_sums("ab", "cd", "ef", "gh")
BACKOFF = 1000
UNLIMITED = 10_000_000


def ours(program: TermProgram, text: str, nodes: int, match_limit: int, rounds: int, iterations: int = 10_000) -> Run:
    """Run the same rules on the same term; the time of the run alone, as egg's is taken."""
    limits = SaturationLimits(nodes=nodes, seconds=120, iterations=iterations)
    best = Run(math.inf, 0, 0, False)
    start = term(text)
    for _ in range(rounds):
        graph = TermGraph(program)
        graph.add(start)
        begin = time.perf_counter()
        reason = graph.run(limits, match_limit=match_limit)
        seconds = time.perf_counter() - begin
        if any(each.nodes > nodes for each in graph.iterations):
            raise SystemExit(f"the limit of {nodes} nodes was exceeded on {text}")
        if seconds < best.seconds:
            best = Run(seconds, graph.core.nodes, graph.core.classes, reason is StopReason.SATURATED)
    return best


def explicit_rules(report: Report) -> None:
    """Four factors under rules for order, grouping and distribution: to as many live nodes as egg ended with."""
    program = TermProgram(DISTRIBUTION)
    rounds = report.rounds(15)
    for cap in (10_000, 100_000):
        theirs = egg("distribute", FOUR, cap, "simple", rounds)
        found = ours(program, FOUR, theirs.nodes if theirs else cap, 0, rounds)
        report.ratio(
            f"four factors, explicit rules, cap {cap:,}",
            found.seconds,
            theirs.seconds if theirs else None,
            peer=f"egg, {theirs.nodes if theirs else 0:,} live nodes; ours {found.nodes:,}",
            at_most=EQUAL_WORK,
        )
    beside_egglog(report, program)
    saturating(
        report, "8-term sum, explicit rules", "ac", TermProgram(ORDER_AND_GROUPING), nested("+", list("abcdefgh"))
    )
    saturating(report, "three factors, explicit rules", "distribute", program, product_of_sums("ab", "cd", "ef"))


def beside_egglog(report: Report, program: TermProgram) -> None:
    """The first 100,000 nodes, which egglog passes within a round; and as many whole rounds, to the same graph."""
    cap = 1_000 if report.quick else 100_000
    rival = egglog(FOUR, cap, report.rounds(5))
    seconds = rival.seconds if rival else None
    found = ours(program, FOUR, cap, 0, report.rounds(15))
    peer = f"egglog, whole rounds to {rival.nodes if rival else 0:,}"
    work = f"four factors, explicit rules, the first {cap:,} nodes"
    report.ratio(work, found.seconds, seconds, peer=peer, at_most=BESIDE_EGGLOG)
    if rival:
        found = ours(program, FOUR, UNLIMITED, 0, report.rounds(15), iterations=rival.rounds)
        if found.nodes != rival.nodes:
            raise SystemExit(f"{rival.rounds} rounds: {found} and egglog's {rival} are not the same graph")
        work = f"four factors, explicit rules, {rival.rounds} whole rounds: {found.nodes:,} nodes in both"
        report.ratio(work, found.seconds, seconds, peer="egglog", at_most=EQUAL_WORK)


def saturating(
    report: Report, work: str, rules: str, program: TermProgram, text: str, scheduler: str = "simple"
) -> None:
    """One case that both engines finish: the graphs at the end are the same."""
    theirs = egg(rules, text, UNLIMITED, scheduler, report.rounds(9))
    found = ours(program, text, UNLIMITED, BACKOFF if scheduler == "backoff" else 0, report.rounds(15))
    if theirs and (found.nodes, found.classes) != (theirs.nodes, theirs.classes):
        raise SystemExit(f"{work}: {found} and egg's {theirs} are not the same graph")
    seconds = theirs.seconds if theirs else None
    report.ratio(f"{work}, {found.nodes:,} nodes", found.seconds, seconds, peer="egg", at_most=SATURATING_MATH)


def math_rules(report: Report) -> None:
    """egg's math rules with guards that are proved: what saturates, and what grows to egg's size."""
    program = TermProgram(MATH, folds=FOLDS)
    for text, (nodes, _) in SATURATING.items():
        for scheduler in ("simple", "backoff") if nodes > 1000 else ("backoff",):
            label = text if len(text) < 36 else "8-term sum"
            saturating(report, f"math, {label}, {scheduler}", "math", program, text, scheduler)
    cap, total, rival = 10_000 if report.quick else 100_000, 0.0, 0.0
    for text in GROWING:
        theirs = egg("math", text, cap, "backoff", report.rounds(3))
        found = ours(program, text, theirs.nodes if theirs else cap, BACKOFF, report.rounds(7))
        total, rival = total + found.seconds, rival + (theirs.seconds if theirs else 0.0)
        report.ratio(
            f"math, {text[:30]}, cap {cap:,}",
            found.seconds,
            theirs.seconds if theirs else None,
            peer=f"egg, {theirs.nodes if theirs else 0:,} live nodes",
            at_most=GROWING_MATH,
        )
    report.ratio("math, the growing cases together", total, rival or None, peer="egg", at_most=GROWING_MATH)


def expansion(pairs: int) -> Expr:
    """Return the product of `pairs` sums of two symbols, multiplied out."""
    total = None
    for choice in itertools.product(*((symbol(f"a{i}"), symbol(f"b{i}")) for i in range(pairs))):
        product = choice[0]
        for factor in choice[1:]:
            product = product * factor
        total = product if total is None else total + product
    assert total is not None
    return total


def nary_rows(report: Report) -> None:
    """The same sums and products as sorted rows, building the graph from the expression included."""
    a, b, c, d, e, f, g, h = symbols("a b c d e f g h")
    theories = ["distribute", "factor", "content", "flatten"]
    limits = SaturationLimits(nodes=100_000, seconds=60)
    cases = (
        ("8-term sum, n-ary: closure", a + b + c + d + e + f + g + h, theories, CLOSURE_S, 50),
        (
            "four factors, n-ary: distributed and factored",
            (a + b) * (c + d) * (e + f) * (g + h),
            theories,
            FOUR_FACTORS_S,
            15,
        ),
        ("32-term expansion, n-ary: back to its product", expansion(5), ["factor"], EXPANSION_S, 5),
    )
    for work, expression, rules, bar, rounds in cases:
        best = math.inf
        for _ in range(report.rounds(rounds)):
            begin = time.perf_counter()
            found = saturate(expression, rules, limits=limits)
            best = min(best, time.perf_counter() - begin)
        if found.stop_reason is not StopReason.SATURATED:
            raise SystemExit(f"{work}: {found}")
        report.absolute(f"{work}, {found.nodes:,} nodes", best, at_most=bar)
    if found.extract_with_cost()[1] != 4 * 5 - 1:
        raise SystemExit("the product was not found")
    redundant_cubics(report)


def redundant_cubics(report: Report) -> None:
    """What rssn-advanced's suite sets its e-graph as a target: all rules, the cheapest form, and why it is equal."""
    start, goal = parse("((x + y)^3 - (x - y)^3 - 6*x^2*y)/(y^2 + 1) + x*y - y*x"), parse("2*y^3/(y^2 + 1)")
    best, limits = math.inf, SaturationLimits(nodes=1_000)
    for _ in range(report.rounds(5)):
        begin = time.perf_counter()
        found = saturate(start, limits=limits)
        form, cost, _ = found.extract_with_cost()
        best = min(best, time.perf_counter() - begin)
    if cost != count_nodes_written(goal):
        raise SystemExit(f"the cubics became {form}")
    check_explanation(found.explain(start, form))
    report.absolute("redundant cubics, all rules: saturated and extracted", best)


def count_nodes_written(e: Expr) -> float:
    """Return the size of an expression as a tree."""
    return float(saturate(e, []).extract_with_cost()[1])


def main() -> None:
    report = Report("egraph")
    explicit_rules(report)
    math_rules(report)
    nary_rows(report)
    report.finish()


if __name__ == "__main__":
    main()
