"""Multiply and add with one rounding, exactly as the hardware does it: the interpreter's half of `math="contract"`."""

from __future__ import annotations

from .. import config

if config.PURE_PYTHON:
    from ._fma_py import fma as fma
else:
    from ._fma_c import fma as fma
