"""S-expressions: text to nested forms, without recursion, with the place of each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ..errors import LimitError, ParseError, Span
from ..parser import Limits

_TOKEN = re.compile(
    r'\s+|;[^\n]*|(?P<string>"(?:[^"\\]|\\.)*")|(?P<bracket>[()\[\]])|(?P<atom>[^\s()\[\]";]+)', re.DOTALL
)
_CLOSING = {"(": ")", "[": "]"}


@dataclass(slots=True)
class Atom:
    """A word, a number or a quoted string, as written."""

    text: str
    start: int

    @property
    def stop(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)


@dataclass(slots=True)
class Form:
    """What stands between two brackets."""

    items: list[Form | Atom] = field(default_factory=list)
    start: int = 0
    stop: int = 0
    closing: str = ")"


Item: TypeAlias = Form | Atom


class Source:
    """A text and what errors say of places in it."""

    def __init__(self, text: str, limits: Limits) -> None:
        self.text, self.limits = text, limits

    def span(self, start: int, stop: int) -> Span:
        """Return the place of a stretch of text."""
        line_start = self.text.rfind("\n", 0, start) + 1
        return Span(start, max(start + 1, stop), self.text.count("\n", 0, start) + 1, start - line_start + 1)

    def error(self, item: Item, message: str, **fields: str) -> ParseError:
        """Make the error for an item; of a form, its first word is shown."""
        stop = min(item.stop, item.start + 40)
        return ParseError(message, text=self.text, span=self.span(item.start, stop), **fields)

    def limit(self, start: int, name: str, message: str) -> LimitError:
        """Make the error for what is larger than the limits allow."""
        bound: Any = getattr(self.limits, name)
        hint = f"if the text is to be trusted, pass limits=Limits({name}=...)"
        span = self.span(start, start + 1)
        return LimitError(message, text=self.text, span=span, wanted=f"{name} <= {bound:,}", hint=hint)


def read_forms(source: Source) -> list[Item]:
    """Return the forms of a text. Raises ParseError for brackets that do not match, LimitError."""
    text, limits = source.text, source.limits
    if len(text) > limits.length:
        raise source.limit(0, "length", "the text is too long")
    outermost = Form(closing="")
    stack, position, count = [outermost], 0, 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise source.error(Atom('"', position), "a string without its closing quote")
        start, position = position, token.end()
        if token.lastgroup is None:
            continue
        count += 1
        if count > limits.nodes:
            raise source.limit(start, "nodes", "the text has too many words")
        word = token.group()
        if token.lastgroup != "bracket":
            stack[-1].items.append(Atom(word, start))
        elif word in _CLOSING:
            form = Form([], start, start + 1, _CLOSING[word])
            stack[-1].items.append(form)
            stack.append(form)
            if len(stack) > limits.depth:
                raise source.limit(start, "depth", "brackets are nested too deeply")
        elif word != stack[-1].closing:
            wanted = repr(stack[-1].closing) if stack[-1].closing else "the end of the text"
            raise source.error(Atom(word, start), "brackets do not match", wanted=wanted, found=repr(word))
        else:
            stack.pop().stop = position
    if len(stack) > 1:
        raise source.error(stack[-1], "the bracket is never closed", wanted=repr(stack[-1].closing))
    return outermost.items
