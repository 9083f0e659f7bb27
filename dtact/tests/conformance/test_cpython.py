"""CPython's own tests of asyncio, on our loops: none fails that passes on the same backend without us."""

from __future__ import annotations

import importlib.util
import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

RUNNER = Path(__file__).with_name("run_suite.py")
SUITES = [
    suite
    for suite, (module, _) in sorted(runpy.run_path(str(RUNNER))["SUITES"].items())
    if importlib.util.find_spec("test.test_asyncio") is None or importlib.util.find_spec(f"test.test_asyncio.{module}")
]
BACKENDS = {
    "selector": ("dtact.loop._selector:SelectorLoop", "asyncio:SelectorEventLoop"),
    "uvloop": ("dtact.loop._uvloop:UvloopLoop", "uvloop:Loop"),
}
pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        importlib.util.find_spec("test.test_asyncio") is None, reason="this interpreter came without its tests"
    ),
]


def outcome(suite: str, factory: str, only: tuple[str, ...] = ()) -> dict[str, dict[str, str]]:
    done = subprocess.run(
        [sys.executable, str(RUNNER), suite, factory, *only], capture_output=True, text=True, check=False, timeout=800
    )
    assert done.stdout.strip(), done.stderr[-3000:]
    found: dict[str, dict[str, str]] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("backend", sorted(BACKENDS))
def test_no_test_fails_that_passes_without_us(backend: str, suite: str) -> None:
    ours, bare = BACKENDS[backend]
    found = outcome(suite, ours)
    assert found["ran"], "the suite is empty"
    failed = found["failed"]
    if failed:
        failed_anyway = outcome(suite, bare, tuple(failed))["failed"]
        failed = {name: reason for name, reason in failed.items() if name not in failed_anyway}
    for _ in range(2):  # some of these tests are races, on every loop
        failed = outcome(suite, ours, tuple(failed))["failed"] if failed else failed
    assert not failed, "\n".join(f"{name}:\n{reason}" for name, reason in failed.items())
