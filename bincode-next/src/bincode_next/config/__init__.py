"""Configurations of the wire, by the crates' names, and limits for untrusted bytes. Start reading at `_config.py`."""

from ._config import CborOptions as CborOptions
from ._config import Config as Config
from ._config import Endian as Endian
from ._config import Fingerprint as Fingerprint
from ._config import Format as Format
from ._config import Ints as Ints
from ._config import Safety as Safety
from ._config import legacy as legacy
from ._config import standard as standard
from ._config import v3 as v3
from ._config import v3_legacy as v3_legacy
from ._environment import PURE_PYTHON as PURE_PYTHON
from ._environment import is_colour_refused as is_colour_refused
from ._reach import within_limit as within_limit

__all__ = (
    "PURE_PYTHON",
    "CborOptions",
    "Config",
    "Endian",
    "Fingerprint",
    "Format",
    "Ints",
    "Safety",
    "is_colour_refused",
    "legacy",
    "standard",
    "v3",
    "v3_legacy",
    "within_limit",
)
