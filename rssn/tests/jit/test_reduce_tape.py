"""The programs of a reduction as tapes."""

import pytest

import rssn
from rssn.jit._recipe import Recipe
from rssn.jit._reduce_tape import PARTS, part_tape
from rssn.jit._reductions import REDUCTIONS

x, y = rssn.symbols("x y")


def tape(part, *names, exprs=(x * y,)):
    ast = rssn.expr.linearize(list(exprs)).to_bytes() if part in ("", "step") else b""
    return part_tape(Recipe(ast, ("x", "y") if ast else (), "f64", "contract", None, None, names, part))


def test_without_a_part_it_is_the_formula():
    """As ever."""
    assert len(tape("", "sum")) == 3


def test_states_come_in_and_go_out():
    """After the formula's own arguments, in the same order."""
    step = tape("step", "sum")
    assert step.arguments == ("x", "y", "state 0.0", "state 0.1")
    assert len(step.outputs) == 2
    # A product and the six operations of an addition with its error, one more to keep that.
    assert sum(step.counts[name] for name in ("mul", "add", "sub", "fma")) == 8


@pytest.mark.parametrize("name", REDUCTIONS)
def test_what_one_part_gives_the_next_takes(name):
    """States of one kind and number all along."""
    exprs = (x, y)[: REDUCTIONS[name].values]
    step, settle, combine, finish = (tape(part, name, exprs=exprs) for part in PARTS)
    kept = len(REDUCTIONS[name].kinds)
    assert len(step.outputs) == len(settle.arguments) == len(REDUCTIONS[name].states)
    assert len(settle.outputs) == len(combine.outputs) == kept
    assert len(combine.arguments) == 2 * kept
    assert finish.arguments[kept:] == ("count", "freedom")
    assert len(finish.outputs) == 1 + REDUCTIONS[name].is_index
    kinds = "".join("m" if combine.output_is_mask(k) else "r" for k in range(kept))
    assert kinds == REDUCTIONS[name].kinds


def test_several_reductions_stand_side_by_side():
    """Each with its own states."""
    step = tape("step", "sum", "any", exprs=(x * y, x))
    assert [step.output_is_mask(k) for k in range(3)] == [False, False, True]
    assert len(tape("combine", "sum", "any").arguments) == 6
