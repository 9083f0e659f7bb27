"""The hook behind ``math="fast"``."""

import pytest

import rssn
from rssn.jit import compile, install_fast
from rssn.jit._fast import _Installed, fastest


@pytest.fixture(autouse=True)
def kept() -> object:
    before = _Installed.optimizer
    yield
    _Installed.optimizer = before


def test_without_an_optimizer_fast_is_contract() -> None:
    x, y = rssn.symbols("x y")
    _Installed.optimizer = None
    assert fastest([x / y], ["x", "y"]) == [x / y]
    assert compile(x / y + x, math="fast").schedule == compile(x / y + x).schedule


def test_what_the_optimizer_returns_is_compiled() -> None:
    x, y = rssn.symbols("x y")
    seen: list[object] = []
    install_fast(lambda roots, names: seen.extend([list(roots), tuple(names)]) or [root * 2 for root in roots])
    assert compile([x, y], ["y", "x"], math="fast")(1.0, 2.0) == (4.0, 2.0)
    assert seen == [[x, y], ("y", "x")]
