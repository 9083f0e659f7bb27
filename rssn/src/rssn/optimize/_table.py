"""What steps of a kernel cost on a machine: measured nanoseconds, kept as JSON in the package and by the user."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from platformdirs import user_config_path

from .. import config
from ..errors import OptionError

VERSION: Final = 1
_DEFAULT: Final = "costs_avx512.json"
_UNKNOWN_NS: Final = 4.0  # an operator that nobody measured is an expensive function


@dataclass(frozen=True)
class CostTable:
    """Nanoseconds per row of f64, in vectors of `width` rows, data in the second-level cache.

    Attributes:
        steps: what each primitive step or elementary function keeps the vector arithmetic busy.
        divider: what it keeps the unit for division and square roots busy, which works beside the arithmetic.
        latency: what one step takes from operand to result, in cycles of a vector; for steps that are listed.
        pairs: two functions of the same operand, joined by "|": what the pair costs together.
        operators: every operator of the registry by itself, for searches that know no steps.
        byte_ns: reading or writing one byte.
        loop_ns: what a row costs that computes nothing.
        width: rows per vector when this was measured.
        target: the instruction set.
        cpu: the processor's name.
    """

    steps: Mapping[str, float]
    divider: Mapping[str, float]
    pairs: Mapping[str, float]
    operators: Mapping[str, float]
    byte_ns: float
    loop_ns: float
    width: int
    target: str
    cpu: str = ""
    version: int = field(default=VERSION)

    def step_ns(self, name: str) -> float:
        """Return what a step keeps the arithmetic busy."""
        return self.steps.get(name, self.operators.get(name, _UNKNOWN_NS))

    def operator_ns(self, name: str) -> float:
        """Return what an operator costs by itself."""
        return self.operators.get(name, _UNKNOWN_NS)

    def pair_ns(self, first: str, second: str) -> float | None:
        """Return what two functions of the same operand cost together, or None where they share nothing."""
        return self.pairs.get("|".join(sorted((first, second))))

    def scaled(self, width: int, target: str) -> CostTable:
        """Return an estimate for vectors of another width.

        Arithmetic takes as long a vector, whatever its width; the divider takes as long a number.
        """
        factor = self.width / width

        def times(values: Mapping[str, float]) -> dict[str, float]:
            return {name: value * factor for name, value in values.items()}

        operators = times(self.operators) | {name: self.operators[name] for name in ("div", "sqrt")}
        return replace(
            self,
            steps=times(self.steps),
            pairs=times(self.pairs),
            operators=operators,
            loop_ns=self.loop_ns * factor,
            width=width,
            target=target,
        )

    def to_json(self) -> str:
        """Return the table as text."""
        content = {key: _rounded(value) for key, value in asdict(self).items()}
        return json.dumps(content, indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> CostTable:
        """Read what `to_json` wrote. Raises OptionError for anything else."""
        try:
            content = json.loads(text)
            if content.get("version") != VERSION:
                raise OptionError("this cost table is of another version", hint="run: rssn calibrate")
            table = cls(**content)
            numbers = [table.byte_ns, table.loop_ns, table.width, *table.steps.values(), *table.operators.values()]
            numbers += [*table.divider.values(), *table.pairs.values()]
            if not all(isinstance(number, int | float) and 0 <= number < 1e9 for number in numbers):
                raise OptionError("a cost is a number of nanoseconds", hint="run: rssn calibrate")
        except (ValueError, TypeError, AttributeError) as error:
            raise OptionError("this is no cost table", found=str(error), hint="run: rssn calibrate") from None
        return table


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, Mapping):
        return {key: _rounded(each) for key, each in value.items()}
    return value


@cache
def default_table() -> CostTable:
    """Return the table that ships, measured on an AVX-512 machine."""
    return CostTable.from_json(files(__package__).joinpath(_DEFAULT).read_text(encoding="utf-8"))


def table_path(target: str, width: int) -> Path:
    """Return where the user's own table for a kind of vector is kept."""
    folder = Path(config.COSTS) if config.COSTS else user_config_path("rssn")
    return folder / f"costs_{target}_{width}.json"


@cache
def table_for(target: str, width: int) -> CostTable:
    """Return what `rssn calibrate` measured for a kind of vector, else the default scaled to it.

    A file that can't be read counts as missing: it costs speed, never an answer.
    """
    try:
        return CostTable.from_json(table_path(target, width).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, OptionError):
        default = default_table()
        return default if (default.target, default.width) == (target, width) else default.scaled(width, target)


def save(table: CostTable) -> Path:
    """Keep a table for this user, and use it from now on in this process. Raises OSError."""
    path = table_path(table.target, table.width)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".tmp")
    fresh.write_text(table.to_json(), encoding="utf-8")
    fresh.replace(path)
    table_for.cache_clear()
    return path
