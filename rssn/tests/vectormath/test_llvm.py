"""The library bound directly and the package say and do the same."""

import subprocess
import sys

import pytest

from rssn.vectormath import _llvm, features, host_features, llvm

IR = "define double @twice(double %x) nounwind {\n  %y = fadd double %x, %x\n  ret double %y\n}\n"


@pytest.fixture(scope="module")
def package():
    return _llvm._Package()


def test_this_release_of_llvmlite_was_looked_into():
    """The pinned one must be; a newer one works too, and starts later."""
    assert isinstance(llvm(), _llvm._Direct)


def test_both_know_the_same_machine(package):
    """Triple, processor, features in the same order."""
    assert llvm().host() == package.host()


@pytest.mark.parametrize("name", ["avx512", "avx2", "sse2"])
@pytest.mark.parametrize("level", [0, 2])
def test_both_emit_the_same_code(package, name, level):
    """Object files and assembly."""
    if host_features().triple.split("-")[0] != "x86_64":
        pytest.skip("another architecture")
    chosen = features(name)
    for assembly in (False, True):
        found, wanted = (
            each.emit(IR, chosen.triple, chosen.cpu, chosen.attributes, level, assembly=assembly)
            for each in (llvm(), package)
        )
        assert found == wanted
        assert len(found) > 50


def test_both_say_what_llvm_says(package):
    """Of text that is no IR, and of machines that are none; and go on working."""
    for each in (llvm(), package):
        for ir, triple in (("define nonsense", host_features().triple), (IR, "abacus")):
            with pytest.raises(RuntimeError, match=r"expected type|abacus"):
                each.emit(ir, triple, "", "", 2, assembly=False)
        assert each.emit(IR, *each.host(), 2, assembly=False)


@pytest.mark.parametrize("checked", [("0.1.",), ()])
def test_other_releases_go_through_the_package(monkeypatch, checked):
    """Nobody has looked into them."""
    monkeypatch.setattr(_llvm, "_CHECKED", checked)
    assert isinstance(llvm.__wrapped__(), _llvm._Package)


def test_the_package_is_not_imported():
    """A tenth of a second less at the first compilation."""
    code = "import rssn, sys; rssn.compile('x + 1')(1.0); sys.exit('llvmlite' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
