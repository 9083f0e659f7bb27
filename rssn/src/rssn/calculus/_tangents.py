"""Choose the native pass or its readable twin. A missing build is an ImportError, not a slow day."""

from .. import config

if config.PURE_PYTHON:
    from ._tangents_py import forward_all as forward_all
else:
    from ._tangents_c import forward_all as forward_all
