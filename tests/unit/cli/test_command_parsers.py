"""The parsers of ``connections``: how they name themselves, their examples, and completion."""

from __future__ import annotations

import argparse
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from every_case import check_every

from constructs_lib.cli.commands import COMMANDS, parser_of
from constructs_lib.cli.completion import SHELLS
from constructs_lib.cli.completion import main as completion
from constructs_lib.cli.parsers import CommandParser, program


def below(parser: CommandParser) -> Iterator[CommandParser]:
    """A parser, and those of the commands below it."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from below(each)


PARSERS = {each.prog: (name, each) for name in COMMANDS for each in below(parser_of(name))}


def called(line: str, name: str) -> list[str]:
    """The arguments that one line of an example hands to a command."""
    start = f"connections {name}"
    (part,) = [p for p in re.split(r"\| |[()]", line) if p.strip().startswith(start)]
    return shlex.split(part.split(" > ")[0], comments=True)[2:]


@pytest.mark.parametrize("prog", PARSERS)
def test_a_help_has_examples_and_exit_statuses(prog: str) -> None:
    _, parser = PARSERS[prog]

    assert parser.description
    assert re.search(rf"^example(s)?:\n(.*\n)*?  .*{prog}", parser.format_help(), re.MULTILINE)
    assert "\nexit status:\n  0 " in parser.format_help()


def test_each_example_is_a_command_that_is_taken() -> None:
    def holds(prog: str) -> None:
        name, parser = PARSERS[prog]
        lines = [line for line in parser.examples.splitlines() if line and line[0] != "#"]
        for line in lines:
            words = called(line, name)
            if "--help" not in words:
                parser_of(name).parse_args(words)

    check_every(list(PARSERS), holds)


@pytest.mark.parametrize(
    ("module", "shown"),
    [
        (None, "connections state"),
        ("pytest.__main__", "connections state"),
        ("constructs_lib.__main__", "python -m constructs_lib state"),
        ("constructs_lib.backend.__main__", "python -m constructs_lib.backend state"),
        ("constructs_lib.sandbox.__main__", "python -m constructs_lib.sandbox"),
        ("constructs_lib.cli.status", "python -m constructs_lib.cli.status"),
    ],
)
def test_program_is_named_as_it_was_called(
    module: str | None, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    specification = module and SimpleNamespace(name=module)
    monkeypatch.setitem(sys.modules, "__main__", SimpleNamespace(__spec__=specification))  # type: ignore[arg-type]

    assert program("state") == shown


def test_a_long_description_is_wrapped_and_examples_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    long = "word " * 30
    parser = CommandParser(prog="p", description=long, examples=f"{{prog}} {long}", statuses={})

    wide = [line for line in parser.format_help().splitlines() if len(line) > 40]
    assert wide == [f"  p {long}"]


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_prints_code_for_a_shell(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert completion([shell]) == 0
    assert "connections" in capsys.readouterr().out


def test_completion_without_its_package_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "argcomplete.shell_integration", None)

    assert completion(["bash"]) == 1
    assert "pip install 'connections-as-code[cli]'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("connections st", {"state", "status"}),
        ("connections adopt --form ", {"hcl", "python", "yaml"}),
        ("connections sandbox journal --wr", {"--writes"}),
        ("connections catalogue show google_she", {"google_sheets"}),
    ],
)
def test_a_shell_gets_the_words_that_fit(line: str, words: set[str], tmp_path: Path) -> None:
    asked: dict[str, Any] = {
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_IFS": "\n",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(tmp_path / "words"),
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
    }
    command = [sys.executable, "-m", "constructs_lib"]
    subprocess.run(command, env={**os.environ, **asked}, check=True, capture_output=True)

    assert {word.strip() for word in (tmp_path / "words").read_text().split("\n")} == words
