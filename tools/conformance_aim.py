"""A pytest plugin: aim a suite of tests at loops of one kind, and write down what each test came to.

    CONFORMANCE_LOOP=module:factory CONFORMANCE_RESULTS=FILE python -m pytest -p conformance_aim ...

It is loaded before the suite's own files, so that whoever asks asyncio or uvloop for a new loop gets the factory's.
"""

from __future__ import annotations

import asyncio
import asyncio.events
import importlib
import json
import logging
import os
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
import uvloop

MODULE, _, NAME = os.environ["CONFORMANCE_LOOP"].partition(":")
RESULTS = Path(os.environ["CONFORMANCE_RESULTS"])


def aim() -> None:
    """Put the factory wherever loops come from."""
    factory = getattr(importlib.import_module(MODULE), NAME)

    def new_event_loop() -> Any:
        return factory()

    for place in (asyncio, asyncio.events, uvloop):
        place.new_event_loop = new_event_loop
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        asyncio.get_event_loop_policy()._loop_factory = factory
        asyncio.DefaultEventLoopPolicy._loop_factory = factory


aim()
logging.getLogger("tornado.access").setLevel(logging.CRITICAL)  # as the runner of its tests does: they look at all logs


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run only the tests that a file names, if the environment says so, and none that has run before a crash."""
    wanted = os.environ.get("CONFORMANCE_ONLY")
    names = set(json.loads(Path(wanted).read_text())) if wanted else {item.nodeid for item in items}
    names -= {json.loads(line)[0] for line in RESULTS.read_text().splitlines()}
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in names])
    items[:] = [item for item in items if item.nodeid in names]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A test passed if each of its phases did."""
    if report.when == "call" or report.outcome != "passed":
        reason = report.longreprtext[-2000:] if report.outcome == "failed" else ""
        with RESULTS.open("a") as file:
            file.write(json.dumps([report.nodeid, report.outcome, reason]) + "\n")


def pytest_runtest_logstart(nodeid: str) -> None:
    """So that a crash names the test that ran."""
    with RESULTS.open("a") as file:
        file.write(json.dumps([nodeid, "started", ""]) + "\n")


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """End now: a thread that a failed test has left behind would keep the process for ever."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
