"""Loops for the tests: each test that asks for `backend` runs on both."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

import dtact


@pytest.fixture(params=["uvloop", "selector"])
def backend(request: pytest.FixtureRequest) -> str:
    """The name of a backend."""
    return request.param


@pytest.fixture
def run(backend: str) -> Callable[[Coroutine[Any, Any, Any]], Any]:
    """Run a coroutine on a fresh loop of that backend."""
    return lambda main: dtact.run(main, backend=backend)
