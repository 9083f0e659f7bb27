"""The socket: for its owner alone, there only while asked for, answering even while the loop is blocked."""

from __future__ import annotations

import os
import socket
import stat
import threading
import time

import pytest

import dtact
from dtact import errors
from dtact.monitor import ask
from dtact.monitor._ask import folder, socket_path


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


def in_thread(function):
    """Run a function in a thread; return what it returns, or its exception."""
    found = []

    def work():
        try:
            found.append(function())
        except Exception as error:
            found.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    return thread, found


def test_it_answers_while_the_loop_is_blocked_and_goes_with_it(backend):
    async def main():
        path = socket_path(os.getpid())
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        thread, found = in_thread(lambda: (time.sleep(0.05), ask(os.getpid(), "snapshot"))[1])
        time.sleep(0.5)
        assert found, "no answer while the loop is blocked"
        thread.join()
        return found[0]

    found = dtact.run(main(), inspect=True, backend=backend)
    (loop,) = found["loops"]
    (task,) = loop["tasks"]
    assert task["state"] == "running"
    assert task["at"].endswith(".main")
    assert not socket_path(os.getpid()).exists()


def test_a_live_process_is_recorded_over_the_socket(backend):
    async def main():
        thread, found = in_thread(lambda: ask(os.getpid(), "trace 0.1"))
        while thread.is_alive():
            await dtact.spawn(pause(), name="seen")
        return found[0]

    async def pause():
        await dtact.sleep(0.001)

    found = dtact.run(main(), inspect=True, backend=backend)
    assert sum(event["name"] == "seen" for event in found["traceEvents"]) > 10


def test_without_being_asked_there_is_no_socket_and_the_error_says_how_to_ask():
    async def main():
        thread, found = in_thread(lambda: ask(os.getpid(), "snapshot"))
        await dtact.sleep(0.05)
        thread.join()
        return found[0]

    error = dtact.run(main())
    assert isinstance(error, errors.InspectionError)
    assert "inspect=True" in str(error)


def test_the_environment_opens_it(monkeypatch):
    monkeypatch.setenv("DTACT_INSPECT", "1")

    async def main():
        return socket_path(os.getpid()).exists()

    assert dtact.run(main())
    monkeypatch.setenv("DTACT_INSPECT", "0")
    assert not dtact.run(main())


def test_a_folder_that_others_may_enter_is_refused():
    folder().chmod(0o755)
    with pytest.raises(errors.InspectionError, match="not only this user's"):
        ask(1, "snapshot")


@pytest.mark.parametrize("request_text", ["nonsense", "trace 0", "trace x", "trace 1e9", "\udcff"])
def test_a_bad_request_is_an_error_at_the_asker_only(request_text):
    async def main():
        thread, found = in_thread(lambda: ask(os.getpid(), request_text))
        await dtact.sleep(0.05)
        thread.join()
        again, good = in_thread(lambda: ask(os.getpid(), "snapshot"))
        await dtact.sleep(0.05)
        again.join()
        return found[0], good[0]["pid"]

    error, pid = dtact.run(main(), inspect=True)
    assert isinstance(error, errors.InspectionError | ValueError)
    assert pid == os.getpid()


def test_an_endless_request_is_cut_off():
    async def main():
        with socket.socket(socket.AF_UNIX) as rude:
            rude.connect(str(socket_path(os.getpid())))
            rude.sendall(b"x" * 1000)
            await dtact.sleep(0.05)
            return rude.recv(1000)

    assert b"unknown request" in dtact.run(main(), inspect=True)
