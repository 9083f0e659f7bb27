"""`math="fast"`: the forms that compute fastest, from whoever may know both this room and the algebra."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias

from ..expr import Expr, linearize

if TYPE_CHECKING:
    from ._tape import Tape

Optimizer: TypeAlias = Callable[[Sequence[Expr], Sequence[str]], Sequence[Expr]]


class _Installed:
    optimizer: Optimizer | None = None


def install_fast(optimizer: Optimizer) -> None:
    """Make ``math="fast"`` compile what this returns: expressions and argument names in, as many expressions out.

    Without one, "fast" is "contract".
    """
    _Installed.optimizer = optimizer


def fastest(roots: Sequence[Expr], names: Sequence[str]) -> list[Expr]:
    """Return the forms to compile in place of these."""
    return list(roots) if _Installed.optimizer is None else list(_Installed.optimizer(roots, names))


def schedule(roots: Sequence[Expr], names: Sequence[str], *, real_type: str = "f64", math: str = "contract") -> Tape:
    """Return the steps of a kernel that nobody compiles: what the price of a form is made of.

    Raises UnknownNameError and DtypeError as `compile`.
    """
    tape: Tape = import_module("._lower", __package__).lower(linearize(roots), names, real_type, math)
    return tape
