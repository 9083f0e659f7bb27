"""Explanations are found, replay step by step, and no forged one passes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn import cos, exp, log, parse, sin, symbol, symbols, walk
from rssn.egraph import MultiRule, SaturationLimits, check_explanation, explain, saturate
from rssn.egraph._explain import Explanation
from rssn.errors import RuleError
from rssn.expr import constant
from rssn.rules import ALL, NOTHING, RewriteRule, nonzero
from rssn.testing import expressions

x, y = symbols("x y")
A, B = symbols("?a ?b")
SMALL = SaturationLimits(nodes=600, iterations=5, seconds=5)


ARITHMETIC = ("add", "sub", "mul", "div", "neg", "pow", "sqrt", "exp", "log")
OPERATORS = (*ARITHMETIC, "abs", "sin", "cos", "min", "max", "where", "cbrt", "sign", "tan", "atan", "lt", "eq")


@pytest.mark.parametrize("traced", [True, False])
@pytest.mark.parametrize("assume", [(), (x > 0,)], ids=["", "x > 0"])
@given(data=st.data())
def test_what_is_extracted_from_rows_is_explained(traced, assume, data):
    """None is given up: from the input to the form found in a graph of n-ary rows, every step checked."""
    operators = data.draw(st.sampled_from((ARITHMETIC, OPERATORS, ("add", "mul", "sub"))))
    expression = data.draw(expressions(operators=operators, max_steps=9))
    if any(part.operator in ("float", "constant") for part in walk(expression)):
        return
    report = saturate(expression, limits=SMALL, explanations=traced, assume=assume)
    for found in (report.extract(), report.extract(shared=True)):
        explanation = report.explain(expression, found)
        assert (explanation.start, explanation.goal) == (expression, found)
        check_explanation(explanation)


@given(expression=expressions(operators=ARITHMETIC, max_steps=7))
def test_what_is_extracted_is_explained(expression):
    """The same over ordered nodes."""
    if any(part.operator == "float" for part in walk(expression)):
        return
    report = saturate(expression, limits=SMALL, ac="rules", explanations=True)
    found = report.extract()
    explanation = report.explain(expression, found)
    assert (explanation.start, explanation.goal) == (expression, found)
    check_explanation(explanation)


@pytest.mark.parametrize(
    ("left", "right", "assume"),
    [
        ("sin(x)^2 + cos(x)^2", "1", None),
        ("x*(y + z) - x*y", "x*z", None),
        ("2*x + 3*x", "5*x", None),
        ("sqrt(x^2)", "x", "x >= 0"),
        ("x/x", "1", "x > 0"),
        ("(x + 1)*(x + 2)", "x^2 + 3*x + 2", None),
        ("(x + y)^2 - x^2 - 2*x*y - y^2", "0", None),
        ("a*sin(x)^2 + a*cos(x)^2", "a", None),
    ],
)
def test_an_equation_is_explained(left, right, assume):
    """Whichever engine proved it, and in both directions."""
    assumed = None if assume is None else parse(assume)
    a, b = parse(left), parse(right)
    report = saturate(a, assume=assumed, goals=[(a, b)])
    for explanation in (report.explain(a, b), report.explain(b, a), explain(a, b, assume=assumed)):
        check_explanation(explanation)
        assert len(explanation) > 0


def test_what_is_not_equal_is_not_explained():
    """Neither by the graph nor by a proof of its own."""
    report = saturate((x, y), explanations=True, ac="rules")
    with pytest.raises(RuleError, match="not proved equal"):
        report.explain(x, y)
    with pytest.raises(RuleError, match="not proved equal"):
        saturate((x, y)).explain(x, y)


def test_steps_read_as_text():
    """One line a step, with the name of the rule."""
    text = str(explain(log(exp(x)) + 0, x))
    assert text.splitlines()[-1].startswith("= x    (")
    assert "log-of-exp" in text


def proof():
    return explain(x * (sin(y) ** 2 + cos(y) ** 2) + 0, x)


def test_no_forged_explanation_passes():
    """Each field that matters, changed alone, is found out."""
    good = proof()
    check_explanation(good)
    at = next(i for i, step in enumerate(good.steps) if step.rule is not None)

    def with_step(i, **changes):
        return replace(good, steps=(*good.steps[:i], replace(good.steps[i], **changes), *good.steps[i + 1 :]))

    rule = good.steps[at]
    forged = [
        replace(good, goal=y),
        replace(good, steps=good.steps[1:]),
        with_step(at, after=rule.after + 1),
        with_step(at, is_forward=not rule.is_forward),
        with_step(at, rule=ALL["log-of-exp"]),
        with_step(at, substitution=dict.fromkeys(rule.substitution, x)),
        with_step(at, rule=None, name="collect"),
        with_step(at, rule=None, name="arithmetic"),
        with_step(at, rule=None, name="bounds"),
        with_step(at, rule=None, name="trust me"),
    ]
    collected = next(i for i, step in enumerate(good.steps) if step.name == "collect")
    wrong = good.steps[collected].into + y
    forged += [
        with_step(collected, into=wrong),
        with_step(collected, into=wrong, after=good.steps[collected].after + y),
    ]
    for explanation in forged:
        with pytest.raises(RuleError):
            check_explanation(explanation)


def test_a_guard_must_hold_under_the_assumptions_of_the_explanation():
    """The same steps without the assumption are refused."""
    for rules, complaint in ((ALL, "laws of sums and products"), ([ALL["over-itself"]], "guard")):
        report = saturate(x / x, rules, assume=nonzero(x), ac="nary" if rules is ALL else "rules", explanations=True)
        good = report.explain(x / x, constant(1))
        check_explanation(good)
        with pytest.raises(RuleError, match=complaint):
            check_explanation(replace(good, assumptions=NOTHING))


def test_a_guard_may_rest_on_an_equal_expression():
    """x is not seen to be positive, exp(y) is, and a rule makes them equal: that travels with the step."""
    equal = RewriteRule("x-is-exp-y", sin(A), exp(A), label="real")
    cancels = RewriteRule("over-itself", A / A, constant(1), label="real", guard=nonzero("?a"))
    report = saturate(sin(y) / sin(y), [equal, cancels], ac="rules", explanations=True)
    explanation = report.explain(sin(y) / sin(y), constant(1))
    check_explanation(explanation)
    carried = [witness for step in explanation for witness in step.witnesses]
    assert carried or any(step.name == "x-is-exp-y" for step in explanation)
    if carried:
        bare = [replace(step, witnesses=()) for step in explanation]
        with pytest.raises(RuleError, match="guard"):
            check_explanation(replace(explanation, steps=tuple(bare)))


def test_premises_of_a_rule_of_several_patterns_are_explained():
    """Each pattern's instance is proved equal to what its variable stands for."""
    rule = MultiRule("pair", {"?s": sin(A), "?c": cos(A)}, [(symbol("?s"), symbol("?c"))])
    unwrap = RewriteRule("log-of-exp", log(exp(A)), A, label="real")
    expression = log(exp(sin(x))) + cos(x)
    report = saturate(expression, [rule, unwrap], ac="rules", explanations=True)
    explanation = report.explain(log(exp(sin(x))), cos(x))
    check_explanation(explanation)
    assert any(step.premises for step in explanation)


def test_an_empty_explanation_is_of_one_expression():
    """Nothing to do, nothing to check."""
    check_explanation(explain(x, x))
    with pytest.raises(RuleError):
        check_explanation(Explanation(x, y, (), NOTHING))
