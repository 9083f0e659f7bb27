"""What every test of the repository shares: the Hypothesis profiles and the time limits.

``HYPOTHESIS_PROFILE=slow`` asks for many random examples, new ones each run;
the default, ``fast``, tries the same few examples every time, so that a
failure seen once is seen again and the suite stays quick.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings

# Tests compile; those of the cache on disk bring folders of their own.
os.environ["RSSN_CACHE"] = "0"

# Before any test module: pytest names them rssn.tests.…, dtact.tests.… after their folders, and would
# otherwise put bare folders under the names of the two packages.
import dtact  # noqa: F401
import rssn  # noqa: F401

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "fast")
LONG_S = 1800

settings.register_profile(
    "fast",
    max_examples=50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
settings.register_profile("slow", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(PROFILE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the long tests a long time limit; the short ones keep that of pyproject.toml."""
    for item in items:
        if PROFILE == "slow" or item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.timeout(LONG_S))
