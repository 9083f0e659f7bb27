"""The native parser and its twin agree on every text, and what is printed reads back."""

from __future__ import annotations

from fractions import Fraction
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rssn import config
from rssn.errors import ArityError, ParseError, UnknownNameError
from rssn.expr import Expr, apply, collect, constant, statistics, symbol
from rssn.ops import operators
from rssn.parser import UNLIMITED, Limits, Program, parse, parse_program
from rssn.parser import _parse_py as twin

needs_native = pytest.mark.skipif(config.PURE_PYTHON, reason="RSSN_PURE asks for the twin alone")
native: Any = None if config.PURE_PYTHON else import_module("rssn.parser._parse_c")

SMALL = Limits(length=200, depth=12, nodes=40, integer_bits=80, exponent_digits=3, name_length=6)
WORDS = "x y e sin cos max piecewise rational pi inf nan true false 1j u1 longername if else and or not 0 1 2.5 1e3 .5"
SIGNS = "0x1p3 9223372036854775808 + - * / // % ^ ** < <= > >= == != = ( ) ( ) , ; # & ~ ! `"
BEYOND_ASCII = ("é", "変", "e\u0301", "ﬁ", "٣", "²", "\xa0", "\ud800", "\x00", "\n", "`a`", "`b c`")
TOKENS = [*WORDS.split(" "), *SIGNS.split(" "), *BEYOND_ASCII]
texts = st.one_of(
    st.lists(st.sampled_from(TOKENS), max_size=14).map(" ".join),
    st.lists(st.sampled_from(TOKENS), max_size=14).map("".join),
    st.text(max_size=12),
)
booleans = st.booleans()
NAMES = ["x", "y", "u1", "a b", "if", "é", "x`", "sin"]
ARITIES = [(record.name, record.arity) for record in operators()]


def leaves() -> st.SearchStrategy[Expr]:
    return st.one_of(
        st.sampled_from(NAMES).map(symbol),
        st.integers().map(constant),
        st.integers(-(2**70), 2**70).map(constant),
        st.floats().map(constant),
        st.fractions(max_denominator=100).map(constant),
        st.sampled_from(["pi", "true", "false", "1j"]).map(constant),
    )


@st.composite
def applications(draw: st.DrawFn, parts: st.SearchStrategy[Expr]) -> Expr:
    name, (fewest, most) = draw(st.sampled_from(ARITIES))
    operands = [draw(parts) for _ in range(fewest if most else fewest + draw(st.integers(0, 2)))]
    if name == "piecewise" and len(operands) % 2 == 0:
        operands.append(draw(parts))
    return apply(name, *operands)


expressions = st.recursive(leaves(), applications, max_leaves=25)


@given(expressions)
@settings(max_examples=300)
def test_what_is_printed_reads_back(e: Expr) -> None:
    assert parse(str(e), limits=UNLIMITED) == e


@given(expressions, st.sets(st.sampled_from(["add", "mul", "sub", "pow", "sin"]), min_size=2), st.integers(1, 80))
def test_shared_and_deep_expressions_read_back(e: Expr, names: set[str], times: int) -> None:
    for step in range(times):
        name = sorted(names)[step % len(names)]
        e = apply(name, e) if name == "sin" else apply(name, e, e)
    assert parse(str(e), limits=UNLIMITED) == e


def outcome(text: str, implicit: bool, exact: bool, limits: Limits) -> Program | str:
    try:
        return twin.read_program(text, implicit, exact, limits)
    except (ParseError, UnknownNameError, ArityError) as error:
        return str(error)


@needs_native
@given(texts, booleans, booleans, st.sampled_from([SMALL, Limits()]))
@settings(max_examples=1500)
def test_the_parsers_agree(text: str, implicit: bool, exact: bool, limits: Limits) -> None:
    """The native one reads what its twin reads, to the same nodes, and refuses what its twin explains."""
    expected = outcome(text, implicit, exact, limits)
    program = native.try_program(text, implicit, exact, limits)
    value = native.try_value(text, implicit, exact, limits)
    if isinstance(expected, Program):
        assert program == expected
        assert value == expected.value
    else:
        assert program is None
        assert value is None


@needs_native
@given(expressions, st.integers(0, 200), st.sampled_from(TOKENS), booleans)
@settings(max_examples=500)
def test_the_parsers_agree_on_damaged_text(e: Expr, place: int, damage: str, replace: bool) -> None:
    text = str(e)
    place %= len(text) + 1
    text = text[:place] + damage + text[place + replace :]
    expected = outcome(text, False, False, Limits())
    program = native.try_program(text, False, False, Limits())
    assert program == (expected if isinstance(expected, Program) else None)


def test_the_public_functions_use_the_native_parser_and_explain_with_the_twin() -> None:
    assert parse("x + 1") == twin.read_value("x + 1", False, False, Limits())
    assert parse_program("u = 1").assignments == (("u", constant(1)),)
    for text in ("x +", "sni(x)", "sin(x, y)"):
        with pytest.raises((ParseError, UnknownNameError, ArityError)) as public:
            parse(text)
        assert str(public.value) == outcome(text, False, False, Limits())


def test_options_reach_both_entries() -> None:
    assert parse("0.1", exact=True) == constant(Fraction(1, 10))
    assert parse_program("0.1", exact=True).result == constant(Fraction(1, 10))
    assert parse_program("2x", implicit_multiplication=True).result == 2 * symbol("x")
    with pytest.raises(ParseError):
        parse_program("xyz", limits=Limits(length=2))


def test_a_failed_parse_leaves_nothing_pinned() -> None:
    """Nodes made before a mistake are given back by the next collection."""
    collect()
    before = statistics().live
    for _ in range(20):
        with pytest.raises(ParseError):
            parse(" + ".join(f"leftover_{n}^{n}" for n in range(1_000)) + " +")
    collect()
    assert statistics().slots < before + 2_000
