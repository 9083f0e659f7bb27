"""`dtact bench` measures in some seconds."""

from __future__ import annotations

import json
import subprocess
import sys


def test_it_prints_a_time_for_each_kind_of_work():
    command = [sys.executable, "-m", "dtact.cli", "bench", "--json"]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, timeout=100, check=True).stdout)
    assert found.pop("unit") == "ns"
    assert len(found) >= 6
    assert all(0 < took < 1e6 for took in found.values())
