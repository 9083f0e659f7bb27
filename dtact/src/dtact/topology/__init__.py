"""The machine as it is: cores, caches, memory nodes, and what of it this process may use. Start at `_machine.py`."""

from ._machine import Cpu as Cpu
from ._machine import Topology as Topology
from ._machine import read as read
from ._quota import cpu_quota as cpu_quota

__all__ = ("Cpu", "Topology", "cpu_quota", "read")
