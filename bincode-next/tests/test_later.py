"""Names that load late."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import bincode_next
from bincode_next import _later
from bincode_next.config import PURE_PYTHON


def names_for_type_checkers() -> set[str]:
    """The names that `__init__.py` imports under TYPE_CHECKING."""
    tree = ast.parse(Path(bincode_next.__file__).read_text())
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    return {alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}


def test_type_checkers_see_the_names_that_load_late() -> None:
    late = {*_later.ROOMS, *(name for names in _later.NAMES.values() for name in names)}
    assert names_for_type_checkers() == late
    assert late <= set(bincode_next.__all__)


@pytest.mark.parametrize("name", sorted(bincode_next.__all__))
def test_every_public_name_loads(name: str) -> None:
    assert getattr(bincode_next, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = bincode_next.nonsense


def test_importing_the_package_loads_no_room() -> None:
    code = "import sys, bincode_next; print([n for n in sys.modules if n.startswith('bincode_next.')])"
    loaded = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert loaded.strip() == "['bincode_next.errors', 'bincode_next._later']"


@pytest.mark.skipif(PURE_PYTHON, reason="the twin is the engine")
def test_a_first_value_loads_no_more_than_it_needs() -> None:
    """Not the twin, which only errors and unusual types ask for; nor CBOR, fingerprints or NumPy."""
    code = (
        "import sys, bincode_next as b; b.decode(b.encode((1, 'a'), tuple[int, str]), tuple[int, str]);"
        "print([n for n in ('numpy', 'asyncio', 'inspect', 'bincode_next.cbor', 'bincode_next.fingerprint',"
        "'bincode_next.plan._decode_py', 'bincode_next.plan._encode_py') if n in sys.modules])"
    )
    loaded = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert loaded.strip() in ("[]", "['inspect']")  # some Pythons' dataclasses need it
