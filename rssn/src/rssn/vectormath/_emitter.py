"""The vocabulary: arithmetic on reals, integers and masks of any width, as LLVM IR text.

No fast-math flag is ever printed and a fused multiply-add only where asked
for, so a formula means the same on every machine.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from struct import Struct

from ._builder import Builder, Value
from ._module import Function, Module

Body = Callable[..., Value]

_pack = Struct("<d").pack
_bits = Struct("<q").unpack
_double = Struct("<d").unpack
_single = Struct("<f")
_BYTES = {"f64": 8, "f32": 4}


def pattern(x: float) -> int:
    """Return the bits of a double as a signed integer."""
    return int(_bits(_pack(x))[0])


def from_pattern(n: int) -> float:
    """Return the double with these bits."""
    return float(_double(n.to_bytes(8, "little", signed=n < 0))[0])


def real_literal(x: float) -> str:
    """Return LLVM's spelling of a double, exact for every bit pattern."""
    return f"0x{_bits(_pack(x))[0] & 0xFFFFFFFFFFFFFFFF:016X}"


class Emitter(Builder):
    """Builder with arithmetic. Every method prints at most a few instructions and returns a new Value."""

    def sibling(self, real: str, width: int) -> Emitter:
        """Return an emitter of another shape that prints into the same function."""
        return Emitter(self.function, width, real)

    # -- constants -------------------------------------------------------------------

    def real_constant(self, x: float) -> str:
        """Return the text of a real constant in every lane."""
        if self.real == "f32":
            x = _to_single(x)
        literal = real_literal(x)
        return f"splat ({self.scalar_real} {literal})" if self.vector else literal

    def constant(self, x: float) -> Value:
        """Return a real in every lane (rounded to f32 where the emitter is)."""
        return Value(self.real_constant(x), "real")

    def integer(self, n: int) -> Value:
        """Return an integer in every lane, taken modulo the lane's size."""
        size = int(self.scalar_int[1:])
        n = (n + (1 << size - 1)) % (1 << size) - (1 << size - 1)
        return Value(f"splat ({self.scalar_int} {n})" if self.vector else str(n), "int")

    def truth(self, flag: bool) -> Value:
        """Return true or false in every lane."""
        text = "true" if flag else "false"
        return Value(f"splat (i1 {text})" if self.vector else text, "mask")

    # -- reals -----------------------------------------------------------------------

    def add(self, a: Value, b: Value) -> Value:
        """Return a + b."""
        return self.pure(f"fadd {self.real_type} {a.text}, {b.text}", "real")

    def sub(self, a: Value, b: Value) -> Value:
        """Return a - b."""
        return self.pure(f"fsub {self.real_type} {a.text}, {b.text}", "real")

    def mul(self, a: Value, b: Value) -> Value:
        """Return a * b."""
        return self.pure(f"fmul {self.real_type} {a.text}, {b.text}", "real")

    def div(self, a: Value, b: Value) -> Value:
        """Return a / b."""
        return self.pure(f"fdiv {self.real_type} {a.text}, {b.text}", "real")

    def neg(self, a: Value) -> Value:
        """Return a with its sign flipped."""
        return self.pure(f"fneg {self.real_type} {a.text}", "real")

    def fma(self, a: Value, b: Value, c: Value) -> Value:
        """Return a * b + c, rounded once."""
        t = self.real_type
        return self.pure(f"call {t} @llvm.fma{self.real_suffix}({t} {a.text}, {t} {b.text}, {t} {c.text})", "real")

    def _unary(self, name: str, a: Value) -> Value:
        return self.pure(f"call {self.real_type} @llvm.{name}{self.real_suffix}({self.real_type} {a.text})", "real")

    def _binary(self, name: str, a: Value, b: Value) -> Value:
        t = self.real_type
        return self.pure(f"call {t} @llvm.{name}{self.real_suffix}({t} {a.text}, {t} {b.text})", "real")

    def abs(self, a: Value) -> Value:
        """Return |a|."""
        return self._unary("fabs", a)

    def sqrt(self, a: Value) -> Value:
        """Return the square root, correctly rounded."""
        return self._unary("sqrt", a)

    def floor(self, a: Value) -> Value:
        """Return the largest integer not above a."""
        return self._unary("floor", a)

    def ceil(self, a: Value) -> Value:
        """Return the smallest integer not below a."""
        return self._unary("ceil", a)

    def trunc(self, a: Value) -> Value:
        """Return a without its fraction."""
        return self._unary("trunc", a)

    def rint(self, a: Value) -> Value:
        """Return the nearest integer, halves to even."""
        return self._unary("roundeven", a)

    def copysign(self, a: Value, b: Value) -> Value:
        """Return |a| with b's sign."""
        return self._binary("copysign", a, b)

    def minimum(self, a: Value, b: Value) -> Value:
        """Return the lesser as IEEE 754-2019's minimum: a NaN passes, -0 is below +0."""
        return self._binary("minimum", a, b)

    def maximum(self, a: Value, b: Value) -> Value:
        """Return the greater as IEEE 754-2019's maximum: a NaN passes, +0 is above -0."""
        return self._binary("maximum", a, b)

    # -- comparisons and masks ---------------------------------------------------------

    def compare(self, predicate: str, a: Value, b: Value) -> Value:
        """Return the mask of LLVM's fcmp `predicate`: olt, oeq, uno, ..."""
        return self.pure(f"fcmp {predicate} {self.real_type} {a.text}, {b.text}", "mask")

    def lt(self, a: Value, b: Value) -> Value:
        """Return a < b, false if either is NaN."""
        return self.compare("olt", a, b)

    def le(self, a: Value, b: Value) -> Value:
        """Return a <= b, false if either is NaN."""
        return self.compare("ole", a, b)

    def gt(self, a: Value, b: Value) -> Value:
        """Return a > b, false if either is NaN."""
        return self.compare("ogt", a, b)

    def ge(self, a: Value, b: Value) -> Value:
        """Return a >= b, false if either is NaN."""
        return self.compare("oge", a, b)

    def eq(self, a: Value, b: Value) -> Value:
        """Return a == b, false if either is NaN."""
        return self.compare("oeq", a, b)

    def ne(self, a: Value, b: Value) -> Value:
        """Return a != b, true if either is NaN."""
        return self.compare("une", a, b)

    def isnan(self, a: Value) -> Value:
        """Return where a is NaN."""
        return self.compare("uno", a, a)

    def mask_and(self, a: Value, b: Value) -> Value:
        """Return a and b."""
        return self.pure(f"and {self.mask_type} {a.text}, {b.text}", "mask")

    def mask_or(self, a: Value, b: Value) -> Value:
        """Return a or b."""
        return self.pure(f"or {self.mask_type} {a.text}, {b.text}", "mask")

    def mask_xor(self, a: Value, b: Value) -> Value:
        """Return a != b."""
        return self.pure(f"xor {self.mask_type} {a.text}, {b.text}", "mask")

    def mask_not(self, a: Value) -> Value:
        """Return not a."""
        return self.mask_xor(a, self.truth(True))

    def select(self, mask: Value, a: Value, b: Value) -> Value:
        """Return a where the mask is set, else b (both of one kind)."""
        t = self.types[a.type]
        return self.pure(f"select {self.mask_type} {mask.text}, {t} {a.text}, {t} {b.text}", a.type)

    def to_real(self, a: Value) -> Value:
        """Return a mask as 0.0 and 1.0, a signed integer as the nearest real, a real as it is."""
        if a.type == "mask":
            return self.select(a, self.constant(1.0), self.constant(0.0))
        if a.type == "int":
            return self.pure(f"sitofp {self.int_type} {a.text} to {self.real_type}", "real")
        return a

    def to_mask(self, a: Value) -> Value:
        """Return where a real or an integer is not zero (NaN is not), a mask as it is."""
        if a.type == "mask":
            return a
        return self.ne(a, self.constant(0.0)) if a.type == "real" else self.icompare("ne", a, self.integer(0))

    # -- integers ----------------------------------------------------------------------

    def to_bits(self, a: Value) -> Value:
        """Return the bit pattern of a real."""
        return self.pure(f"bitcast {self.real_type} {a.text} to {self.int_type}", "int")

    def from_bits(self, a: Value) -> Value:
        """Return the real of a bit pattern."""
        return self.pure(f"bitcast {self.int_type} {a.text} to {self.real_type}", "real")

    def _integer(self, operation: str, a: Value, b: Value) -> Value:
        return self.pure(f"{operation} {self.int_type} {a.text}, {b.text}", "int")

    def iadd(self, a: Value, b: Value) -> Value:
        """Return a + b, wrapping."""
        return self._integer("add", a, b)

    def isub(self, a: Value, b: Value) -> Value:
        """Return a - b, wrapping."""
        return self._integer("sub", a, b)

    def imul(self, a: Value, b: Value) -> Value:
        """Return a * b, wrapping."""
        return self._integer("mul", a, b)

    def iand(self, a: Value, b: Value) -> Value:
        """Return a & b."""
        return self._integer("and", a, b)

    def ior(self, a: Value, b: Value) -> Value:
        """Return a | b."""
        return self._integer("or", a, b)

    def ixor(self, a: Value, b: Value) -> Value:
        """Return a ^ b."""
        return self._integer("xor", a, b)

    def ishl(self, a: Value, n: int) -> Value:
        """Return a << n."""
        return self._integer("shl", a, self.integer(n))

    def ilshr(self, a: Value, n: int) -> Value:
        """Return a >> n, filling with zeros."""
        return self._integer("lshr", a, self.integer(n))

    def iashr(self, a: Value, n: int) -> Value:
        """Return a >> n, filling with the sign."""
        return self._integer("ashr", a, self.integer(n))

    def icompare(self, predicate: str, a: Value, b: Value) -> Value:
        """Return the mask of LLVM's icmp `predicate`: eq, ne, slt, ult, ..."""
        return self.pure(f"icmp {predicate} {self.int_type} {a.text}, {b.text}", "mask")

    # -- tables and calls ----------------------------------------------------------------

    def table(self, values: Sequence[float], index: Value) -> Value:
        """Return values[index modulo their number], which must be a power of two; the index is an int."""
        size = len(values)
        literals = [real_literal(x if self.real == "f64" else _to_single(x)) for x in values]
        if self.features.register_tables and self.width == 8 and self.real == "f64" and size in (8, 16):
            return self._permute(literals, index)
        if self.features.register_tables and self.width == 16 and self.real == "f32" and size in (8, 16):
            return self._permute_singles(literals * (16 // size), index)
        name = self.module.table(self.scalar_real, literals)
        low = self.iand(index, self.integer(size - 1))
        lanes = []
        for lane in range(self.width):
            at = self.extract(low, lane)
            where = self.scalar(f"getelementptr inbounds {self.scalar_real}, ptr {name}, {self.scalar_int} {at}")
            lanes.append(self.scalar(f"load {self.scalar_real}, ptr {where}, align {_BYTES[self.real]}"))
        return self.gathered(lanes, "real")

    def _permute(self, literals: list[str], index: Value) -> Value:
        halves = [f"<{', '.join(f'double {x}' for x in literals[at : at + 8])}>" for at in range(0, len(literals), 8)]
        vector, ints = self.real_type, self.int_type
        if len(halves) == 1:
            call = f"@llvm.x86.avx512.permvar.df.512({vector} {halves[0]}, {ints} {index.text})"
        else:
            operands = f"{vector} {halves[0]}, {ints} {index.text}, {vector} {halves[1]}"
            call = f"@llvm.x86.avx512.vpermi2var.pd.512({operands})"
        return self.pure(f"call {vector} {call}", "real")

    def _permute_singles(self, literals: list[str], index: Value) -> Value:
        items = ", ".join(f"float {x}" for x in literals)
        operands = f"{self.real_type} <{items}>, {self.int_type} {index.text}"
        return self.pure(f"call {self.real_type} @llvm.x86.avx512.permvar.sf.512({operands})", "real")

    def call_shared(self, name: str, body: Body, *args: Value) -> Value:
        """Call the module's own function `name` on whole vectors: `body(emitter, *args)` writes it once."""
        symbol = f"rssn_{name}_{self.real}x{self.width}"
        t = self.real_type

        def write(module: Module, private: bool) -> None:
            write_shared(module, symbol, body, self.width, self.real, len(args), private=private)

        self.module.require(symbol, t, [t] * len(args), write)
        return self.pure(f"call {t} @{symbol}({', '.join(f'{t} {a.text}' for a in args)})", "real")

    def call_scalar(self, symbol: str, *args: Value) -> Value:
        """Call the C library's function of doubles lane by lane (f32 goes through double and rounds)."""
        self.module.declare(symbol, "double", ["double"] * len(args))
        lanes = []
        for lane in range(self.width):
            items = [self.extract(a, lane) for a in args]
            if self.real == "f32":
                items = [self.scalar(f"fpext float {item} to double") for item in items]
            result = self.scalar(f"call double @{symbol}({', '.join(f'double {item}' for item in items)})")
            lanes.append(self.scalar(f"fptrunc double {result} to float") if self.real == "f32" else result)
        return self.gathered(lanes, "real")


def write_shared(module: Module, symbol: str, body: Body, width: int, real: str, arity: int, *, private: bool) -> None:
    """Write a function of whole vectors into a module, as `call_shared` calls it."""
    shape = Emitter(Function(module, "", ""), width, real)
    parameters = [(shape.real_type, f"a{i}") for i in range(arity)]
    e = Emitter(module.function(symbol, shape.real_type, parameters, private=private), width, real)
    e.ret(body(e, *[e.parameter(name) for _, name in parameters]))


def _to_single(x: float) -> float:
    try:
        return float(_single.unpack(_single.pack(x))[0])
    except OverflowError:
        return math.copysign(math.inf, x)
