"""The search keeps to its budget and to its word."""

import rssn
from rssn.optimize import cost, default_table
from rssn.optimize._search import MARGIN, Search
from rssn.rules import Facts

TEXT = "a/b + c/d + sin(x/y)*cos(z/w)"


def search(text: str, seconds: float = 0.05) -> Search:
    expr = rssn.parse(text)
    names = sorted(str(symbol.name) for symbol in expr.free_symbols)
    return Search(expr, Facts(), names, default_table(), seconds)


def test_any_budget_gives_an_answer_that_is_no_worse_than_the_input() -> None:
    prices = [cost([search(TEXT, seconds).run(())], None, default_table()) for seconds in (0.0, 0.001, 0.05, 1.0)]
    assert max(prices) <= cost([rssn.parse(TEXT)], None, default_table())
    assert prices[-1] < cost([rssn.parse(TEXT)], None, default_table())


def test_a_form_is_taken_only_for_a_margin() -> None:
    found = search(TEXT)
    best = found.run(())
    assert found.prices[best] <= (1 - MARGIN) * found.prices[found.root]
    assert search("x + y").run(()) == rssn.parse("x + y")


def test_forms_of_other_engines_are_tried() -> None:
    clever = rssn.parse("tan(x)")
    assert search("sin(x)/cos(x) + log(x)*0").run([lambda _root, _facts: [clever]]) != clever
    assert search("exp(log(1 + x^2))*sin(y)").run(
        [lambda _root, _facts: [rssn.parse("(1 + x^2)*sin(y)")]]
    ) == rssn.parse("(x^2 + 1)*sin(y)")


def test_a_mistake_of_an_engine_is_not_handed_out() -> None:
    wrong = rssn.parse("x")
    assert search("sin(x)").run([lambda _root, _facts: [wrong]]) == rssn.parse("sin(x)")


def test_a_nan_that_would_be_lost_is_kept() -> None:
    found = search("sin(x)^2 + cos(x)^2 + y").run([lambda _root, _facts: [rssn.parse("1 + y")]])
    assert found == rssn.parse("1 + y + 0*x")
