"""Without SymPy, conversions say what to install, and nothing else needs it."""

import subprocess
import sys

CODE = """
import sys
sys.modules["sympy"] = None
import rssn
try:
    rssn.interop.to_sympy(rssn.symbol("x"))
except rssn.errors.OptionError as error:
    assert "rssn[sympy]" in str(error), error
try:
    rssn.interop.from_sympy(object())
except rssn.errors.ConversionError:
    print(rssn.interop.to_c(rssn.symbol("x")).count("double"))
"""


def test_the_missing_library_is_named() -> None:
    found = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert found.stdout == "2\n"
