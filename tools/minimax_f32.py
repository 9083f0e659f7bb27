"""Write rssn/src/rssn/vectormath/_coefficients32.py: what `minimax.py` writes for doubles, for single precision.

Names are the same where the methods are. Tables are few here: a longer
polynomial over a wider interval costs less than a look-up of sixteen lanes.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import mpmath as mp
from minimax import LOG_LOW as DOUBLE_LOG_LOW
from minimax import Function, Writer, bits, cut, remez
from mpmath import mpf

TARGET = Path(__file__).parent.parent / "rssn/src/rssn/vectormath/_coefficients32.py"
LOG_LOW = 0.70703125


def log_inverses() -> list[float]:
    """Return numbers near 1/z, one for each of the sixteen intervals into which log's `split` divides; 1 about 1."""
    start, found = bits(DOUBLE_LOG_LOW), []
    for i in range(16):
        low, high = (_double(start + (j << 48)) for j in (i, i + 1))
        found.append(1.0 if low < 1 < high else cut(2 / (mpf(low) + mpf(high)), 12))
    return found


def _double(n: int) -> float:
    return float(struct.unpack("<d", n.to_bytes(8, "little"))[0])


def single(x: object) -> float:
    """Return the number of single precision nearest to x."""
    return float(struct.unpack("<f", struct.pack("<f", float(x)))[0])  # type: ignore[arg-type] # mpf is a float enough


def pieces(x: mpf, *digits: int) -> tuple[float, ...]:
    """Return x as a sum of numbers of so many bits each."""
    found = []
    for count in digits:
        found.append(cut(x, count))
        x -= mpf(found[-1])
    return tuple(found)


def pair(x: mpf) -> tuple[float, ...]:
    """Return x as the nearest number of single precision and the one nearest the rest."""
    return pieces(x, 24, 24)


class SingleWriter(Writer):
    """Writes numbers of single precision."""

    def fit(self, name: str, f: Function, w: Function, a: object, b: object, degree: int) -> None:
        """Fit, print the error's binary logarithm and keep the coefficients, lowest first."""
        margin = (mpf(b) - mpf(a)) / 1000
        c, error = remez(f, w, mpf(a) - (margin if a else 0), mpf(b) + margin, degree)
        print(f"{name:<14} degree {degree:2d}  error 2^{float(mp.log(error, 2)):.1f}")
        self.table(name, [single(x) for x in c])

    def singles(self, name: str, values: Sequence[mpf]) -> None:
        """Write a table rounded to single precision."""
        self.table(name, [single(x) for x in values])


def exponential(out: SingleWriter) -> None:
    """Write the sets of exp, exp2 and exp10."""
    out.comment("exp: x = k ln2 + r; (exp(r) - 1 - r) / r^2; (sinh(r) - r) / r^3, (cosh(r) - 1) / r^2 in r^2")
    ln2, edge = mp.log(2), mp.log(2) / 2
    out.fit("EXP_POLY", lambda r: (mp.expm1(r) - r) / r**2, abs, -edge, edge, 4)
    out.fit("EXPM1_POLY", lambda r: (mp.expm1(r) - r) / r**2, abs, -edge, edge, 5)
    out.fit("SINH_POLY", lambda u: (mp.sinh(mp.sqrt(u)) - mp.sqrt(u)) / mp.sqrt(u) ** 3, lambda u: u, 0, edge**2, 1)
    out.fit("COSH_POLY", lambda u: (mp.cosh(mp.sqrt(u)) - 1) / u, lambda u: u, 0, edge**2, 2)
    out.scalar("EXP_SCALE", single(1 / ln2))
    out.table("EXP_STEP", pair(ln2))
    out.table("LN2", pair(ln2))
    out.table("LN10", pair(mp.log(10)))
    out.scalar("EXP10_SCALE", single(1 / mp.log(2, 10)))
    out.table("EXP10_STEP", pair(mp.log(2, 10)))


def logarithm(out: SingleWriter) -> None:
    """Write the sets of log."""
    out.comment("log: x = 2^k (1 + r) with 1 + r in [LOG_LOW, 2 LOG_LOW); (log1p(r) - r) / r^2; ln2 in 16 and 24 bits")
    out.scalar("LOG_LOW", LOG_LOW)
    out.fit("LOG_POLY", lambda r: (mp.log1p(r) - r) / r**2, abs, LOG_LOW - 1, 2 * LOG_LOW - 1, 8)
    out.table("LOG_LN2", pieces(mp.log(2), 16, 24))
    out.table("LOG2_E", pair(1 / mp.log(2)))
    out.table("LOG10_E", pair(1 / mp.log(10)))


def trigonometry(out: SingleWriter) -> None:
    """Write the sets of sin, cos and tan."""
    out.comment("sin, cos: pi/2 in pieces of 24, 14 and 24 bits; (sin r - r)/r^3, (cos r - 1 + r^2/2)/r^4 in r^2")
    out.table("HALF_PI_PIECES", pieces(mp.pi / 2, 24, 14, 24))
    out.table("HALF_PI", pair(mp.pi / 2))
    out.table("PI", pair(mp.pi))
    out.scalar("TWO_OVER_PI", single(2 / mp.pi))
    edge = (mp.pi / 4) ** 2
    out.fit("SIN_POLY", lambda u: (mp.sin(mp.sqrt(u)) - mp.sqrt(u)) / mp.sqrt(u) ** 3, lambda u: u, 0, edge, 2)
    out.fit("COS_POLY", lambda u: (mp.cos(mp.sqrt(u)) - 1 + u / 2) / u**2, lambda u: u**2, 0, edge, 2)


def inverse_trigonometry(out: SingleWriter) -> None:
    """Write the sets of atan and asin."""
    out.comment("atan up to 1/2: (atan t - t)/t^3 in t^2; asin up to 1/2: (asin s - s)/s^3 in s^2")
    out.fit("ATAN_POLY", lambda u: (mp.atan(mp.sqrt(u)) - mp.sqrt(u)) / mp.sqrt(u) ** 3, lambda u: u, 0, 0.25, 4)
    out.fit("ASIN_POLY", lambda u: (mp.asin(mp.sqrt(u)) - mp.sqrt(u)) / mp.sqrt(u) ** 3, lambda u: u, 0, 0.25, 4)


def roots(out: SingleWriter) -> None:
    """Write the sets of cbrt."""
    out.comment("cbrt: z^(-1/3) over [1, 2], and 2^(-j/3) for j = 0, 1, 2")
    out.fit("CBRT_POLY", lambda z: 1 / mp.cbrt(z), lambda _: mpf(1), 1, 2, 3)
    out.singles("CBRT_STEP", [mpf(2) ** (-mpf(j % 3) / 3) for j in range(8)])


def error_function(out: SingleWriter) -> None:
    """Write the sets of erf."""

    def around_half(v: mpf) -> mpf:
        x = mp.sqrt(abs(v + mpf("0.5")))
        return (mp.erf(x) if v > -0.5 else mp.erfi(x)) / x - 1

    out.comment("erf: erf(x)/x - 1 in x^2 - 1/2 up to 1; -log(erfc(x)) from 1 to 4, in x - 1")
    out.fit("ERF_POLY", around_half, lambda _: mpf(1), -0.5, 0.5, 6)
    out.fit("ERF_TAIL_POLY", lambda v: -mp.log(mp.erfc(v + 1)), lambda v: mp.erfc(v + 1), 0, 3, 6)


def short(out: Writer) -> None:
    """Write the sets of what is computed in f64, to some 2^-32, for results that are rounded to f32."""
    out.comment("in f64 to some 2^-32: log2(1 + r)/r and 1/c and log2(c); 2^f; erfc(x) exp(x^2) (x + 3) in 1/(x + 3)")
    edge = mpf("0.0334")
    out.fit("SHORT_LOG2_POLY", lambda r: mp.log1p(r) / r / mp.log(2), lambda _: mp.log(2), -edge, edge, 5)
    out.table("SHORT_LOG_INVERSE", log_inverses())
    out.table("SHORT_LOG2_HIGH", [float(-mp.log(c, 2)) for c in log_inverses()])
    out.fit("SHORT_EXP2_POLY", lambda f: mpf(2) ** f, lambda _: mpf(1), -0.5, 0.5, 7)

    def tail(v: mpf) -> mpf:
        x = 1 / v - 3
        return mp.erfc(x) * mp.exp(x * x) * (x + 3)

    out.fit("SHORT_ERFC_POLY", tail, lambda v: 1 / tail(v), mpf(1) / 14, mpf(1) / 3, 10)


def main() -> None:
    """Compute every set and write the file."""
    out = SingleWriter()
    exponential(out)
    logarithm(out)
    trigonometry(out)
    inverse_trigonometry(out)
    roots(out)
    error_function(out)
    doubles = Writer()
    short(doubles)
    head = '"""Polynomials for f32, lowest coefficient first. Generated by tools/minimax_f32.py; do not edit."""\n'
    TARGET.write_text(head + "\n".join(out.lines + doubles.lines) + "\n")


if __name__ == "__main__":
    main()
