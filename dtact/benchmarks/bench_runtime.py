"""The runtime's bars: tasks, yields, timers, channels, sleeps and fibers beside asyncio, uvloop, Tokio and gevent.

The work is that of bench_spawn, bench_channels, bench_timers and bench_fibers, which print more of it; this script
states the bars. The Tokio program (benchmarks/peers/tokio, left out if it is not built) runs first, twice, each of its
figures the best of several; then the loops take turns in this process. Contexts are on everywhere. "policy": dtact's
collector policy on its side, no collections at all on the others; "default": Python's collector on all sides.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import bench_channels
import bench_spawn
import bench_timers
from measure import Report

TOKIO = Path(__file__).parents[2] / "benchmarks/peers/tokio/target/release/tokio-peer"
NS = 1e-9
Rows = dict[tuple[str, int], dict[str, float]]


def tokio(report: Report) -> Rows:
    """Tokio's best nanoseconds by case and count, of several runs; lateness in seconds; switches seen."""
    best: Rows = {}
    for _ in range(report.rounds(2) if TOKIO.exists() else 0):
        done = subprocess.run([TOKIO, *(["quick"] if report.quick else [])], capture_output=True, text=True, check=True)
        for line in done.stdout.splitlines():
            row = json.loads(line)
            cells = best.setdefault((row["case"], row["count"]), {})
            for name, value in row.get("ns", {}).items():
                cells[name] = min(value * NS, cells.get(name, 1.0))
            for name, value in row.get("seen", {}).items():
                cells[f"seen {name}"] = value
            for name, (median, slow) in row.get("ms late", {}).items():
                cells[f"{name} p50"] = min(median * 1e-3, cells.get(f"{name} p50", 1.0))
                cells[f"{name} p99"] = min(slow * 1e-3, cells.get(f"{name} p99", 1.0))
    return best


def spawning(report: Report, theirs: Rows) -> None:
    """N tiny coroutines, run and awaited, the parent in the loop."""
    for count in (1_000, 10_000, 100_000, *(() if report.quick else (1_000_000,))):
        name, rust = f"spawn {count:,}", theirs.get(("spawn", count), {})
        ours = {policy: bench_spawn.measure("spawn", count, policy) for policy in ("default", "policy")}
        for policy, least in (("default", (3, 2)), ("policy", (5, 3))):
            rows = {key: value * NS for key, value in ours[policy].items()}
            for peer, times in zip(("asyncio", "uvloop"), least, strict=True):
                at_most = 1 / times
                report.ratio(
                    f"{name}, {policy}", rows["dtact spawn"], rows[f"{peer} create_task"], peer=peer, at_most=at_most
                )
        rows = {key: value * NS for key, value in ours["policy"].items()}
        report.ratio(name, rows["dtact spawn"], rust.get("tokio mt2"), peer="Tokio, 2 workers", at_most=1)
        report.ratio(
            f"{name}, at once", rows["dtact now"], rust.get("tokio ct"), peer="Tokio, current thread", at_most=1
        )
        rows = {key: value * NS for key, value in ours["default"].items()}
        report.ratio(
            f"create_task {count:,}",
            rows["dtact create_task"],
            rows["uvloop create_task"],
            peer="uvloop",
            at_most=1 / 1.5,
        )
        if "dtact eager" in rows:
            report.ratio(
                f"create_task {count:,}, eager", rows["dtact eager"], rows["uvloop eager"], peer="uvloop", at_most=1
            )
        if count == 100_000:
            cells = {"asyncio": rows["asyncio create_task"], "uvloop": rows["uvloop create_task"]}
            cells |= {"dtact 1": rows["dtact create_task"], "dtact 2": rows["dtact spawn"]}
            report.table("runtime", "start and await 100,000 tasks", cells | tokio_cell(rust, "tokio ct"))


def tokio_cell(rust: dict[str, float], name: str) -> dict[str, float]:
    """Tokio's cell of a table's row, if it ran."""
    return {"tokio": rust[name]} if name in rust else {}


def yields(report: Report, theirs: Rows) -> None:
    """Tasks that give way a hundred times each. Every yield lets another run: a run before the timed ones counts it."""
    for count, at_most in ((1_000, 1), (100_000, 2)):
        rust = theirs.get(("yields", count), {})
        seen = bench_spawn.seen_switches(count)
        counted = rust.pop("seen tokio ct", 0.0)
        report.note(
            f"of {count:,} yields {seen['dtact spawn']:,} let another task run"
            + (f", Tokio's {counted:,.0f}" if counted else "")
        )
        rows = {key: value * NS for key, value in bench_spawn.measure("yields", count, "default").items()}
        name = f"{count // 100:,} tasks × 100 yields, each"
        report.ratio(name, rows["dtact spawn"], rust.get("tokio ct"), peer="Tokio, current thread", at_most=at_most)
        report.ratio(name, rows["dtact spawn"], rows["uvloop"], peer="uvloop, sleep(0)")
    cells = {
        "asyncio": rows["asyncio"],
        "uvloop": rows["uvloop"],
        "dtact 1": rows["dtact"],
        "dtact 2": rows["dtact spawn"],
    }
    report.table("runtime", "give way to another task", cells | tokio_cell(rust, "tokio ct"))


def calls(report: Report) -> None:
    """What a loop does for callbacks and timers."""
    for name in ("sleep(0)", "call_soon_threadsafe", "timer, cancelled", "timers, then cancelled"):
        rows = {key: value * NS for key, value in bench_spawn.measure(name, 100_000, "default").items()}
        report.ratio(name, rows["dtact"], rows["uvloop"], peer="uvloop", at_most=1 / 1.5)
        cells = {"asyncio": rows["asyncio"], "uvloop": rows["uvloop"], "dtact 1": rows["dtact"]}
        report.table("runtime", {"timer, cancelled": "start and cancel a timer"}.get(name, name), cells)


def channels(report: Report, theirs: Rows) -> None:
    """Messages between two coroutines."""
    for name, case, count in (
        ("ping-pong", "ping-pong", 20_000),
        ("stream 64", "stream, capacity 64", 200_000),
        ("stream 1", "stream, capacity 1", 200_000),
    ):
        rust = theirs.get((case, count), {})
        best = dict.fromkeys(("asyncio", "uvloop", "dtact", "create_task"), 1.0)
        for _ in range(report.rounds(7)):
            for side in best:
                best[side] = min(best[side], bench_channels.run(name, side) * NS)
        report.ratio(f"channel, {name}", best["dtact"], best["asyncio"], peer="asyncio.Queue", at_most=1 / 5)
        report.ratio(f"channel, {name}", best["dtact"], rust.get("tokio ct"), peer="Tokio, current thread", at_most=2)
        cells = {
            "asyncio": best["asyncio"],
            "uvloop": best["uvloop"],
            "dtact 1": best["create_task"],
            "dtact 2": best["dtact"],
        }
        report.table("runtime", f"a message, {name}", cells | tokio_cell(rust, "tokio ct"))


def sleeps(report: Report, theirs: Rows) -> None:
    """10,000 sleeps of 1 to 20 ms at once: none early, and how late the median and the slowest hundredth wake."""
    rust = theirs.get(("sleeps", 10_000), {})
    for loop in ("dtact", "dtact-selector"):
        rows = [bench_timers.run(bench_timers.lateness, loop) for _ in range(report.rounds(5))]
        if any(row["early"] for row in rows):
            raise SystemExit(f"a sleep on {loop} ended early")
        for part in ("p50", "p99"):
            ours = min(row[f"{part}_ms"] for row in rows) * 1e-3
            report.ratio(
                f"late, {part}, {loop}", ours, rust.get(f"tokio ct {part}"), peer="Tokio, current thread", at_most=1
            )


def fibers(report: Report) -> None:
    """Functions with stacks of their own."""
    if not (find_spec("gevent") and find_spec("greenlet")):
        report.note("gevent or greenlet is missing: fibers are not compared")
        return
    import bench_fibers

    for name, ours, theirs, count, depth in bench_fibers.ROWS:
        best = [1.0, 1.0]
        for _ in range(report.rounds(7)):
            best = [min(best[0], ours(count, depth)), min(best[1], theirs(count, depth))]
        report.ratio(
            f"fibers, {name}, {count:,}", best[0], best[1], peer="gevent", at_most=1 / 2 if name != "deep" else None
        )


def main() -> None:
    report = Report("runtime", ours="dtact")
    theirs = tokio(report)
    if not theirs:
        report.note("the Tokio program is not built: its bars are not judged")
    spawning(report, theirs)
    yields(report, theirs)
    calls(report)
    channels(report, theirs)
    sleeps(report, theirs)
    fibers(report)
    report.note(f"Python {sys.version.split()[0]}")
    report.finish()


if __name__ == "__main__":
    main()
