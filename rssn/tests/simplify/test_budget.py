"""Budgets end a search with a reason."""

import pytest

from rssn import symbol
from rssn.errors import OptionError
from rssn.simplify import Budget, StopReason
from rssn.simplify._budget import Meter


def test_steps_run_out() -> None:
    """Once the answer is no, it stays no."""
    meter = Meter(Budget(steps=3))
    assert [meter.spend() for _ in range(5)] == [True, True, True, False, False]
    assert meter.reason is StopReason.STEP_LIMIT
    assert meter.is_spent


def test_time_runs_out() -> None:
    """No seconds: the first look ends it."""
    meter = Meter(Budget(seconds=0.0))
    assert not meter.spend()
    assert meter.reason is StopReason.TIME_LIMIT


@pytest.mark.parametrize(
    ("budget", "reason"), [(Budget(nodes=500), StopReason.NODE_LIMIT), (Budget(bytes=9000), StopReason.MEMORY_LIMIT)]
)
def test_the_store_may_grow_so_far(budget: Budget, reason: StopReason) -> None:
    """Nodes and bytes are counted from the start."""
    meter = Meter(budget)
    held = []
    while meter.spend():
        held.append(symbol(f"grown_{reason.name}_{len(held)}"))
        assert len(held) < 1_000_000
    assert meter.reason is reason


def test_no_limit_is_no_limit() -> None:
    """None everywhere."""
    meter = Meter(Budget(None, None, None, None))
    assert all(meter.spend(1000) for _ in range(1000))
    assert meter.reason is None


def test_negative_limits_are_refused() -> None:
    """OptionError names the limit."""
    with pytest.raises(OptionError, match="steps"):
        Budget(steps=-1)
