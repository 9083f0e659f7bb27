"""A store is a mapping that survives: what was committed is there, in this process and the next, and nothing else."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rssn
from rssn import errors
from rssn.expr import Expr, collect
from rssn.storage import Snapshot, open_store
from rssn.testing import expressions

x, y, z = rssn.symbols("x y z")
EVERYTHING = [
    x,
    rssn.constant(2),
    rssn.constant(-(2**63)),
    rssn.constant(2**63),
    rssn.constant(-(10**400)),
    rssn.constant(Fraction(-2, 3)),
    rssn.constant(Fraction(2**70, 3)),
    rssn.constant(-0.0),
    rssn.constant(float("nan")),
    rssn.constant(float("-inf")),
    rssn.constant("pi"),
    rssn.constant(True),
    rssn.constant(2 - 3j),
    rssn.symbol("é air\0time"),
    rssn.piecewise(x < 1, y, x > 5, z, x + y),
    rssn.sin(x) ** 2 + rssn.cos(x) ** 2,
    rssn.max(x, y) - rssn.where(x < y, 1, 2.5),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


def test_everything_comes_back(folder: Path) -> None:
    """Each kind of leaf and operator, by the writer and after opening again."""
    with open_store(folder) as store:
        for number, expression in enumerate(EVERYTHING):
            store[f"e{number}"] = expression
        assert store.load() == {f"e{number}": expression for number, expression in enumerate(EVERYTHING)}
    with open_store(folder, read_only=True) as store:
        assert [store[f"e{number}"] for number in range(len(EVERYTHING))] == EVERYTHING
        assert sorted(store) == sorted(f"e{number}" for number in range(len(EVERYTHING)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.lists(expressions(), min_size=1, max_size=5))
def test_random_expressions_come_back(tmp_path_factory: pytest.TempPathFactory, wanted: list[Expr]) -> None:
    """Whatever is put in comes out, before and after a compaction."""
    folder = tmp_path_factory.mktemp("random") / "store"
    names = {f"n{number}": expression for number, expression in enumerate(wanted)}
    with open_store(folder, memory="1 MiB") as store:
        store.update(names)
        store.compact()
        assert store.load() == names
        assert len(store._nodes) == rssn.count_nodes(*wanted) + _hidden(wanted)
    with open_store(folder, read_only=True) as store:
        assert dict(store) == names


def _hidden(roots: list[Expr]) -> int:
    """Parts of rationals are nodes on disk and none in memory, unless they occur beside it."""
    nodes = rssn.walk(*roots)
    shown = {node.value for node in nodes if node.operator == "integer"}
    parts = {part for node in nodes if node.operator == "rational" for part in node.value.as_integer_ratio()}
    return len(parts - shown)


def test_it_is_a_mapping(folder: Path) -> None:
    """The methods of a dict, one commit each."""
    with open_store(folder) as store:
        store["a"] = x + y
        store.update({"b": x * y, "c": x})
        assert store.commit == 2
        assert len(store) == 3
        assert "a" in store
        assert "d" not in store
        assert store.pop("a") == x + y
        assert store.setdefault("b", x) == x * y
        assert store.get("a") is None
        del store["c"]
        assert dict(store.items()) == {"b": x * y}
        store.clear()
        assert not store
    with pytest.raises(errors.StoreReadOnlyError, match="closed"):
        store["a"] = x


def test_a_missing_name_is_a_key_error_that_names_the_nearest(folder: Path) -> None:
    """Both `except KeyError` and the hint."""
    with open_store(folder) as store:
        store["energy"] = x
        for access in (store.__getitem__, store.stored, store.__delitem__):
            with pytest.raises(KeyError, match="energy") as caught:
                access("enegry")
            assert isinstance(caught.value, errors.StoreNameError)
        for name in ("", 3, None):
            with pytest.raises(errors.OptionError, match="name"):
                store[name] = x  # type: ignore[index]


def test_a_transaction_is_all_or_nothing(folder: Path) -> None:
    """An exception undoes every change inside; a nested one only its own."""
    with open_store(folder) as store:
        store["a"] = x
        with pytest.raises(ZeroDivisionError), store.transaction():  # noqa: PT012
            store["a"] = y
            store["b"] = z
            assert store["b"] == z
            raise ZeroDivisionError
        assert dict(store) == {"a": x}
        with store.transaction():
            store["c"] = x * y
            with pytest.raises(ZeroDivisionError), store.transaction():  # noqa: PT012
                del store["a"]
                raise ZeroDivisionError
        assert dict(store) == {"a": x, "c": x * y}
    with open_store(folder) as store:
        assert dict(store) == {"a": x, "c": x * y}


def test_equal_parts_are_stored_once(folder: Path) -> None:
    """What is in the store already costs no bytes, in another session too."""
    with open_store(folder) as store:
        store["a"] = rssn.sin(x * y) + z
        size = store.statistics().nodes
        store["b"] = rssn.sin(x * y)
        assert store.statistics().nodes == size
    with open_store(folder) as store:
        store["c"] = x * y
        assert store.statistics().nodes == size
        assert store.statistics().disk == sum(path.stat().st_size for path in folder.glob("segment*"))


def test_readers_keep_their_commit(folder: Path) -> None:
    """Neither a commit nor a compaction changes what a reader or a snapshot sees, until it asks."""
    with open_store(folder) as store:
        store["a"] = x + y
        reader, snapshot = open_store(folder, read_only=True), store.snapshot()
        store["a"] = x * y
        store["b"] = z
        store.compact()
        assert type(snapshot) is Snapshot
        assert dict(reader) == dict(snapshot) == {"a": x + y}
        part = reader.stored("a")
        assert reader.refresh()
        assert not reader.refresh()
        assert dict(reader) == {"a": x * y, "b": z}
        assert part.load() == x + y
    assert dict(snapshot) == {"a": x + y}
    reader.close()
    assert part.load() == x + y


def test_compaction_gives_back_what_no_name_reaches(folder: Path) -> None:
    """Bytes of the disk, files of old generations, and nothing that is named."""
    with open_store(folder) as store:
        for number in range(200):
            store["a"] = rssn.sin(x + number) * y
        before = store.statistics()
        part = store.stored("a")
        store.compact()
        after = store.statistics()
        assert after.nodes == rssn.count_nodes(store["a"]) < before.nodes
        assert after.disk < before.disk
        assert [path.name for path in folder.glob("segment*")] == ["segment-000002-0000.rssn"]
        assert part.load() == store["a"]
        with pytest.raises(errors.StoreReadOnlyError):
            part + 12345
        with pytest.raises(errors.OptionError, match="compacted"):
            store["b"] = part
        store["b"] = z
    with open_store(folder) as store:
        assert dict(store) == {"a": rssn.sin(x + 199) * y, "b": z}


# ---------------------------------------------------------------- processes


def test_a_second_writer_is_refused_and_readers_are_not(folder: Path) -> None:
    """In this process and in another; the right to write ends with the writer."""
    code = f"from rssn.storage import open_store; open_store({str(folder)!r})"
    with open_store(folder) as store:
        store["a"] = x
        with pytest.raises(errors.StoreLockedError, match="another writer"):
            open_store(folder)
        found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert "StoreLockedError" in found.stderr
        with open_store(folder, read_only=True) as reader:
            assert reader["a"] == x
            with pytest.raises(errors.StoreReadOnlyError, match="reading"):
                reader["b"] = x
            with pytest.raises(errors.StoreReadOnlyError, match="reading"):
                reader.stored("a") + 1
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_reader_follows_a_writer_of_another_process(folder: Path) -> None:
    """Commits of a process show in another one when it asks."""
    with open_store(folder) as store:
        store["a"] = x
    with open_store(folder, read_only=True) as reader:
        code = f"import rssn; rssn.open_store({str(folder)!r})['b'] = rssn.parse('sin(x)*y')"
        subprocess.run([sys.executable, "-c", code], check=True)
        assert "b" not in reader
        assert reader.refresh()
        assert reader["b"] == rssn.sin(x) * y


# ---------------------------------------------------------------- bad input


def test_what_is_no_store_is_refused(tmp_path: Path, folder: Path) -> None:
    """A file, a folder with other things, an empty folder to read, another program's database, a newer version."""
    (tmp_path / "file").write_text("hello")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").write_text("x")
    for path in (tmp_path / "file", tmp_path / "full"):
        with pytest.raises(errors.StoreFormatError):
            open_store(path)
        with pytest.raises(errors.StoreFormatError):
            open_store(path, read_only=True)
    with pytest.raises(errors.StoreFormatError):
        open_store(tmp_path / "nothing", read_only=True)
    assert not (tmp_path / "nothing").exists()
    folder.mkdir()
    (folder / "catalogue.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(errors.StoreFormatError, match="no store"):
        open_store(folder)


@pytest.mark.parametrize(("pragma", "text"), [("user_version=2", "newer"), ("application_id=7", "another program")])
def test_other_versions_and_programs_are_refused(folder: Path, pragma: str, text: str) -> None:
    """And left as they are."""
    open_store(folder).close()
    connection = sqlite3.connect(folder / "catalogue.sqlite")
    connection.execute(f"PRAGMA {pragma}")
    connection.close()
    before = (folder / "catalogue.sqlite").read_bytes()
    for read_only in (False, True):
        with pytest.raises(errors.StoreFormatError, match=text):
            open_store(folder, read_only=read_only)
    assert (folder / "catalogue.sqlite").read_bytes() == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_can_only_be_read(folder: Path) -> None:
    """Readers read; a writer is told."""
    with open_store(folder) as store:
        store["a"] = x
    folder.chmod(0o555)
    try:
        with open_store(folder, read_only=True) as store:
            assert store["a"] == x
        with pytest.raises(errors.StorageError):
            open_store(folder / "inner")
    finally:
        folder.chmod(0o755)


def test_a_segment_that_is_missing_or_cut_short_is_named(folder: Path) -> None:
    """Before anything is read from it."""
    with open_store(folder) as store:
        store["a"] = x + y
    (segment,) = folder.glob("segment*")
    data = segment.read_bytes()
    segment.write_bytes(data[:-1])
    with pytest.raises(errors.StoreDamageError, match="cut short"):
        open_store(folder, read_only=True)
    segment.unlink()
    with pytest.raises(errors.StoreDamageError, match="missing"):
        open_store(folder, read_only=True)


@pytest.mark.parametrize("memory", ["a lot", "12 parsecs", "1 KB", -1, True])
def test_amounts_of_memory_are_checked(folder: Path, memory: object) -> None:
    """Before the folder is made."""
    with pytest.raises(errors.OptionError):
        open_store(folder, memory=memory)  # type: ignore[arg-type]
    assert not folder.exists()


def test_only_expressions_are_stored(folder: Path) -> None:
    """Numbers count; other things are an error, and the store is as it was."""
    with open_store(folder) as store:
        store["two"] = 2  # type: ignore[assignment]
        with pytest.raises(errors.OptionError):
            store["a"] = "x + y"  # type: ignore[assignment]
        assert store["two"] == rssn.constant(2)
        assert list(store) == ["two"]


def test_a_store_does_not_survive_a_fork(folder: Path) -> None:
    """The child may read and not write."""
    with open_store(folder) as store:
        store["a"] = x
        child = os.fork()
        if child == 0:
            code = 1
            try:
                store["b"] = y
            except errors.StorageError:
                code = 0 if store["a"] == x else 2
            os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_loading_leaves_nothing_behind(folder: Path) -> None:
    """Nodes loaded and dropped are collected."""
    with open_store(folder) as store:
        store["a"] = rssn.sin(rssn.symbol("only here") + 17)
    collect()
    before = rssn.statistics().live
    with open_store(folder, read_only=True) as store:
        assert str(store["a"]).startswith("sin(")
        assert rssn.statistics().live == before
