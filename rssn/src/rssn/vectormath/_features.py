"""Which vector instructions the printed code may lean on, and what this machine has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from rssn import config
from rssn.errors import OptionError

from ._llvm import llvm


@dataclass(frozen=True, slots=True)
class Features:
    """An instruction set as the emitter sees it.

    `width` is the number of f64 lanes that fit one register (times
    `RSSN_WIDTH` if that is set), `triple`, `cpu` and `attributes` are what an LLVM target
    machine wants to be made of. Whatever the set, the values computed are the
    same: features choose instructions, never results.
    """

    name: str
    width: int
    triple: str
    cpu: str
    attributes: str
    fused: bool
    """A fused multiply-add is one instruction. Otherwise LLVM calls the C library's exact, slow `fma`."""

    @property
    def register_tables(self) -> bool:
        """Sixteen doubles can be looked up within two registers (AVX-512)."""
        return self.name == "avx512"

    @property
    def widens_half(self) -> bool:
        """Half floats become f32 by one instruction; elsewhere LLVM would call its own library."""
        return self.name in ("avx512", "avx2", "neon")


_X86, _ARM, _RISCV = "x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "riscv64-unknown-linux-gnu"
_AVX2 = "+sse4.2,+popcnt,+avx,+avx2,+fma,+bmi,+bmi2,+f16c"
_AVX512 = _AVX2 + ",+avx512f,+avx512dq,+avx512vl,+avx512bw,+avx512cd"

_KNOWN = {
    "avx512": Features("avx512", 8, _X86, "skylake-avx512", _AVX512, True),
    "avx2": Features("avx2", 4, _X86, "haswell", _AVX2, True),
    "sse2": Features("sse2", 2, _X86, "x86-64", "+sse2", False),
    "neon": Features("neon", 2, _ARM, "generic", "+neon", True),
    "rvv": Features("rvv", 2, _RISCV, "generic-rv64", "+m,+a,+f,+d,+c,+v", True),
    "wasm": Features("wasm", 2, "wasm32-unknown-unknown", "generic", "+simd128", False),
    "generic": Features("generic", 2, "", "", "", False),
}


def features(name: str) -> Features:
    """Return an instruction set: avx512, avx2, sse2, neon, rvv, wasm or generic. Raises OptionError otherwise."""
    try:
        return _KNOWN[name]
    except KeyError:
        raise OptionError("no such instruction set", wanted=", ".join(_KNOWN), found=name) from None


@cache
def host_features() -> Features:
    """Return what this process runs on, asked of LLVM once."""
    triple, cpu, attributes = llvm().host()
    present = set(attributes.split(","))
    if present.issuperset(("+avx512f", "+avx512dq", "+avx512vl", "+avx512bw")):
        name, fused = "avx512", True
    elif present.issuperset(("+avx2", "+fma")):
        name, fused = "avx2", True
    elif triple.startswith("x86_64"):
        name, fused = "sse2", "+fma" in present
    elif triple.startswith("aarch64"):
        name, fused = "neon", True
    else:
        name, fused = "generic", False
    width = config.VECTOR_WIDTH or _KNOWN[name].width
    return Features(name, width, triple, cpu, attributes, fused)
