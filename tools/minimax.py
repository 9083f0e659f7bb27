"""Write rssn/src/rssn/vectormath/_coefficients.py: minimax polynomials and tables of the elementary functions.

The polynomials are fitted by the exchange algorithm of Remez in 300-bit
arithmetic and rounded to double; the tables are rounded from mpmath's values.
Run it without arguments; it takes some ten seconds and prints each fit's error.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from pathlib import Path

import mpmath as mp
from mpmath import mpf

mp.mp.prec = 300
TARGET = Path(__file__).parent.parent / "rssn/src/rssn/vectormath/_coefficients.py"
Function = Callable[[mpf], mpf]


def remez(f: Function, w: Function, a: mpf, b: mpf, degree: int) -> tuple[list[mpf], mpf]:
    """Return the polynomial p of `degree` with the least max |w (f - p)| over [a, b], and that maximum.

    `w` may vanish only at points that no node hits, such as 0 in a symmetric interval.
    """
    n = degree + 1
    middle, half = (a + b) / 2, (b - a) / 2
    nodes = [middle + half * mp.cos(mp.pi * (i + mpf("0.29")) / (n + mpf("0.7"))) for i in range(n + 1)][::-1]
    grid = [middle - half * mp.cos(mp.pi * (i + mpf("0.37")) / (24 * n)) for i in range(24 * n)]
    values, weights = [f(x) for x in grid], [w(x) for x in grid]
    c: list[mpf] = []
    for _ in range(30):
        rows = [[x**j for j in range(n)] + [(-1) ** i / w(x)] for i, x in enumerate(nodes)]
        solution = mp.lu_solve(mp.matrix(rows), mp.matrix([f(x) for x in nodes]))
        c, level = [solution[j] for j in range(n)], abs(solution[n])
        errors = [s * (v - mp.polyval(c[::-1], x)) for x, v, s in zip(grid, values, weights, strict=True)]
        peaks = _peaks(errors, n + 1)
        largest = max(abs(errors[i]) for i in peaks)
        nodes = [grid[i] for i in peaks]
        if largest < level * mpf("1.02"):
            break
    return c, largest


def _peaks(errors: list[mpf], wanted: int) -> list[int]:
    """Return the positions of `wanted` alternating extremes, the smallest ones at the ends left out."""
    runs: list[int] = []
    for i, e in enumerate(errors):
        if runs and (e > 0) == (errors[runs[-1]] > 0):
            if abs(e) > abs(errors[runs[-1]]):
                runs[-1] = i
        else:
            runs.append(i)
    while len(runs) > wanted:
        runs.pop(0 if abs(errors[runs[0]]) < abs(errors[runs[-1]]) else -1)
    if len(runs) < wanted:
        raise ArithmeticError("the fit has too few extremes; move the interval or the degree")
    return runs


class Writer:
    """Collects named constants and prints what each is worth."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def comment(self, text: str) -> None:
        """Start a paragraph."""
        self.lines += ["", f"# {text}"]

    def scalar(self, name: str, value: object) -> None:
        """Write one number."""
        self.lines.append(f"{name} = {value!r}")

    def table(self, name: str, values: Sequence[object]) -> None:
        """Write a tuple."""
        self.lines.append(f"{name} = (")
        self.lines += [f"    {value!r}," for value in values]
        self.lines.append(")")

    def fit(self, name: str, f: Function, w: Function, a: object, b: object, degree: int) -> None:
        """Fit, print the error's binary logarithm and keep the coefficients, lowest first."""
        margin = (mpf(b) - mpf(a)) / 1000
        low, high = mpf(a) - (margin if a else 0), mpf(b) + margin
        c, error = remez(f, w, low, high, degree)
        print(f"{name:<14} degree {degree:2d}  error 2^{float(mp.log(error, 2)):.1f}")
        self.table(name, [float(x) for x in c])


def bits(x: float) -> int:
    """Return the bit pattern of a double."""
    return int.from_bytes(struct.pack("<d", x), "little")


def cut(x: mpf, digits: int) -> float:
    """Return x rounded to this many significant bits."""
    with mp.workprec(digits):
        return float(+x)


def pair(x: mpf) -> tuple[float, float]:
    """Return x as a double and the double nearest the rest."""
    high = float(x)
    return high, float(x - mpf(high))


def exponential(out: Writer) -> None:
    """Write the sets of exp, exp2 and exp10."""
    out.comment("exp: 2^(j/16), its bits less j << 48, its relative rounding error; (exp(r) - 1 - r) / r^2")
    powers = [mpf(2) ** (mpf(j) / 16) for j in range(16)]
    out.table("EXP_TABLE", [bits(float(p)) - (j << 48) for j, p in enumerate(powers)])
    out.table("EXP_TAIL", [float((p - mpf(float(p))) / p) for p in powers])
    edge = mp.log(2) / 32
    out.fit("EXP_POLY", lambda r: (mp.expm1(r) - r) / r**2, abs, -edge, edge, 5)
    out.comment("sinh and cosh of the same r: (sinh(r) - r) / r^3 and (cosh(r) - 1) / r^2, in r^2")
    out.fit("SINH_POLY", lambda s: (mp.sinh(mp.sqrt(s)) - mp.sqrt(s)) / mp.sqrt(s) ** 3, abs, 0, edge**2, 2)
    out.fit("COSH_POLY", lambda s: (mp.cosh(mp.sqrt(s)) - 1) / s, abs, 0, edge**2, 2)
    out.scalar("EXP_SCALE", float(16 / mp.log(2)))
    out.table("EXP_STEP", pair(mp.log(2) / 16))
    out.table("LN2", pair(mp.log(2)))
    out.table("LN10", pair(mp.log(10)))
    out.scalar("EXP10_SCALE", float(16 / mp.log(2, 10)))
    out.table("EXP10_STEP", pair(mp.log(2, 10) / 16))


LOG_LOW = 0.703125


def logarithm(out: Writer) -> None:
    """Write the sets of log and pow."""
    out.comment("log: 16 intervals of [LOG_LOW, 2 LOG_LOW): a short 1/c, -log(1/c) in multiples of 2^-42, and the rest")
    inverses, radius = [], mpf(0)
    for i in range(16):
        low, high = (_from_bits(bits(LOG_LOW) + (j << 48)) for j in (i, i + 1))
        inverses.append(1.0 if low < 1 < high else _short_inverse(low, high))
        radius = max(radius, abs(low * inverses[-1] - 1), abs(high * inverses[-1] - 1))
    print(f"log: |r| <= {float(radius):.5f}")
    high_parts = [float(mp.nint(-mp.log(c) * 2**42) / 2**42) for c in inverses]
    out.scalar("LOG_LOW", LOG_LOW)
    out.table("LOG_INVERSE", inverses)
    out.table("LOG_HIGH", high_parts)
    out.table("LOG_REST", [float(-mp.log(c) - mpf(h)) for c, h in zip(inverses, high_parts, strict=True)])
    out.fit("LOG_POLY", lambda r: (mp.log1p(r) - r) / r**2, abs, -radius, radius, 8)
    third = mpf(1) / 3
    out.fit("POW_POLY", lambda r: ((mp.log1p(r) - r) / r**2 + 0.5 - r / 3) / r**2, lambda r: r**3, -radius, radius, 7)
    out.table("THIRD", pair(third))
    ln2 = float(mp.nint(mp.log(2) * 2**42) / 2**42)
    out.table("LOG_LN2", (ln2, float(mp.log(2) - mpf(ln2))))
    for base, name in ((2, "LOG2"), (10, "LOG10")):
        slope = 1 / mp.log(base)
        out.comment(f"log to base {base} with the same 1/c: as log, and the slope at 1")
        highs = [float(mp.nint(-mp.log(c) * slope * 2**42) / 2**42) for c in inverses]
        out.table(f"{name}_HIGH", highs)
        out.table(f"{name}_REST", [float(-mp.log(c) * slope - mpf(h)) for c, h in zip(inverses, highs, strict=True)])
        out.fit(f"{name}_POLY", lambda r, slope=slope: slope * (mp.log1p(r) - r) / r**2, abs, -radius, radius, 8)
        out.table(f"{name}_E", pair(slope))
    two = float(mp.nint(mp.log(2, 10) * 2**42) / 2**42)
    out.table("LOG10_TWO", (two, float(mp.log(2, 10) - mpf(two))))


def _from_bits(n: int) -> float:
    return float(struct.unpack("<d", n.to_bytes(8, "little"))[0])


def _short_inverse(low: float, high: float) -> float:
    """Return the number of fewest bits that brings [low, high] within 0.03425 of 1.

    With these, z c - 1 is exact for every double z of its interval: its bits end where z's do, at most 6 places lower.
    """
    for digits in range(4, 12):
        c = cut(2 / (mpf(low) + mpf(high)), digits)
        if max(abs(low * c - 1), abs(high * c - 1)) < 0.03425:
            return c
    raise ArithmeticError("no short inverse")


def trigonometry(out: Writer) -> None:
    """Write the sets of sin, cos and tan."""
    out.comment("sin, cos: pi/2 in pieces of 51, 33 and 53 bits; (sin r - r)/r^3, (cos r - 1 + r^2/2)/r^4 in r^2")
    first = cut(mp.pi / 2, 51)
    second = cut(mp.pi / 2 - mpf(first), 33)
    out.table("HALF_PI_PIECES", (first, second, float(mp.pi / 2 - mpf(first) - mpf(second))))
    out.table("HALF_PI", pair(mp.pi / 2))
    out.table("PI", pair(mp.pi))
    out.scalar("TWO_OVER_PI", float(2 / mp.pi))
    out.comment("2/pi as a binary fraction in words of 64 bits, after a word of zeros")
    digits = _two_over_pi(64 * 21)
    out.table("TWO_OVER_PI_WORDS", [0] + [(digits >> (64 * (20 - i))) & (2**64 - 1) for i in range(21)])
    edge = (mp.pi / 4) ** 2

    def sine(u: mpf) -> mpf:
        r = mp.sqrt(u)
        return (mp.sin(r) - r) / r**3

    def cosine(u: mpf) -> mpf:
        return (mp.cos(mp.sqrt(u)) - 1 + u / 2) / u**2

    out.fit("SIN_POLY", sine, lambda u: u, 0, edge, 5)
    out.fit("COS_POLY", cosine, lambda u: u**2, 0, edge, 5)


def _two_over_pi(places: int) -> int:
    """Return floor(2^places 2/pi)."""
    with mp.workprec(places + 300):
        return int(mp.floor(mp.ldexp(2 / mp.pi, places)))


def inverse_trigonometry(out: Writer) -> None:
    """Write the sets of atan and asin."""
    out.comment("atan: centres, two an octave from 1/16 to 16, and their arc tangents; (atan t - t)/t^3 in t^2")
    centres, radius = [], mpf(0)
    for i in range(16):
        low = mpf(2) ** (i // 2 - 4) * (1 if i % 2 == 0 else mpf("1.5"))
        high = low * (mpf("1.5") if i % 2 == 0 else mpf(4) / 3)
        c = cut(mp.tan((mp.atan(low) + mp.atan(high)) / 2), 6)
        centres.append(c)
        radius = max([radius] + [abs((x - c) / (1 + x * c)) for x in (low, high)])
    print(f"atan: |t| <= {float(radius):.5f}")
    out.table("ATAN_CENTRE", centres)
    out.table("ATAN_HIGH", [float(mp.atan(c)) for c in centres])
    out.table("ATAN_REST", [float(mp.atan(c) - mpf(float(mp.atan(c)))) for c in centres])

    def arc(u: mpf) -> mpf:
        t = mp.sqrt(u)
        return (mp.atan(t) - t) / t**3

    out.fit("ATAN_POLY", arc, lambda u: u, 0, mpf("0.131") ** 2, 5)

    def arcsine(u: mpf) -> mpf:
        s = mp.sqrt(u)
        return (mp.asin(s) - s) / s**3

    out.comment("asin: (asin s - s)/s^3 in s^2")
    out.fit("ASIN_POLY", arcsine, lambda u: u, 0, mpf("0.25"), 12)


def roots(out: Writer) -> None:
    """Write the sets of cbrt."""
    out.comment("cbrt: z^(-1/3) over [1, 2], and 2^(-j/3) for j = 0, 1, 2")
    out.fit("CBRT_POLY", lambda z: 1 / mp.cbrt(z), lambda _: mpf(1), 1, 2, 5)
    out.table("CBRT_STEP", [float(mpf(2) ** (-mpf(j % 3) / 3)) for j in range(8)])


def error_function(out: Writer) -> None:
    """Write the sets of erf and erfc."""
    out.comment("erf: erf(x)/x - 1 in x^2 up to 1; erfc(x) exp(x^2) (x + 3) for 1 <= x <= 28, in 1/(x + 3) - ERFC_LOW")
    out.fit("ERF_POLY", lambda u: mp.erf(mp.sqrt(u)) / mp.sqrt(u) - 1, lambda _: mpf(1), 0, mpf("0.9375") ** 2, 12)
    # About the low end all coefficients that matter have one sign: Horner's scheme loses nothing.
    low = cut(mpf(1) / 31, 20)

    def tail(v: mpf) -> mpf:
        x = 1 / (v + low) - 3
        return mp.erfc(x) * mp.exp(x * x) * (x + 3)

    out.scalar("ERFC_LOW", low)
    edges = (1 / mpf(31) - low, mpf(16) / 63 - low)
    out.fit("ERFC_POLY", tail, lambda v: 1 / tail(v), *edges, 19)


def gamma_function(out: Writer) -> None:
    """Write the sets of gamma and lgamma."""

    def stirling(u: mpf) -> mpf:
        z = 1 / mp.sqrt(u)
        return (mp.loggamma(z) - (z - mpf(1) / 2) * mp.log(z) + z - mp.log(2 * mp.pi) / 2) * z

    out.comment("log gamma(z) - (z - 1/2) log z + z - log(2 pi)/2 for z >= 8, times z, in 1/z^2; its constant")
    out.fit("STIRLING_POLY", stirling, lambda _: mpf(12), 0, mpf(1) / 64, 6)
    out.table("HALF_LOG_TWO_PI", pair(mp.log(2 * mp.pi) / 2))
    out.comment("1 less Euler's constant; (log gamma(2 + f) - that f) / f^2 for -9/16 <= f <= 1/2")
    slope = 1 - mp.euler
    out.table("LGAMMA_SLOPE", pair(slope))

    def near_two(f: mpf) -> mpf:
        return (mp.loggamma(2 + f) / f - slope) / f

    out.fit("LGAMMA_POLY", near_two, lambda f: abs(f / (slope + f * near_two(f))), mpf("-0.5625"), mpf("0.5"), 18)


def main() -> None:
    """Compute every set and write the file."""
    out = Writer()
    roots(out)
    error_function(out)
    gamma_function(out)
    exponential(out)
    logarithm(out)
    trigonometry(out)
    inverse_trigonometry(out)
    head = '"""Tables and polynomials, lowest coefficient first. Generated by tools/minimax.py; do not edit."""\n'
    TARGET.write_text(head + "\n".join(out.lines) + "\n")


if __name__ == "__main__":
    main()
