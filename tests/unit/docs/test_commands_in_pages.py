"""Each command of a page is one that there is, with options that it takes."""

from __future__ import annotations

import argparse
import json
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import yaml
from every_case import check_every
from markdown_pages import Block, blocks, pages
from pages.catalogue import ROOT

from constructs_lib import schemas
from constructs_lib.cli.commands import COMMANDS, parser_of
from constructs_lib.validation import ALIASES
from constructs_lib.validation.environment_schema import environment_schema

PAGES = pages()
_OF_OTHERS = {".", "cd", "export", "alias", "pip", "npx", "terraform", "cdktf", "jq", "git", "xz"}
_PYTHON = re.compile(r"(\.venv/bin/)?python3?")


def commands(page: Path) -> list[list[str]]:
    """The commands of the blocks for a shell, in words; those of consoles follow a prompt."""
    found = []
    for block in blocks(page):
        if block.language == "sh":
            found += block.code.replace("\\\n", "").splitlines()
        if block.language == "console":
            found += [line[2:] for line in block.code.splitlines() if line.startswith("$ ")]
    words = [shlex.split(line, comments=True) for line in found]
    return [_without_variables(each) for each in words if each]


def _without_variables(words: list[str]) -> list[str]:
    while words and re.match(r"[A-Z_]+=", words[0]):
        words = words[1:]
    if words[:1] == ["state"]:
        words = ["connections", *words]
    return [words[0].removeprefix(".venv/bin/"), *words[1:]] if words else words


@cache
def help_of(*words: str) -> str:
    """What a command of ours prints with ``--help``."""
    command = [sys.executable, *words, "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}: {done.stderr}"
    return done.stdout


def problem(words: list[str]) -> str | None:
    """What is wrong with a command; None if nothing is."""
    program = words[0]
    if program in _OF_OTHERS:
        return None
    if program == "make":
        return None  # Its targets are looked at with all that pages name.
    if program == "connections":
        return _problem_of_ours(words[1:])
    if _PYTHON.fullmatch(program):
        return _problem_of_python(words[1:])
    if (ROOT / ".venv" / "bin" / program).exists() or program == "pre-commit":
        return None
    return f"{program} is unknown"


def _problem_of_ours(words: list[str]) -> str | None:
    """What is wrong with a command of ``connections``, by its parser."""
    if words[0] not in COMMANDS:
        return None if words == ["--help"] else f"there is no command {words[0]}"
    if words[:2] == ["query", "--resource"]:
        return None  # Its options depend on it, and its own tests look at them.
    parser, rest = parser_of(words[0]), words[1:]
    taken = set(parser._option_string_actions)
    for word in rest:
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction) and word in action.choices:
                parser = action.choices[word]
                taken |= set(parser._option_string_actions)
    options = {w.partition("=")[0] for w in rest if re.match(r"--?[a-z]", w)}
    gone = options - taken
    return f"{' '.join(words)}: no {', '.join(sorted(gone))}" if gone else None


def _problem_of_python(words: list[str]) -> str | None:
    if words[0] != "-m":
        return None if (ROOT / words[0]).is_file() else f"{words[0]} is no file"
    subcommand = [w for w in words[2:3] if not w.startswith("-")]
    shown = help_of(*words[:2], *subcommand)
    options = {w.partition("=")[0] for w in words if re.match(r"--?[a-z]", w)} - {"-m", "--help"}
    taken = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", _all_help(words, subcommand, shown)))
    gone = options - taken
    return f"{' '.join(words)}: no {', '.join(sorted(gone))}" if gone else None


def _all_help(words: list[str], subcommand: list[str], shown: str) -> str:
    if subcommand == ["state"] and len(words) > 3 and not words[3].startswith("-"):
        return shown + help_of(*words[:2], "state", words[3])
    return shown


def test_each_command_exists_and_takes_its_options() -> None:
    def holds(page: Path) -> None:
        assert [found for words in commands(page) if (found := problem(words))] == []

    check_every(PAGES, holds)


@pytest.mark.parametrize(
    "line",
    [
        "python -m constructs_lib.sandbox journal --datbase x",
        "python scripts/gone.py",
        "pythn -m stacks",
        "python -m stacks new-connection postgres --nam shop",
        "connections sandbox journal --datbase x",
        "state get pale_hydrogen --outptu before.json",
        "connections adpot --form hcl",
    ],
)
def test_a_command_that_is_wrong_would_be_found(line: str) -> None:
    assert problem(_without_variables(shlex.split(line)))


def yaml_blocks(page: Path) -> list[Block]:
    return [block for block in blocks(page) if block.language == "yaml"]


def test_the_settings_of_a_page_are_settings() -> None:
    def holds(page: Path) -> None:
        environment = environment_schema()["properties"]
        connection = schemas.load("fivetranops_connection").attributes
        entry = environment["connections"]["additionalProperties"]["properties"]
        parameters = {*connection, *ALIASES, *entry}
        for block in yaml_blocks(page):
            found = yaml.safe_load(block.code)

            assert isinstance(found, dict)
            for key, value in found.items():
                inside = set(value) if isinstance(value, dict) else set()
                assert key in environment or key in parameters or inside <= parameters, key
            for name, each in (found.get("connections") or {}).items():
                assert set(each or {}) <= parameters, name
            assert set(found.get("defaults") or {}) <= parameters

    check_every(PAGES, holds)


def test_json_of_a_page_can_be_read() -> None:
    def holds(page: Path) -> None:
        for block in blocks(page):
            if block.language == "json":
                json.loads(block.code)

    check_every(PAGES, holds)


@pytest.mark.terraform
def test_hcl_of_a_page_can_be_read() -> None:
    def holds(page: Path) -> None:
        for block in blocks(page):
            if block.language == "hcl" and not block.is_quoted:
                done = subprocess.run(
                    ["terraform", "fmt", "-"],
                    input=block.code,
                    capture_output=True,
                    text=True,
                    check=False,
                )
                assert done.returncode == 0, done.stderr
                assert done.stdout == block.code

    check_every(PAGES, holds)
