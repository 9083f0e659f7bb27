"""Run kernels compiled for other processors: LLVM writes the object code, a cross gcc links it, qemu runs it.

`run("neon", kernels, calls)` gives the results; called as a script, it says what can be run here.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rssn.jit import Tape
from rssn.jit._codegen import ENTRY, generate
from rssn.jit._signature import Signature
from rssn.vectormath import Features, features, host_features
from rssn.vectormath._probe import target_machine

# Reads calls from standard input: which kernel, rows, and by how many elements each array lies off a 64-byte boundary.
DRIVER = r"""
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void entry(void **data, int64_t *strides, int64_t count, void *frame);
typedef struct { entry *run; int64_t inputs, input_bytes, output_bytes, frame_bytes; } kernel;
%s
static const kernel kernels[] = { %s };

static char *room(int64_t bytes, int64_t offset) {
    return (char *)aligned_alloc(64, (size_t)((bytes + offset + 127) / 64 * 64)) + offset;
}

int main(void) {
    int64_t head[3];
    while (fread(head, sizeof head, 1, stdin) == 1) {
        kernel k = kernels[head[0]];
        int64_t rows = head[1], strides[64] = {0};
        void *data[64];
        for (int64_t i = 0; i < k.inputs; i++) {
            data[i] = room(rows * k.input_bytes, head[2] * k.input_bytes);
            if (fread(data[i], (size_t)k.input_bytes, (size_t)rows, stdin) != (size_t)rows) return 2;
        }
        data[k.inputs] = room(rows * k.output_bytes, head[2] * k.output_bytes);
        k.run(data, strides, rows, room(k.frame_bytes, 0));
        fwrite(data[k.inputs], (size_t)k.output_bytes, (size_t)rows, stdout);
    }
    return 0;
}
"""
INSTALL = "sudo apt install qemu-user gcc-aarch64-linux-gnu gcc-riscv64-linux-gnu"
# Instruction set: the compiler that links, and what runs the program, "" for this processor itself.
# An SSE2 machine has no fused multiply-add: the C library is told so, and computes it in software.
_TOOLS = {
    "avx512": ("gcc", ""),
    "avx2": ("gcc", ""),
    "sse2": ("gcc", "env GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA,-FMA4"),
    "neon": ("aarch64-linux-gnu-gcc", "qemu-aarch64"),
    "rvv": ("riscv64-linux-gnu-gcc", "qemu-riscv64 -cpu rv64,v=true,vlen=128"),
}
# qemu 7.2 fails an assertion of its own at RVV's instruction that rounds towards zero: scalars do it.
_SCALAR_STEPS = {"rvv": ("trunc", "fmod")}
_RUNS_HERE = {"avx512": ("avx512", "avx2", "sse2"), "avx2": ("avx2", "sse2"), "sse2": ("sse2",)}


def missing(name: str) -> str:
    """Return why code of an instruction set can't run here, with the line that helps; "" if it can."""
    linker, runner = _TOOLS[name]
    if linker == "gcc" and name not in _RUNS_HERE.get(host_features().name, ()):
        return f"this processor has no {name}"
    wanted = [linker, *runner.split()[:1]]
    lacking = [program for program in wanted if shutil.which(program) is None]
    return f"{', '.join(lacking)} missing: {INSTALL}" if lacking else ""


@dataclass(frozen=True)
class Foreign:
    """A kernel of one output for a machine that need not be this one."""

    tape: Tape
    width: int

    def width_on(self, machine: Features) -> int:
        """Return the rows per vector: as wanted, or 1 where the emulator can't do better."""
        return 1 if any(self.tape.counts[step] for step in _SCALAR_STEPS.get(machine.name, ())) else self.width

    @property
    def real(self) -> Any:
        """NumPy's type of its arguments."""
        real = np.float64 if self.tape.real_type == "f64" else np.float32
        return np.result_type(real, np.complex64).type if self.tape.is_complex else real

    @property
    def output(self) -> Any:
        """NumPy's type of its result."""
        if self.tape.output_is_mask(0):
            return np.bool_
        is_real = self.tape.is_complex and not self.tape.output_is_complex(0)
        return np.empty(0, self.real).real.dtype.type if is_real else self.real

    def object_code(self, machine: Features, name: str) -> tuple[bytes, int]:
        """Return an object file that defines `name`, and the bytes of frame it needs."""
        import llvmlite.binding as llvm

        letter = np.dtype(self.real).char
        output = np.dtype(self.output).char
        text = f"{letter}c" * len(self.tape.arguments) + f"{output}cp"
        signature = Signature.parse(text.encode(), len(self.tape.arguments))
        module, frame = generate(self.tape, signature, machine, self.width_on(machine))
        parsed = llvm.parse_assembly(str(module).replace(f"@{ENTRY}(", f"@{name}("))
        parsed.verify()
        parsed.triple = machine.triple
        return bytes(target_machine(machine).emit_object(parsed)), frame


@dataclass(frozen=True)
class Call:
    """Arguments for the kernel of a number: columns of equal length, a multiple of its width."""

    kernel: int
    columns: Sequence[NDArray[Any]]
    offset: int = 0
    """how many elements every array lies beyond an aligned address"""


def run(name: str, kernels: Sequence[Foreign], calls: Sequence[Call]) -> list[NDArray[Any]]:
    """Compile kernels for an instruction set, link them into one program and return what the calls give."""
    linker, runner = _TOOLS[name]
    machine = features(name)
    with tempfile.TemporaryDirectory() as folder:
        rows, declared, files = [], [], []
        for number, kernel in enumerate(kernels):
            content, frame = kernel.object_code(machine, f"kernel_{number}")
            file = Path(folder, f"{number}.o")
            file.write_bytes(content)
            files.append(str(file))
            sizes = f"{np.dtype(kernel.real).itemsize}, {np.dtype(kernel.output).itemsize}, {frame}"
            declared.append(f"extern entry kernel_{number};")
            rows.append(f"{{ kernel_{number}, {len(kernel.tape.arguments)}, {sizes} }}")
        Path(folder, "driver.c").write_text(DRIVER % ("\n".join(declared), ", ".join(rows)))
        program = str(Path(folder, "driver"))
        command = [linker, "-O1", "-static", "-o", program, str(Path(folder, "driver.c")), *files, "-lm"]
        subprocess.run(command, check=True, capture_output=True, text=True)
        done = subprocess.run([*runner.split(), program], input=_stream(kernels, calls), capture_output=True)
    if done.returncode:
        raise RuntimeError(f"{name}: the program ended with {done.returncode}: {done.stderr.decode()[:500]}")
    return _answers(kernels, calls, done.stdout)


def _stream(kernels: Sequence[Foreign], calls: Sequence[Call]) -> bytes:
    parts = []
    for call in calls:
        kernel, rows = kernels[call.kernel], len(call.columns[0])
        if rows % kernel.width:
            raise ValueError(f"{rows} rows are no multiple of the width {kernel.width}")
        parts.append(np.array([call.kernel, rows, call.offset], np.int64).tobytes())
        parts += [np.ascontiguousarray(column, kernel.real).tobytes() for column in call.columns]
    return b"".join(parts)


def _answers(kernels: Sequence[Foreign], calls: Sequence[Call], output: bytes) -> list[NDArray[Any]]:
    found, at = [], 0
    for call in calls:
        dtype, rows = np.dtype(kernels[call.kernel].output), len(call.columns[0])
        found.append(np.frombuffer(output, dtype, rows, at))
        at += rows * dtype.itemsize
    if at != len(output):
        raise RuntimeError(f"wanted {at} bytes of results, found {len(output)}")
    return found


def main() -> None:
    """Say which instruction sets can be run here."""
    for name in _TOOLS:
        print(f"{name:<7} {missing(name) or 'runs'}")


if __name__ == "__main__":
    main()
