"""Calibration measures what it says it does. Figures are this machine's, so only their order is asked for."""

import pytest

import rssn
from rssn import config
from rssn.errors import OptionError
from rssn.ops import operators
from rssn.optimize import CostTable, calibrate
from rssn.optimize import _calibrate as module

FEW = ("add", "sub", "mul", "div", "sqrt", "neg", "abs", "fma", "copysign", "degrees", "radians", "round", "where")
FEW += ("lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not", "mod", "sin", "cos", "pow", "piecewise", "clamp")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure a few operators, briefly."""
    chosen = [record for record in operators() if record.name in FEW]
    monkeypatch.setattr(module, "operators", lambda: chosen)
    monkeypatch.setattr(module, "_FAMILIES", (("cos", "sin"),))
    monkeypatch.setattr(module, "_ROUNDS", 4)


COMPILES = rssn.compile("x").engine == "llvm"


@pytest.mark.skipif(not COMPILES, reason="nothing is compiled")
@pytest.mark.usefixtures("few")
def test_every_operator_of_the_registry_gets_a_cost() -> None:
    shares: list[float] = []
    table = calibrate(lambda share, _name: shares.append(share))
    assert set(table.operators) == set(FEW)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert table.step_ns("add") < table.operators["div"] < table.step_ns("pow")
    assert {"fms", "fnma", "select", "number", "fmod", "choose", "rint"} <= set(table.steps)
    assert table.divider["div"] > table.step_ns("div")
    assert CostTable.from_json(table.to_json()).width == table.width


@pytest.mark.usefixtures("few")
def test_where_nothing_is_compiled_nothing_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "ALWAYS_INTERPRET", True)
    with pytest.raises(OptionError, match="interpreted"):
        calibrate()
