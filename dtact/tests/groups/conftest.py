"""Loops for the tests: `run` on both backends, `everywhere` also in both grades of task."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

import dtact

sys.path.insert(0, str(Path(__file__).parent))  # for groups_model


@pytest.fixture(params=["uvloop", "selector"])
def backend(request: pytest.FixtureRequest) -> str:
    """The name of a backend."""
    return request.param


@pytest.fixture
def run(backend: str) -> Callable[[Coroutine[Any, Any, Any]], Any]:
    """Run a coroutine on a fresh loop of that backend."""
    return lambda main: dtact.run(main, backend=backend)


async def in_cheap_task(main: Coroutine[Any, Any, Any]) -> Any:
    return await dtact.spawn(main)


@pytest.fixture(params=["cheap", "asyncio"])
def everywhere(request: pytest.FixtureRequest, backend: str) -> Callable[[Coroutine[Any, Any, Any]], Any]:
    """Run a coroutine in a task of either grade, on both backends."""
    wrap = in_cheap_task if request.param == "cheap" else lambda main: main
    return lambda main: dtact.run(wrap(main), backend=backend)
