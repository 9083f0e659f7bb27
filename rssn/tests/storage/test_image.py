"""Packed images: what is written is read where it lies, by Python, by C, and as arrays."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rssn
from rssn import errors
from rssn.expr import Expr
from rssn.storage import open_image, open_store, write_image
from rssn.testing import expressions

HERE = Path(__file__).parent
HEADER = Path(rssn.__file__).parent / "storage"
x, y = rssn.symbols("x y")
NAMES = {"energy": rssn.sin(x) * y, "wide": rssn.piecewise(x < 1, y, x > 5, 10**30 * x, rssn.constant(2.5)), "é": x}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.dictionaries(st.text(min_size=1, max_size=5).filter(lambda t: t.isprintable()), expressions(), max_size=4))
def test_random_images_come_back(tmp_path_factory: pytest.TempPathFactory, names: dict[str, Expr]) -> None:
    """With their names, one by one and all at once, through a store as well."""
    folder = tmp_path_factory.mktemp("image")
    write_image(folder / "image", names)
    image = open_image(folder / "image")
    assert dict(image) == image.load() == names
    with open_store(folder / "store") as store:
        store.adopt(image)
        assert dict(store) == names
        store.export(folder / "again")
    assert dict(open_image(folder / "again")) == names


def test_parts_are_read_piece_by_piece(tmp_path: Path) -> None:
    """As those of a store, and nothing can be added."""
    write_image(tmp_path / "image", NAMES)
    image = open_image(tmp_path / "image")
    part = image.stored("energy")
    assert part.evaluate({"x": 0.5, "y": 2.0}) == NAMES["energy"].evaluate({"x": 0.5, "y": 2.0})
    assert {each.name for each in part.walk() if each.operator == "symbol"} == {"x", "y"}
    with pytest.raises(errors.StoreReadOnlyError):
        part + 1
    with pytest.raises(errors.StoreNameError, match="energy"):
        image["energi"]


def test_columns_are_the_memory_of_the_file(tmp_path: Path) -> None:
    """Arrays over the map, without a copy, with the numbers that the header file names."""
    write_image(tmp_path / "image", NAMES)
    image = open_image(tmp_path / "image")
    nodes, operands = image.columns["nodes"], image.columns["operands"]
    assert bytes(image.buffer) == (tmp_path / "image").read_bytes()
    assert not nodes.flags.owndata
    assert not nodes.flags.writeable
    assert len(operands) == 5
    assert image.operators[int(nodes["op"].max()) - 8][0] in {"piecewise", "lt", "gt", "mul", "sin"}
    applications = nodes[nodes["op"] >= 8]
    assert (applications["a"][applications["b"] < 2**31] < len(nodes)).all()
    assert np.count_nonzero(nodes["op"] == 5) == 2


def test_what_is_no_image_is_refused(tmp_path: Path) -> None:
    """Other files, other versions, cut files, flipped bits."""
    write_image(tmp_path / "image", NAMES)
    whole = (tmp_path / "image").read_bytes()
    for content in (b"", b"hello" * 20, whole[:-64], whole[:70], whole + bytes(64), whole[:7] + b"2" + whole[8:]):
        (tmp_path / "bad").write_bytes(content)
        with pytest.raises(errors.StoreFormatError):
            open_image(tmp_path / "bad")
    with pytest.raises(errors.StorageError):
        open_image(tmp_path / "missing")
    for at in range(0, len(whole), 3):
        damaged = bytearray(whole)
        damaged[at] ^= 1 << at % 8
        (tmp_path / "bad").write_bytes(damaged)
        with pytest.raises(errors.StorageError):
            open_image(tmp_path / "bad").load()


def test_an_image_is_complete_or_not_there(tmp_path: Path) -> None:
    """What stood under the name stays when writing fails, and nothing else is left."""
    write_image(tmp_path / "image", {"a": x})
    with pytest.raises(errors.OptionError):
        write_image(tmp_path / "image", {"a": "text"})  # type: ignore[dict-item]
    with pytest.raises(errors.StorageError):
        write_image(tmp_path / "no" / "folder", {"a": x})
    assert dict(open_image(tmp_path / "image")) == {"a": x}
    assert [path.name for path in tmp_path.iterdir()] == ["image"]


@pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler")
def test_a_c_program_evaluates_an_image(tmp_path: Path) -> None:
    """With the header file alone."""
    formulas = {"energy": rssn.sin(x) * y + 2.5, "ratio": (x + 3) / y, "x": x}
    write_image(tmp_path / "image", formulas)
    program = tmp_path / "program"
    flags = ["-O1", "-std=c99", "-Wall", "-Wextra", "-Werror", "-I", str(HEADER)]
    subprocess.run(["cc", *flags, str(HERE / "read_image.c"), "-o", str(program), "-lm"], check=True)
    command = [str(program), str(tmp_path / "image"), "x=0.5", "y=2"]
    found = dict(line.split() for line in subprocess.check_output(command, text=True).splitlines())
    for name, formula in formulas.items():
        assert float(found[name]) == pytest.approx(formula.evaluate({"x": 0.5, "y": 2.0}), rel=1e-15)
