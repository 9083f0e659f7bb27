"""The tools answer for themselves: what a stranger meets first must not fail first."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import check_machine
import house
import pytest

LINE = {"work": "a", "theirs": 2.0, "peer": "p", "is_ratio": True, "unit": "s", "ratio": 0.5, "ours": 1.0}
CONTENT = {
    "machine": {"cpu": "C", "cores": 2, "python": "3.13.0", "date": "2026-01-01"},
    "results": [
        {"name": "rows", "tables": {"kernels": {"poly4": {"numpy": 0.01, "rssn 2": 0.0005}}}, "lines": []},
        {"name": "text", "tables": {}, "lines": [LINE | {"at_most": 0.4, "is_met": False}]},
    ],
}


def benchmark_module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, house.ROOT / "benchmarks" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_this_machine_can_build() -> None:
    """Where the tests run, the check before setup says nothing and agrees."""
    assert check_machine.missing_parts() == {}


@pytest.mark.parametrize("manager", check_machine.PACKAGES)
def test_what_is_missing_is_one_line_to_type(manager: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each package manager gets its own names for the same three parts."""
    monkeypatch.setattr(check_machine.shutil, "which", lambda name: name if name == manager else None)
    line = check_machine.install_line(["venv", "headers", "compiler", "make"])
    assert manager in line
    assert line.endswith("make")
    assert "\n" not in line
    assert "{" not in line


def test_the_reviewed_lists_survive_writing_and_reading() -> None:
    """What the house test compares is what was recorded."""
    lists = {"b": ("x", "y"), "a": ()}
    assert house.from_text(house.as_text(lists)) == lists


def test_tables_replace_what_stands_between_their_markers(tmp_path: Path) -> None:
    """The rest of the page is left alone; a table nobody measured is too."""
    tables = benchmark_module("tables")
    results, page = tmp_path / "r.json", tmp_path / "p.md"
    tables.keep(json.loads(json.dumps(CONTENT)), results)
    rest = "<!-- end table -->\nafter\n<!-- table: x -->\n<!-- end table -->\n"
    page.write_text(f"before\n<!-- table: kernels -->\nold\n{rest}")
    tables.rewrite(results, [page])
    text = page.read_text()
    assert text.startswith("before\n<!-- table: kernels -->\n| ms | NumPy | **rssn, 2 threads** |")
    assert "| poly4 | 10 | **0.5** |" in text
    assert text.endswith(rest)
    assert "old" not in text
    assert "**not met**" in tables.bars(CONTENT)


def test_a_table_of_texts_is_kept_as_it_is() -> None:
    """Operations and bits are no seconds."""
    made = benchmark_module("tables").grid({"headings": ["", "bits"], "rows": [["pbe", "45"]]}, "below")
    assert made == "|  | bits |\n| --- | --- |\n| pbe | 45 |\n\nbelow\n"


def test_figures_of_another_python_have_places_of_their_own(tmp_path: Path) -> None:
    """A run with that Python fills them and nothing else; the usual run leaves them alone."""
    tables = benchmark_module("tables")
    results, page = tmp_path / "r.json", tmp_path / "p.md"
    tables.keep(json.loads(json.dumps(CONTENT)), results)
    usual, other = (f"<!-- table: kernels{where} -->\n<!-- end table -->\n" for where in ("", ", Python 3.13"))
    page.write_text(usual + other)
    tables.rewrite(results, [page], of="3.13.0")
    assert page.read_text().startswith(usual)
    assert "poly4" in page.read_text()
    page.write_text(usual + other)
    tables.rewrite(results, [page])
    assert page.read_text().endswith(other)


def test_results_of_what_did_not_run_are_kept(tmp_path: Path) -> None:
    """Running one benchmark again does not lose the others."""
    tables = benchmark_module("tables")
    results = tmp_path / "r.json"
    tables.keep(json.loads(json.dumps(CONTENT)), results)
    tables.keep({"machine": CONTENT["machine"], "results": [{"name": "text", "tables": {}, "lines": []}]}, results)
    kept = json.loads(results.read_text())["results"]
    assert [(result["name"], len(result["lines"])) for result in kept] == [("rows", 0), ("text", 0)]
