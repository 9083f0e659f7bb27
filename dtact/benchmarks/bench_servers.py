"""HTTP servers on our loop and on uvloop, alternately: requests a second and the slowest hundredth.

    python benchmarks/bench_servers.py [--seconds S] [--rounds N] [CASE ...]

Cases: aiohttp-hello, aiohttp-echo, uvicorn-hello, uvicorn-echo; "echo" posts 100 KB and gets it back. The server has
one core and what asks it another, over loopback. `wrk` asks if it is installed; else a small client of our own, which
is slower, so that its figures compare loops and are no absolute limits. One JSON line a case: the best round; the
processor time of the server a request is what a busy machine disturbs least.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import selectors
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib import import_module
from typing import Any

BODY = b"x" * 100_000
CONNECTIONS = 32
CASES = ("aiohttp-hello", "aiohttp-echo", "uvicorn-hello", "uvicorn-echo")
LUA = 'wrk.method = "POST"\nwrk.body = string.rep("x", 100000)\n'


# ---------------------------------------------------------------- the servers, in a process of their own


async def application(scope: Any, receive: Any, send: Any) -> None:
    """An ASGI application: hello for GET, what came for POST."""
    parts = []
    while scope["method"] == "POST":
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            break
    body = b"".join(parts) or b"Hello, world!"
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def serve(kind: str, loop_name: str, descriptor: int) -> None:
    """Serve on a listening socket until killed."""
    listener = socket.socket(fileno=descriptor)
    place = {"dtact": "dtact.loop:new_event_loop", "uvloop": "uvloop"}[loop_name]
    if kind == "uvicorn":
        import uvicorn

        config = uvicorn.Config(
            application, loop=place, lifespan="off", log_level="error", access_log=False, http="h11"
        )
        uvicorn.Server(config).run(sockets=[listener])
        return
    from aiohttp import web

    async def answer(request: web.Request) -> web.Response:
        body = await request.read()
        return web.Response(body=body or b"Hello, world!")

    app = web.Application()
    app.router.add_route("*", "/", answer)
    web.run_app(app, sock=listener, loop=import_module(loop_name).new_event_loop(), access_log=None, print=None)


# ---------------------------------------------------------------- who asks


def ask(port: int, echo: bool, seconds: float) -> tuple[float, float]:
    """Requests a second, and the 99th percentile of their times in ms, by wrk or by this process."""
    wrk = shutil.which("wrk")
    return ask_with_wrk(wrk, port, echo, seconds) if wrk else ask_here(port, echo, seconds)


def ask_with_wrk(wrk: str, port: int, echo: bool, seconds: float) -> tuple[float, float]:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(LUA)
        script.flush()
        command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--latency"]
        command += ["-s", script.name] if echo else []
        text = subprocess.check_output([*command, f"http://127.0.0.1:{port}/"], text=True)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    slow = re.search(r"99%\s+([\d.]+)(us|ms|s)", text)
    if rate is None or slow is None:
        raise RuntimeError(text)
    return float(rate[1]), float(slow[1]) * {"us": 1e-3, "ms": 1.0, "s": 1e3}[slow[2]]


@dataclass
class Asked:
    """A connection, and how much of the answer to its last request has come."""

    connection: socket.socket
    began: float = 0.0
    received: int = 0
    head: bytes = b""


def ask_here(port: int, echo: bool, seconds: float) -> tuple[float, float]:
    line = f"POST / HTTP/1.1\r\nContent-Length: {len(BODY)}" if echo else "GET / HTTP/1.1"
    head = f"{line}\r\nHost: x\r\n\r\n"
    request = head.encode() + (BODY if echo else b"")
    wanted = len(BODY) if echo else len(b"Hello, world!")
    picker, times = selectors.DefaultSelector(), []
    for _ in range(CONNECTIONS):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        picker.register(connection, selectors.EVENT_READ, Asked(connection))
    began = time.perf_counter()

    def start(asked: Asked) -> None:
        asked.began, asked.received, asked.head = time.perf_counter(), 0, b""
        asked.connection.sendall(request)

    everyone: list[Asked] = [key.data for key in picker.get_map().values()]
    for asked in everyone:
        start(asked)
    while (now := time.perf_counter()) < began + seconds:
        for key, _ in picker.select(0.1):
            asked = key.data
            data = asked.connection.recv(1 << 18)
            assert data, "the server closed a connection"
            asked.received += len(data)
            if b"\r\n\r\n" not in asked.head:
                asked.head += data[:1000]
            end = asked.head.find(b"\r\n\r\n")
            if end >= 0 and asked.received >= end + 4 + wanted:
                times.append(time.perf_counter() - asked.began)
                start(asked)
    for asked in everyone:
        asked.connection.close()
    return len(times) / (now - began), statistics.quantiles(times, n=100)[98] * 1e3


# ---------------------------------------------------------------- one against the other


def measure(case: str, loop_name: str, seconds: float, core: int) -> tuple[float, float, float]:
    """Start a server, ask it, end it."""
    kind, _, what = case.partition("-")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(256)
        port = listener.getsockname()[1]
        command = [sys.executable, __file__, "--serve", kind, loop_name, str(listener.fileno())]
        server = subprocess.Popen(command, pass_fds=[listener.fileno()], stderr=subprocess.PIPE)
    try:
        os.sched_setaffinity(server.pid, {core})
        with socket.create_connection(("127.0.0.1", port), timeout=30) as first:  # until it is up
            first.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert first.recv(100)
        ask(port, what == "echo", 1)
        before = processor_time(server.pid)
        rate, slow = ask(port, what == "echo", seconds)
        return rate, slow, (processor_time(server.pid) - before) / (rate * seconds)
    finally:
        server.terminate()
        server.wait()


def processor_time(pid: int) -> float:
    """Microseconds of processor that a process has used."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", choices=[[], *CASES], default=[])
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    print(json.dumps({"client": "wrk" if shutil.which("wrk") else "own", "cores": len(cores)}), flush=True)
    os.sched_setaffinity(0, {cores[0]})  # wrk inherits it
    for case in options.cases or CASES:
        best: dict[str, tuple[float, float, float]] = {}
        for _ in range(options.rounds):
            for loop_name in ("uvloop", "dtact"):
                best[loop_name] = max(
                    measure(case, loop_name, options.seconds, cores[-1]), best.get(loop_name, (0, 0, 0))
                )
        row = {
            name: {"requests_per_s": round(rate), "p99_ms": round(slow, 2), "server_us_per_request": round(used, 1)}
            for name, (rate, slow, used) in best.items()
        }
        ratio = best["dtact"][0] / best["uvloop"][0]
        print(json.dumps({"case": case, **row, "ratio": round(ratio, 3)}), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        main()
