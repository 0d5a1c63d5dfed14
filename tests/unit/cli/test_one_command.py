"""``connections``: one command for all that people run."""

from __future__ import annotations

from importlib import import_module

import pytest

from constructs_lib import __version__
from constructs_lib.__main__ import main
from constructs_lib.cli.commands import COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_helps(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])

    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("usage: ")


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_the_older_one(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    command, taken = COMMANDS[name], []
    monkeypatch.setattr(
        import_module(command.module), "main", lambda arguments: taken.append(arguments) or 7
    )

    assert main([name, "--x", "y"]) == 7
    assert taken == [[name, "--x", "y"] if command.is_named else ["--x", "y"]]


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"connections {__version__}\n"


@pytest.mark.parametrize("arguments", [["-h"], ["--help"]])
def test_the_help_names_each_command(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 0

    printed = capsys.readouterr().out
    assert all(f"\n{name} " in printed for name in COMMANDS)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "usage: connections"),
        (["statsu"], "there is no command 'statsu'; did you mean 'status'?"),
        (["--vers"], "there is no command '--vers'"),
        (["\x1b[31m"], "usage: connections"),
    ],
)
def test_what_is_no_command_is_a_wrong_usage(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2

    printed = capsys.readouterr()
    assert printed.out == ""
    assert words in printed.err
    assert "\x1b" not in printed.err
