"""A command that is forked does, says and leaves what a process of its own does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from command_run import Commands
from forked_command import ForkedCommands
from sandbox_server import Sandbox

STATE = {"cursor": 10}
CASES: list[tuple[list[str], str | None, int]] = [
    (["get", "ID"], None, 0),
    (["diff", "ID", "wanted.json"], None, 2),
    (["diff", "ID", "-"], json.dumps({"cursor": 3}), 2),
    (["set", "ID", "wanted.json"], None, 1),
    (["set", "ID", "-", "--yes"], json.dumps(STATE), 0),
    (["set", "ID", "-", "--yes"], "no JSON", 1),
    (["get", "no_such_connection"], None, 1),
    (["history", "ID"], None, 0),
    (["--help"], None, 0),
    (["unheard-of"], None, 1),
]
"""Arguments, standard input and exit status of commands that change nothing."""


@pytest.mark.parametrize(("arguments", "given", "status"), CASES)
def test_a_forked_command_is_like_a_launched_one(
    commands: Commands, cursor_at_ten: str, arguments: list[str], given: str | None, status: int
) -> None:
    commands.file({"cursor": 4})
    named = [cursor_at_ten if one == "ID" else one for one in arguments]

    launched = commands.launch(*named, given=given, status=status)

    assert commands.run(*named, given=given, status=status) == launched


def test_a_forked_command_sets_a_state_like_a_launched_one(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    def done(run: Any, state: dict[str, int]) -> list[Any]:
        run("set", cursor_at_ten, commands.file(state), "--yes")
        return [(method, path) for method, path, _ in sandbox.writes()]

    launched = done(commands.launch, {"cursor": 4})

    assert launched
    assert done(commands.run, {"cursor": 3}) == launched
    assert sandbox.state(cursor_at_ten) == {"cursor": 3}


def test_variables_of_pythons_start_need_a_launched_command(
    commands: Commands, forked_commands: ForkedCommands, cursor_at_ten: str
) -> None:
    commands.run("get", cursor_at_ten)
    environment = commands.environment

    assert forked_commands.can_run({**environment, "TF_DATA_DIR": "elsewhere"})
    assert not forked_commands.can_run({**environment, "PYTHONUTF8": "0"})
    assert not forked_commands.can_run({**environment, "LC_ALL": "C"})
