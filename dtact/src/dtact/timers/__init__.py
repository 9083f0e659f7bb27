"""Sleeping and ticking. Start reading at `_sleep_c.pyx`, then `_interval.py`."""

from ._interval import Interval as Interval
from ._interval import interval as interval
from ._interval import now as now
from ._sleep_c import sleep as sleep
from ._sleep_c import sleep_until as sleep_until

__all__ = ("Interval", "interval", "now", "sleep", "sleep_until")
