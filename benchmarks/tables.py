"""Results on disk, and the tables made from them between the markers of a page.

A page asks for a table by a pair of comments; what stands between them is replaced::

    <!-- table: kernels -->
    <!-- end table -->

Figures of a Python other than the usual one go where the comment names it: `table: runtime, Python 3.11`.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

BUSY_SHARE = 0.03  # of all cores: what other processes may use before the caption says so
NANOSECONDS_BELOW_S = 1e-4  # the slowest cell of a table
MICROSECONDS_BELOW_S = 1e-6  # the fastest, or
MILLISECONDS_FROM_S = 1e-2  # the slowest
OURS = ("rssn ", "dtact ", "bincode_next ")  # columns in bold
MARKED = re.compile(r"(<!-- table: (\w+)(?:, Python (\d+\.\d+))? -->\n).*?(<!-- end table -->)", re.DOTALL)
HEADINGS = {
    "numpy": "NumPy",
    "numexpr 2": "numexpr, 2 threads",
    "numba 1": "Numba",
    "rssn-advanced 1": "rssn-advanced (Rust)",
    "heyoka 1": "heyoka",
    "heyoka 2": "heyoka, 2 threads",
    "rssn 1": "**rssn**",
    "rssn 2": "**rssn, 2 threads**",
    "asyncio": "asyncio",
    "uvloop": "uvloop",
    "tokio": "Tokio (Rust)",
    "dtact 1": "**dtact, asyncio tasks**",
    "dtact 2": "**dtact, its own tasks**",
    "msgspec": "msgspec (MessagePack, array-like)",
    "bincode_next 1": "**bincode_next**",
}


def keep(content: dict[str, Any], target: Path) -> None:
    """Write the results; those of benchmarks that did not run this time stay as they were."""
    if target.exists():
        names = {result["name"] for result in content["results"]}
        old = json.loads(target.read_text(encoding="utf-8"))["results"]
        content["results"] += [result for result in old if result["name"] not in names]
    content["results"].sort(key=lambda result: result["name"])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def rewrite(source: Path, pages: list[Path], *, of: str | None = None) -> None:
    """Replace every marked table of the pages by the one made from a results file; with `of`, those of that Python."""
    version = of and ".".join(of.split(".")[:2])

    def new_table(match: re.Match[str]) -> str:
        opening, name, wanted, closing = match.groups()
        return opening + made[name] + closing if wanted == version and name in made else match[0]

    content = json.loads(source.read_text(encoding="utf-8"))
    made = {"bars": bars(content)}
    for result in content["results"]:
        made |= {name: grid(rows, caption(content["machine"], [result])) for name, rows in result["tables"].items()}
    for page in filter(Path.exists, pages):
        old = page.read_text(encoding="utf-8")
        new = MARKED.sub(new_table, old)
        if new != old:
            page.write_text(new, encoding="utf-8")


def grid(rows: dict[str, Any], below: str) -> str:
    """Return work down, contenders across; the cells in a unit that suits all of them, or as they are."""
    if "headings" in rows:
        lines = [rows["headings"], ["---"] * len(rows["headings"]), *rows["rows"]]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines) + f"\n\n{below}\n"
    keys = [key for key in HEADINGS if any(key in cells for cells in rows.values())]
    unit, per_s = unit_of([value for cells in rows.values() for value in cells.values()])
    lines = [f"| {unit} | " + " | ".join(HEADINGS[key] for key in keys) + " |", "|---|" + "---|" * len(keys)]
    for row, cells in rows.items():
        shown = [number(cells[key] * per_s) if key in cells else "–" for key in keys]
        shown = [
            f"**{text}**" if key.startswith(OURS) and text != "–" else text
            for key, text in zip(keys, shown, strict=True)
        ]
        lines.append(f"| {row} | " + " | ".join(shown) + " |")
    return "\n".join(lines) + f"\n\n{below}\n"


def unit_of(seconds: list[float]) -> tuple[str, float]:
    """Return a unit in which no cell is long, and how many of it make a second."""
    if max(seconds) < NANOSECONDS_BELOW_S:
        return "ns", 1e9
    is_short = min(seconds) < MICROSECONDS_BELOW_S or max(seconds) < MILLISECONDS_FROM_S
    return ("µs", 1e6) if is_short else ("ms", 1e3)


def number(value: float) -> str:
    """Return three digits, or all those before the point."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def bars(content: dict[str, Any]) -> str:
    """Return every line that has a bar, met or not."""
    lines = ["| work | ours | peer | theirs | ratio | bar | |", "|---|---|---|---|---|---|---|"]
    for result in content["results"]:
        lines += [bar(line) for line in result["lines"] if line["at_most"] is not None]
    return "\n".join(lines) + f"\n\n{caption(content['machine'], content['results'])}\n"


def bar(line: dict[str, Any]) -> str:
    """Return one line with its bar as a row of a table."""
    unit, limit, is_ratio = line["unit"], line["at_most"], line["is_ratio"]
    cells = [
        line["work"],
        figure(line["ours"], unit),
        line["peer"] or "–",
        figure(line["theirs"], unit) if line["theirs"] else "–",
        f"{line['ratio']:.2f}" if is_ratio and line["ratio"] else "–",
        f"≤ {limit:.3g}×" if is_ratio else f"≤ {figure(limit, unit)}",
        {True: "met", False: "**not met**", None: "peer missing"}[line["is_met"]],
    ]
    return f"| {' | '.join(cells)} |"


def figure(value: float, unit: str) -> str:
    """Return a figure with a unit that fits."""
    if unit != "s":
        return f"{value:.3g} {unit}"
    factor, name = next(((f, n) for f, n in ((1, "s"), (1e-3, "ms"), (1e-6, "µs")) if value >= f), (1e-9, "ns"))
    return f"{value / factor:.3g} {name}"


def caption(machine: dict[str, Any], results: list[dict[str, Any]]) -> str:
    """Return one line about where the figures come from, and whether the machine was busy with other things."""
    where = f"{machine['cpu']}, {machine['cores']} cores, Python {machine['python']}, {machine['date']}."
    busy = max((result.get("foreign_cpu_share", 0.0) for result in results), default=0.0)
    return where + (f" Other processes used {busy:.0%} of it meanwhile." if busy >= BUSY_SHARE else "")
