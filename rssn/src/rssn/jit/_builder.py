"""Write primitive steps, each distinct one once. Lowering rules of operators speak to this vocabulary.

Values are step numbers. A step whose operands are all constants is computed
here by the very functions that the interpreter uses; calls of elementary
functions are left to run time, once per call of the kernel.
"""

from __future__ import annotations

import math
import struct
from importlib import import_module
from typing import NamedTuple

from .._numpy import np
from ._steps import COMMUTATIVE, COMPLEX, LEAVES, MASK, REAL, is_call, signature

Constant = float | bool
_SMALLEST_NORMAL = {"f64": 2.0**-1022, "f32": 2.0**-126}


class Step(NamedTuple):
    """One primitive step; operands are numbers of earlier steps, or for a leaf an index into its table."""

    operator: str
    operands: tuple[int, ...]


class Builder:
    """Collects steps. `real_type` is "f64" or "f32"."""

    def __init__(self, real_type: str) -> None:
        self.real_type = real_type
        self.dtype = np.dtype(np.float64 if real_type == "f64" else np.float32)
        self.steps: list[Step] = []
        self.kinds: list[str] = []
        self.constants: list[Constant] = []
        self._known: dict[Step, int] = {}
        self._constant_index: dict[bytes, int] = {}
        self._constant_steps: dict[int, Constant] = {}

    # Leaves

    def load(self, argument: int) -> int:
        """Return the value of the argument with this index."""
        return self._append(Step("load", (argument,)), REAL)

    def load_imaginary(self, argument: int) -> int:
        """Return the imaginary part of the argument with this index."""
        return self._append(Step("load_imaginary", (argument,)), REAL)

    def constant(self, value: float) -> int:
        """Return a real constant, rounded to the tape's type."""
        if self.real_type == "f64":
            return self._leaf("constant", float(value))
        with np.errstate(over="ignore"):
            return self._leaf("constant", float(np.float32(value)))

    def truth(self, value: bool) -> int:
        """Return a mask that is everywhere true or everywhere false."""
        return self._leaf("truth", value)

    def _leaf(self, operator: str, value: Constant) -> int:
        key = operator.encode() + (b"nan" if value != value else struct.pack("<d", value))
        index = self._constant_index.get(key)
        if index is None:
            index = self._constant_index[key] = len(self.constants)
            self.constants.append(value)
        step = self._append(Step(operator, (index,)), REAL if operator == "constant" else MASK)
        self._constant_steps[step] = value
        return step

    # Steps

    def step(self, operator: str, *operands: int) -> int:
        """Return the result of a primitive, or of the elementary function of that name.

        Operands of the other kind are converted: a mask counts as 0 or 1, a
        number is true where it is not 0 (a NaN is true).
        """
        wanted, result = signature(operator, len(operands))
        kinds = self.kinds
        for kind, operand in zip(wanted, operands, strict=True):
            if kinds[operand] != kind:
                pairs = zip(wanted, operands, strict=True)
                operands = tuple(self.real(v) if k == REAL else self.mask(v) for k, v in pairs)
                break
        if operator == "div":
            operator, operands = self._reduced_division(operands)
        if operator in COMMUTATIVE and operands[0] > operands[1]:
            operands = (operands[1], operands[0], *operands[2:])
        found = Step(operator, operands)
        number = self._known.get(found)
        if number is not None:
            return number
        known = self._constant_steps
        if operands[0] in known and all(v in known for v in operands) and not is_call(operator) and result != COMPLEX:
            return self._fold(operator, operands, result)
        return self._append(found, result)

    def real(self, value: int) -> int:
        """Return the value as a number: itself, or 0 and 1 for a mask."""
        return value if self.kinds[value] == REAL else self.step("number", value)

    def mask(self, value: int) -> int:
        """Return the value as a mask: itself, or where the number is not 0."""
        return value if self.kinds[value] == MASK else self.step("ne", value, self.constant(0.0))

    def select(self, condition: int, yes: int, no: int) -> int:
        """Return `yes` where the condition holds, else `no`; a mask if both are masks."""
        both = self.kinds[yes] == MASK and self.kinds[no] == MASK
        return self.step("choose" if both else "select", condition, yes, no)

    def constant_value(self, value: int) -> Constant | None:
        """Return what a constant step holds, or None for any other step."""
        return self._constant_steps.get(value)

    def _reduced_division(self, operands: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
        """Turn a division by a power of two into a product: both round the same exact value."""
        divisor = self._constant_steps.get(operands[1])
        if divisor and math.isfinite(divisor) and abs(math.frexp(divisor)[0]) == 0.5:
            inverse = 1.0 / divisor
            if _SMALLEST_NORMAL[self.real_type] <= abs(inverse) < math.inf:
                return "mul", (operands[0], self.constant(inverse))
        return "div", operands

    def _append(self, step: Step, kind: str) -> int:
        number = self._known.get(step)
        if number is None:
            number = self._known[step] = len(self.steps)
            self.steps.append(step)
            self.kinds.append(kind)
        return number

    def _fold(self, operator: str, operands: tuple[int, ...], result: str) -> int:
        values = [self._constant_steps[v] for v in operands]
        if operator == "number":
            return self.constant(float(values[0]))
        wanted, _ = signature(operator, len(operands))
        typed = [self.dtype.type(v) if k == REAL else np.bool_(v) for k, v in zip(wanted, values, strict=True)]
        with np.errstate(all="ignore"):
            folded = import_module("._values", __package__).VALUES[operator](*typed)
        return self.constant(float(folded)) if result == REAL else self.truth(bool(folded))


def is_leaf(step: Step) -> bool:
    """Say whether a step reads an argument or a constant."""
    return step.operator in LEAVES
