"""How kernels of derivatives get their formulas: installed by whoever may know both this room and calculus."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from ..errors import OperatorError
from ..expr import Expr

Jacobian: TypeAlias = Callable[[Sequence[Expr], Sequence[str]], list[list[Expr]]]
Hessian: TypeAlias = Callable[[Expr, Sequence[str]], list[list[Expr]]]


class _Installed:
    jacobian: Jacobian | None = None
    hessian: Hessian | None = None


def install_derivatives(*, jacobian: Jacobian, hessian: Hessian) -> None:
    """Make `Kernel.gradient` and `Kernel.hessian` use these: expressions and names in, rows of expressions out."""
    _Installed.jacobian, _Installed.hessian = jacobian, hessian


def gradients(roots: Sequence[Expr], names: Sequence[str]) -> list[Expr]:
    """Return the derivatives of the first root by each name, then those of the second, and so on."""
    if _Installed.jacobian is None:
        raise _not_installed()
    return [slope for row in _Installed.jacobian(roots, names) for slope in row]


def hessians(roots: Sequence[Expr], names: Sequence[str]) -> list[Expr]:
    """Return the second derivatives of each root, row by row."""
    if _Installed.hessian is None:
        raise _not_installed()
    return [second for root in roots for row in _Installed.hessian(root, names) for second in row]


def _not_installed() -> OperatorError:
    return OperatorError("nothing has installed derivatives", hint="import rssn")
