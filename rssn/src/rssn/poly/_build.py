"""Choose the native builder or its readable twin."""

from typing import TYPE_CHECKING

from .. import config

if TYPE_CHECKING or not config.PURE_PYTHON:
    from ._build_c import build_polynomial as build_polynomial
    from ._build_c import build_terms as build_terms
    from ._build_c import coefficient_bits as coefficient_bits
else:
    from ._build_py import build_polynomial as build_polynomial
    from ._build_py import build_terms as build_terms
    from ._build_py import coefficient_bits as coefficient_bits
