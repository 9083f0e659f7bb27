"""What a row costs."""

import dataclasses
import platform

import numpy as np
import pytest

import rssn
from rssn.errors import DtypeError, OptionError
from rssn.jit import Cost, compile

x, y, z = rssn.symbols("x y z")
IS_X86 = platform.machine() == "x86_64"


def test_what_is_counted():
    """Operations, bytes, flops; nothing can be assigned to."""
    cost = compile(x * y + z / 2 - x * y, [x, y, z]).cost()
    assert isinstance(cost, Cost)
    assert sum(cost.operations.values()) >= 3
    assert (cost.bytes_read, cost.bytes_written) == (24, 8)
    assert cost.flops >= 4
    assert cost.intensity == cost.flops / 32
    with pytest.raises(dataclasses.FrozenInstanceError):
        cost.flops = 1
    small = compile([x * y, x < y], [x, y], dtype="f32").cost()
    assert (small.bytes_read, small.bytes_written, small.flops) == (8, 5, 1)
    assert compile(x, [x, y]).cost().bytes_read == 8


def test_the_widest_limit_is_named():
    """Memory limits a sum, computing a gamma function, wherever this runs."""
    total, gamma = compile(x + y).cost(), compile(rssn.gamma(x)).cost()
    assert total.limit == "memory"
    assert gamma.limit == "computing"
    assert total.roofline_ns == total.memory_ns
    assert gamma.roofline_ns == gamma.measured_ns > total.measured_ns
    assert gamma.operations == {"gamma": 1}


@pytest.mark.skipif(not IS_X86, reason="there are no tables for others")
@pytest.mark.parametrize("target", [None, "sse2"])
def test_dearer_formulas_are_predicted_to_be_dearer(target):
    """Divisions take more than products, and spills are seen."""
    cheap = compile(x * y + 1, math="strict", target=target).cost()
    dear = compile(x / y + y / x + 1 / (x + y), math="strict", target=target).cost()
    assert 0 < cheap.predicted_cycles < dear.predicted_cycles
    assert dear.predicted_limit in ("divider", "arithmetic")  # some targets divide by multiplications
    many = compile([(x + n) * (y - n) for n in range(40)] + [x * y], [x, y], math="strict", target=target).cost()
    assert many.bytes_written == 41 * 8
    assert cheap.spills == cheap.reloads == 0
    held = [rssn.exp(x * n) * y for n in range(1, 40)]
    assert compile(sum(held[1:], held[0]) * rssn.sin(y), [x, y], math="strict", target=target).cost().spills > 0


def test_what_is_predicted_is_not_far_from_what_is_measured():
    """Rows in cache: never much faster than the tables allow, whatever else the machine does."""
    cost = compile(x**2 / y + y / (x * y + 1), [x, y]).cost()
    assert cost.measured_cycles > 0
    assert cost.measured_cycles == cost.measured_ns * cost.clock_ghz
    if IS_X86:
        assert cost.measured_cycles > cost.predicted_cycles / 3


def test_arguments_of_the_users():
    """Their rows are counted; a mistake is a call's; a reduction is measured too."""
    columns = np.random.default_rng(0).normal(size=(2, 30, 100))
    assert compile(x + y).cost(*columns).rows == 3000
    assert compile(x + y).cost(1.0, 2.0).rows == 1
    assert compile([x + y, x * y]).cost(*columns).rows == 3000
    reduced = compile(x * y, reduce="sum").cost(*columns)
    assert (reduced.rows, reduced.bytes_read, reduced.bytes_written) == (3000, 16, 0)
    assert compile(x * y, reduce="sum").cost().measured_ns > 0
    with pytest.raises(DtypeError):
        compile(x + y).cost("a", 1.0)


def test_a_formula_cut_into_functions_has_no_prediction():
    """And everything else."""
    several = [rssn.sin(x * n) * rssn.gamma(y + n) for n in range(1, 60)]
    cost = compile([several[n] + several[-n] for n in range(59)], [x, y]).cost()
    assert cost.predicted_cycles is None
    assert cost.measured_ns > 10
    assert "no tables" in str(cost)


@pytest.mark.skipif(not IS_X86, reason="there are no tables for others")
def test_a_chain_that_waits_for_itself_is_predicted_to_wait():
    """Three thousand steps, each of which needs the one before."""
    total = x
    for n in range(3000):
        total = total * (y + n % 7) - n
    assert compile(total, [x, y]).cost().predicted_limit == "waiting"


def test_it_is_shown_as_a_table():
    """A line for each question."""
    text = str(compile(x * y + 1).cost())
    for name in ("operations", "code", "registers", "predicted", "measured", "memory", "roofline"):
        assert f"\n{name} " in f"\n{text}"
    assert "1 fma (2 flops)" in text


def test_without_machine_code_there_is_none(monkeypatch):
    """The interpreter has no such costs."""
    monkeypatch.setattr("rssn.config.ALWAYS_INTERPRET", True)
    with pytest.raises(OptionError, match="no machine code"):
        compile(x + 0.5).cost()
