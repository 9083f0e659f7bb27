"""WebAssembly modules of kernels: Node runs them, and they give the kernel's bits."""

import shutil
import subprocess

import numpy as np
import pytest

import rssn
from rssn.errors import CompileError, OptionError
from rssn.jit import compile
from rssn.jit._wasm import module

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="no Node to run WebAssembly")
x, y = rssn.symbols("x y")
FUNCTIONS = (
    *("sin(x)", "cos(x)", "tan(x)", "asin(x)", "acos(x)", "atan(x)", "sinh(x)", "cosh(x)", "tanh(x)", "asinh(x)"),
    *("acosh(x)", "atanh(x)", "exp(x)", "exp2(x)", "expm1(x)", "log(x)", "log2(x)", "log10(x)", "log1p(x)", "cbrt(x)"),
    *("sqrt(x)", "erf(x)", "erfc(x)", "gamma(x)", "lgamma(x)", "floor(x)", "ceil(x)", "trunc(x)", "round(x)", "abs(x)"),
    *("pow(x, y)", "atan2(x, y)", "hypot(x, y)", "x % y", "x // y", "x*y + x", "fma(x, y, x)", "min(x, y)", "x < y"),
)
# Reads rows of numbers from one file and writes the results of all outputs to another; then calls for one row.
PROGRAM = """
import { readFileSync, writeFileSync } from "node:fs";
const [file, input, output, inputs, outputs, size] = process.argv.slice(2);
const { instance } = await WebAssembly.instantiate(readFileSync(file));
const { memory, heap, f, f_batch, f_strided } = instance.exports;
const given = readFileSync(input), bytes = given.length / inputs, rows = bytes / size;
const room = heap.value + given.length + outputs * (bytes + 8);
memory.grow(Math.ceil(room / 65536));
new Uint8Array(memory.buffer).set(given, heap.value);
const columns = [...Array(+inputs)].map((_, k) => heap.value + k * bytes);
const out = [...Array(+outputs)].map((_, k) => heap.value + given.length + k * bytes);
const list = heap.value + given.length + outputs * bytes;
new Uint32Array(memory.buffer, list, out.length).set(out);
f_batch(rows, ...columns, outputs == 1 ? out[0] : list);
const found = new Uint8Array(memory.buffer).slice(out[0], out[0] + outputs * bytes);
// Backwards, by strides: rows that end where they began.
const last = columns.map((each) => each + (rows - 1) * size);
const ends = out.map((each) => each + (rows - 1) * size);
new Uint32Array(memory.buffer, list, out.length).set(ends);
f_strided(rows, ...last.flatMap((each) => [each, -1]), outputs == 1 ? ends[0] : list, -1);
const again = new Uint8Array(memory.buffer).slice(out[0], out[0] + outputs * bytes);
writeFileSync(output, Buffer.concat([found, again]));
"""


def run(kernel, arrays, folder):
    """Return what the module of a kernel answers: rows side by side, then by strides; an array for each output."""
    kernel.export(folder / "f.wasm")
    (folder / "run.mjs").write_text(PROGRAM)
    (folder / "in").write_bytes(np.stack(arrays).tobytes())
    outputs, size = len(kernel.dtypes), arrays[0].itemsize
    command = [NODE, "run.mjs", "f.wasm", "in", "out", str(len(arrays)), str(outputs), str(size)]
    subprocess.run(command, cwd=folder, check=True)
    return np.frombuffer((folder / "out").read_bytes(), arrays[0].dtype).reshape(2, outputs, -1)


@needs_node
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_every_function_gives_the_kernels_bits(dtype, tmp_path):
    """Ordinary numbers, huge angles, subnormals, infinities; fused operations are exact without hardware for them."""
    kernel = compile([rssn.parse(text) for text in FUNCTIONS], [x, y], dtype=dtype)
    random = np.random.default_rng(1)
    special = [0.0, -0.0, 1.0, -1.0, 0.5, 1e-310, -3e-310, 1e22, 1e300, np.inf, -np.inf, np.nan, 709.5, -745.0, 171.0]
    with np.errstate(over="ignore", under="ignore"):
        first = np.concatenate([special, random.normal(size=301), 10 ** random.uniform(-300, 300, 100)]).astype(dtype)
        second = random.permutation(first)
    batch, strided = run(kernel, (first, second), tmp_path)
    for text, *found, wanted in zip(FUNCTIONS, batch, strided, kernel(first, second), strict=True):
        wanted = wanted.astype(dtype)
        kept = ~np.isnan(wanted)
        for got in found:
            assert np.array_equal(np.isnan(got), ~kept), text
            assert np.array_equal(got[kept].view(np.uint8), wanted[kept].view(np.uint8)), text


@needs_node
def test_long_formulas(tmp_path):
    """Cut into functions that hand values on by the stack."""
    total = x
    for n in range(4000):
        total = total * (y + n % 7) - n
    kernel = compile(total, [x, y])
    arrays = tuple(np.random.default_rng(2).uniform(-1, 1, (2, 37)))
    assert np.array_equal(run(kernel, arrays, tmp_path)[0, 0], kernel(*arrays))


def test_what_does_not_fit_a_module_is_said(tmp_path):
    """The ending of the path and the target go together."""
    for path, target in (("f.wasm", "avx2"), ("f.so", "wasm")):
        with pytest.raises(OptionError, match=r"no file for that.*wasm"):
            compile(x + 1, [x]).export(tmp_path / path, target=target)
    with pytest.raises(CompileError, match="not a WebAssembly object"):
        module(b"\x7fELF....", [], 0)
