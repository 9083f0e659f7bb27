"""Probes compiled once a session, and the ruler."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from rssn.vectormath import Features, emit
from rssn.vectormath._functions import FUNCTIONS
from rssn.vectormath._probe import Probe


def _load(name: str):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(name, module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def ruler():
    """The helpers of accuracy.py, which the tool that writes the table of errors uses too."""
    return _load("accuracy")


@cache
def _probe(name: str, features: Features | None, width: int | None, real: str) -> Probe:
    arity = FUNCTIONS[name][0]
    return Probe(lambda e, *v: emit(e, name, *v), arity, features=features, width=width, real=real)


@pytest.fixture(scope="session")
def probe() -> Callable[..., Probe]:
    """Return the compiled function of a name, as wide as the machine unless told."""

    def get(name: str, *, features: Features | None = None, width: int | None = None, real: str = "f64") -> Probe:
        return _probe(name, features, width, real)

    return get
