"""`rssn bench` prints figures of this machine; here only that it does."""

import re

import numpy as np
import pytest

from rssn.cli import _bench, main


@pytest.mark.parametrize("formula", ["x*y + sin(x)", "x < y", "2*3", "x"])
def test_figures_are_printed(formula: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(_bench, "_PATIENCE_S", 0.0)
    assert main(["bench", formula, "--rows", "10000"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"rssn +[\d.]+ ns/row +[\d.]+ GB/s, \d+% of copy bandwidth", out)
    assert re.search(r"NumPy +[\d.]+ ns/row", out)


def test_best_of_takes_turns() -> None:
    order: list[str] = []
    _bench.best_of(lambda: order.append("a"), lambda: order.append("b"))
    assert order[:4] == ["a", "b", "a", "b"]
    assert len(order) >= 14


def test_difference_leaves_equal_nans_and_infinities_out() -> None:
    same = np.array([np.nan, np.inf, -np.inf, 1.0])
    assert _bench._difference(same, same) == 0.0
    assert _bench._difference(np.array([3.0]), np.array([2.0])) == 0.5
