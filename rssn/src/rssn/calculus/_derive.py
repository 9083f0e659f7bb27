"""Choose the native passes or their readable twin. A missing build is an ImportError, not a slow day."""

from .. import config

if config.PURE_PYTHON:
    from ._derive_py import forward as forward
    from ._derive_py import reverse as reverse
else:
    from ._derive_c import forward as forward
    from ._derive_c import reverse as reverse
