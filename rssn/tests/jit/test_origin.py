"""What keys depend on besides the formula."""

import subprocess
import sys

from rssn.jit import _origin
from rssn.jit._origin import origin


def test_it_is_the_same_in_every_process():
    """Else nothing would ever be found again."""
    code = "from rssn.jit._origin import origin; import sys; sys.stdout.buffer.write(origin().compiler)"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout
    assert origin() is not None
    assert found == origin().compiler


def test_asking_does_not_load_llvm():
    """Its version stands in a file."""
    code = "from rssn.jit._origin import origin; import sys; origin(); sys.exit('llvmlite' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_another_release_of_llvm_or_of_our_source_is_another_origin(monkeypatch):
    """Either may write other code."""
    known = {origin().compiler}
    read = _origin._content
    for part in ("_version.py", "_codegen.py", "_exp.py"):
        monkeypatch.setattr(_origin, "_content", lambda path, part=part: read(path) + b"#" * path.endswith(part))
        known.add(origin.__wrapped__().compiler)
    assert len(known) == 4


def test_without_llvm_or_on_unknown_machines_there_is_none(monkeypatch):
    """Then nothing is kept."""
    monkeypatch.setattr(_origin, "describe_cpu", lambda: b"")
    assert origin.__wrapped__() is None
    monkeypatch.undo()
    monkeypatch.setattr(_origin, "_llvmlite", lambda: None)
    assert origin.__wrapped__() is None
