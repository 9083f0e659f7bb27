"""Choose the native constructors of tidy nodes or their readable twin."""

from .. import config

if config.PURE_PYTHON:
    from ._make_py import make as make
else:
    from ._make_c import make as make
