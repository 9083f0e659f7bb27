"""What rooms that may not import each other are told of each other."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from . import jit
from ._later import later
from .expr import Expr


def _fastest(roots: Sequence[Expr], names: Sequence[str]) -> list[Expr]:
    found: list[Expr] = import_module("rssn.optimize").optimize_all(roots, names)
    return found


jit.install_derivatives(jacobian=later("jacobian"), hessian=later("hessian"))
jit.install_fast(_fastest)
