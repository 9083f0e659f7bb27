"""Printing instructions: names, value numbering, blocks, memory. The arithmetic stands in `_emitter`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rssn.errors import OptionError

from ._features import Features
from ._module import COLD, NONTEMPORAL, Function, Module

_LLVM_REAL = {"f64": "double", "f32": "float"}
_LLVM_BITS = {"f64": "i64", "f32": "i32"}
MEMORY = {
    "f64": "double",
    "f32": "float",
    "f16": "half",
    "bool": "i8",
    "i8": "i8",
    "i16": "i16",
    "i32": "i32",
    "i64": "i64",
    "u8": "i8",
    "u16": "i16",
    "u32": "i32",
    "u64": "i64",
}
"""LLVM's type of an array element, by the dtype's short name."""
_SIZES = {"double": 8, "float": 4, "half": 2, "i8": 1, "i16": 2, "i32": 4, "i64": 8}
BYTES = {dtype: _SIZES[element] for dtype, element in MEMORY.items()}


class Value:
    """What an instruction gives: the text naming it, and its kind: "real", "int" or "mask". Immutable by custom."""

    __slots__ = ("text", "type")

    def __init__(self, text: str, type: str) -> None:
        self.text = text
        self.type = type

    def __repr__(self) -> str:
        return f"Value({self.text!r}, {self.type!r})"


class Builder:
    """Prints into one function, for vectors of `width` lanes (1: scalars) of `real` ("f64" or "f32").

    A pure instruction with the same operands is printed once: its text is its
    value number. Numbers live in the function, so that builders of different
    width or precision can write into the same function, and are forgotten at
    the end of the scope that printed them.
    """

    def __init__(self, function: Function, width: int, real: str = "f64") -> None:
        if real not in _LLVM_REAL or width < 1 or width & (width - 1):
            raise OptionError(
                "no such vector", wanted="f64 or f32, as wide as a power of two", found=f"{real}, width {width}"
            )
        self.function = function
        self.module: Module = function.module
        self.features: Features = function.module.features
        self.width, self.real = width, real
        self.scalar_real, self.scalar_int = _LLVM_REAL[real], _LLVM_BITS[real]
        self.vector = width > 1
        self.real_type = self.vector_of(self.scalar_real)
        self.int_type = self.vector_of(self.scalar_int)
        self.mask_type = self.vector_of("i1")
        self.types = {"real": self.real_type, "int": self.int_type, "mask": self.mask_type}
        self.scalar_types = {"real": self.scalar_real, "int": self.scalar_int, "mask": "i1"}
        self.real_suffix = f".v{width}{real}" if self.vector else f".{real}"
        self._values: dict[str, Value] = function.values  # type: ignore[assignment]
        self._line = function.lines.append
        self._name = function.names.__next__

    def vector_of(self, element: str) -> str:
        """Return LLVM's type of `width` elements: the element itself if the width is 1."""
        return f"<{self.width} x {element}>" if self.vector else element

    def sibling(self, real: str, width: int) -> Builder:
        """Return a builder of another shape that prints into the same function."""
        return type(self)(self.function, width, real)

    # -- instructions ----------------------------------------------------------------

    def pure(self, instruction: str, kind: str) -> Value:
        """Print an instruction that depends on its operands alone, unless the same was printed before."""
        value = self._values.get(instruction)
        if value is None:
            text = f"%{self._name()}"
            self._line(f"  {text} = {instruction}")
            self._values[instruction] = value = Value(text, kind)
        return value

    def once(self, key: str, write: Callable[[], tuple[Value, Value]]) -> tuple[Value, Value]:
        """Return two values that `write` prints, unless it has under the same key where they can be used."""
        first, second = f"{key}, 0", f"{key}, 1"
        if first not in self._values:
            self._values[first], self._values[second] = write()
        return self._values[first], self._values[second]

    def effect(self, instruction: str, kind: str) -> Value:
        """Print an instruction whose result may differ from one time to the next, such as a load."""
        text = f"%{self._name()}"
        self._line(f"  {text} = {instruction}")
        return Value(text, kind)

    def raw(self, line: str) -> None:
        """Print a line as it is."""
        self._line(line)

    def scalar(self, instruction: str) -> str:
        """Print a pure instruction on LLVM types of the caller's choice; return the name of its result."""
        return self.pure(instruction, "").text

    def new_name(self, hint: str = "t") -> str:
        """Return a name nobody else has, for lines printed by `raw`."""
        return f"%{hint}.{self._name()}"

    def parameter(self, name: str, kind: str = "real") -> Value:
        """Return the function's parameter `name`, whose LLVM type must be the one of `kind` here."""
        return Value(f"%{name}", kind)

    # -- blocks ----------------------------------------------------------------------

    def new_label(self, hint: str = "block") -> str:
        """Return a block label nobody else has (without the %)."""
        return f"{hint}.{self._name()}"

    def begin(self, label: str) -> None:
        """Open a block. What came before must have ended with a branch."""
        self._line(f"{label}:")
        self.function.block = label

    @property
    def block(self) -> str:
        """The label of the block being written."""
        return self.function.block

    def jump(self, label: str) -> None:
        """End the block with a branch to `label`."""
        self._line(f"  br label %{label}")

    def branch(self, condition: str, then: str, otherwise: str, *, cold: bool = False) -> None:
        """End the block with a branch on the i1 `condition`; `cold` says that `then` is seldom taken."""
        note = f", {COLD}" if cold else ""
        self._line(f"  br i1 {condition}, label %{then}, label %{otherwise}{note}")

    def phi(self, kind: str, incoming: Sequence[tuple[str, str]]) -> Value:
        """Join values (text, label of the block it comes from) at the head of a block."""
        pairs = ", ".join(f"[ {text}, %{label} ]" for text, label in incoming)
        return self.effect(f"phi {self.types[kind]} {pairs}", kind)

    def ret(self, value: Value | None = None) -> None:
        """End the function."""
        self._line("  ret void" if value is None else f"  ret {self.types[value.type]} {value.text}")

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Forget, at the end, the values printed inside: code that follows is not dominated by them."""
        before = len(self._values)
        try:
            yield
        finally:
            while len(self._values) > before:
                self._values.popitem()

    def any(self, mask: Value) -> str:
        """Return the i1 that says whether any lane of the mask is set."""
        if not self.vector:
            return mask.text
        bits = self.scalar(f"bitcast {self.mask_type} {mask.text} to i{self.width}")
        return self.scalar(f"icmp ne i{self.width} {bits}, 0")

    def guard(self, mask: Value, fast: Value, slow: Callable[[], Value]) -> Value:
        """Return `fast`, or in case any lane of `mask` is set what `slow` computes for all lanes in a cold block."""
        cold, after, condition, before = self.new_label("cold"), self.new_label("after"), self.any(mask), self.block
        self.branch(condition, cold, after, cold=True)
        self.begin(cold)
        with self.scope():
            redone = slow()
        last = self.block
        self.jump(after)
        self.begin(after)
        return self.phi(fast.type, [(fast.text, before), (redone.text, last)])

    # -- lanes -----------------------------------------------------------------------

    def extract(self, value: Value, lane: int) -> str:
        """Return the name of one lane."""
        if not self.vector:
            return value.text
        return self.scalar(f"extractelement {self.types[value.type]} {value.text}, i32 {lane}")

    def gathered(self, lanes: Sequence[str], kind: str) -> Value:
        """Return the vector made of these scalars."""
        if not self.vector:
            return Value(lanes[0], kind)
        whole, element, text = self.types[kind], self.scalar_types[kind], "poison"
        for lane, item in enumerate(lanes):
            text = self.scalar(f"insertelement {whole} {text}, {element} {item}, i32 {lane}")
        return Value(text, kind)

    def broadcast(self, scalar: str, kind: str = "real") -> Value:
        """Return a scalar (its text) in every lane."""
        if not self.vector:
            return Value(scalar, kind)
        whole = self.types[kind]
        first = self.scalar(f"insertelement {whole} poison, {self.scalar_types[kind]} {scalar}, i32 0")
        zeros = f"<{self.width} x i32> zeroinitializer"
        return self.pure(f"shufflevector {whole} {first}, {whole} poison, {zeros}", kind)

    def first_lanes(self, count: str) -> Value:
        """Return the mask of the lanes whose number is below the i64 `count`, for the tail of a loop."""
        if not self.vector:
            return Value(self.scalar(f"icmp ult i64 0, {count}"), "mask")
        whole, zeros = f"<{self.width} x i64>", f"<{self.width} x i32> zeroinitializer"
        first = self.scalar(f"insertelement {whole} poison, i64 {count}, i32 0")
        every = self.scalar(f"shufflevector {whole} {first}, {whole} poison, {zeros}")
        numbers = ", ".join(f"i64 {lane}" for lane in range(self.width))
        return self.pure(f"icmp ult {whole} <{numbers}>, {every}", "mask")

    def slice(self, value: Value, start: int, width: int) -> str:
        """Return the name of `width` neighbouring lanes (a scalar if 1)."""
        if width == self.width:
            return value.text
        if width == 1:
            return self.extract(value, start)
        lanes = ", ".join(f"i32 {lane}" for lane in range(start, start + width))
        whole = self.types[value.type]
        return self.scalar(f"shufflevector {whole} {value.text}, {whole} poison, <{width} x i32> <{lanes}>")

    def joined(self, pieces: Sequence[str], width: int, kind: str = "real") -> Value:
        """Return the vector made of pieces of `width` lanes each, two by two."""
        if width == 1:
            return self.gathered(pieces, kind)
        element = self.scalar_types[kind]
        while len(pieces) > 1:
            lanes = ", ".join(f"i32 {lane}" for lane in range(2 * width))
            half = f"<{width} x {element}>"
            pieces = [
                self.scalar(f"shufflevector {half} {a}, {half} {b}, <{2 * width} x i32> <{lanes}>")
                for a, b in zip(pieces[::2], pieces[1::2], strict=True)
            ]
            width *= 2
        return Value(pieces[0], kind)

    def interleaved(self, a: Value, b: Value) -> Value:
        """Return twice as many lanes, taken from a and b in turn: complex numbers as they lie in memory."""
        t = self.scalar_real
        if not self.vector:
            first = self.scalar(f"insertelement <2 x {t}> poison, {t} {a.text}, i32 0")
            return self.pure(f"insertelement <2 x {t}> {first}, {t} {b.text}, i32 1", "complex")
        lanes = ", ".join(f"i32 {lane}, i32 {lane + self.width}" for lane in range(self.width))
        places = f"<{2 * self.width} x i32> <{lanes}>"
        return self.pure(f"shufflevector {self.real_type} {a.text}, {self.real_type} {b.text}, {places}", "complex")

    # -- memory ----------------------------------------------------------------------

    def address(self, base: str, index: str, element: str) -> str:
        """Return base + index elements; `element` is an LLVM type ("i8" makes the index a byte offset)."""
        return self.scalar(f"getelementptr inbounds {element}, ptr {base}, i64 {index}")

    def load(self, pointer: str, dtype: str = "", *, mask: Value | None = None, fill: float = 1.0) -> Value:
        """Return `width` neighbouring elements of `dtype` as reals.

        Lanes outside the mask are not read and give `fill`, 1.0 so that they never enter a slow path.
        """
        dtype = dtype or self.real
        if mask is None:
            return self.widen(self.elements(pointer, dtype), dtype)
        element, align = MEMORY[dtype], BYTES[dtype]
        whole = self.vector_of(element)
        self._need_vector("a masked load")
        suffix = f"v{self.width}{_suffix(element)}.p0"
        zero = "zeroinitializer"
        text = self.effect(
            f"call {whole} @llvm.masked.load.{suffix}(ptr align {align} {pointer}, {self.mask_type} {mask.text}, "
            f"{whole} {zero})",
            "",
        ).text
        every = self.real_constant(fill)
        return self.pure(
            f"select {self.mask_type} {mask.text}, {self.real_type} {self.widen(text, dtype).text}, "
            f"{self.real_type} {every}",
            "real",
        )

    def elements(self, pointer: str, dtype: str) -> str:
        """Return the name of `width` neighbouring elements of `dtype` as they lie in memory."""
        return self.effect(f"load {self.vector_of(MEMORY[dtype])}, ptr {pointer}, align {BYTES[dtype]}", "").text

    def elements_apart(self, pointer: str, stride: str, dtype: str) -> str:
        """Return the name of `width` elements of `dtype` as they lie in memory, `stride` bytes (an i64) apart."""
        whole, text, here = self.vector_of(MEMORY[dtype]), "poison", pointer
        for lane in range(self.width):
            if lane:
                here = self.scalar(f"getelementptr inbounds i8, ptr {here}, i64 {stride}")
            item = self.effect(f"load {MEMORY[dtype]}, ptr {here}, align {BYTES[dtype]}", "").text
            if not self.vector:
                return item
            text = self.scalar(f"insertelement {whole} {text}, {MEMORY[dtype]} {item}, i32 {lane}")
        return text

    def load_scalar(self, pointer: str, dtype: str = "") -> Value:
        """Return one element of `dtype` in every lane, as reals."""
        dtype = dtype or self.real
        text = self.effect(f"load {MEMORY[dtype]}, ptr {pointer}, align {BYTES[dtype]}", "").text
        return self.broadcast(self._widen(text, dtype, MEMORY[dtype], self.scalar_real), "real")

    def load_strided(self, pointer: str, stride: str, dtype: str = "", lanes: int | None = None) -> Value:
        """Return elements `stride` bytes (an i64) apart as reals, one by one, at most `lanes` of them."""
        dtype = dtype or self.real
        element, align = MEMORY[dtype], BYTES[dtype]
        items, here = [], pointer
        for lane in range(self.width if lanes is None else lanes):
            if lane:
                here = self.scalar(f"getelementptr inbounds i8, ptr {here}, i64 {stride}")
            loaded = self.effect(f"load {element}, ptr {here}, align {align}", "").text
            items.append(self._widen(loaded, dtype, element, self.scalar_real))
        return self.gathered(items, "real")

    def store(
        self, value: Value, pointer: str, dtype: str = "", *, mask: Value | None = None, streaming: bool = False
    ) -> None:
        """Write a real or mask vector to neighbouring elements: of `real` or "f64"/"f32" for reals, bool for masks.

        `streaming` bypasses the caches and needs the pointer aligned to the whole vector.
        """
        text, element = self._narrow(value, dtype or ("bool" if value.type == "mask" else self.real))
        whole, align = self.vector_of(element), _SIZES[element]
        if mask is not None:
            self._need_vector("a masked store")
            suffix = f"v{self.width}{_suffix(element)}.p0"
            self._line(
                f"  call void @llvm.masked.store.{suffix}({whole} {text}, ptr align {align} {pointer}, "
                f"{self.mask_type} {mask.text})"
            )
        elif streaming:
            self._line(f"  store {whole} {text}, ptr {pointer}, align {align * self.width}, {NONTEMPORAL}")
        else:
            self._line(f"  store {whole} {text}, ptr {pointer}, align {align}")

    def store_strided(self, value: Value, pointer: str, stride: str, dtype: str = "", lanes: int | None = None) -> None:
        """Write lanes one by one, `stride` bytes (an i64) apart; `lanes` limits how many are written."""
        text, element = self._narrow(value, dtype or ("bool" if value.type == "mask" else self.real))
        whole, here = self.vector_of(element), pointer
        for lane in range(self.width if lanes is None else lanes):
            if lane:
                here = self.scalar(f"getelementptr inbounds i8, ptr {here}, i64 {stride}")
            item = self.scalar(f"extractelement {whole} {text}, i32 {lane}") if self.vector else text
            self._line(f"  store {element} {item}, ptr {here}, align {_SIZES[element]}")

    def load_interleaved(self, pointer: str, dtype: str) -> tuple[Value, Value]:
        """Return the first and the second parts of `width` neighbouring pairs of `dtype`."""
        wide = self.sibling(self.real, 2 * self.width)
        text, t = wide.load(pointer, dtype).text, self.scalar_real
        if not self.vector:
            return Value(wide.extract(Value(text, "real"), 0), "real"), Value(
                wide.extract(Value(text, "real"), 1), "real"
            )
        found = []
        for part in (0, 1):
            lanes = ", ".join(f"i32 {2 * lane + part}" for lane in range(self.width))
            places = f"<{self.width} x i32> <{lanes}>"
            found.append(
                self.pure(
                    f"shufflevector <{2 * self.width} x {t}> {text}, <{2 * self.width} x {t}> poison, {places}", "real"
                )
            )
        return found[0], found[1]

    def store_interleaved(
        self, value: Value, pointer: str, stride: str | None, dtype: str, *, streaming: bool = False
    ) -> None:
        """Write pairs, as `interleaved` makes them: neighbours, or `stride` bytes (an i64) apart."""
        wide = self.sibling(self.real, 2 * self.width)
        if stride is None:
            wide.store(Value(value.text, "real"), pointer, dtype, streaming=streaming)
            return
        pair, here = self.sibling(self.real, 2), pointer
        for lane in range(self.width):
            if lane:
                here = self.scalar(f"getelementptr inbounds i8, ptr {here}, i64 {stride}")
            pair.store(Value(wide.slice(Value(value.text, "real"), 2 * lane, 2), "real"), here, dtype)

    def widen(self, text: str, dtype: str) -> Value:
        """Return a vector of elements of `dtype`, as loaded, as reals (f64 to f32 and wide integers round)."""
        whole = self.vector_of(MEMORY[dtype])
        return Value(self._widen(text, dtype, whole, self.real_type), "real")

    def as_f64(self, text: str, real: str) -> Value:
        """Return lanes of another emitter's `real` as f64, this emitter's."""
        return Value(self._widen(text, real, self.vector_of(_LLVM_REAL[real]), self.real_type), "real")

    def from_f64(self, value: Value, real: str) -> str:
        """Return the name of f64 lanes rounded to `real`."""
        return self._narrow(value, real)[0]

    def _widen(self, text: str, dtype: str, given: str, wanted: str) -> str:
        if dtype == self.real:
            return text
        if dtype == "f16" and not self.features.widens_half:
            return self._widen_half(text, given, wanted)
        if dtype in ("f64", "f32", "f16"):
            return self.scalar(f"{'fptrunc' if dtype == 'f64' else 'fpext'} {given} {text} to {wanted}")
        if dtype == "bool":
            flags = given.replace("i8", "i1")
            text, given = self.scalar(f"icmp ne {given} {text}, {_zero(given)}"), flags
        return self.scalar(f"{'sitofp' if dtype[0] == 'i' else 'uitofp'} {given} {text} to {wanted}")

    def _widen_half(self, text: str, given: str, wanted: str) -> str:
        """Widen without an instruction for it: as bits of an f32 whose exponent is 112 too small."""
        halves, ints, singles = (given.replace("half", kind) for kind in ("i16", "i32", "float"))

        def splat(kind: str, literal: str) -> str:
            return f"splat ({kind} {literal})" if given.startswith("<") else literal

        def both(operation: str, a: str, number: int) -> str:
            return self.scalar(f"{operation} {ints} {a}, {splat('i32', str(number))}")

        bits = self.scalar(f"bitcast {given} {text} to {halves}")
        bits = self.scalar(f"zext {halves} {bits} to {ints}")
        size = both("shl", both("and", bits, 0x7FFF), 13)
        small = self.scalar(f"bitcast {ints} {size} to {singles}")
        scaled = self.scalar(f"fmul {singles} {small}, {splat('float', '0x46F0000000000000')}")
        finite = self.scalar(f"bitcast {singles} {scaled} to {ints}")
        special = both("or", size, 0x7F800000)
        is_special = both("icmp uge", size, 0x0F800000)
        flags = ints.replace("i32", "i1")
        chosen = self.scalar(f"select {flags} {is_special}, {ints} {special}, {ints} {finite}")
        sign = both("shl", both("and", bits, 0x8000), 16)
        signed = self.scalar(f"or {ints} {chosen}, {sign}")
        single = self.scalar(f"bitcast {ints} {signed} to {singles}")
        return single if wanted == singles else self.scalar(f"fpext {singles} {single} to {wanted}")

    def _narrow(self, value: Value, dtype: str) -> tuple[str, str]:
        element = MEMORY[dtype]
        whole = self.vector_of(element)
        if value.type == "mask":
            if dtype == "bool":
                return self.scalar(f"zext {self.mask_type} {value.text} to {whole}"), element
            return self.scalar(f"uitofp {self.mask_type} {value.text} to {whole}"), element
        if dtype == self.real or value.type == "int":
            return value.text, element if value.type == "real" else self.scalar_int
        conversion = "fpext" if dtype == "f64" else "fptrunc"
        return self.scalar(f"{conversion} {self.real_type} {value.text} to {whole}"), element

    def _need_vector(self, what: str) -> None:
        if not self.vector:
            raise OptionError(f"{what} needs a vector", wanted="width > 1", found="width 1", hint="branch instead")

    def real_constant(self, x: float) -> str:
        """Return the text of a real constant in every lane."""
        raise NotImplementedError


def _zero(llvm_type: str) -> str:
    return "zeroinitializer" if llvm_type.startswith("<") else "0"


def _suffix(element: str) -> str:
    return {"double": "f64", "float": "f32", "half": "f16"}.get(element, element)
