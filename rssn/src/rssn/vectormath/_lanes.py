"""A function over vectors of another shape: pieces of the machine's width, f32 by way of f64."""

from __future__ import annotations

from ._builder import Value
from ._emitter import Body, Emitter


def in_pieces(e: Emitter, body: Body, args: tuple[Value, ...], real: str, width: int) -> Value:
    """Apply `body` to vectors of `real`, `width` lanes each, that together make up the arguments."""
    small = e.sibling(real, width)
    results = []
    for start in range(0, e.width, width):
        pieces = [e.slice(a, start, width) for a in args]
        if real == e.real:
            results.append(body(small, *[Value(piece, "real") for piece in pieces]).text)
        else:
            values = [small.as_f64(piece, e.real) for piece in pieces]
            results.append(small.from_f64(body(small, *values), e.real))
    return e.joined(results, width)


def by_f64(body: Body) -> Body:
    """Return `body`, which is written for f64, for arguments of f32: computed in f64, rounded once."""

    def rounded(e: Emitter, *args: Value) -> Value:
        return in_pieces(e, body, args, "f64", min(e.width, e.features.width))

    return rounded
