"""The usual options by which programs and libraries are told which loop to use."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator

import aiohttp.web
import anyio
import httpx
import pytest
import uvicorn

import dtact
from dtact.loop import EventLoopPolicy
from dtact.loop._methods import LoopMethods

pytestmark = pytest.mark.skipif(sys.version_info >= (3, 16), reason="Python has no loop policies any more")


@pytest.fixture
def installed(backend: str) -> Iterator[str]:
    """dtact.install() with that backend, undone afterwards."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        before = asyncio.get_event_loop_policy()
        dtact.install(backend)
        yield backend
        asyncio.set_event_loop_policy(before)


def kind(loop: asyncio.AbstractEventLoop) -> str:
    assert isinstance(loop, LoopMethods)
    return type(loop).__name__


async def running_kind() -> str:
    await asyncio.sleep(0)
    return kind(asyncio.get_running_loop())


NAMES = {"uvloop": "UvloopLoop", "selector": "SelectorLoop"}


def test_asyncio_makes_our_loops_once_installed(installed: str) -> None:
    wanted = NAMES[installed]
    assert asyncio.run(running_kind()) == wanted
    with asyncio.Runner() as runner:
        assert runner.run(running_kind()) == wanted
    loop = asyncio.new_event_loop()
    assert kind(loop) == wanted
    loop.close()


def test_other_threads_get_our_loops_too(installed: str) -> None:
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(asyncio.run(running_kind())))
    thread.start()
    thread.join()
    assert found == [NAMES[installed]]


async def shell() -> bytes:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "print(6 * 7)", stdout=subprocess.PIPE)
    out, _ = await process.communicate()
    assert process.returncode == 0
    return out.strip()


def test_subprocesses_run_once_installed(installed: str) -> None:
    assert NAMES[installed]
    assert asyncio.run(shell()) == b"42"


def test_unknown_options_are_refused_at_once() -> None:
    for wrong in ({"backend": "io_uring"}, {"gc_policy": "never"}):
        with pytest.raises(ValueError, match="wanted one of"):
            dtact.install(**wrong)
        with pytest.raises(ValueError, match="wanted one of"):
            EventLoopPolicy(**wrong)


def test_anyio_takes_the_factory() -> None:
    async def main() -> str:
        found = ""

        async def note() -> None:
            nonlocal found
            found = await running_kind()

        with anyio.fail_after(5):
            async with anyio.create_task_group() as group:
                group.start_soon(note)
        return found

    assert anyio.run(main, backend_options={"loop_factory": dtact.new_event_loop}) == "UvloopLoop"


async def hello(_: aiohttp.web.Request) -> aiohttp.web.Response:
    return aiohttp.web.Response(text=await running_kind())


def test_aiohttp_serves_and_asks(installed: str) -> None:
    async def main() -> str:
        app = aiohttp.web.Application()
        app.router.add_get("/", hello)
        runner = aiohttp.web.AppRunner(app)
        await runner.setup()
        site = aiohttp.web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"http://127.0.0.1:{runner.addresses[0][1]}") as got,
            ):
                return await got.text()
        finally:
            await runner.cleanup()

    assert asyncio.run(main()) == NAMES[installed]


def test_aiohttps_own_runner_takes_a_loop() -> None:
    found: list[str] = []

    async def stop(_: aiohttp.web.Application) -> None:
        found.append(await running_kind())
        raise aiohttp.web.GracefulExit

    app = aiohttp.web.Application()
    app.on_startup.append(stop)
    with socket.socket() as listener, contextlib.suppress(aiohttp.web.GracefulExit):
        listener.bind(("127.0.0.1", 0))
        aiohttp.web.run_app(app, sock=listener, loop=dtact.new_event_loop(), print=None)
    assert found == ["UvloopLoop"]


async def application(scope: dict[str, object], _: object, send: object) -> None:
    """An ASGI application that says which loop it runs on."""
    assert scope["type"] == "http"
    body = (await running_kind()).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": body})


def test_uvicorn_takes_the_name_of_the_factory() -> None:
    config = uvicorn.Config(
        application, loop="dtact.loop:new_event_loop", lifespan="off", log_level="error", port=0, host="127.0.0.1"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        for _ in range(500):
            if server.started:
                break
            threading.Event().wait(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        assert httpx.get(f"http://127.0.0.1:{port}/", trust_env=False).text == "UvloopLoop"
    finally:
        server.should_exit = True
        thread.join(10)
    assert not thread.is_alive()


def test_httpx_asks_on_our_loop(installed: str) -> None:
    async def main() -> tuple[str, str]:
        transport = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return (await client.get("/")).text, await running_kind()

    assert asyncio.run(main()) == (NAMES[installed], NAMES[installed])


PYTEST_ASYNCIO = """
import asyncio
import dtact
import pytest_asyncio

def pytest_asyncio_loop_factories(config, item):
    return {"dtact": dtact.new_event_loop}
"""
ITS_TEST = """
import asyncio

async def test_the_loop():
    assert type(asyncio.get_running_loop()).__name__ == "UvloopLoop"
"""


def test_pytest_asyncio_takes_the_factory(tmp_path) -> None:
    (tmp_path / "conftest.py").write_text(PYTEST_ASYNCIO)
    (tmp_path / "test_one.py").write_text(ITS_TEST)
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "-o", "asyncio_mode=auto"]
    command += ["-o", "asyncio_default_fixture_loop_scope=function"]
    done = subprocess.run([*command, "."], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
