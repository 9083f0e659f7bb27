"""What rooms that may not import each other are told of each other."""

from __future__ import annotations

from . import jit
from ._later import later

jit.install_derivatives(jacobian=later("jacobian"), hessian=later("hessian"))
