"""The crates themselves: generated Python reads what Rust wrote, generated Rust reads what Python wrote.

A Cargo project is built from `crates/` and what `to_rust` writes; what cargo builds is kept in `build/crates`.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import samples

from bincode_next.codec import decode, encode
from bincode_next.config import legacy, standard, v3
from bincode_next.rust import from_rust, to_rust
from bincode_next.types import Some

pytestmark = pytest.mark.slow
PROJECT = Path(__file__).parent / "crates"
BUILT = PROJECT.parents[2] / "build" / "crates"
MODEL = (PROJECT / "src" / "model.rs").read_text(encoding="utf-8")
CONFIGS = {1: legacy(), 2: standard(), 3: v3().with_bit_packing(), 4: v3().with_fingerprint()}
ECHOES = {
    1: legacy().with_big_endian(),
    2: standard().with_big_endian().with_fixed_int_encoding(),
    3: v3().with_big_endian().with_bit_packing(),
}
HINTS = {name: hint for name, (hint, _) in samples.SAMPLES.items()}
SENT = [(name, value, crate) for name, _, value in samples.PAIRS for crate in ECHOES]
DEFINED = re.compile(r"^pub (?:struct|enum|type) (\w+)", re.MULTILINE)


def generated() -> str:
    """Return the Rust for all samples, each in a module, and a function that finds the right one."""
    modules, arms = [], []
    for at, hint in enumerate(HINTS.values()):
        for crate in ECHOES:
            text = to_rust(hint, crate=crate)
            names = DEFINED.findall(text)
            root = "Root" if "pub type Root" in text else names[0]
            modules.append(f"mod t{at}_{crate} {{\n{text}}}\n")
            arms.append(f'        ("{at}", "{crate}") => crate::echo_{crate}::<t{at}_{crate}::{root}>(bytes),\n')
    arms += [f'        ("Save", "{one}") => crate::echo_{one}::<crate::model::Save>(bytes),\n' for one in (1, 2)]
    head = "#![allow(dead_code)]\n\npub fn echo(name: &str, krate: &str, bytes: &[u8]) -> Vec<u8> {\n"
    head += "    match (name, krate) {\n"
    return f"{head}{''.join(arms)}        _ => panic!(),\n    }}\n}}\n\n{''.join(modules)}"


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """Return a function that runs the program; skip where cargo, or a crate, can't be had."""
    if shutil.which("cargo") is None:
        pytest.skip("cargo is not installed")
    folder = tmp_path_factory.mktemp("crates") / "project"
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns("target"))
    (folder / "src" / "generated.rs").write_text(generated(), encoding="utf-8")
    environment = {**os.environ, "CARGO_TARGET_DIR": str(BUILT), "CARGO_TERM_COLOR": "never"}

    def cargo(*arguments, text=None):
        command = ["cargo", *arguments]
        return subprocess.run(command, cwd=folder, env=environment, input=text, capture_output=True, text=True)

    fetched = cargo("fetch", "--offline")
    if fetched.returncode and (fetched := cargo("fetch")).returncode:
        pytest.skip(f"the crates can't be had: {fetched.stderr.strip().splitlines()[-1]}")
    built = cargo("build", "--quiet", "--offline")
    assert built.returncode == 0, built.stderr[:5000]

    def run(*arguments, text=None):
        done = cargo("run", "--quiet", "--offline", "--", *arguments, text=text)
        assert done.returncode == 0, done.stderr[:5000]
        return done.stdout.splitlines()

    return run


def test_generated_python_reads_what_rust_wrote_and_writes_it_again(program, load):
    """The types of model.rs, through `from_rust`: Rust's bytes decode, and encode to the same bytes."""
    module = load(from_rust(MODEL, file="model.rs"))
    lines = [line.split() for line in program()]
    assert [(name, crate) for name, crate, _ in lines] == [
        ("Save", "1"), ("Save", "2"), ("Session", "1"), ("Named", "4"), ("Telemetry", "3"),
    ]  # fmt: skip
    for name, crate, text in lines:
        hint, config, data = getattr(module, name), CONFIGS[int(crate)], bytes.fromhex(text)
        value = decode(data, hint, config=config.reject_trailing_bytes())
        assert encode(value, hint, config=config) == data
    assert value.count == 0xABC


def test_rust_reads_what_generated_python_wrote(program, load):
    """A value changed in Python is decoded by the program's own types, and comes back in the other order of bytes."""
    module = load(from_rust(MODEL, file="model.rs"))
    lines = [line.split() for line in program() if line.startswith("Save")]
    for _, number, text in lines:
        crate = int(number)
        value = decode(bytes.fromhex(text), module.Save, config=CONFIGS[crate])
        value.name, value.from_, value.expr = "new", Some(3), module.ExprNeg(module.ExprLit(-1))
        value.shapes.append(module.ShapeMany([module.ShapeCircle(0.5, 255)]))
        data = encode(value, module.Save, config=CONFIGS[crate])
        (echo,) = program("echo", text=f"Save {crate} {data.hex()}\n")
        assert decode(bytes.fromhex(echo), module.Save, config=ECHOES[crate]) == value


def test_generated_rust_reads_what_python_wrote(program):
    """Samples of every kind of type, through `to_rust`: Rust decodes each, and Python reads what Rust makes of it."""
    order = {name: at for at, name in enumerate(HINTS)}
    sent = [encode(value, HINTS[name], config=CONFIGS[crate]) for name, value, crate in SENT]
    lines = [f"{order[name]} {crate} {data.hex()}\n" for (name, _, crate), data in zip(SENT, sent, strict=True)]
    echoes = program("echo", text="".join(lines))
    assert len(echoes) == len(SENT)
    for (name, value, crate), echo in zip(SENT, echoes, strict=True):
        found = decode(bytes.fromhex(echo), HINTS[name], config=ECHOES[crate])
        assert repr(found) == repr(value) or found == value, (name, crate)
