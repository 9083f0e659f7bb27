"""Formulas read from text: rational, transc, and one of a megabyte, beside the peers' parsers."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from formulas import TEXT, sum_of_terms
from measure import Report, once_each, race
from peers import optional, rust

import rssn

ONE_FORMULA_S, MEGABYTE_S = 5e-6, 50e-3
MEGABYTE = 1_000_000
POINT = {"x": 1.25, "y": 0.75}


def parsers() -> dict[str, Callable[[str], object]]:
    """Return the parsers of the peers that are installed, each used as its users do, with ^ as power."""
    found: dict[str, Callable[[str], object]] = {}
    if symengine := optional("symengine"):
        found["symengine"] = symengine.sympify
    if alkahest := optional("alkahest"):
        found["alkahest"] = lambda text: alkahest.parse(text, alkahest.ExprPool(), {})
    if sympy := optional("sympy.parsing.sympy_parser"):
        transformations = (*sympy.standard_transformations, sympy.convert_xor)
        found["sympy"] = lambda text: sympy.parse_expr(text, transformations=transformations)
    return found


PEERS = parsers()


def check(text: str) -> None:
    """Our reading has the value at a point that Python's own arithmetic gives."""
    wanted = eval(text.replace("^", "**"), vars(math) | POINT)
    found = float(rssn.parse(text).evaluate(POINT))
    if abs(found - wanted) > 1e-12 * max(abs(wanted), 1):
        raise SystemExit(f"{text}: {found} instead of {wanted}")


def one_formula(name: str, report: Report) -> None:
    """Time a short text over and over, and a text whose every name is new."""
    text = TEXT[name]
    check(text)
    calls = {"rssn": lambda: rssn.parse(text)}
    calls |= {peer: lambda parse=parse: parse(text) for peer, parse in PEERS.items()}
    times = race(calls, rounds=report.rounds())
    for peer in PEERS:
        report.ratio(f"parse {name}", times["rssn"], times[peer], peer=peer)
    crate = rust.seconds(rust.load(), "parse", text, rounds=9)
    report.ratio(f"parse {name}", times["rssn"], crate, peer="rssn-advanced (in Rust)")
    report.absolute(f"parse {name}", times["rssn"], at_most=ONE_FORMULA_S)
    fresh = [re.sub(r"\b([xy])\b", rf"\g<1>{number}_{name}", text) for number in range(report.rounds(200))]
    report.absolute(
        f"parse {name}, all names new", once_each(lambda number: rssn.parse(fresh[number]), range(len(fresh)))
    )


def megabyte(report: Report) -> None:
    """Time a sum of tens of thousands of terms, another text each time."""
    size, rounds = (MEGABYTE // 50 if report.quick else MEGABYTE), report.rounds(7)
    texts = [sum_of_terms(size // 13, seed)[:size].rpartition(" + ")[0] for seed in range(1, rounds + 1)]
    ours = once_each(lambda number: rssn.parse(texts[number]), range(rounds))
    report.absolute(f"parse {len(texts[0]) / 1e6:.2f} MB", ours, at_most=MEGABYTE_S)
    for peer in sorted(PEERS.keys() - {"sympy"}):
        theirs = once_each(lambda number, peer=peer: PEERS[peer](texts[number]), range(min(rounds, 2)))
        report.ratio(f"parse {len(texts[0]) / 1e6:.2f} MB", ours, theirs, peer=peer)
    crate = rust.seconds(rust.load(), "parse", texts[0], rounds=2)
    report.ratio(f"parse {len(texts[0]) / 1e6:.2f} MB", ours, crate, peer="rssn-advanced (in Rust)")


def main() -> None:
    """Short formulas, then the long one."""
    report = Report("text")
    report.note("SymPy would need minutes for a megabyte; it is left out there")
    for name in ("rational", "transc"):
        one_formula(name, report)
    megabyte(report)
    report.finish()


if __name__ == "__main__":
    main()
