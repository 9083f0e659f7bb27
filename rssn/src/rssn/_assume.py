"""`simplify` and `assuming` as the user meets them: text is welcome for expressions and for assumptions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from . import rules
from .errors import AssumptionError
from .expr import Expr, substitute, symbol
from .parser import parse
from .rules import Assumptions, Claim
from .simplify import simplify as simplify_expression

WORDS: Final = ("integer", "positive", "negative", "nonnegative", "nonpositive", "nonzero", "real")
_WORDED: Final = re.compile(r"^([^\W\d]\w*)\s+(?:is\s+)?(?:an?\s+)?([a-z]+)$")
_NAME: Final = re.compile(r"^[^\W\d]\w*$")
_SEPARATORS: Final = ",;\n"


def assumptions_from_text(text: str) -> Assumptions:
    """Read assumptions such as ``"x > 0, n integer"``, ``"0 < x < 1"``, ``"x, y positive"``, ``"a != b"``.

    Items stand between commas, semicolons or line ends. An item is a condition
    in the formula language, or a name and a word: integer, positive, negative,
    nonnegative, nonpositive, nonzero, real. Bare names share the item that follows them.

    Raises ParseError for a condition that is no text of a formula, AssumptionError
    for an unknown word and for assumptions that contradict each other.
    """
    promises: list[Expr | Claim] = []
    waiting: list[str] = []
    for item in _items(text):
        if _NAME.match(item) and item not in ("true", "false"):
            waiting.append(item)
            continue
        promises += _read(item, waiting)
        waiting = []
    if waiting:
        raise AssumptionError("nothing is said of these", found=", ".join(waiting), wanted="such as x > 0 or x integer")
    return Assumptions(*promises)


def _read(item: str, others: list[str]) -> list[Expr | Claim]:
    """Read one item, for itself and for the names that stood before it."""
    worded = _WORDED.match(item)
    if worded is not None:
        if worded[2] not in WORDS:
            raise AssumptionError(f"{worded[2]!r} can't be assumed", wanted=", ".join(WORDS), found=item)
        return [Claim(worded[2], name) for name in (*others, worded[1])]
    condition = parse(item)
    if not others:
        return [condition]
    subject = next((part for part in condition.operands if part.operator == "symbol"), None)
    if subject is None:
        raise AssumptionError("it is not clear what this says of the names before it", found=item)
    return [*(substitute(condition, {subject: symbol(name)}) for name in others), condition]


def _items(text: str) -> Iterator[str]:
    """Split at separators outside brackets."""
    depth, start = 0, 0
    for at, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if character in _SEPARATORS and depth <= 0:
            if item := text[start:at].strip():
                yield item
            start = at + 1
    if item := text[start:].strip():
        yield item


def assumed(assume: Any) -> Any:
    """Return an `assume=` option with text in it read."""
    if isinstance(assume, str):
        return assumptions_from_text(assume)
    if isinstance(assume, list | tuple | set | frozenset):
        return [assumed(each) for each in assume]
    return assume


def simplify(expression: Expr | str, *, assume: Any = None, **options: Any) -> Any:
    """Return the form of an expression, or of its text, that a person would write.

    `assume` may be text: ``simplify("sqrt(x^2)", assume="x >= 0")``. The options
    are those of `rssn.simplify.simplify`: `budget`, `strategy`, `seed`, `ieee`,
    `passes`, `rules`, `trace`.

    Raises ParseError, AssumptionError and OptionError.
    """
    e = parse(expression) if isinstance(expression, str) else expression
    return simplify_expression(e, assume=assumed(assume), **options)


@contextmanager
def assuming(*items: Any) -> Iterator[Assumptions]:
    """Within the block, assume this as well: ``with rssn.assuming("x > 0, n integer"): ...``.

    Items may be text, comparisons, claims and assumptions. Raises AssumptionError
    if these contradict each other or those of the blocks around.
    """
    with rules.assuming(*[assumed(item) for item in items]) as inside:
        yield inside
