"""Each pass on its own."""

from fractions import Fraction

import pytest

from rssn import parse
from rssn.errors import OptionError
from rssn.expr import Expr
from rssn.rules import integer
from rssn.simplify import PASSES, STRUCTURAL, Pass, Simplifier, simplify

ONE_PASS = [
    ("fold", "sqrt(4)", "2"),
    ("collect", "2*x + 3*x - y + y", "5*x"),
    ("combine", "x*y*x^2", "x^3*y"),
    ("decide", "x^2 + 1 > 0", "true"),
    ("compare", "x + y < y + 3", "x < 3"),
    ("angles", "sin(pi/6)", "rational(1, 2)"),
    ("angles", "tan(3*pi/4)", "-1"),
    ("rules", "sqrt(x^2)", "abs(x)"),
    ("terms", "3*sin(x)^2 + y + 3*cos(x)^2", "3 + y"),
    ("factors", "exp(a)*y*exp(b)", "y*exp(a + b)"),
    ("rational", "x^2*y + x^2*z", "x^2*(y + z)"),
]


@pytest.mark.parametrize(("name", "text", "expected"), ONE_PASS)
def test_a_pass_does_its_work(name: str, text: str, expected: str) -> None:
    """Beside the structural ones, which it needs."""
    passes = {name, *STRUCTURAL} if name not in STRUCTURAL else {name}
    assert simplify(parse(text), passes=sorted(passes)) == simplify(parse(expected), passes=STRUCTURAL)
    others = [each.name for each in PASSES if each.name not in (name, "rules", "rational", "decide")]
    if name not in STRUCTURAL:
        assert simplify(parse(text), passes=[*STRUCTURAL, *others]) != parse(expected)


def test_logarithms_open_where_that_helps() -> None:
    """log(sqrt(x)) - log(x)/2 is 0 where x > 0."""
    assert simplify(parse("log(sqrt(x)) - log(x)/2"), assume=parse("x > 0")) == parse("0")
    assert simplify(parse("log(x^2*y) - 2*log(x) - log(y)"), assume=parse("x > 0 and y > 0")) == parse("0")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("sin(n*pi)", "0"), ("sin(3*n*pi)", "0"), ("cos(2*pi*n)", "1"), ("cos(pi*n)", "(-1)^n"), ("tan(pi*n*m)", "0"),
     ("cos(3*pi*n*m)", "(-1)^(m*n)"), ("sin(pi*n/2)", "sin(pi*n/2)"), ("sin(x*pi)", "sin(pi*x)"),
     ("sin(pi*pi*n)", "sin(n*pi^2)")],
)  # fmt: skip
def test_whole_half_turns(text: str, expected: str) -> None:
    """Only where the multiple is known to be whole."""
    simple = simplify(parse(text), assume=[integer("n"), integer("m")])
    assert simple == simplify(parse(expected), passes=STRUCTURAL)
    assert isinstance(simple, Expr)
    for n, m in ((0, 1), (1, 3), (-2, 1), (3, -5)):
        point = {"n": n, "m": m, "x": 0.3}
        assert simple.evaluate(point) == pytest.approx(parse(text).evaluate(point), abs=1e-12)


def test_own_passes_take_part() -> None:
    """A pass is a name, a priority, operators and a function."""

    def halves(node: Expr, _: object) -> object:
        if node.operands[0] == parse("x"):
            yield "known-cosine", parse("c")

    own = Pass("mine", 99, frozenset({"cos"}), halves)  # type: ignore[arg-type]
    assert simplify(parse("cos(x) + cos(y)"), passes=[*STRUCTURAL, own]) == simplify(parse("c + cos(y)"))


def test_unknown_passes_and_strategies_are_refused() -> None:
    """With the names that exist."""
    with pytest.raises(OptionError, match="collect"):
        simplify(parse("x"), passes=["colect"])
    with pytest.raises(OptionError, match="beam"):
        Simplifier(strategy="best")  # type: ignore[arg-type]


def test_priorities_are_distinct_steps() -> None:
    """Names are unique, and deciding comes first."""
    assert len({each.name for each in PASSES}) == len(PASSES)
    assert max(PASSES, key=lambda each: each.priority).name == "decide"
    assert Fraction(1, 2) == parse("rational(1, 2)").value
