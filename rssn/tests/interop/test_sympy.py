"""`rssn.interop.sympy`: the two conversions under the name of the library; SymPy is imported when one is called."""

import subprocess
import sys

import rssn.interop.sympy as both


def test_the_submodule_has_both_directions() -> None:
    assert both.from_sympy(both.to_sympy(rssn_x := both.from_sympy(3))) == rssn_x


def test_importing_rssn_imports_neither_interop_nor_sympy() -> None:
    code = (
        "import sys, rssn; assert 'rssn.interop' not in sys.modules; rssn.interop.to_c; "
        "import rssn.interop.sympy; assert 'sympy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
