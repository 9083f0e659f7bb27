"""Fuzz the parser: damaged formulas, random tokens, bytes and characters.

For every text: both parsers agree (the same expressions, or both refuse), what
is raised is one of the parser's errors with a place, and what is read and
printed reads back as the same expression.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable

from rssn.errors import ArityError, ParseError, UnknownNameError
from rssn.parser import UNLIMITED, Limits, Program, parse, parse_program
from rssn.parser import _parse_c as native
from rssn.parser import _parse_py as twin

CORPUS = (
    "(x^2 + y^2) / (x^2 + y^2 + 1.0) + x*y*(x^2 - y^2) / (x^2 + y^2 + 1.0)^2",
    "sin(x)*exp(-y^2/2) + log(1+x^2)*cos(y) + sqrt(x^2+y^2)",
    "u = x^2; w = u + 1  # a comment\nw*u - `dep delay` % 3",
    "a < b <= c != d and not (x == y or isnan(z)) if e > 0 else piecewise(a < 1, 2, b, 3)",
    "rational(-1, 3)*x - -2^-3^2 + 0x1.8p3 - 1.5e-3j + 123456789012345678901234567890 // 7",
    "max(a, b, c) + min(1, -inf) - nan*pi + true",
    "(((((((((x)))))))))^2**3",
    "ﬁ + é + 変数*naïve",
)
PIECES = (
    *" \t\n;,()+-*/%^<>=!`#.&|~$@[]{}'\"\\_:?",
    *("**", "//", "<=", ">=", "==", "!=", "if ", " else ", " and ", " or ", "not ", "sin(", "piecewise(", "rational("),
    *("0", "1", "9" * 25, "0x", "1e", "e", "1j", ".5", "1e400", "5e-324", "inf", "nan", "pi", "`a b`", "``", "x", "u1"),
    *(
        "\x00",
        "\x07",
        "\x7f",
        "\xa0",
        "\u200b",
        "\u202e",
        "\ufeff",
        "\ud800",
        "\U0010ffff",
        "²",
        "٣",
        "e\u0301",
        "−",
        "π",
    ),
)
LIMITS = (Limits(), Limits(length=300, depth=10, nodes=30, integer_bits=70, exponent_digits=2, name_length=5))


def random_text(pick: random.Random) -> str:
    """Return a text: mostly a formula with a few pieces put in, cut out or doubled."""
    kind = pick.random()
    if kind < 0.1:
        return "".join(
            chr(pick.randrange(0x500 if pick.random() < 0.9 else 0x110000)) for _ in range(pick.randrange(20))
        )
    if kind < 0.2:
        return pick.randbytes(pick.randrange(40)).decode("utf-8", "surrogateescape")
    if kind < 0.5:
        return "".join(pick.choices(PIECES, k=pick.randrange(25)))
    text = pick.choice(CORPUS)
    for _ in range(pick.randrange(1, 6)):
        start = pick.randrange(len(text) + 1)
        stop = min(len(text), start + pick.randrange(6))
        middle = pick.choice(("", text[start:stop] * 2, pick.choice(PIECES), pick.choice(PIECES)))
        text = text[:start] + middle + text[stop:]
    if kind > 0.98:
        return pick.choice("(-") * pick.randrange(1, 20_000) + text
    return text


Outcome = Program | ParseError | UnknownNameError | ArityError


def examine(text: str, implicit: bool, exact: bool, limits: Limits) -> str:
    """Return what happened, for the counts; AssertionError where a promise is broken."""
    options = (implicit, exact, limits)
    program, value = native.try_program(text, *options), native.try_value(text, *options)
    wanted = outcome(lambda: twin.read_program(text, *options))
    public = outcome(
        lambda: parse_program(text, implicit_multiplication=implicit, exact=exact, limits=limits),
    )
    if isinstance(wanted, Program):
        assert program == wanted, "the parsers read different programs"
        assert value == wanted.value, "the parsers read different values"
        assert public == wanted, "the public function reads another program"
        read_back(wanted)
        return "read"
    assert program is None, "only the native parser reads it"
    assert value is None, "only the native parser reads its value"
    assert str(public) == str(wanted), "another error in public"
    assert wanted.where.startswith("line "), "an error without a place"
    assert len(str(wanted)) < 2_000, "an endless message"
    return type(wanted).__name__


def outcome(read: Callable[[], Program]) -> Outcome:
    """Return what a parser reads, or the error it raises; any other exception is a finding."""
    try:
        return read()
    except (ParseError, UnknownNameError, ArityError) as error:
        return error


def read_back(program: Program) -> None:
    """What is printed reads back."""
    for _, value in (*program.assignments, ("", program.value)):
        assert parse(str(value), limits=UNLIMITED) == value, "what is printed reads back as something else"
        assert isinstance(value.latex(), str)


def run(seconds: float, seed: int) -> dict[str, object]:
    """Try random texts for a while; return the counts by outcome and, under "failures", what broke a promise."""
    pick = random.Random(seed)
    counts: Counter[str] = Counter()
    failures: list[str] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end and len(failures) < 10:
        text, implicit, exact = random_text(pick), pick.random() < 0.3, pick.random() < 0.2
        limits = LIMITS[pick.random() < 0.2]
        try:
            counts[examine(text, implicit, exact, limits)] += 1
        except Exception as error:
            failures.append(f"{type(error).__name__}: {error}: {text!a}, {implicit=}, {exact=}, {limits}")
    return {"texts": counts.total(), **counts, "failures": failures}


def main() -> int:
    """Run for as long as the command line says; 1 if something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    result = run(options.seconds, options.seed)
    failures = result.pop("failures")
    print(", ".join(f"{key} {count}" for key, count in result.items()))
    assert isinstance(failures, list)
    for failure in failures:
        print(failure)
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
