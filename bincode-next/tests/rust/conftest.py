"""The samples are beside the rooms' folders; modules that were generated are loaded under names of their own."""

import importlib.util
import itertools
import sys
import types
from pathlib import Path

import pytest

if importlib.util.find_spec("tree_sitter_rust") is None:  # the extra 'rust'
    collect_ignore_glob = ["test_*.py"]
sys.path.insert(0, str(Path(__file__).parent.parent))  # for samples
NUMBERS = itertools.count()


@pytest.fixture
def load():
    """Return a function that makes a module of text."""
    made = []

    def loaded(text):
        name = f"generated_{next(NUMBERS)}"
        module = sys.modules[name] = types.ModuleType(name)
        made.append(name)
        exec(compile(text, name, "exec"), vars(module))
        return module

    yield loaded
    for name in made:
        del sys.modules[name]
