"""Where the C headers lie."""

import os


def get_include() -> str:
    """Return the folder to give a C compiler as ``-I``, so that ``#include <dtact/pool.h>`` works."""
    return os.path.join(os.path.dirname(__file__), "include")
