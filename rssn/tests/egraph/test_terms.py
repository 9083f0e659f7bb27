"""Terms: s-expressions in, tuples out."""

from fractions import Fraction

import pytest

from rssn.egraph import TermGraph, TermProgram, rewrite, term
from rssn.egraph._terms import subterms, variables
from rssn.errors import OptionError, RuleError


def test_an_s_expression_is_read():
    """Numbers are exact, words are symbols, brackets nest."""
    assert term("(+ ?a (* 2 x))") == ("+", "?a", ("*", 2, "x"))
    assert term("3/4") == Fraction(3, 4)
    assert term("-2") == -2


@pytest.mark.parametrize("text", ["", "(", ")", "()", "a b", "(+ a"])
def test_what_is_no_term_is_refused(text):
    """A typed error shows the text."""
    with pytest.raises(OptionError):
        term(text)


def test_subterms_come_before_their_users():
    """Each once, variables in order of appearance."""
    t = term("(+ (* ?b ?a) (* ?b ?a))")
    assert list(subterms(t)) == ["?b", "?a", ("*", "?b", "?a"), t]
    assert variables(t) == ["?b", "?a"]


def test_operators_of_many_operands_match_and_extract():
    """More than two operands travel as a chain of pairs, which nobody sees."""
    rule = rewrite("swap", term("(f ?a ?b ?c ?d)"), term("(g ?d (f ?a ?a ?a ?c))"))
    graph = TermGraph(TermProgram([rule]))
    graph.add(term("(h (f 1 2 3 x))"))
    graph.run()
    assert graph.are_equal(term("(f 1 2 3 x)"), term("(g x (f 1 1 1 3))"))
    assert graph.extract(term("(h (f 1 2 3 x))")) == term("(h (f 1 2 3 x))")


def test_a_right_side_may_not_invent_variables():
    """The rule is refused when it is compiled."""
    with pytest.raises(RuleError, match="right side only"):
        TermProgram([rewrite("bad", term("(f ?a)"), term("(g ?b)"))])
