"""`compile` as the user meets it: text is welcome wherever an expression is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import jit
from .expr import Expr
from .parser import parse


def compile(
    exprs: Expr | str | Sequence[Expr | str], args: Sequence[Expr | str] | str | None = None, **options: Any
) -> jit.Kernel:
    """Turn expressions, or their text, into a `Kernel`.

    The options are those of `rssn.jit.compile`: `dtype`, `math`, `threads`, `lossy`, `width`, `target`, `accuracy`;
    `reduce`, `axis`, `keepdims`, `ddof`. `args` may be one string of names, as in ``compile("a*x + b", "x a b")``.
    ``compile("x*y", reduce="sum")`` sums while it computes; min, max, prod, mean, var, std, norm, dot, any, all,
    argmin and argmax likewise.

    Raises ParseError, UnknownNameError, OptionError and DtypeError.
    """
    listed = [exprs] if isinstance(exprs, Expr | str) else list(exprs)
    names = args.replace(",", " ").split() if isinstance(args, str) else args
    roots = [parse(each) if isinstance(each, str) else each for each in listed]
    return jit.compile(roots[0] if isinstance(exprs, Expr | str) else roots, names, **options)
