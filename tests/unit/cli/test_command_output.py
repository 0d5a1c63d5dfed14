"""The commands when their output cannot be written, or Ctrl-C is pressed early."""

from __future__ import annotations

import os
import runpy
import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from constructs_lib import __main__ as command
from constructs_lib.sandbox import __main__ as sandbox

ADOPT_MODULE = Path(command.__file__).parent / "adopt" / "__main__.py"
ADOPT = ["adopt", "--form=hcl", "--out=out"]
needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")


@pytest.fixture(autouse=True)
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An account with connections, below the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FIVETRAN_API_URL", "sandbox:sandbox.sqlite3")
    sandbox.main(["generate", "--database=sandbox.sqlite3", "--connections=3", "--services=2"])


def run(arguments: list[str], redirection: str) -> tuple[int, str]:
    """Run a command in a shell; return its status and its errors."""
    line = f'exec "$0" -m constructs_lib "$@" {redirection}'
    ended = subprocess.run(
        ["/bin/sh", "-c", line, sys.executable, *arguments],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )
    return ended.returncode, ended.stderr


@needs_full
@pytest.mark.parametrize("more", [[], ["--json"]], ids=str)
def test_status_tells_of_a_full_disk(more: list[str]) -> None:
    status, errors = run(["status", *more], "> /dev/full")

    assert (status, errors) == (
        2,
        "status: the output cannot be written: No space left on device\n",
    )


@needs_full
def test_adopt_reports_elsewhere_on_a_full_disk(tmp_path: Path) -> None:
    status, errors = run(ADOPT, "> /dev/full")

    first, second = errors.splitlines()[:2]
    assert status == 1
    assert first == "adopt: the output cannot be written: No space left on device"
    assert second.startswith("out: 3 connections written in ")
    assert (tmp_path / "out" / "connections.tf").exists()


@needs_full
def test_a_dry_run_tells_of_a_full_disk() -> None:
    status, errors = run([*ADOPT, "--dry-run"], "> /dev/full")

    assert status == 1
    assert errors.count("the output cannot be written: No space left on device\n") == 1
    assert "Traceback" not in errors
    assert "Exception" not in errors


@needs_full
def test_any_command_tells_of_a_full_disk() -> None:
    assert run(["--version"], "> /dev/full") == (
        1,
        "connections: the output cannot be written: No space left on device\n",
    )


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["status"], (2, "status: the standard output is closed\n")),
        (ADOPT, (1, "adopt: the standard output is closed.\nNothing was written.\n")),
        (["query"], (1, "query: the standard output is closed\n")),
        (["completion", "bash"], (1, "completion: the standard output is closed\n")),
        (["catalogue", "search", "x"], (1, "catalogue: the standard output is closed\n")),
        (["--version"], (1, "connections: the standard output is closed\n")),
    ],
    ids=str,
)
def test_a_closed_output_is_one_message(
    arguments: list[str], expected: tuple[int, str], tmp_path: Path
) -> None:
    assert run(arguments, ">&-") == expected
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["adopt", "query", "status"])
def test_ctrl_c_while_a_command_loads_is_one_line(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def load(module: str) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        import_module(module)

    monkeypatch.setattr(command, "import_module", load)
    monkeypatch.setattr(sys, "argv", ["connections", name])

    assert command.run() == 130
    assert capsys.readouterr().err == "connections: interrupted\n"


def test_ctrl_c_while_adopt_loads_alone_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def load(module: str) -> None:
        assert module == "constructs_lib.adopt.__main__"
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "import_module", load)
    monkeypatch.setattr(sys, "argv", ["adopt", "--form=hcl", "--out=out"])

    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ADOPT_MODULE), run_name="__main__")

    assert ended.value.code == 130
    assert capsys.readouterr().err == "connections: interrupted\n"


def test_adopt_alone_takes_its_options(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "argv", ["adopt", *ADOPT[1:]])

    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ADOPT_MODULE), run_name="__main__")

    assert ended.value.code == 0
    assert "out: 3 connections written in " in capsys.readouterr().out
    assert (tmp_path / "out" / "connections.tf").exists()
