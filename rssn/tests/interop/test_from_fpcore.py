"""`from_fpcore`: C's meaning comes over, properties are kept, and what is refused is refused at its place."""

import contextlib
import math
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import rssn
from rssn.errors import LimitError, OptionError, ParseError
from rssn.interop import FPCore, from_fpcore, from_fpcores
from rssn.parser import Limits
from rssn.testing import numbers

CORES = Path(__file__).parent / "cores" / "lengths.fpcore"


def formula(text: str, names: str = "x y") -> rssn.Expr:
    return from_fpcore(f"(FPCore ({names}) {text})").expression


def test_a_file_of_cores() -> None:
    roots, hypotenuse, each, constants, rare = from_fpcores(CORES.read_text())
    assert roots == FPCore(
        rssn.parse("sqrt(x + 1) - sqrt(x)"), ("x",), "difference of roots", rssn.parse("1 <= x and x <= 1e15")
    )
    assert (hypotenuse.name, hypotenuse.arguments) == ("hypotenuse", ("a", "b"))
    assert hypotenuse.properties == {"cite": "(nobody 2024)", "precision": "binary64"}
    assert hypotenuse.expression.evaluate({"a": 3.0, "b": -4.0}) == 5.0
    assert each.expression.evaluate({"x": 1.0, "y": 2.0}) == 1 + 2 + 1 / 3 + 0.5
    assert each.expression.evaluate({"x": 3.0, "y": 20.0}) == 2 * 20 - 3 - 3 - math.pi
    assert constants.expression.evaluate() == pytest.approx(math.e * 2 / math.sqrt(math.pi) / 2)
    assert rare.precondition is not None
    assert rare.expression.evaluate({"x": -7.5, "y": 2.5}) == -0.0 - 8 + 2 + 0 - 7 + math.gamma(2.5)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("(+ x y 1)", "(x + y) + 1"),
        ("(* x)", "x"),
        ("(- x)", "-x"),
        ("(- x y 1)", "x - y - 1"),
        ("(< x y)", "x < y"),
        ("(== x y x)", "x == y and y == x"),
        ("(!= x y)", "x != y"),
        ("(and)", "true"),
        ("(or)", "false"),
        ("(let ((x y) (y x)) (- x y))", "y - x"),
        ("(let* ((x y) (y x)) (- x y))", "y - y"),
        ("(let ((x 1)) (+ (let ((x 2)) x) x))", "2 + 1"),
        ("(pow x 2)", "x^2"),
        ("(if (< x 0) 1 2)", "where(x < 0, 1, 2)"),
        ("+.5", "0.5"),
        ("-1.5e3", "-1500.0"),
        ("-2/6", "rational(-1, 3)"),
        ("0x1.8p-1", "0.75"),
        ("-0x10", "-16.0"),
        ("(digits 12 -1 2)", "6"),
        ("(- INFINITY)", "-(inf)"),
        ("1_PI", "1/pi"),
    ],
)
def test_forms(text: str, wanted: str) -> None:
    assert formula(text) == rssn.parse(wanted)


def test_decimals_are_exact_on_request() -> None:
    assert from_fpcore("(FPCore () (+ 0.1 0x.8))", exact=True).expression == rssn.parse("rational(1,10)+rational(1,2)")
    assert from_fpcore("(FPCore () 1e400)").expression == rssn.constant(math.inf)
    assert from_fpcore("(FPCore () 1e400)", exact=True).expression == rssn.constant(10**400)


@given(numbers(), numbers())
@example(-7.0, 3.0)
@example(math.nan, 1.0)
@example(1.0, math.nan)
@example(-0.3, math.inf)
@example(2.5, -0.0)
@example(0.49999999999999994, 4503599627370497.0)
def test_operators_have_the_meaning_they_have_in_c(a: float, b: float) -> None:
    here = {"x": a, "y": b}
    assert same(formula("(fmod x y)").evaluate(here), c_fmod(a, b))
    assert same(formula("(round x)").evaluate(here), c_round(a))
    assert same(formula("(fdim x y)").evaluate(here), 0.0 if a <= b else a - b)
    if a != b:
        drop = b if math.isnan(a) else a if math.isnan(b) else None
        assert same(formula("(fmax x y)").evaluate(here), max(a, b) if drop is None else drop)
        assert same(formula("(fmin x y)").evaluate(here), min(a, b) if drop is None else drop)
    if not math.isnan(a):
        assert formula("(signbit x)").evaluate(here) == (math.copysign(1, a) < 0)
    assert formula("(isnormal x)").evaluate(here) == (math.isfinite(a) and abs(a) >= 2.0**-1022)


def same(a: float, b: float) -> bool:
    return (a != a and b != b) or (a == b and math.copysign(1, a) == math.copysign(1, b))


def c_fmod(a: float, b: float) -> float:
    return math.nan if math.isinf(a) or b == 0 else math.fmod(a, b)


def c_round(a: float) -> float:
    if not math.isfinite(a):
        return a
    whole = math.floor(abs(a))
    return math.copysign(whole + (abs(a) - whole >= 0.5), a)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("(FPCore (x) (while (< x 1) ((x 1 2)) x))", (1, 14), "loops are not formulas"),
        ("(FPCore (x)\n  (+ x\n     (tensor (i 3)) x))", (3, 7), "tensors"),
        ("(FPCore (x) (cast x))", (1, 14), "rounding"),
        ("(FPCore (x) (remainder x 1))", (1, 14), "remainder"),
        ("(FPCore (x)\n  (+ x (sinn x)))", (2, 9), "did you mean sin"),
        ("(FPCore (value) (+ valu 1))", (1, 20), "did you mean value"),
        ("(FPCore (x) (let ((y 1)) y) y)", (1, 29), "one formula"),
        ("(FPCore (x) (let ((y 1) (z y)) z))", (1, 28), "nothing has this name"),
        ("(FPCore (x) (sin x x))", (1, 13), "wrong number of operands"),
        ("(FPCore (x) (if x 1))", (1, 13), "wrong number of operands"),
        ("(FPCore (x) ((+ x) 1))", (1, 13), "begins with its operator"),
        ("(FPCore (x) ())", (1, 13), "begins with its operator"),
        ("(FPCore (x) (let x x))", (1, 13), "let has bindings"),
        ("(FPCore (x) (let ((y)) y))", (1, 19), "not a binding"),
        ("(FPCore (x) (let ((PI 3)) PI))", (1, 20), "can't be a name"),
        ("(FPCore (x x) x)", (1, 9), "named twice"),
        ("(FPCore (1) x)", (1, 10), "can't be a name"),
        ("(FPCore ((x 3)) x)", (1, 10), "an argument is a name"),
        ("(FPCore x)", (1, 1), "without arguments"),
        ("(FPCore (x))", (1, 1), "one formula"),
        ("(FPCore (x) :pre)", (1, 13), "nothing has this name"),
        ("(FPCore (x) (! :precision binary32 x))", (1, 27), "rounding inside"),
        ("(FPCore (x) (digits 1 2 0))", (1, 25), "base of digits"),
        ("(FPCore (x) (digits x 2 2))", (1, 21), "whole numbers"),
        ("(FPCore (x)\n (+ x 1)", (1, 1), "never closed"),
        ("(FPCore [x) x)", (1, 11), "brackets do not match"),
        ("(FPCore (x) x))", (1, 15), "brackets do not match"),
        ('(FPCore (x) :name "oops x)', (1, 19), "closing quote"),
        ("x", (1, 1), "not an FPCore"),
        ("(Core (x) x)", (1, 1), "not an FPCore"),
        ("(FPCore (x) 1/0)", (1, 13), "nothing has this name"),
        ("(FPCore (x) 0x)", (1, 13), "nothing has this name"),
    ],
)
def test_mistakes_are_shown_at_their_place(text: str, place: tuple[int, int], message: str) -> None:
    live = rssn.statistics().live
    with pytest.raises(ParseError, match=message) as caught:
        from_fpcore(text)
    assert (caught.value.span.line, caught.value.span.column) == place
    assert rssn.statistics().live <= live + 50


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        (f"(FPCore (x) {'(sin ' * 9000}x{')' * 9000})", "depth"),
        (f"(FPCore (x) (+ {'x ' * 4_100_000}))", "length"),
        (f"(FPCore (x) {'9' * 30_000})", "integer_bits"),
        ("(FPCore (x) 0x1p9999999)", "exponent_digits"),
        ("(FPCore (x) 0x1p999999)", "integer_bits"),
        ("(FPCore (x) (digits 1 -99999 10))", "integer_bits"),
        (f"(FPCore ({'x' * 300}) 1)", "name_length"),
    ],
)
def test_hostile_texts_meet_a_limit(text: str, limit: str) -> None:
    with pytest.raises(LimitError, match=limit):
        from_fpcore(text)


def test_limits_can_be_raised() -> None:
    deep = f"(FPCore (x) {'(sin ' * 50_000}x{')' * 50_000})"
    assert rssn.count_nodes(from_fpcore(deep, limits=Limits(depth=10**6)).expression) == 50_001


def test_one_core_is_wanted() -> None:
    with pytest.raises(OptionError, match="found 2"):
        from_fpcore("(FPCore () 1) (FPCore () 2)")
    with pytest.raises(OptionError, match="found 0"):
        from_fpcore("; nothing")
    with pytest.raises(OptionError, match="FPCore is text"):
        from_fpcores(b"(FPCore () 1)")  # type: ignore[arg-type]


@given(st.text(alphabet='()[]";:!x1/.-+e \n\\PI', max_size=40))
def test_no_text_raises_anything_else(text: str) -> None:
    with contextlib.suppress(ParseError):
        from_fpcores(text)
