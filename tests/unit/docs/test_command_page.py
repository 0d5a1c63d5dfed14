"""The page of the command, and the schema for editors, are what the parsers say."""

from __future__ import annotations

from pathlib import Path

import command_reference
import pytest
from every_case import check_every
from pages import commands
from pages.catalogue import ROOT

from constructs_lib.cli.commands import COMMANDS, parser_of


def test_what_is_made_of_the_command_is_fresh(capsys: pytest.CaptureFixture[str]) -> None:
    assert command_reference.main(["--check"]) == 0
    assert capsys.readouterr().err == ""


def test_a_stale_page_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(commands, "page", lambda: "another page")

    assert command_reference.main(["--check"]) == 1
    assert "stale: docs/command.md; run " in capsys.readouterr().err


def test_a_stale_file_is_written_and_no_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fresh, stale = tmp_path / "fresh.md", tmp_path / "stale.md"
    fresh.write_text("same")
    fresh.chmod(0o400)
    monkeypatch.setattr(command_reference, "fresh_files", lambda: [(fresh, "same"), (stale, "new")])

    assert command_reference.main([]) == 0
    assert stale.read_text() == "new"


def test_the_page_has_each_command_and_each_option() -> None:
    text = (ROOT / "docs" / "command.md").read_text()

    def holds(name: str) -> None:
        parser = parser_of(name)
        assert f"\n## `{parser.prog}`\n" in text
        for action in parser._actions:
            for option in action.option_strings[:1]:
                assert option == "-h" or f"| `{option}" in text

    check_every(COMMANDS, holds)
