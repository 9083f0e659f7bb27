"""Fuzz bincode_next: random types, random configurations, damaged encodings and random bytes.

What is promised of every input: a value comes out, or an error of the family DecodeError and nothing else; the
native engine and its readable twin agree on the value, on where it ends, and on the error to the letter; a value
that came out goes in again, as the same bytes from both engines; what was encoded comes back.

Two ways make the inputs: an engine of our own, which damages encodings of random values, and atheris where it is
installed (``pip install atheris``), which is guided by the lines of the twin that an input reaches. ``--only``
picks one of them.
"""

from __future__ import annotations

import argparse
import importlib.util
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import random_types as types

from bincode_next.config import Config, Safety, legacy, standard, v3, v3_legacy
from bincode_next.errors import BincodeError, DecodeError, EncodeError
from bincode_next.plan import _plan_py as twin
from bincode_next.plan._select import made
from bincode_next.schema._build import Builder

INPUTS_PER_CASE = 200
SEED_BYTES = 4
ODD = (b"\xfd" + b"\xff" * 8, b"\xfb\0\0", b"\xff", b"\x9f", b"\xbf", b"\xed\xa0\x80")
SMALL = Safety(bytes=100, elements=200, empty=50, depth=6, memory=20_000)


@dataclass(frozen=True)
class Case:
    """A type under a configuration, its plans, and the encodings of some of its values."""

    hint: Any
    config: Config
    native: Any
    twin: Any
    encodings: tuple[bytes, ...]


def random_config(pick: random.Random) -> Config:
    """Return any configuration that the crates have, CBOR and fingerprints too."""
    config = pick.choice((legacy, standard, standard, v3, v3, v3_legacy))()
    config = config.with_big_endian() if pick.random() < 0.3 else config
    config = config.with_fixed_int_encoding() if pick.random() < 0.4 else config
    config = config.with_strict() if pick.random() < 0.3 else config
    config = config.with_safety(SMALL) if pick.random() < 0.2 else config
    config = config.with_limit(pick.randrange(300)) if pick.random() < 0.15 else config
    if config.crate == 3:
        kind = pick.random()
        if kind < 0.2:
            config = config.with_bit_packing()
        elif kind < 0.4:
            config = config.with_deterministic_bincode()
        elif kind < 0.55:
            config = config.with_cbor_format() if pick.random() < 0.5 else config.with_deterministic_cbor()
        config = config.with_fingerprint() if pick.random() < 0.1 else config
    return config


@lru_cache(maxsize=4096)
def case_of(seed: int) -> Case | None:
    """Return the case of a seed; None where the configuration has no bytes for the type."""
    pick = random.Random(seed)
    hint, make = types.random_type(pick)
    config = random_config(pick)
    try:
        schema = Builder().schema(hint)  # `schema_of` and `plan_of` would keep it
        native, readable = made(schema, config), made(schema, config, twin.Plan)
    except BincodeError:
        return None
    encodings = []
    for _ in range(4):
        value = make(pick)
        one, other = outcome(native.encode, value), outcome(readable.encode, value)
        assert one == other, f"encoded otherwise: {value!r:.300}, {one!r:.300}, {other!r:.300}"
        if isinstance(one, bytes):
            encodings.append(one)
            if config.limit is None and config.safety is not SMALL:
                back, end = native.decode(one)
                assert end == len(one), f"{end} of {len(one)} bytes came back"
                is_same = types.same(back, value, exact=config.format == "bincode")
                assert is_same, f"another value came back: {value!r:.300}, {back!r:.300}"
    return Case(hint, config, native, readable, tuple(encodings))


def outcome(function: Any, *arguments: Any) -> Any:
    """Return a result, or what tells an error from others. Any exception that is not ours is a finding."""
    try:
        return function(*arguments)
    except (DecodeError, EncodeError) as error:
        return type(error), str(error), error.path, error.offset, getattr(error, "additional", None)


def examine(case: Case, data: bytes) -> str:
    """Return what happened, for the counts; AssertionError where a promise is broken."""
    one, other = outcome(case.native.decode, data), outcome(case.twin.decode, data)
    if isinstance(one[0], type) and issubclass(one[0], BincodeError):
        assert one == other, f"the engines end otherwise: {one!r:.400}, {other!r:.400}"
        assert issubclass(one[0], DecodeError), f"{one[0].__name__} is no error of decoding"
        assert len(one[1]) < 2_000, "an endless message"
        return one[0].__name__
    assert not isinstance(other[0], type), f"only the native engine reads it: {other!r:.400}"
    assert one[1] == other[1], f"the engines end at {one[1]} and {other[1]}"
    assert types.same(one[0], other[0]), f"the engines read {one[0]!r:.300}, {other[0]!r:.300}"
    assert 0 <= one[1] <= len(data), "an end outside of the bytes"
    again, too = outcome(case.native.encode, one[0]), outcome(case.twin.encode, one[0])
    assert again == too, f"the engines encode it otherwise: {again!r:.300}, {too!r:.300}"
    return "value"


def damaged(pick: random.Random, case: Case) -> bytes:
    """Return bytes: mostly an encoding with a few of them changed, cut out, doubled, or made a large number."""
    kind = pick.random()
    if not case.encodings or kind < 0.15:
        return pick.randbytes(pick.randrange(60))
    data = bytearray(pick.choice(case.encodings))
    for _ in range(pick.randrange(4)):
        place = pick.randrange(len(data) + 1)
        what = pick.random()
        if what < 0.35 and place < len(data):
            data[place] = pick.choice((0, 1, 2, 250, 251, 252, 253, 254, 255, pick.randrange(256)))
        elif what < 0.5 and place < len(data):
            data[place] ^= 1 << pick.randrange(8)
        elif what < 0.6:
            del data[place : place + pick.randrange(1, 9)]
        elif what < 0.7:
            data[place:place] = data[place : place + pick.randrange(1, 9)]
        elif what < 0.8:
            data[place : place + 8] = pick.getrandbits(pick.randrange(1, 65)).to_bytes(
                8, pick.choice(("little", "big"))
            )
        elif what < 0.9:
            data[place:place] = pick.choice(
                (b"\xfd" + b"\xff" * 8, b"\xfb\0\0", b"\xff", b"\x9f", b"\xbf", b"\xed\xa0\x80")
            )
        else:
            del data[place:]
    return bytes(data)


def run(seconds: float, seed: int) -> dict[str, object]:
    """Try inputs for a while; return the counts by outcome and, under "failures", what broke a promise."""
    pick = random.Random(seed)
    counts: Counter[str] = Counter()
    failures: list[str] = []
    end, cases = time.monotonic() + seconds, 0
    while time.monotonic() < end and len(failures) < 10:
        number, data = pick.getrandbits(8 * SEED_BYTES), b""
        try:
            if (case := case_of(number)) is None:
                continue
            cases += 1
            for _ in range(INPUTS_PER_CASE):
                data = damaged(pick, case)
                counts[examine(case, data)] += 1
        except Exception as error:
            failures.append(described(error, number, data))
        case_of.cache_clear()
    return {"cases": cases, "inputs": counts.total(), **dict(counts.most_common()), "failures": failures}


def described(error: Exception, number: int, data: bytes) -> str:
    """Return a finding with what makes it again: the number of its case, and the bytes."""
    pick = random.Random(number)
    hint, _ = types.random_type(pick)
    config = random_config(pick)
    return (
        f"{type(error).__name__}: {error}\n  case {number}, bytes {data.hex()}\n  {types.shown(hint):.2000}\n  {config}"
    )


# ---------------------------------------------------------------- atheris


def corpus(folder: Path, seed: int) -> None:
    """Write inputs to start from: numbers of cases with encodings behind them."""
    pick = random.Random(seed)
    for _ in range(300):
        number = pick.getrandbits(8 * SEED_BYTES)
        case = case_of(number)
        for index, data in enumerate(case.encodings if case is not None else ()):
            (folder / f"{number}-{index}").write_bytes(number.to_bytes(SEED_BYTES, "little") + data)


def guided(seconds: float, seed: int) -> int:
    """Run atheris in a process of its own, which it ends itself; return the process's exit code."""
    with tempfile.TemporaryDirectory() as folder:
        corpus(Path(folder), seed)
        options = [
            f"-max_total_time={max(1, round(seconds))}",
            f"-seed={seed % (1 << 31) or 1}",
            "-print_final_stats=1",
        ]
        options += ["-timeout=60", "-rss_limit_mb=4096", "-verbosity=0", f"-artifact_prefix={folder}/", folder]
        command = [sys.executable, str(Path(__file__)), "--as-atheris-target", *options]
        done = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace")
    lines = (done.stdout + done.stderr).splitlines()
    if done.returncode:
        print("\n".join(lines[-60:]))
    else:
        print(
            "atheris: " + ", ".join(line.removeprefix("stat::").strip() for line in lines if line.startswith("stat::"))
        )
    return done.returncode


def be_target(arguments: list[str]) -> None:
    """Be what atheris runs: the first bytes of an input choose the case, the rest is decoded."""
    import atheris

    def one_input(data: bytes) -> None:
        number = int.from_bytes(data[:SEED_BYTES], "little")
        if (case := case_of(number)) is not None:
            try:
                examine(case, bytes(data[SEED_BYTES:]))
            except Exception as error:
                print(described(error, number, bytes(data[SEED_BYTES:])))
                raise

    with_lines = [name for name in sys.modules if name.startswith("bincode_next") and name.endswith(("_py", "_decode"))]
    for name in with_lines:
        for value in vars(sys.modules[name]).values():
            if getattr(value, "__module__", None) == name and hasattr(value, "__code__"):
                atheris.instrument_func(value)
    atheris.Setup([sys.argv[0], *arguments], one_input)
    atheris.Fuzz()


def main() -> int:
    """Run for as long as the command line says; 1 if something was found."""
    if sys.argv[1:2] == ["--as-atheris-target"]:
        be_target(sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=("ours", "atheris"))
    options = parser.parse_args()
    has_atheris = importlib.util.find_spec("atheris") is not None and options.only != "ours"
    share = 1.0 if options.only else 0.5 if has_atheris else 1.0
    failures: Any = []
    if options.only != "atheris":
        result = run(options.seconds * share, options.seed)
        failures = result.pop("failures")
        print(", ".join(f"{key} {count}" for key, count in result.items()))
        for failure in failures:
            print(failure)
    return bool(failures) or (has_atheris and bool(guided(options.seconds * share, options.seed)))


if __name__ == "__main__":
    sys.exit(main())
