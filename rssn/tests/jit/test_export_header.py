"""Headers of exported libraries are C99 and C++, whatever the arguments are called."""

import shutil
import subprocess

import numpy as np
import pytest

import rssn
from rssn.jit import compile

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler to link with")
x = rssn.symbol("x")


PROGRAM = """
#include "g.h"
#include <stdio.h>
int main(void) {
    double xs[5] = {0, 1, 2, 3, 4}, double_[5] = {1, 1, 1, 1, 1}, out[5], both[2], first[5], second[5];
    double *const columns[2] = {first, second};
    g_batch(5, xs, double_, out);
    for (int k = 0; k < 5; k++) printf("%a ", out[k]);
    g_gradient(2, 1, both);
    g_gradient_strided(5, xs, 1, double_, 0, columns, 1);
    printf("%a %a %a\\n", both[0], both[1], first[2] - both[0] + second[2] - both[1] + g(2, 1) - out[2]);
    return 0;
}
"""


@pytest.mark.parametrize("suffix", [".so", ".o"])
@pytest.mark.parametrize("language", ["c", "c++"])
def test_a_program_in_c_uses_it_without_python(suffix, language, tmp_path):
    """The header is strict C99 and C++; argument names that are words of C get another."""
    kernel = compile(x * rssn.symbol("double") ** 2 + rssn.cos(x), [x, "double"])
    library = tmp_path / f"g{suffix}"
    kernel.export(library, header=tmp_path / "g.h", derivatives=1)
    source = tmp_path / f"main.{'c' if language == 'c' else 'cpp'}"
    source.write_text(PROGRAM)
    standard = ["-std=c99"] if language == "c" else ["-std=c++17"]
    flags = ["-Wall", "-Wextra", "-Werror", "-pedantic", *standard, f"-I{tmp_path}", f"-Wl,-rpath,{tmp_path}"]
    program = tmp_path / "main"
    compiler = "cc" if language == "c" else "c++"
    subprocess.run([compiler, *flags, source, library, "-o", program, "-lm", "-lpthread"], check=True)
    found = subprocess.run([program], capture_output=True, text=True, check=True).stdout.split()
    wanted = [*kernel(np.arange(5.0), np.ones(5)), *kernel.gradient()(2.0, 1.0), 0.0]
    assert [float.fromhex(text) for text in found] == wanted


def test_headers_keep_comments_closed(tmp_path):
    """A formula's text can't end the comment it stands in."""
    odd = rssn.symbol("a*/b")
    compile(odd + 1, [odd]).export(tmp_path / "odd.o", header=tmp_path / "odd.h")
    (tmp_path / "main.c").write_text('#include "odd.h"\nint main(void) { return odd(0) != 1; }\n')
    command = ["cc", "-Werror", tmp_path / "main.c", tmp_path / "odd.o", "-o", tmp_path / "main", "-lm", "-lpthread"]
    subprocess.run(command, check=True)
    assert subprocess.run([tmp_path / "main"], check=False).returncode == 0
