"""Functions of two results, the parts of a complex number: guards, cold calls and vectors of other shapes for them."""

from __future__ import annotations

from collections.abc import Callable

from ._builder import Value
from ._emitter import Emitter
from ._module import Function, Module

Parts = tuple[Value, Value]
"""The real and the imaginary part."""
ComplexBody = Callable[..., Parts]


def guarded(e: Emitter, seldom: Value, fast: Parts, name: str, full: ComplexBody, *args: Value) -> Parts:
    """Return `fast`, and where the mask is set what the shared function `full` says, called in a cold block."""
    cold, after = e.new_label("cold"), e.new_label("after")
    condition, before = e.any(seldom), e.block
    e.branch(condition, cold, after, cold=True)
    e.begin(cold)
    with e.scope():
        redone = call_parts(e, name, full, *args)
        chosen = [e.select(seldom, new, old).text for new, old in zip(redone, fast, strict=True)]
    last = e.block
    e.jump(after)
    e.begin(after)
    first, second = (e.phi("real", [(old.text, before), (new, last)]) for old, new in zip(fast, chosen, strict=True))
    return first, second


def call_parts(e: Emitter, name: str, body: ComplexBody, *args: Value) -> Parts:
    """Call the module's own function of two results on whole vectors: `body(emitter, *args)` writes it once."""
    symbol, t = f"rssn_complex_{name}_{e.real}x{e.width}", e.real_type
    both = f"{{ {t}, {t} }}"

    def write(module: Module, private: bool) -> None:
        shape = Emitter(Function(module, "", ""), e.width, e.real)
        parameters = [(shape.real_type, f"a{i}") for i in range(len(args))]
        inner = Emitter(module.function(symbol, both, parameters, private=private), e.width, e.real)
        real, imaginary = body(inner, *[inner.parameter(label) for _, label in parameters])
        half = inner.scalar(f"insertvalue {both} poison, {t} {real.text}, 0")
        inner.raw(f"  ret {both} {inner.scalar(f'insertvalue {both} {half}, {t} {imaginary.text}, 1')}")

    e.module.require(symbol, both, [t] * len(args), write)
    called = e.scalar(f"call {both} @{symbol}({', '.join(f'{t} {a.text}' for a in args)})")
    return e.pure(f"extractvalue {both} {called}, 0", "real"), e.pure(f"extractvalue {both} {called}, 1", "real")


def in_pieces(e: Emitter, body: ComplexBody, args: tuple[Value, ...], real: str, width: int) -> Parts:
    """Apply `body` to vectors of `real`, `width` lanes each, that together make up the arguments."""
    small = e.sibling(real, width)
    found: list[tuple[str, str]] = []
    for start in range(0, e.width, width):
        pieces = [e.slice(a, start, width) for a in args]
        if real == e.real:
            parts = body(small, *[Value(piece, "real") for piece in pieces])
            found.append((parts[0].text, parts[1].text))
        else:
            parts = body(small, *[small.as_f64(piece, e.real) for piece in pieces])
            found.append((small.from_f64(parts[0], e.real), small.from_f64(parts[1], e.real)))
    first, second = ([pair[part] for pair in found] for part in (0, 1))
    return e.joined(first, width), e.joined(second, width)
