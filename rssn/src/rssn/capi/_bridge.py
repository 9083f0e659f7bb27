"""What `rssn.c` asks of Python: one function for each of the header, of plain values."""

from __future__ import annotations

import ctypes
from typing import Any, Final

import rssn
from rssn import errors
from rssn.expr import Expr
from rssn.interop import to_c

_PARSE, _NAME, _VALUE, _DOMAIN, _MEMORY, _INTERNAL = 1, 2, 3, 4, 5, 7
_CODES: Final[tuple[tuple[type[BaseException], int], ...]] = (
    (errors.ParseError, _PARSE),
    (errors.UnknownNameError, _NAME),
    (errors.DerivativeError, _DOMAIN),
    (errors.FoldError, _DOMAIN),
    (errors.PolynomialError, _DOMAIN),
    (errors.CompileError, _INTERNAL),
    (errors.RssnError, _VALUE),
    (MemoryError, _MEMORY),
)
_REWRITES: Final = ("expand", "factor", "cancel", "together", "optimize")


def told(error: BaseException) -> tuple[int, str, int, int, int, int]:
    """Return an exception as the members of an `rssn_error`: code, message, start, stop, line, column."""
    code = next((code for kind, code in _CODES if isinstance(error, kind)), _INTERNAL)
    message = str(error) if code != _INTERNAL else f"{type(error).__name__}: {error}"
    span = getattr(error, "span", None)
    place = (0, 0, 0, 0) if span is None else (span.start, span.stop, span.line, span.column)
    return code, message, *place


def parse(text: str) -> Expr:
    """Read a formula."""
    return rssn.parse(text)


def print_as(expr: Expr, form: str) -> str:
    """Write an expression as text, LaTeX or C."""
    if form == "latex":
        return expr.latex()
    if form == "c":
        return to_c(expr)
    if form != "text":
        raise errors.OptionError("no such form", where="format", wanted="text, latex or c", found=repr(form))
    return str(expr)


def diff(expr: Expr, symbol: str, order: int) -> Expr:
    """Return a derivative."""
    return rssn.diff(expr, symbol, order)


def simplify(expr: Expr, assume: str | None) -> Expr:
    """Return the form a person would write."""
    found: Expr = rssn.simplify(expr, assume=assume) if assume else rssn.simplify(expr)
    return found


def rewrite(expr: Expr, how: str) -> Expr:
    """Return another form by the name of the function that finds it."""
    if how not in _REWRITES:
        raise errors.OptionError("no such rewriting", where="how", wanted=", ".join(_REWRITES), found=repr(how))
    found: Expr = getattr(rssn, how)(expr)
    return found


def value(expr: Expr, values: dict[str, float]) -> float:
    """Return a number."""
    return float(expr.evaluate(values))


def compile_columns(exprs: list[Expr], arguments: str | None, options: str | None) -> tuple[int, int, int, Any]:
    """Return the address of machine code for columns, how many it reads and writes, and what owns it."""
    chosen = dict(_option(each) for each in (options or "").split())
    kernel = rssn.compile(exprs, arguments, **chosen)
    if kernel.dtypes[0].itemsize == 4:
        raise errors.OptionError("columns of C are doubles", where="options", wanted="dtype=f64", found=options or "")
    function = kernel.lowlevel("columns")
    address = ctypes.cast(function, ctypes.c_void_p).value
    return address or 0, len(kernel.arguments), len(kernel.dtypes), function


def _option(text: str) -> tuple[str, str]:
    name, equals, chosen = text.partition("=")
    if not equals or name not in ("math", "accuracy", "target", "dtype"):
        wanted = "math=, accuracy= or target=, with blanks between"
        raise errors.OptionError("no such option", where="options", wanted=wanted, found=repr(text))
    return name, chosen
