"""`rssn expand`."""

import pytest

from rssn import expand, parse
from rssn.cli import main
from rssn.cli._expand import MOST_STEPS, distributed


def test_a_power_becomes_a_sum(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["expand", "(x + y)^3"]) == 0
    assert capsys.readouterr().out == "x^3 + 3*x^2*y + 3*x*y^2 + y^3\n"


def test_too_many_terms_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["expand", "(a + b + c + d + e + f)^200"]) == 2
    err = capsys.readouterr().err
    assert "2,872,408,791" in err


def test_the_steps_are_the_products_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Innermost first, each with its factors as they are by then."""
    assert main(["expand", "--steps", "(x + 1)*(x + 2)*(y - 1)^2 - x^2"]) == 0
    assert capsys.readouterr().out.splitlines()[:4] == [
        "read: (x + 1)*(x + 2)*(y - 1)^2 - x^2",
        "multiplied: (x + 1)*(x + 2) -> x^2 + 3*x + 2",
        "power: (y - 1)^2 -> y^2 - 2*y + 1",
        "multiplied: (x^2 + 3*x + 2)*(y^2 - 2*y + 1) -> "
        "x^2*y^2 - 2*x^2*y + 3*x*y^2 + x^2 - 6*x*y + 2*y^2 + 3*x - 4*y + 2",
    ]


@pytest.mark.parametrize(
    "text", ["(x + 1)^2*(y + 2) - x*(x + y)", "sin((x + 1)*2)*(x + 3)", "(a/b + 1)*(c - 1)/2", "x*(y*(z + 1) - y)"]
)
def test_each_step_is_true_and_the_last_is_the_answer(text: str) -> None:
    """Both sides of a step expand to the same, and the right side of the last is what expanding gives."""
    steps = [value.split(" -> ") for _, value in distributed(parse(text))]
    assert all(expand(parse(before)) == expand(parse(after)) for before, after in steps)
    assert expand(parse(text)) == expand(parse(steps[-1][1]))


def test_long_ways_are_cut() -> None:
    """A formula with thousands of products does not print thousands of lines."""
    steps = list(distributed(parse(" + ".join(f"x{n}*(y + {n})" for n in range(500)))))
    assert len(steps) == MOST_STEPS + 1
    assert steps[-1][0] == "and so on"
