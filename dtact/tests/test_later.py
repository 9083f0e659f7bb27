"""Names that load late."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import dtact
from dtact import _later


def names_for_type_checkers() -> set[str]:
    """The names that `__init__.py` imports under TYPE_CHECKING."""
    tree = ast.parse(Path(dtact.__file__).read_text())
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom) and node.level]
    return {alias.name for node in imports for alias in node.names}


def test_type_checkers_see_the_names_that_load_late() -> None:
    late = {*_later.ROOMS, *(name for names in _later.NAMES.values() for name in names)}
    assert names_for_type_checkers() == late
    assert late <= set(dtact.__all__)


@pytest.mark.parametrize("name", sorted(dtact.__all__))
def test_every_public_name_loads(name: str) -> None:
    assert getattr(dtact, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = dtact.nonsense  # type: ignore[attr-defined]


def test_importing_the_package_loads_neither_asyncio_nor_a_native_module() -> None:
    code = (
        "import sys, dtact; print([n for n in sys.modules if n.startswith(('asyncio', 'dtact.scheduler', 'uvloop'))])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
