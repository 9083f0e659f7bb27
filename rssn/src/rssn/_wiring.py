"""What rooms that may not import each other are told of each other."""

from __future__ import annotations

from . import calculus, jit

jit.install_derivatives(jacobian=calculus.jacobian, hessian=calculus.hessian)
