"""Tape: a formula as primitive steps in the order in which they run.

The one program of a kernel. The block interpreter executes it with NumPy,
code generation prints it as machine code, and the two agree bit for bit.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import field
from functools import cached_property

from .._record import record
from ._builder import Constant, Step
from ._steps import COMPLEX, LOADS, MASK, OWN, is_call

_OPERAND_SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_FUSED = {"fma": "{0}*{1} + {2}", "fms": "{0}*{1} - {2}", "fnma": "{2} - {0}*{1}"}
_SHOWN_STEPS = 2_000


@record(frozen=True)
class Tape:
    """Steps in running order. Operands of a step are numbers of earlier ones; `outputs` are step numbers.

    `kinds` has "r" (real), "m" (mask) or "c" (complex) per step, `arguments` the names in
    calling order, `constants` what the steps "constant" and "truth" point at.
    """

    steps: tuple[Step, ...]
    kinds: str
    constants: tuple[Constant, ...]
    arguments: tuple[str, ...]
    outputs: tuple[int, ...]
    real_type: str
    math: str
    is_complex: bool = False
    """whether arguments are read as complex numbers"""
    node_count: int = field(default=0, compare=False)

    def __len__(self) -> int:
        return len(self.steps)

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each operator occurs."""
        return Counter(step.operator for step in self.steps)

    @cached_property
    def own_calls(self) -> tuple[str, ...]:
        """The distinct steps that call an operator of a user's as a whole."""
        return tuple(sorted(operator for operator in self.counts if operator.startswith(OWN)))

    @cached_property
    def uniform(self) -> frozenset[int]:
        """Steps whose value is the same in every row, whatever the arguments: constants and functions of them."""
        found: set[int] = set()
        for number, (operator, operands) in enumerate(self.steps):
            if operator in ("constant", "truth") or (operator not in LOADS and found.issuperset(operands)):
                found.add(number)
        return frozenset(found)

    @cached_property
    def loaded(self) -> tuple[int, ...]:
        """Indices of the arguments that are read, in order; an argument may go unused."""
        return tuple(sorted({step.operands[0] for step in self.steps if step.operator in LOADS}))

    def output_is_mask(self, output: int) -> bool:
        """Say whether an output is a truth value rather than a number."""
        return self.kinds[self.outputs[output]] == MASK

    def output_is_complex(self, output: int) -> bool:
        """Say whether an output is a complex number."""
        return self.kinds[self.outputs[output]] == COMPLEX

    def __str__(self) -> str:
        real_type = f"complex {self.real_type}" if self.is_complex else self.real_type
        lines = [f"{real_type} {self.math}({', '.join(self.arguments)}): {len(self.steps)} steps"]
        lines += [f"  %{n} = {self._text(step)}" for n, step in enumerate(self.steps[:_SHOWN_STEPS])]
        if len(self.steps) > _SHOWN_STEPS:
            lines.append(f"  ... {len(self.steps) - _SHOWN_STEPS} more")
        lines.append("  return " + ", ".join(f"%{n}" for n in self.outputs))
        return "\n".join(lines)

    def _text(self, step: Step) -> str:
        operator, operands = step
        if operator == "load":
            return self.arguments[operands[0]]
        if operator == "load_imaginary":
            return f"imaginary({self.arguments[operands[0]]})"
        if operator in ("constant", "truth"):
            return repr(self.constants[operands[0]]).lower()
        names = [f"%{n}" for n in operands]
        if operator in _FUSED:
            return _FUSED[operator].format(*names)
        if operator in _OPERAND_SIGNS:
            return f" {_OPERAND_SIGNS[operator]} ".join(names)
        return f"{'call ' if is_call(operator) else ''}{operator}({', '.join(names)})"
