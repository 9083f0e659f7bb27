"""`rssn parse` shows how a formula is read, at a cost linear in its unique nodes."""

import io
from typing import Any

import pytest

import rssn
from rssn.cli import main
from rssn.cli._parse import summary, tree_lines


def test_canonical_text_tree_and_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parse", "sin(x) + 1 + sin(x)"]) == 0
    assert capsys.readouterr().out == (
        "sin(x) + 1 + sin(x)\n\n"
        "add\n├── add\n│   ├── 1\n│   └── sin\n│       └── x\n└── sin (as above)\n\n"
        "5 unique nodes, 7 in the tree, depth 4; reads x\n"
    )


def test_latex_and_text_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parse", "--latex", "x/3"]) == 0
    assert main(["parse", "--text", "3 + x"]) == 0
    assert capsys.readouterr().out == "\\frac{x}{3}\nx + 3\n"


def test_reading_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parse", "--text", "--implicit", "2x"]) == 0
    assert main(["parse", "--text", "--exact", "0.5"]) == 0
    assert main(["parse", "2x"]) == 2
    assert capsys.readouterr().out == "2*x\nrational(1, 2)\n"


def test_the_standard_input_is_read(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("x + é".encode())))
    assert main(["parse", "--text", "-"]) == 0
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"x + \xff")))
    assert main(["parse", "-"]) == 2
    assert "not UTF-8 text: byte 4 is 0xff" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["x + " * 3_000_000 + "x", "(" * 10_000 + "x" + ")" * 10_000])
def test_limits_hold_and_can_be_lifted(
    text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stdin() -> Any:
        return io.TextIOWrapper(io.BytesIO(text.encode()))

    monkeypatch.setattr("sys.stdin", stdin())
    assert main(["parse", "-"]) == 2
    assert "--no-limits" in capsys.readouterr().err
    if len(text) < 100_000:
        monkeypatch.setattr("sys.stdin", stdin())
        assert main(["parse", "-", "--no-limits"]) == 0


def test_a_tree_of_2_to_the_60_nodes_is_counted_and_drawn() -> None:
    node = rssn.symbol("x")
    for _ in range(60):
        node = node * node
    assert summary(node) == "61 unique nodes, about 2^61 in the tree, depth 61; reads x"
    assert len(list(tree_lines(node))) == 61


def test_a_chain_as_deep_as_memory_is_drawn_up_to_a_limit() -> None:
    node = rssn.symbol("x")
    for _ in range(100_000):
        node = -node
    lines = list(tree_lines(node, limit=10))
    assert len(lines) == 11
    assert lines[-1] == "… (the tree goes on)"
    assert "depth 100,001" in summary(node)
