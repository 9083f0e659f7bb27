"""expand, factor and gcd of large polynomials beside python-flint called directly, with expressions in and out.

Peers besides, where they are installed: SymEngine's `expand`; Alkahest's `poly_normal` (expressions in and
out), and `factor_z` and `gcd` of its `MultiPoly`, made beforehand as python-flint's are.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import flint
from measure import Report, once_each, race

from rssn.expr import collect, symbols
from rssn.poly import expand, factor, gcd, horner, polynomial_form
from rssn.poly._build_c import readable

AT_MOST = 2.0  # times python-flint
POWER = 12


def product(variables: tuple[Any, ...], number: int, power: int) -> Any:
    """Return (x+y+z+w)^p·((x+y+z+w)^p + number), of expressions or of polynomials."""
    x, y, z, w = variables
    return (x + y + z + w) ** power * ((x + y + z + w) ** power + number)


def generators(order: str) -> tuple[Any, ...]:
    """Return the four generators of python-flint in an order of monomials."""
    return flint.fmpz_mpoly_ctx.get(("x", "y", "z", "w"), order).gens()


def peer(name: str) -> Any:
    """Return a peer's module, or None."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def other_expansions(power: int) -> dict[str, Callable[[], Any]]:
    """Return the expansion by SymEngine and by Alkahest, of expressions made beforehand."""
    calls: dict[str, Callable[[], Any]] = {}
    if (symengine := peer("symengine")) is not None:
        theirs = product(symengine.symbols("x y z w"), 1, power)
        calls["symengine"] = lambda: symengine.expand(theirs)
    if (alkahest := peer("alkahest")) is not None:
        pool = alkahest.ExprPool()
        names = [pool.symbol(name) for name in "xyzw"]
        text = f"(x+y+z+w)^{power}*((x+y+z+w)^{power}+1)"
        parsed = alkahest.parse(text, pool, dict(zip("xyzw", names, strict=True)))
        calls["alkahest"] = lambda: alkahest.poly_normal(parsed, names)
    return calls


def of_alkahest(power: int) -> list[Any]:
    """Return the two polynomials as Alkahest's, or nothing where it is not installed."""
    if (alkahest := peer("alkahest")) is None:
        return []
    pool = alkahest.ExprPool()
    names = [pool.symbol(name) for name in "xyzw"]
    known = dict(zip("xyzw", names, strict=True))
    texts = [f"(x+y+z+w)^{power}*((x+y+z+w)^{power}+{number})" for number in (1, 2)]
    return [alkahest.MultiPoly.from_symbolic(alkahest.parse(text, pool, known), names) for text in texts]


def check(power: int) -> None:
    """Both sides have the same terms."""
    ours = expand(product(symbols("x y z w"), 1, power))
    direct = product(generators("deglex"), 1, power)
    if len(polynomial_form(ours).generators) != 4 or expand(ours) != ours or not direct:
        raise SystemExit("the expansion is not what it should be")
    values = {"x": 1, "y": 2, "z": -3, "w": 5}
    if ours.evaluate(values, exact=True) != int(direct(*values.values())):
        raise SystemExit("the expansion has another value")


def main() -> None:
    """The default order of python-flint is lexical; its quickest for these is by degree: both are shown."""
    report = Report("poly")
    power = 4 if report.quick else POWER
    check(power)
    x, y, z, w = symbols("x y z w")
    first, second = product((x, y, z, w), 1, power), product((x, y, z, w), 2, power)
    expanded, other = expand(first), expand(second)
    peers: dict[str, tuple[Any, ...]] = {
        "python-flint": generators("lex"),
        "python-flint by degree": generators("deglex"),
    }
    if not readable():
        report.note("python-flint's memory is not laid out as known: terms come through its methods")

    calls: dict[str, Callable[[], Any]] = {"rssn": lambda: expand(first)}
    calls |= {name: lambda gens=gens: product(gens, 1, power) for name, gens in peers.items()}
    times = race(calls, rounds=report.rounds())
    for name in peers:
        report.ratio("expand, nodes that exist", times["rssn"], times[name], peer=name, at_most=AT_MOST)
    for name, call in other_expansions(power).items():
        times |= race({name: call}, rounds=report.rounds(3))
        report.ratio("expand, nodes that exist", times["rssn"], times[name], peer=name)
    del expanded
    fresh = once_each(lambda _: expand(first), fresh_stores(report.rounds(40)))
    for name in peers:
        report.ratio("expand, new nodes", fresh, times[name], peer=name, at_most=AT_MOST)

    expanded = expand(first)
    polynomials = {name: [product(gens, number, power) for number in (1, 2)] for name, gens in peers.items()}
    alkahest = of_alkahest(power)
    alkahest_calls: dict[str, Callable[[list[Any]], Any]] = {
        "factor, from the expansion": lambda p: p[0].factor_z(),
        "gcd, from expansions": lambda p: p[0].gcd(p[1]),
    }
    for work, ours, theirs in (
        ("factor, from the expansion", lambda: factor(expanded), lambda p: p[0].factor()),
        ("factor, from the product", lambda: factor(first), lambda p: p[0].factor()),
        ("gcd, from expansions", lambda: gcd(expanded, other), lambda p: p[0].gcd(p[1])),
        ("gcd, from products", lambda: gcd(first, second), lambda p: p[0].gcd(p[1])),
    ):
        contenders = {"rssn": ours} | {name: lambda p=p, f=theirs: f(p) for name, p in polynomials.items()}
        times = race(contenders, rounds=report.rounds(5))
        for name in peers:
            report.ratio(work, times["rssn"], times[name], peer=name, at_most=AT_MOST)
        if alkahest and work in alkahest_calls:
            call = alkahest_calls[work]
            other_times = race({"alkahest": lambda call=call: call(alkahest)}, rounds=report.rounds(3))
            report.ratio(work, times["rssn"], other_times["alkahest"], peer="alkahest")

    times = race({"expand": lambda: expand(expanded), "horner": lambda: horner(expanded)}, rounds=report.rounds(3))
    report.absolute("expand what is expanded", times["expand"])
    report.absolute("horner", times["horner"])
    times = race({"form": lambda: polynomial_form(x * (y + 1) - x * y - x)}, rounds=report.rounds())
    report.absolute("polynomial_form of a small expression", times["form"])
    report.finish()


def fresh_stores(count: int) -> Any:
    """Yield after giving back the nodes of the round before."""
    for number in range(count):
        collect()
        yield number


if __name__ == "__main__":
    main()
