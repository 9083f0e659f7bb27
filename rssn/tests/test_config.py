"""The environment is read once, at import, and nonsense in it is ignored."""

import importlib.util
from pathlib import Path

import pytest
from platformdirs import user_cache_dir

from rssn import config


def fresh(monkeypatch: pytest.MonkeyPatch, **environment: str) -> object:
    """Return a second copy of the module, as a new process would see it."""
    for name in ("RSSN_PURE", "RSSN_THREADS", "RSSN_INTERPRET", "RSSN_WIDTH", "RSSN_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert config.__spec__ is not None
    assert config.__spec__.loader is not None
    module = importlib.util.module_from_spec(config.__spec__)
    config.__spec__.loader.exec_module(module)
    return module


def test_nothing_set_means_fast_and_all_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """The defaults."""
    found = fresh(monkeypatch)
    assert (found.PURE_PYTHON, found.ALWAYS_INTERPRET, found.THREADS, found.VECTOR_WIDTH) == (False, False, None, None)


@pytest.mark.parametrize(("text", "flag"), [("1", True), ("yes", True), ("0", False), ("", False)])
def test_a_flag_is_set_by_anything_but_zero(monkeypatch: pytest.MonkeyPatch, text: str, flag: bool) -> None:
    """As with most programs."""
    found = fresh(monkeypatch, RSSN_PURE=text, RSSN_INTERPRET=text, RSSN_DEBUG=text)
    assert found.PURE_PYTHON is found.ALWAYS_INTERPRET is found.DEBUG is flag


@pytest.mark.parametrize(("text", "number"), [("3", 3), ("0", None), ("-1", None), ("many", None), ("", None)])
def test_a_number_is_positive_or_not_there(monkeypatch: pytest.MonkeyPatch, text: str, number: int | None) -> None:
    """A mistake in the environment must not break an import."""
    found = fresh(monkeypatch, RSSN_THREADS=text, RSSN_WIDTH=text)
    for found_number in (found.THREADS, found.VECTOR_WIDTH):
        assert found_number == number


def test_machine_code_is_kept_among_the_users_caches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where the XDG rules and platformdirs say, unless told otherwise; or nowhere."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    for name in ("RSSN_CACHE", "RSSN_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    assert fresh(monkeypatch).CACHE_DIR == str(tmp_path / ".cache" / "rssn") == user_cache_dir("rssn")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert fresh(monkeypatch).CACHE_DIR == str(tmp_path / "xdg" / "rssn") == user_cache_dir("rssn")
    assert fresh(monkeypatch, RSSN_CACHE_DIR="elsewhere").CACHE_DIR == "elsewhere"
    assert fresh(monkeypatch, RSSN_CACHE_DIR="elsewhere", RSSN_CACHE="0").CACHE_DIR is None
