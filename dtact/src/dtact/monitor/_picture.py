"""A trace as a picture: who ran when, a row a task."""

from __future__ import annotations

from collections import defaultdict
from html import escape
from typing import Any

COLOURS = {"task": "#4c78a8", "fiber": "#f58518", "asyncio": "#72b7b2", "mesh": "#54a24b", "process": "#b279a2"}
LABEL, WIDTH, ROW, TOP = 190, 1000, 22, 34
Span = tuple[float, float]


def picture(document: dict[str, Any], *, rows: int = 24, begin_ms: float = 0.0, end_ms: float | None = None) -> str:
    """Return an SVG of a trace: the spans of the `rows` longest-running tasks, fibers and jobs on one timeline.

    `begin_ms` and `end_ms` cut out a part, in milliseconds after the trace began. Raises ValueError for a document
    without spans there.
    """
    spans = cut(spans_of(document), begin_ms * 1000, float("inf") if end_ms is None else end_ms * 1000)
    if not spans:
        raise ValueError("the trace has no spans in that time")
    by_time = sorted(spans, key=lambda key: -sum(span[1] for span in spans[key]))[:rows]
    chosen = sorted(by_time, key=lambda key: (list(COLOURS).index(key[0]), spans[key][0][0]))
    begin = min(spans[key][0][0] for key in chosen)
    end = max(at + took for key in chosen for at, took in spans[key])
    scale = WIDTH / max(end - begin, 1e-3)
    height = TOP + ROW * len(chosen) + 12
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LABEL + WIDTH + 20} {height}"'
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{LABEL + WIDTH + 20}" height="{height}" fill="#ffffff"/>',
        *ticks(end - begin, height),
    ]
    for index, key in enumerate(chosen):
        parts += row(index, key, spans[key], begin, scale)
    return "\n".join([*parts, "</svg>\n"])


def spans_of(document: dict[str, Any]) -> dict[tuple[str, str], list[Span]]:
    """Return the spans by (category, name), in microseconds, in order."""
    events = document["traceEvents"]
    threads = {(at["pid"], at["tid"]): at["args"]["name"] for at in events if at["name"] == "thread_name"}
    found: dict[tuple[str, str], list[Span]] = defaultdict(list)
    for event in events:
        category, name = event.get("cat", ""), event["name"]
        if event["ph"] != "X" or category not in COLOURS:
            continue
        if category == "process":
            name = f"{name}, process {event['pid']}"
        elif category == "mesh":  # several threads run the same at the same time
            name = f"{name}, {threads.get((event['pid'], event['tid']), event['tid'])}"
        found[category, name].append((event["ts"], event["dur"]))
    return {key: sorted(spans) for key, spans in found.items()}


def cut(spans: dict[tuple[str, str], list[Span]], begin: float, end: float) -> dict[tuple[str, str], list[Span]]:
    """Keep what lies in a part of the time."""
    kept = {key: [span for span in each if begin <= span[0] and sum(span) <= end] for key, each in spans.items()}
    return {key: each for key, each in kept.items() if each}


ROUND = [digit * 10.0**power for power in range(-3, 15) for digit in (1, 2, 5)]
"""Microseconds between lines of the scale: what people count in."""


def ticks(length: float, height: int) -> list[str]:
    """Return at most a dozen lines of time with their labels."""
    unit, factor = ("ms", 1000.0) if length >= 1000 else ("µs", 1.0)
    parts = []
    step = next(size for size in ROUND if size * 12 >= length)
    for tick in range(int(length / step + 1e-9) + 1):
        x = round(LABEL + WIDTH * tick * step / max(length, step), 1)
        label = f"{step * tick / factor:.6g} {unit}"
        parts.append(f'<line x1="{x}" y1="{TOP - 8}" x2="{x}" y2="{height - 8}" stroke="#dddddd"/>')
        parts.append(f'<text x="{x}" y="{TOP - 14}" text-anchor="middle" fill="#666666">{label}</text>')
    return parts


def row(index: int, key: tuple[str, str], spans: list[Span], begin: float, scale: float) -> list[str]:
    """Return the label and the boxes of one task; boxes closer than half a pixel are drawn as one."""
    y = TOP + ROW * index
    name = key[1] if len(key[1]) <= 26 else key[1][:25] + "…"
    parts = [
        f'<text x="{LABEL - 8}" y="{y + 13}" text-anchor="end" fill="#222222">{escape(name)}'
        f"<title>{escape(f'{key[0]} {key[1]}')}</title></text>"
    ]
    boxes: list[list[float]] = []
    for at, took in spans:
        x, width = (at - begin) * scale, max(took * scale, 0.6)
        if boxes and x - sum(boxes[-1]) < 0.5:
            boxes[-1][1] = max(boxes[-1][1], x + width - boxes[-1][0])
        else:
            boxes.append([x, width])
    colour = COLOURS[key[0]]
    for x, width in boxes:
        parts.append(f'<rect x="{LABEL + x:.2f}" y="{y + 2}" width="{width:.2f}" height="{ROW - 6}" fill="{colour}"/>')
    return parts
