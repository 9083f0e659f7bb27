"""Where the C headers lie."""

from pathlib import Path


def get_include() -> str:
    """Return the folder to give a C compiler as ``-I``, so that ``#include <dtact/pool.h>`` works."""
    return str(Path(__file__).parent / "include")
