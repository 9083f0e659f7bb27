"""Cost tables: what is kept, what is refused, what stands in for a missing one."""

from pathlib import Path

import pytest

from rssn import config
from rssn.errors import OptionError
from rssn.optimize import CostTable, default_table, save, table_path
from rssn.optimize._table import table_for


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Keep this user's own table out of the tests."""
    monkeypatch.setattr(config, "COSTS", str(tmp_path))
    table_for.cache_clear()
    yield tmp_path
    table_for.cache_clear()


def test_a_table_comes_back_from_its_text() -> None:
    assert CostTable.from_json(default_table().to_json()).to_json() == default_table().to_json()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 99}', "nonsense", '{"version": 1, "steps": 3}'])
def test_what_is_no_table_is_refused(text: str) -> None:
    with pytest.raises(OptionError):
        CostTable.from_json(text)


def test_a_cost_that_is_no_cost_is_refused() -> None:
    text = default_table().to_json().replace('"byte_ns": ', '"byte_ns": -')
    with pytest.raises(OptionError, match="number of nanoseconds"):
        CostTable.from_json(text)


def test_the_default_is_scaled_to_other_vectors() -> None:
    """Arithmetic takes as long a vector of any width, the divider as long a number."""
    wide, narrow = default_table(), table_for("avx2", 4)
    assert narrow.step_ns("add") == pytest.approx(2 * wide.step_ns("add"))
    assert narrow.divider["div"] == wide.divider["div"]
    assert (narrow.width, narrow.target) == (4, "avx2")


def test_what_was_saved_is_used(folder: Path) -> None:
    measured = default_table().scaled(4, "avx2")
    assert save(measured) == table_path("avx2", 4) == folder / "costs_avx2_4.json"
    assert table_for("avx2", 4).to_json() == measured.to_json()


def test_a_damaged_file_costs_speed_and_no_answer() -> None:
    path = table_path("avx512", 8)
    path.write_bytes(b"\xff\xfe{")
    assert table_for("avx512", 8) is default_table()


def test_what_nobody_measured_is_expensive() -> None:
    assert default_table().step_ns("an operator of mine") > default_table().step_ns("sin")
    assert default_table().operator_ns("an operator of mine") > default_table().operator_ns("sin")


def test_functions_of_one_operand_share() -> None:
    table = default_table()
    pair = table.pair_ns("sin", "cos")
    assert pair is not None
    assert pair == table.pair_ns("cos", "sin")
    assert pair < table.step_ns("sin") + table.step_ns("cos")
    assert table.pair_ns("sin", "exp") is None
