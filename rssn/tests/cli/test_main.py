"""Exit codes and messages: 2 for the user's mistake, 1 for the environment's or ours, 130 for Ctrl-C; no tracebacks."""

import subprocess
import sys
from pathlib import Path

import pytest

from rssn import config
from rssn.cli import _main, main
from rssn.errors import CompileError, OutputError

RSSN = [sys.executable, "-m", "rssn.cli"]


def test_help_lists_every_command_without_loading_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in _main.COMMANDS)


@pytest.mark.parametrize("name", list(_main.COMMANDS))
def test_each_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    assert "Usage: rssn" in capsys.readouterr().out


def test_version_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("rssn 0.")


@pytest.mark.parametrize("arguments", [[], ["bogus"], ["eval"], ["parse"], ["eval", "--threads", "0", "x", "t.csv"]])
def test_a_mistyped_command_is_the_users_mistake(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Usage: rssn" in captured.err


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (CompileError("LLVM said no"), 1, "rssn: error: LLVM said no"),
        (OutputError("full"), 1, "rssn: error: full"),
        (KeyboardInterrupt(), 130, "rssn: interrupted"),
        (MemoryError(), 1, "out of memory"),
        (RuntimeError("a bug"), 1, "internal error, please report: RuntimeError: a bug"),
        (BrokenPipeError(), 141, ""),
    ],
)
def test_every_failure_has_its_exit_code(
    error: BaseException, code: int, text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("rssn.cli._parse.read", fail)
    monkeypatch.setattr(_main, "_point_stdout_at_nothing", lambda: None)
    assert main(["parse", "x"]) == code
    err = capsys.readouterr().err
    assert text in err
    assert "Traceback" not in err


def test_a_traceback_is_shown_on_request(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("rssn.cli._parse.read", lambda *_, **__: 1 / 0)
    monkeypatch.setattr(config, "DEBUG", True)
    assert main(["parse", "x"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_messages_can_not_drive_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """File names are repeated in messages; escape codes in them are not."""
    assert main(["eval", "x", "\x1b[31mred\x07.csv"]) == 2
    assert "\x1b" not in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["parse", "x + 1"], ["compile", "x + 1"], ["--help"]])
def test_a_full_standard_output_is_the_environments_fault(arguments: list[str]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([*RSSN, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert "rssn: error: can't write to the standard output" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_leaves_is_not_an_error(tmp_path: Path) -> None:
    """As in `rssn eval … | head -2`: quiet, whatever was still to come."""
    (tmp_path / "in.csv").write_text("x\n" + "1\n" * 200_000)
    command = [*RSSN, "eval", "x", str(tmp_path / "in.csv"), "-q"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 141
