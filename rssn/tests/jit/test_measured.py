"""Figures of the machine that can be."""

import time

from rssn.jit._measured import bandwidth, clock_ghz, seconds


def test_the_clock_is_one_of_a_processor():
    """Nothing below a tenth or above ten GHz has been built."""
    assert 0.1 < clock_ghz() < 10


def test_bandwidth_counts_reading_and_writing():
    """Slower than any cache, faster than any disk."""
    assert 0.1 < bandwidth() < 2000


def test_seconds_of_calls_in_turn():
    """A call that sleeps takes as long as it sleeps."""
    long, short = seconds(lambda: time.sleep(0.002), lambda: None)
    assert 0.002 <= long < 0.2
    assert 0 < short < 1e-4
