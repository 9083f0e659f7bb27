"""The house test: what keeps the repository readable, asked of the source text.

The reviewed lists are in `exports.txt` and `blank_slots.txt`; ``python tools/house.py`` rewrites both.
"""

import ast
import importlib
import inspect
import re
import statistics
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import house
import pytest

# Room -> the rooms it may import. `errors` and `config` are free to all, `testing` is imported by none.
ARROWS = {
    "rssn": {
        "errors": set(),
        "config": set(),
        "vectormath": set(),
        "expr": set(),
        "ops": {"expr"},
        "parser": {"expr", "ops"},
        "rules": {"expr", "ops"},
        "simplify": {"expr", "ops", "rules", "poly"},
        "egraph": {"expr", "ops", "rules", "poly"},
        "calculus": {"expr", "ops"},
        "poly": {"expr", "ops"},
        "jit": {"expr", "ops", "vectormath"},
        "optimize": {"expr", "ops", "rules", "poly", "simplify", "egraph", "jit"},
        "frames": {"expr", "parser", "jit"},
        "interop": {"expr", "ops", "parser", "calculus", "jit"},
        "storage": {"expr", "ops", "parser"},
        "capi": {"rssn", "expr", "interop"},
        "cli": {
            "capi",
            *("rssn", "expr", "ops", "parser", "calculus", "poly", "simplify", "jit", "egraph", "optimize", "frames"),
            "storage",
        },
        "testing": {"rssn", "expr", "ops", "parser", "vectormath", "jit", "frames"},
    },
    "dtact": {
        "scheduler": set(),
        "loop": {"scheduler", "monitor"},
        "groups": {"scheduler"},
        "channels": {"scheduler"},
        "sync": {"scheduler"},
        "timers": {"scheduler"},
        "fibers": {"scheduler"},
        "mesh": {"scheduler"},
        "processes": {"scheduler"},
        "topology": set(),
        "monitor": {"scheduler"},
        "cli": {"channels", "fibers", "loop", "mesh", "monitor", "scheduler"},
    },
    "bincode_next": {
        "config": set(),
        "types": set(),
        "schema": {"types"},
        "bitpack": {"schema", "types"},
        "fingerprint": {"schema", "types"},
        "relative": {"schema", "types"},
        "staticsize": {"schema", "types"},
        "arrays": {"schema", "types"},
        "cbor": {"schema", "types", "arrays", "bitpack", "plan"},
        "plan": {"schema", "types", "arrays", "bitpack", "cbor", "fingerprint"},
        "codec": {"schema", "types", "plan"},
        "shape": {"schema", "types", "plan"},
        "stream": {"schema", "types", "plan", "codec", "shape"},
        "dump": {"schema", "types", "plan", "codec", "shape"},
        "evolve": {"schema", "types", "codec", "shape"},
        "rust": {"schema", "types"},
        "testing": {"schema", "types", "plan", "codec", "fingerprint", "relative", "staticsize", "stream"},
        "cli": {"schema", "types", "codec", "dump", "evolve", "rust", "stream", "testing"},
    },
}
FREE = {"errors", "config", "_numpy", "_record", "_form"}
# Library -> the only rooms that may know it. What is not named here is not imported at all.
LIBRARIES = {
    "numpy": {
        *("ops", "vectormath", "jit", "optimize", "frames", "interop", "testing", "expr", "cli", "processes"),
        *("arrays", "storage"),
    },
    "cloudpickle": {"processes"},
    "sympy": {"interop"},
    "scipy": {"jit"},  # only to wrap a function for it, where it is installed
    "llvmlite": {"jit", "vectormath"},
    "dtact": {"capi", "jit"},
    "pyarrow": {"frames"},
    "polars": {"frames"},
    "pandas": {"frames"},
    "click": {"cli"},
    "rich": {"cli"},
    "platformdirs": {"cli", "jit", "optimize"},
    "flint": {"poly", "optimize"},
    "hypothesis": {"testing"},
    "mpmath": {"testing"},
    "tree_sitter": {"rust"},
    "tree_sitter_rust": {"rust"},
    "typing_extensions": {"types"},  # for type checkers only
    "annotationlib": {"schema"},  # of the standard library from 3.14 on
    "uvloop": {"loop"},
    "greenlet": {"fibers"},
}
LINES_CAP, LINES_MEDIAN, FUNCTION_P90, HIDDEN_IMPORTS_PER_1000 = 600, 200, 40, 1.0
LONG_FILES: dict[str, str] = {}  # path -> why it is one file
NO_TWIN = {  # native module -> why it has no Python twin
    "rssn/src/rssn/jit/_direct_c.pyx": "a short way for what `_call_c.pyx` does too; the tests compare the two",
    "rssn/src/rssn/jit/_fold_c.pyx": "the loops of `_reduce_c.pyx`; `_interpret_reduced.py` says what they compute",
    "rssn/src/rssn/storage/_table_c.pyx": "the lower half of what `_nodes_py.py` is the twin of",
    "dtact/src/dtact/channels/_signals_c.pyx": "lines of waits; the tests compare it with simple models",
    "dtact/src/dtact/sync/_permits_c.pyx": "lines of waits; tests compare it with models, under random cancels",
    "dtact/src/dtact/sync/_lock_c.pyx": "lines of waits; tests compare it with models, under random cancels",
    "dtact/src/dtact/timers/_sleep_c.pyx": "a wait in the scheduler's heap; the tests measure it by the clock",
    "dtact/src/dtact/scheduler/_wait_c.pyx": "slots and lines; tested by channels and sync, which are made of it",
    "dtact/src/dtact/channels/_channel_c.pyx": "lines of waits; tests compare it with a model, under random cancels",
    "dtact/src/dtact/groups/_group_c.pyx": "the books of a group; the tests compare it with asyncio's and with a model",
    "dtact/src/dtact/groups/_scope_c.pyx": "the tree of scopes; a state machine compares it with a model in Python",
    "dtact/src/dtact/fibers/_fiber_c.pyx": "switches greenlets; the tests compare it with coroutines of the same steps",
    "dtact/src/dtact/loop/_task_c.pyx": "asyncio's own class in Python is its twin: CPython's tests run over both",
    "dtact/src/dtact/scheduler/_core_c.pyx": "layouts and slots; the tests compare it with simple models",
    "dtact/src/dtact/processes/_block_c.pyx": "maps memory; the tests look at what is mapped",
    "dtact/src/dtact/processes/_jobs_c.pyx": "who gets which job; the tests kill, block and cancel on all sides",
    "dtact/src/dtact/processes/_ring_c.pyx": "calls the rings, C++ and tested as such in dtact/native/processes",
    "dtact/src/dtact/mesh/_jobs_c.pyx": "calls the same pool for jobs; the tests run them in tasks and threads",
    "dtact/src/dtact/mesh/_pool_c.pyx": "calls the pool, which is C++ and tested as such in dtact/native",
    "rssn/src/rssn/egraph/_core_c.pyx": "the rounds of the engine; `_graph_py.py` is the twin of the whole of it",
    "rssn/src/rssn/egraph/_extract_c.pyx": "picks rows by cost; the tests try all choices, and a Python cost function",
    "rssn/src/rssn/egraph/_facts_c.pyx": "facts of arithmetic; `rules` has the same in Python",
    "rssn/src/rssn/egraph/_index_c.pyx": "finds for `_match_c` what `_graph_py.py` finds by looking at everything",
    "rssn/src/rssn/egraph/_match_c.pyx": "searches by plan what `_graph_py.py` searches by looking at everything",
    "rssn/src/rssn/egraph/_memory_c.pyx": "allocates and frees what `_graph_py.py` leaves to Python",
    "rssn/src/rssn/egraph/_nary_c.pyx": "sums and products as rows; the tests compare values, domains and known sizes",
    "rssn/src/rssn/egraph/_nary_core_c.pyx": "rounds over such rows; tested as `_nary_c.pyx` is",
    "rssn/src/rssn/egraph/_numbers_c.pyx": "rationals by id; Python's Fraction is the twin, and does what is large",
    "rssn/src/rssn/egraph/_pattern_c.pyx": "matches parts of such rows; tested as `_nary_c.pyx` is",
    "rssn/src/rssn/egraph/_program_c.pyx": "holds as arrays what `_compile.py` works out",
    "rssn/src/rssn/vectormath/_ufunc_c.pyx": "hands loops to NumPy; the tests compare them with kernels and mpmath",
    "rssn/src/rssn/egraph/_theory_c.pyx": "ring rules over such rows; tested as `_nary_c.pyx` is",
}
PACKAGES = sorted(house.SOURCES)
ROOMS = [(package, room) for package in PACKAGES for room in house.rooms(package)]
PYTHON_FILES = [path for package in PACKAGES for path in house.files(package, ".py")]
NATIVE_FILES = [path for package in PACKAGES for path in house.files(package, ".pyx")]


def name_of(path: Path) -> str:
    return str(path.relative_to(house.ROOT))


each_room = pytest.mark.parametrize(("package", "room"), ROOMS, ids=[".".join(pair) for pair in ROOMS])
each_file = pytest.mark.parametrize("path", PYTHON_FILES, ids=map(name_of, PYTHON_FILES))
each_native = pytest.mark.parametrize("path", NATIVE_FILES, ids=map(name_of, NATIVE_FILES))


# ---------------------------------------------------------------- rooms


def test_public_names_are_the_reviewed_ones() -> None:
    """Adding or losing a public name changes tests/exports.txt, so that someone looks at it."""
    assert house.exports() == house.from_text(house.EXPORTS.read_text()), "run: python tools/house.py, review the diff"


def test_blank_slots_are_the_recorded_ones() -> None:
    """A slot of an operator's record that is filled, or a new one left blank, changes tests/blank_slots.txt."""
    # In a process of its own: other tests register operators in this one.
    code = "import house; print(house.as_text(house.blank_slots()))"
    found = subprocess.check_output([sys.executable, "-c", code], cwd=house.ROOT / "tools", text=True)
    assert house.from_text(found) == house.from_text(house.BLANK_SLOTS.read_text()), "run: python tools/house.py"


@each_room
def test_arrows_point_one_way(package: str, room: str) -> None:
    """A room imports only the rooms that the table allows, type checking and cimports included."""
    assert room in ARROWS[package], f"{room} is new: give it a row in ARROWS and in ARCHITECTURE.md"
    extra = house.rooms_imported_by(package, room) - ARROWS[package][room] - FREE
    assert not extra, f"{package}.{room} reaches into {extra}"


@each_room
def test_libraries_stay_in_their_rooms(package: str, room: str) -> None:
    """Only the room that owns a library imports it: Arrow in frames, LLVM in jit, the terminal in cli."""
    foreign = house.libraries_imported_by(package, room) - house.STDLIB
    foreign -= {"cython", "libc", "cpython", "libcpp"}
    assert {name for name in foreign if room not in LIBRARIES.get(name, set())} == set()


LATE = {
    "bincode_next.arrays": "NumPy is loaded with the first name asked for",
    "rssn.jit": "NumPy is loaded with the first kernel",
    "rssn.vectormath": "its array functions load NumPy and machine code when first asked for",
}


@each_room
def test_a_room_is_an_index(package: str, room: str) -> None:
    """`__init__.py` holds a docstring, `from ._file import X as X` and a sorted `__all__`, nothing else."""
    body = ast.parse((house.SOURCES[package] / room / "__init__.py").read_text()).body
    assert isinstance(body[0], ast.Expr)
    *imports, last = body[1:]
    for node in imports if f"{package}.{room}" not in LATE else []:
        assert isinstance(node, ast.ImportFrom), ast.unparse(node)
        assert node.module == "__future__" or node.level == 1, ast.unparse(node)
        assert all(alias.name == alias.asname for alias in node.names), ast.unparse(node)
    names = importlib.import_module(f"{package}.{room}").__all__
    assert isinstance(last, ast.Assign) or f"{package}.{room}" in LATE
    assert isinstance(names, tuple)
    assert names == tuple(sorted(names, key=index_order))


def index_order(name: str) -> tuple[int, list[tuple[int, str]]]:
    """Constants, then classes, then the rest, numbers inside names by value: the order that ruff keeps."""
    kind = 0 if name.isupper() else 1 if name[0].isupper() else 2
    parts = re.findall(r"\d+|\D+", name)
    return kind, [(int(part), "") if part.isdigit() else (10**9, part) for part in parts]


@each_room
def test_a_room_has_a_readme(package: str, room: str) -> None:
    """At most 25 lines: its job, its names, its main invariant, where to start reading."""
    lines = (house.SOURCES[package] / room / "README.md").read_text().splitlines()
    assert 3 <= len(lines) <= 25


@pytest.mark.parametrize("package", PACKAGES)
def test_types_ship_with_the_package(package: str) -> None:
    """The marker file that tells type checkers to look inside."""
    assert (house.SOURCES[package] / "py.typed").exists()


# ---------------------------------------------------------------- names


@pytest.mark.parametrize("module", house.public_modules())
def test_public_names_are_documented(module: str) -> None:
    """Every exported class and function, and every public method of an exported class, has a docstring."""
    source, silent = importlib.import_module(module), []
    assert source.__doc__
    for name in house.names_of(module):
        value = getattr(source, name)
        if inspect.isroutine(value) or inspect.isclass(value) or inspect.ismodule(value):
            silent += [] if inspect.getdoc(value) else [name]
        if inspect.isclass(value):
            members = [(key, member) for key, member in vars(value).items() if not key.startswith("_")]
            silent += [
                f"{name}.{key}" for key, member in members if documentable(member) and not inspect.getdoc(member)
            ]
    assert silent == []


def documentable(member: object) -> bool:
    return inspect.isroutine(member) or isinstance(member, property | classmethod | staticmethod)


@each_file
def test_functions_are_annotated(path: Path) -> None:
    """Every parameter and every result has a type."""
    bare = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            given = [arg for arg in given if arg.arg not in ("self", "cls")]
            if node.returns is None or any(arg.annotation is None for arg in given):
                bare.append(f"{node.name}, line {node.lineno}")
    assert bare == []


# ---------------------------------------------------------------- sizes


@pytest.mark.parametrize("package", PACKAGES)
def test_files_are_short(package: str) -> None:
    """The median file stays under 200 lines, and none is longer than 600 without a stated reason."""
    sizes = {path: len(path.read_text().splitlines()) for path in house.files(package, ".py", ".pyx", ".hpp", ".h")}
    assert statistics.median(sizes.values()) <= LINES_MEDIAN
    long = {name_of(path): size for path, size in sizes.items() if size > LINES_CAP and name_of(path) not in LONG_FILES}
    assert long == {}


def test_whatever_else_is_source_is_short_too() -> None:
    """A test, a tool, a part of a native module, a header or a peer that outgrows 600 lines is split by topic."""
    suffixes = {".py", ".pyx", ".pxi", ".pxd", ".hpp", ".h", ".cpp", ".c", ".rs"}
    paths = [path for path in house.tracked_files() if path.suffix in suffixes]
    assert [name_of(path) for path in paths if len(path.read_text().splitlines()) > LINES_CAP] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_functions_are_short(package: str) -> None:
    """Nine functions of ten fit on a screen."""
    lengths = [function.lines for path in house.files(package, ".py") for function in house.functions(path)]
    if len(lengths) > 1:
        assert statistics.quantiles(lengths, n=10)[-1] <= FUNCTION_P90


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_are_at_the_top(package: str) -> None:
    """At most one import in a thousand lines hides in a function; those that do defer a heavy library."""
    paths = house.files(package, ".py")
    lines = sum(len(path.read_text().splitlines()) for path in paths)
    hidden = {name_of(path): count for path in paths if (count := house.hidden_imports(path))}
    assert sum(hidden.values()) <= HIDDEN_IMPORTS_PER_1000 * max(lines, 1000) / 1000, hidden


# ---------------------------------------------------------------- native modules


@each_native
def test_native_modules_are_typed_and_have_a_twin(path: Path) -> None:
    """Beside each `_x_c.pyx`: the stub `_x_c.pyi`, and the readable twin `_x_py.py` unless a reason is stated."""
    assert path.with_suffix(".pyi").exists()
    twin = path.with_name(path.name.replace("_c.pyx", "_py.py"))
    assert twin.exists() or NO_TWIN.get(name_of(path))


# ---------------------------------------------------------------- habits


@each_file
def test_the_environment_is_read_in_one_file(path: Path) -> None:
    """`config.py` alone, or `config/_environment.py`, looks at environment variables."""
    if path.name not in ("config.py", "_environment.py"):
        assert not re.search(r"\bos\.(environ|getenv)\b|from os import .*\b(environ|getenv)\b", path.read_text())


@each_file
def test_only_the_shell_command_prints(path: Path) -> None:
    """Rooms hand over values; `cli` shows them."""
    if "cli" not in path.relative_to(house.SOURCES[house.package_of(path)]).parts[0]:
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        assert [node.lineno for node in calls if isinstance(node.func, ast.Name) and node.func.id == "print"] == []


def test_nothing_is_left_to_do_in_the_code() -> None:
    """Reminders belong to the tracker; a file says what is, not what might be."""
    reminder = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
    assert lines_with(reminder, ".py", ".pyx", ".pxd", ".pyi", ".hpp", ".h", ".cpp", ".md") == []


def test_no_file_names_a_machine() -> None:
    """No path of somebody's disk and no host of a package registry: the repository builds anywhere."""
    path = re.compile("(?<![\\w.])/(" + "|".join(["root", "home/", "work/", "Users/", "tmp/"]) + r")\b")
    host = re.compile(
        "|".join(["pypi" + r"\.org", "python" + "hosted", "crates" + r"\.io", "npm" + "js", "conda" + r"\.org"])
    )
    for pattern in (path, host):
        assert lines_with(pattern, ".py", ".pyx", ".md", ".toml", ".txt", ".cfg", ".json", ".rs", ".lock", "") == []


def lines_with(pattern: re.Pattern[str], *suffixes: str) -> list[str]:
    found = []
    for path in house.tracked_files():
        if path.suffix in suffixes and path.name != "LICENSE":
            lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
            found += [f"{name_of(path)}:{number}: {line.strip()}" for number, line in lines if pattern.search(line)]
    return found


# ---------------------------------------------------------------- tests

# Source files without a test file of their name -> the test that covers them.
TESTED_BY = {
    "bincode-next/src/bincode_next/_form.py": "bincode-next/tests/types/test_typing.py",
    "bincode-next/src/bincode_next/cli/_*.py": "bincode-next/tests/cli/test_cli.py",
    "bincode-next/src/bincode_next/codec/_*.py": "bincode-next/tests/codec/test_codec.py",
    "bincode-next/src/bincode_next/arrays/_*.py": "bincode-next/tests/arrays/test_arrays.py",
    "bincode-next/src/bincode_next/cbor/_[afhl]*.py": "bincode-next/tests/cbor/test_plan.py",
    "bincode-next/src/bincode_next/config/_environment.py": "bincode-next/tests/config/test_config.py",
    "bincode-next/src/bincode_next/plan/_[abpv]*.py": "bincode-next/tests/plan/test_select.py",
    "bincode-next/src/bincode_next/plan/_reader_py.py": "bincode-next/tests/plan/test_decode.py",
    "bincode-next/src/bincode_next/rust/_*.py": "bincode-next/tests/rust/test_from_rust.py",
    "bincode-next/src/bincode_next/dump/_[lp]*.py": "bincode-next/tests/dump/test_json.py",
    "bincode-next/src/bincode_next/dump/_[nw]*.py": "bincode-next/tests/dump/test_inspect.py",
    "bincode-next/src/bincode_next/evolve/_rules.py": "bincode-next/tests/evolve/test_compare.py",
    "bincode-next/src/bincode_next/rust/_definitions.py": "bincode-next/tests/rust/test_to_rust.py",
    "bincode-next/src/bincode_next/shape/_*.py": "bincode-next/tests/shape/test_scan.py",
    "bincode-next/src/bincode_next/stream/_frame.py": "bincode-next/tests/stream/test_push.py",
    "bincode-next/src/bincode_next/stream/_[pw]*o*.py": "bincode-next/tests/stream/test_file.py",
    "dtact/src/dtact/mesh/_[ar]*a*.py": "dtact/tests/mesh/test_submit.py",
    "dtact/src/dtact/processes/_[bk]*.py": "dtact/tests/processes/test_death.py",
    "dtact/src/dtact/processes/_state.py": "dtact/tests/processes/test_death.py",
    "dtact/src/dtact/processes/_worker.py": "dtact/tests/processes/test_pool.py",
    "dtact/src/dtact/groups/_flow.py": "dtact/tests/groups/test_map.py",
    "dtact/src/dtact/groups/_parked.py": "dtact/tests/groups/test_group.py",
    "dtact/src/dtact/loop/_*.py": "dtact/tests/loop/test_methods.py",
    "dtact/src/dtact/monitor/_ask.py": "dtact/tests/monitor/test_inspect.py",
    "dtact/src/dtact/cli/_kinds.py": "dtact/tests/cli/test_run.py",
    "dtact/src/dtact/cli/_to*.py": "dtact/tests/cli/test_ps.py",
    "dtact/src/dtact/cli/_trace.py": "dtact/tests/cli/test_ps.py",
    "dtact/src/dtact/cli/_work.py": "dtact/tests/cli/test_bench.py",
    "dtact/src/dtact/scheduler/_followers.py": "dtact/tests/monitor/test_record.py",
    "dtact/src/dtact/cli/_main.py": "dtact/tests/cli/test_run.py",
    "dtact/src/dtact/cli/__main__.py": "dtact/tests/cli/test_run.py",
    "dtact/src/dtact/scheduler/_statistics.py": "dtact/tests/scheduler/test_timers.py",
    "rssn/src/rssn/cli/_bar.py": "rssn/tests/cli/test_eval.py",
    "rssn/src/rssn/cli/_formula.py": "rssn/tests/cli/test_parse.py",
    "rssn/src/rssn/cli/_options.py": "rssn/tests/cli/test_compile.py",
    "rssn/src/rssn/cli/_progress.py": "rssn/tests/cli/test_eval.py",
    "rssn/src/rssn/egraph/_[cst]*.py": "rssn/tests/egraph/test_graph.py",
    "rssn/src/rssn/egraph/_*.py": "rssn/tests/egraph/test_saturate.py",
    "rssn/src/rssn/frames/_file.py": "rssn/tests/frames/test_stream.py",
    "rssn/src/rssn/frames/_parquet.py": "rssn/tests/frames/test_stream.py",
    "rssn/src/rssn/frames/_s[io]*.py": "rssn/tests/frames/test_stream.py",
    "rssn/src/rssn/frames/_thrift.py": "rssn/tests/frames/test_stream.py",
    "rssn/src/rssn/frames/_*.py": "rssn/tests/frames/test_evaluate.py",
    "rssn/src/rssn/capi/_*.py": "rssn/tests/capi/test_engine.py",
    "rssn/src/rssn/cli/_c_flags.py": "rssn/tests/capi/test_engine.py",
    "rssn/src/rssn/jit/_export_text.py": "rssn/tests/jit/test_export_code.py",
    "rssn/src/rssn/rules/_*.py": "rssn/tests/rules/test_tables.py",
    "rssn/src/rssn/poly/_products.py": "rssn/tests/poly/test_factor.py",
    "rssn/src/rssn/poly/_ratio.py": "rssn/tests/poly/test_form.py",
    "rssn/src/rssn/storage/_[bf]*.py": "rssn/tests/storage/test_store.py",
    "rssn/src/rssn/storage/_[hlens]*.py": "rssn/tests/storage/test_nodes.py",
    "rssn/src/rssn/storage/_c*.py": "rssn/tests/storage/test_store.py",
    "rssn/src/rssn/storage/_pages_py.py": "rssn/tests/storage/test_nodes.py",
    "rssn/src/rssn/storage/_common.py": "rssn/tests/storage/test_nodes.py",
    "rssn/src/rssn/poly/_space.py": "rssn/tests/poly/test_expand.py",
    "rssn/src/rssn/vectormath/_*.py": "rssn/tests/vectormath/test_accuracy.py",
}


def is_tested_elsewhere(name: str) -> bool:
    """Whether the table above names a test for a file, and that test is there."""
    return any(fnmatch(name, pattern) and (house.ROOT / test).exists() for pattern, test in TESTED_BY.items())


@pytest.mark.parametrize("package", PACKAGES)
def test_tests_mirror_the_source(package: str) -> None:
    """`room/_file.py` is tested by `tests/room/test_file.py` (twins by one file, named after what they are)."""
    folder = house.FOLDERS[package] / "tests"
    tests = {path.relative_to(folder) for path in folder.rglob("test_*.py")}
    missing = []
    for path in house.files(package, ".py"):
        room, stem = path.relative_to(house.SOURCES[package]).parent, re.sub(r"_(py|c)$", "", path.stem).strip("_")
        is_tested = stem == "init" or room / f"test_{stem}.py" in tests or is_tested_elsewhere(name_of(path))
        missing += [] if is_tested else [name_of(path)]
    assert missing == []
