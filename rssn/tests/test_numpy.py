"""NumPy behind a name that loads it."""

import subprocess
import sys

import numpy
import pytest

from rssn._numpy import np


def test_names_are_numpys_own() -> None:
    assert np.float64 is numpy.float64
    assert np.add is numpy.add


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        _ = np.nonsense


def test_numpy_loads_with_the_first_name() -> None:
    code = (
        "import sys; from rssn._numpy import np; assert 'numpy' not in sys.modules;np.pi; assert 'numpy' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
