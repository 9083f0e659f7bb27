"""What other rooms suggest."""

import pytest

import rssn
from rssn.optimize import default_table, optimize
from rssn.optimize._engines import ENGINES, saturated, weights_of
from rssn.rules import Facts


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_yields_forms(engine: object) -> None:
    forms = list(engine(rssn.parse("sin(x)^2 + cos(x)^2 + y"), Facts()))  # type: ignore[operator]
    assert rssn.parse("1 + y") in forms


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("sin(x)^2 + cos(x)^2", "1 + 0*x"),
        ("exp(log(1 + x^2))*y", "(1 + x^2)*y"),
        ("cosh(x)^2 - sinh(x)^2", "1 + 0*x"),
    ],
)
def test_identities_are_found_and_no_nan_is_lost(text: str, wanted: str) -> None:
    assert optimize(rssn.parse(text)) == rssn.parse(wanted)


def test_saturation_pays_by_measured_costs() -> None:
    weights = weights_of(default_table())
    assert weights.of("add") < weights.of("div") < weights.of("pow")
    assert all(weights.of(name) > 0 for name in ("add", "number", "leaf", "an operator of mine"))


def test_what_the_graph_finds_is_offered() -> None:
    (form,) = saturated(rssn.parse("x*y + x*z + log(exp(w))"), Facts())
    assert "log" not in str(form)
