"""Terms with the operands in the order written, where `Expr` would sort those of commutative operators.

A term is a string (a symbol, or a pattern variable if it starts with ``?``),
an exact number, or a tuple ``(operator, operand, ...)``. The rule that
addition commutes can be stated on terms only: as expressions, its two sides
are one and the same. `term("(add ?a ?b)")` reads the notation of s-expressions.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from rssn.errors import OptionError

Term = str | int | Fraction | tuple["Term", ...]


def term(text: str) -> Term:
    """Read an s-expression; raises `OptionError` where brackets do not match."""
    words = text.replace("(", " ( ").replace(")", " ) ").split()
    stack: list[list[Term]] = [[]]
    for word in words:
        if word == "(":
            stack.append([])
        elif word == ")":
            if len(stack) == 1 or not stack[-1]:
                raise OptionError("a bracket closes nothing, or nothing stands in it", found=text)
            done = tuple(stack.pop())
            stack[-1].append(done)
        else:
            stack[-1].append(_atom(word))
    if len(stack) != 1 or len(stack[0]) != 1:
        raise OptionError("this is not one term", found=text, wanted="(operator operand ...)")
    return stack[0][0]


def _atom(word: str) -> Term:
    try:
        number = Fraction(word)
    except ValueError:
        return word
    return number.numerator if number.denominator == 1 else number


def is_variable(t: Term) -> bool:
    """Whether a term is a pattern variable."""
    return isinstance(t, str) and t.startswith("?")


def subterms(t: Term) -> Iterator[Term]:
    """Yield the distinct subterms, operands before their users."""
    done: set[Term] = set()
    stack: list[tuple[Term, bool]] = [(t, False)]
    while stack:
        node, is_open = stack.pop()
        if node in done:
            continue
        if isinstance(node, tuple) and not is_open:
            stack.append((node, True))
            stack += [(operand, False) for operand in reversed(node[1:])]
            continue
        done.add(node)
        yield node


def variables(t: Term) -> list[str]:
    """Return the pattern variables in order of first appearance."""
    return [str(node) for node in subterms(t) if is_variable(node)]
