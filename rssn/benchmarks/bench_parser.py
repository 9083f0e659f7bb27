"""The native parser beside its twin and the parsers of SymPy and symengine, on formulas and on a megabyte of text."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from formulas import TEXT
from measure import Report, once_each, race

from rssn.parser import Limits, parse
from rssn.parser import _parse_py as twin

ONE_FORMULA_S, MEGABYTE_S = 5e-6, 50e-3
MEGABYTE = 1_000_000


def peers() -> dict[str, Callable[[str], Any]]:
    """Return the parsers of other libraries that are installed; a caret is made a power beforehand."""
    found: dict[str, Callable[[str], Any]] = {}
    for name, module in (("symengine", "symengine"), ("sympy", "sympy")):
        try:
            sympify = import_module(module).sympify
        except ImportError:
            continue
        found[name] = lambda text, sympify=sympify: sympify(text.replace("^", "**"))
    return found


def read_by_twin(text: str) -> Any:
    return twin.read_value(text, False, False, Limits())


def texts_of_a_megabyte() -> dict[str, str]:
    """One formula over and over, many different terms, and the let form of a long chain."""
    size = MEGABYTE
    rational = TEXT["rational"]
    terms = " + ".join(f"{n}.5*x^{n % 7}*sin({n}*y)" for n in range(size // 18))
    names = "u0 = x\n" + "".join(f"u{n} = u{n - 1}*{n} + y\n" for n in range(1, size // 24))
    return {
        "rational repeated": " + ".join([rational] * (size // (len(rational) + 3))),
        "different terms": terms[:size].rpartition(" + ")[0],
        "statements": names[:size].rpartition("\n")[0],
    }


def main() -> None:
    """Short formulas beside everyone, long ones beside the twin."""
    report = Report("parser")
    for name in ("rational", "transc"):
        text = TEXT[name]
        if parse(text) != read_by_twin(text):
            raise SystemExit(f"the parsers disagree on {name}")
        calls = {"rssn": lambda text=text: parse(text), "twin": lambda text=text: read_by_twin(text)}
        calls |= {peer: lambda read=read, text=text: read(text) for peer, read in peers().items()}
        times = race(calls, rounds=report.rounds())
        report.absolute(f"parse {name}", times["rssn"], times["twin"], peer="twin", at_most=ONE_FORMULA_S)
        for peer in sorted(times.keys() - {"rssn", "twin"}):
            report.ratio(f"parse {name}", times["rssn"], times[peer], peer=peer)
    for name, text in texts_of_a_megabyte().items():
        if parse(text) != read_by_twin(text):
            raise SystemExit(f"the parsers disagree on {name}")
        ours = once_each(lambda _, text=text: parse(text), range(report.rounds()))
        theirs = once_each(lambda _, text=text: read_by_twin(text), range(report.rounds(2)))
        report.absolute(f"parse 1 MB, {name}", ours, theirs, peer="twin", at_most=MEGABYTE_S)
    report.finish()


if __name__ == "__main__":
    main()
