"""Types that change while their bytes stay: versions that upgrade, and what a change does to old bytes.

Start reading at `_versions.py`, then `_compare.py`.
"""

from ._compare import Change as Change
from ._compare import Comparison as Comparison
from ._compare import Verdict as Verdict
from ._compare import compare as compare
from ._versions import Versions as Versions

__all__ = ("Change", "Comparison", "Verdict", "Versions", "compare")
