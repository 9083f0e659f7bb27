"""Run what the documentation shows: every ``python`` and ``console`` block, page by page.

The blocks of a page share one namespace and one empty folder, top to bottom,
as a reader would type them. A ``python`` block with prompts is a doctest; one
without is a program. In a ``console`` block, lines after ``$ rssn`` and ``$ bincode-next``
run in process, and what is printed must match the lines below (``...`` matches anything).
"""

import contextlib
import doctest
import importlib
import importlib.util
import io
import re
import runpy
import shlex
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md"]
PAGES += [ROOT / folder / "README.md" for folder in ("rssn", "dtact", "bincode-next")]
PAGES += sorted((ROOT / "docs").rglob("*.md"))
BLOCK = re.compile(r"^(?P<indent> *)```(?P<kind>python|console)\n(?P<body>.*?)^ *```$", re.MULTILINE | re.DOTALL)
OPTIONAL = {"numba", "scipy"}  # libraries that an example may show and the test environment may lack
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
FROM_SCRATCH_S = 5.0


def blocks(page: Path) -> Iterator[tuple[int, str, str]]:
    """Yield the line, the kind and the text of each block that runs."""
    text = page.read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        body = re.sub(f"^{match['indent']}", "", match["body"], flags=re.MULTILINE)
        yield text.count("\n", 0, match.start("body")) + 1, match["kind"], body


def lacks(body: str) -> bool:
    """Return whether a block imports an optional library that is not installed."""
    found = set(re.findall(r"^(?:>>> )?(?:import|from) (\w+)", body, re.MULTILINE))
    return any(importlib.util.find_spec(name) is None for name in found & OPTIONAL)


def run_session(body: str, names: dict[str, object], where: str, line: int) -> None:
    test = doctest.DocTestParser().get_doctest(body, {}, where, where, line - 1)
    test.globs = names
    report = io.StringIO()
    failed, _ = doctest.DocTestRunner(optionflags=FLAGS).run(test, out=report.write, clear_globs=False)
    assert not failed, report.getvalue()


def run_console(body: str, where: str) -> None:
    """Run each ``$ rssn …`` and ``$ bincode-next …`` line and compare what it prints."""
    for command, wanted in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n?)*)", body, re.MULTILINE):
        program, *arguments = shlex.split(command, comments=True)
        if program in ("rssn", "bincode-next"):
            found = shell(program, arguments)
            agree = doctest.OutputChecker().check_output(wanted or "...", found, FLAGS)
            assert agree, f"{where}: $ {command}\nwanted:\n{wanted}\nfound:\n{found}"


def shell(program: str, arguments: list[str]) -> str:
    cli = importlib.import_module(f"{program.replace('-', '_')}.cli")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), contextlib.suppress(SystemExit):
        cli.main(arguments)
    return printed.getvalue()


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_examples_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each example does what the page says."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "__main__"}
    for line, kind, body in blocks(page):
        where = f"{page.relative_to(ROOT)}:{line}"
        if lacks(body):
            continue
        if kind == "console":
            run_console(body, where)
        elif body.lstrip().startswith(">>>"):
            run_session(body, names, where, line)
        else:
            exec(compile("\n" * (line - 1) + body, str(page), "exec"), names)


def test_the_engine_from_scratch_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """The teaching engine ends by checking itself, in seconds."""
    started = time.perf_counter()
    runpy.run_path(str(ROOT / "docs" / "from_scratch.py"), run_name="__main__")
    assert time.perf_counter() - started < FROM_SCRATCH_S
    assert "agree" in capsys.readouterr().out


def test_links_lead_somewhere() -> None:
    """A relative link of a page names a file that is there."""
    broken = []
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text(encoding="utf-8")):
            broken += [] if (page.parent / target).exists() else [f"{page.relative_to(ROOT)}: {target}"]
    assert broken == []
