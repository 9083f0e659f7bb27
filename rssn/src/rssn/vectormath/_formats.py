"""What f64 and f32 differ in, so that one source writes a function for both."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from types import ModuleType
from typing import Final

from . import _coefficients, _coefficients32


@dataclass(frozen=True, slots=True)
class Format:
    """A binary format: its fields, and its coefficients."""

    size: int
    mantissa: int
    """bits of the fraction"""
    sets: ModuleType
    reciprocal: int
    """Less the bits of x, these are those of 1/x to three bits."""

    @property
    def bias(self) -> int:
        """What an exponent of 0 is written as."""
        return (1 << (self.size - self.mantissa - 2)) - 1

    @property
    def sign(self) -> int:
        """The sign bit as a signed integer."""
        return -(1 << (self.size - 1))

    @property
    def shift(self) -> float:
        """Adding it rounds to an integer, which then stands in the low bits of the sum."""
        return 1.5 * 2.0**self.mantissa

    @property
    def shift_bits(self) -> int:
        """The bits of `shift`."""
        return self.bits(self.shift)

    @property
    def least_exponent(self) -> int:
        """The exponent of the smallest number there is."""
        return 1 - self.bias - self.mantissa

    @property
    def fraction_mask(self) -> int:
        """The bits of the fraction, set."""
        return (1 << self.mantissa) - 1

    def bits(self, x: float) -> int:
        """Return the bits of x >= 0, which must be representable."""
        code = "<dq" if self.size == 64 else "<fi"
        packed = struct.pack(code[:2], x)
        return int(struct.unpack(code[0] + code[2], packed)[0])


FORMATS: Final = {
    "f64": Format(64, 52, _coefficients, 0x7FDE623822FC16E6),
    "f32": Format(32, 23, _coefficients32, 0x7EF311C7),
}
