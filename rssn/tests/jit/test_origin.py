"""What keys depend on besides the formula."""

import os
import subprocess
import sys
import time

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
    stamp = _origin._stamp
    for part in ("_version.py", "_codegen.py", "_exp.py"):
        monkeypatch.setattr(_origin, "_stamp", lambda path, part=part: stamp(path) + b"#" * path.endswith(part))
        known.add(origin.__wrapped__().compiler)
    assert len(known) == 4


def test_without_llvm_or_on_unknown_machines_there_is_none(monkeypatch):
    """Then nothing is kept."""
    monkeypatch.setattr(_origin, "describe_cpu", lambda: b"")
    assert origin.__wrapped__() is None
    monkeypatch.undo()
    monkeypatch.setattr(_origin, "_llvmlite", lambda: None)
    assert origin.__wrapped__() is None


def test_a_file_changed_in_place_is_noticed(tmp_path):
    """Also one of the same size, with its old time put back."""
    file = tmp_path / "x.py"
    file.write_text("one")
    first, times = _origin._stamp(str(file)), os.stat(file)
    time.sleep(0.02)
    file.write_text("two")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert _origin._stamp(str(file)) != first
