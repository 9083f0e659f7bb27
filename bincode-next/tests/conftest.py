"""Processes that tests start import the copy of the package that the tests do, installed or not."""

import os
from pathlib import Path

import pytest

import bincode_next


@pytest.fixture(scope="session", autouse=True)
def children_find_the_same_copy():
    """Put its folder in front of the children's path."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(bincode_next.__file__).parent.parent), prepend=os.pathsep)
        yield
