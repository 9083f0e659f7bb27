"""HTTP servers on our loop and on uvloop's, alternately: requests a second, and the slowest hundredth.

Hello-world, and 100 KB posted and sent back, by aiohttp and uvicorn, over loopback. Debian's `wrk` asks with 32
connections on a core of its own; both servers of a case live on the other and take turns, a short round each. Twice in
between they are started anew, because no two processes lie in memory alike. The best round of each counts. Beside it
stands the processor time that the servers used, which a busy machine disturbs least.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

LOOPS = {"uvloop": "uvloop:new_event_loop", "dtact": "dtact.loop:new_event_loop"}
CASES = {"hello": b"", "100 KB echo": b"x" * 100_000}
GREETING = b"Hello, world!"
CONNECTIONS = 32
STARTS, ROUNDS, ROUND_S = 3, 3, 2  # processes of each, rounds of each process, seconds of a round
SCRIPT = 'wrk.method = "POST"\nwrk.body = string.rep("x", 100000)\n'


# ---------------------------------------------------------------- the servers, in processes of their own


async def application(scope: Any, receive: Any, send: Any) -> None:
    """An ASGI application: hello for GET, what came for POST."""
    parts = []
    while scope["method"] == "POST":
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            break
    body = b"".join(parts) or GREETING
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def serve_uvicorn(listener: socket.socket, place: str) -> None:
    """Serve until killed."""
    import uvicorn

    config = uvicorn.Config(application, loop=place, lifespan="off", log_level="error", access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


def serve_aiohttp(listener: socket.socket, place: str) -> None:
    """Serve until killed."""
    from aiohttp import web

    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=await request.read() or GREETING)

    app = web.Application()
    app.router.add_route("*", "/", answer)
    module, _, name = place.partition(":")
    loop = getattr(import_module(module), name)()
    web.run_app(app, sock=listener, loop=loop, access_log=None, print=None)


SERVERS = {"aiohttp": serve_aiohttp, "uvicorn": serve_uvicorn}


@dataclass
class Server:
    """A running server, and what was measured of it and of those before it."""

    pid: int
    port: int
    core: int

    def processor_s(self) -> float:
        """Seconds of processor it has used."""
        return int(Path(f"/proc/{self.pid}/schedstat").read_text().split()[0]) * 1e-9


@contextmanager
def running(kind: str, loop: str, core: int) -> Iterator[Server]:
    """Start a server on a core, wait until it answers rightly, end it afterwards."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(256)
        port = listener.getsockname()[1]
        command = [sys.executable, __file__, "--serve", kind, LOOPS[loop], str(listener.fileno())]
        process = subprocess.Popen(command, pass_fds=[listener.fileno()])
    try:
        os.sched_setaffinity(process.pid, {core})
        check(port)
        yield Server(process.pid, port, core)
    finally:
        process.terminate()
        process.wait()


def check(port: int) -> None:
    """Raise unless both answers are right."""
    for method, body in (("GET", None), ("POST", bytes(range(250)) * 400)):
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request(method, "/", body)
        answer = connection.getresponse()
        content = answer.read()
        if (answer.status, content) != (200, body or GREETING):
            raise SystemExit(f"a server answered {answer.status} and {len(content)} bytes, {content[:80]!r}")
        connection.close()


# ---------------------------------------------------------------- who asks


@dataclass
class Figures:
    """What wrk said of one round, or the best of several."""

    rate: float = 0.0
    slow_s: float = float("inf")
    requests: int = 0
    processor_s: float = 0.0

    def take(self, other: Figures) -> None:
        """Keep the better of both, and the sums."""
        self.rate, self.slow_s = max(self.rate, other.rate), min(self.slow_s, other.slow_s)
        self.requests += other.requests
        self.processor_s += other.processor_s


def ask(server: Server, script: str, seconds: int, core: int) -> Figures:
    """Let wrk ask for some seconds, on a core of its own."""
    command = ["taskset", "-c", str(core), "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency"]
    command += ["-s", script] if script else []
    before = server.processor_s()
    text = subprocess.check_output([*command, f"http://127.0.0.1:{server.port}/"], text=True)
    used = server.processor_s() - before
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    slow = re.search(r"99%\s+([\d.]+)(us|ms|s)", text)
    count = re.search(r"(\d+) requests in", text)
    if rate is None or slow is None or count is None or "errors" in text or "Non-2xx" in text:
        raise SystemExit(f"wrk could not ask the server:\n{text}")
    return Figures(float(rate[1]), float(slow[1]) * {"us": 1e-6, "ms": 1e-3, "s": 1.0}[slow[2]], int(count[1]), used)


def race(kind: str, body: bytes, starts: int, rounds: int, cores: list[int]) -> dict[str, Figures]:
    """Both loops' servers of a case, in turn."""
    best = {loop: Figures() for loop in LOOPS}
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SCRIPT)
        script.flush()
        name = script.name if body else ""
        for _ in range(starts):
            with ExitStack() as stack:
                servers = {loop: stack.enter_context(running(kind, loop, cores[0])) for loop in LOOPS}
                for server in servers.values():
                    ask(server, name, 1, cores[1])
                for _ in range(rounds):
                    for loop, server in servers.items():
                        best[loop].take(ask(server, name, ROUND_S, cores[1]))
    return best


def obstacle(cores: list[int]) -> str:
    """What is missing for this benchmark, or nothing."""
    missing = [name for name in ("wrk", "taskset") if not shutil.which(name)]
    missing += [name for name in ("aiohttp", "uvicorn", "uvloop") if not find_spec(name)]
    if missing:
        return f"{', '.join(missing)} missing: servers are not compared"
    return "" if len(cores) > 1 else "one core for server and client alone: servers are not compared"


def main() -> None:
    from measure import Report

    report = Report("servers", ours="dtact")
    cores = sorted(os.sched_getaffinity(0), reverse=True)
    if reason := obstacle(cores):
        report.note(reason)
        report.finish()
        return
    report.note(f"{CONNECTIONS} connections; uvicorn parses with {'httptools' if find_spec('httptools') else 'h11'}")
    began = time.perf_counter()
    for kind in SERVERS:
        for case, body in CASES.items():
            best = race(kind, body, report.rounds(STARTS), report.rounds(ROUNDS), cores)
            ours, theirs = best["dtact"], best["uvloop"]
            name = f"{kind}, {case}"
            report.ratio(f"{name}, a request", 1 / ours.rate, 1 / theirs.rate, peer="uvloop", at_most=1)
            report.ratio(f"{name}, p99", ours.slow_s, theirs.slow_s, peer="uvloop", at_most=1)
            used = {loop: found.processor_s / found.requests for loop, found in best.items()}
            report.ratio(f"{name}, processor time", used["dtact"], used["uvloop"], peer="uvloop")
            report.table("servers", f"{name}, a request", {"uvloop": 1 / theirs.rate, "dtact 1": 1 / ours.rate})
            report.table("servers", f"{name}, p99", {"uvloop": theirs.slow_s, "dtact 1": ours.slow_s})
    report.note(f"{time.perf_counter() - began:.0f} s")
    report.finish()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        with socket.socket(fileno=int(sys.argv[4])) as inherited:
            SERVERS[sys.argv[2]](inherited, sys.argv[3])
    else:
        main()
