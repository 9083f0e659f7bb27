"""A few writers are killed, starved and cut off; `make crash` does it at every system call."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("crash.py")


@pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler")
def test_writers_that_die_lose_nothing_that_was_committed() -> None:
    """Some system calls of a run with each kind of fault, and some kills at random times."""
    command = [sys.executable, SCRIPT, "--every", "61", "--random", "5"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    for kind in ("kill", "torn", "power", "full", "broken", "short"):
        assert re.search(rf"^{kind} +\d+ survived$", found.stdout, re.MULTILINE), found.stdout
