"""What dtact reads from the environment."""

from __future__ import annotations

from dtact import config


def test_workers_get_a_limit_of_threads_unless_the_user_set_one(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    environment = config.worker_environment(3)
    assert environment["OMP_NUM_THREADS"] == "5"
    assert environment["MKL_NUM_THREADS"] == "3"
