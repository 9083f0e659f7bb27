"""Exchange-correlation functionals from their papers to a library for C, with all derivatives to the fourth order.

    python examples/functionals.py [FOLDER]

Density functional theory wants the energy of an electron gas at a point from its density and how that varies, and
derivatives of it: the first for the potential, the second for response, the third and fourth for more of that. Codes
take them from C that a computer algebra system wrote. Here each formula stands as it does in the paper; the library,
its header and the table of what it costs come out.

Energies are per volume and not spin-polarised, in atomic units: `n` is the density, `s` the square of its gradient,
`t` the density of kinetic energy (one half of the sum of the squared gradients of the orbitals).
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

import rssn

# Perdew, Burke, Ernzerhof, Phys. Rev. Lett. 77, 3865 (1996), equations 10 to 14.
PBE_EXCHANGE = """
k = (3*pi^2*n)^(1/3);
reduced = s/(4*k^2*n^2);
enhancement = 1 + 0.804*0.2195149727645171*reduced/(0.804 + 0.2195149727645171*reduced);
-3*k/(4*pi)*n*enhancement
"""

# Perdew and Wang, Phys. Rev. B 45, 13244 (1992), equation 10: the correlation energy of an electron in a uniform gas.
UNIFORM_CORRELATION = """
r = (3/(4*pi*n))^(1/3);
series = 2*0.0310907*(7.5957*sqrt(r) + 3.5876*r + 1.6382*r*sqrt(r) + 0.49294*r^2);
uniform = -2*0.0310907*(1 + 0.21370*r)*log1p(1/series);
"""

# PBE, equations 3 to 8.
PBE_CORRELATION = (
    UNIFORM_CORRELATION
    + """
gamma = (1 - log(2))/pi^2;
ratio = 0.06672455060314922/gamma;
k = (3*pi^2*n)^(1/3);
t2 = pi*s/(16*k*n^2);
a = ratio/expm1(-uniform/gamma);
n*(uniform + gamma*log1p(ratio*t2*(1 + a*t2)/(1 + a*t2 + a^2*t2^2)))
"""
)

# Becke, Phys. Rev. A 38, 3098 (1988), equation 8; both spins have half the density.
B88 = """
half = n/2;
x = sqrt(s)/2/half^(4/3);
-2*half^(4/3)*(3/2*(3/(4*pi))^(1/3) + 0.0042*x^2/(1 + 6*0.0042*x*asinh(x)))
"""

# Lee, Yang, Parr, Phys. Rev. B 37, 785 (1988), without second derivatives of the density:
# Miehlich, Savin, Stoll, Preuss, Chem. Phys. Lett. 157, 200 (1989), equation 2, for equal spins.
LYP = """
c = 0.2533*n^(-1/3);
d = 1 + 0.349*n^(-1/3);
delta = c + 0.349*n^(-1/3)/d;
omega = exp(-c)/d*n^(-11/3);
fermi = 3/10*(3*pi^2)^(2/3);
inner = n^2/4*(2^(11/3)*fermi*2*(n/2)^(8/3) + (47/18 - 7/18*delta)*s - (5/2 - delta/18)*s/2 - (delta - 11)/9*s/4);
-0.04918*n/d - 0.04918*0.132*omega*(inner - 2/3*n^2*s + (2/3*n^2 - n^2/4)*s/2)
"""

# Sun, Ruzsinszky, Perdew, Phys. Rev. Lett. 115, 036402 (2015), and its supplement.
ISO_ORBITAL = """
k = (3*pi^2*n)^(1/3);
reduced = s/(4*k^2*n^2);
alpha = (t - s/(8*n))/(3/10*k^2*n);
"""
SCAN_EXCHANGE = (
    ISO_ORBITAL
    + """
b1 = 511/13500/(2*sqrt(5913/405000));
b2 = sqrt(5913/405000);
b4 = (10/81)^2/0.065 - 1606/18225 - b1^2;
gradient = 10/81*reduced*(1 + b4*reduced/(10/81)*exp(-b4*reduced/(10/81)));
x = gradient + (b1*reduced + b2*(1 - alpha)*exp(-(1 - alpha)^2/2))^2;
h1 = 1 + 0.065*x/(0.065 + x);
switch = piecewise(alpha < 1, exp(-0.667*alpha/(1 - alpha)), alpha > 1, -1.24*exp(0.8/(1 - alpha)), 0);
damping = -expm1(-4.9479/reduced^(1/4));
-3*k/(4*pi)*n*(h1 + switch*(1.174 - h1))*damping
"""
)
SCAN_CORRELATION = (
    UNIFORM_CORRELATION
    + ISO_ORBITAL
    + """
t2 = pi*s/(16*k*n^2);
beta = 0.066725*(1 + 0.1*r)/(1 + 0.1778*r);
w1 = expm1(-uniform/0.031091);
above = uniform + 0.031091*log1p(w1*(1 - (1 + 4*beta/(0.031091*w1)*t2)^(-1/4)));
low = -0.0285764/(1 + 0.0889*sqrt(r) + 0.125541*r);
w0 = expm1(-low/0.0285764);
below = low + 0.0285764*log1p(w0*(1 - (1 + 4*0.12802585262625815*reduced)^(-1/4)));
switch = piecewise(alpha < 1, exp(-0.64*alpha/(1 - alpha)), alpha > 1, -0.7*exp(1.5/(1 - alpha)), 0);
n*(above + switch*(below - above))
"""
)

FUNCTIONALS = {
    "pbe_x": (PBE_EXCHANGE, "n s"),
    "pbe_c": (PBE_CORRELATION, "n s"),
    "b88": (B88, "n s"),
    "lyp": (LYP, "n s"),
    "scan_x": (SCAN_EXCHANGE, "n s t"),
    "scan_c": (SCAN_CORRELATION, "n s t"),
}
"""Name → text, and the variables."""


def derivatives(name: str, order: int) -> list[rssn.Expr]:
    """Return a functional and its distinct partial derivatives, by total order: f, f_n, f_s, f_nn, f_ns, ..."""
    text, names = FUNCTIONALS[name]
    known: dict[tuple[str, ...], rssn.Expr] = {(): rssn.parse(text)}
    for by in orders(names.split(), order):
        known[by] = rssn.diff(known[by[:-1]], by[-1])
    return list(known.values())


def orders(variables: Sequence[str], order: int) -> Iterator[tuple[str, ...]]:
    """Yield what to differentiate by, each derivative once and after the one it comes from."""
    for size in range(1, order + 1):
        yield from itertools.combinations_with_replacement(variables, size)


def points(name: str, count: int, seed: int = 1) -> list[np.ndarray]:
    """Return densities, squared gradients and kinetic energies as they occur in atoms and molecules."""
    random = np.random.default_rng(seed)
    n = 10 ** random.uniform(-4, 2, count)
    k = (3 * np.pi**2 * n) ** (1 / 3)
    s = 4 * k**2 * n**2 * random.uniform(0.05, 3, count) ** 2
    alpha = np.where(random.random(count) < 0.5, random.uniform(0, 0.9, count), random.uniform(1.1, 4, count))
    t = s / (8 * n) + alpha * 0.3 * k**2 * n
    return [n, s, t][: len(FUNCTIONALS[name][1].split())]


def export(name: str, order: int, folder: Path, forms: Sequence[rssn.Expr] | None = None) -> rssn.Kernel:
    """Write `name` and its derivatives as one library with shared work; return its kernel."""
    found = derivatives(name, order) if forms is None else forms
    kernel = rssn.compile(found, FUNCTIONALS[name][1])
    kernel.export(folder / f"{name}.so", header=folder / f"{name}.h")
    return kernel


def main() -> None:
    """Export them all; show what each costs."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    folder.mkdir(parents=True, exist_ok=True)
    print(f"{'':8}{'order':>6}{'outputs':>9}{'operations':>12}{'text to library':>17}{'a point':>11}")
    for name in FUNCTIONALS:
        arrays = points(name, 20_000)
        for order in (0, 1, 2, 4):
            started = time.perf_counter()
            kernel = export(name, order, folder)
            made = time.perf_counter() - started
            kernel(*arrays)
            took = min(_seconds(kernel, arrays) for _ in range(7)) / len(arrays[0])
            shown = f"{len(kernel.dtypes):9}{kernel.statistics()['steps']:12}{made:15.3f} s{took * 1e9:8.1f} ns"
            print(f"{name:8}{order:6}{shown}")
    print(f"libraries and headers with derivatives of all orders to the fourth: {folder}")


def _seconds(kernel: rssn.Kernel, arrays: list[np.ndarray]) -> float:
    started = time.perf_counter()
    kernel(*arrays, threads=1)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
