"""expand, factor and gcd of large polynomials beside python-flint called directly, with expressions in and out."""

from __future__ import annotations

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
    del expanded
    fresh = once_each(lambda _: expand(first), fresh_stores(report.rounds(40)))
    for name in peers:
        report.ratio("expand, new nodes", fresh, times[name], peer=name, at_most=AT_MOST)

    expanded = expand(first)
    polynomials = {name: [product(gens, number, power) for number in (1, 2)] for name, gens in peers.items()}
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
