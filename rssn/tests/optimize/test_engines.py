"""What other rooms suggest."""

import pytest

import rssn
from rssn.optimize import optimize
from rssn.optimize._engines import ENGINES
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
