"""``state history``, and in which directory it is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_run import Commands
from sandbox_server import Sandbox

NEW = {"cursor": 4}


@pytest.fixture
def project(commands: Commands) -> Path:
    """A project of the CDK, with the stack ``pipelines``."""
    (commands.directory / "cdktf.out" / "stacks" / "pipelines").mkdir(parents=True)
    return commands.directory / "cdktf.out" / "stacks"


def kept(folder: Path) -> Path:
    return folder / ".terraform" / "fivetranops" / "history"


def test_nothing_that_was_set_is_no_error_and_asks_nobody(
    commands: Commands, sandbox: Sandbox, connection: str
) -> None:
    sandbox.requests()
    for name in ("FIVETRAN_APIKEY", "FIVETRAN_APISECRET", "FIVETRAN_API_URL"):
        del commands.environment[name]

    ended = commands.run("history", connection)

    assert ended.out == ""
    assert "No state of this connection was set from here" in ended.err
    assert sandbox.requests() == []


def test_one_state_is_printed_whole(commands: Commands, cursor_at_ten: str) -> None:
    wanted = {f"table_{n}": n for n in range(40)}
    commands.set(cursor_at_ten, wanted)

    before = commands.run("history", cursor_at_ten, "--show", "1")
    after = commands.run("history", cursor_at_ten, "--show", "1", "--after")

    assert json.loads(before.out) == {"cursor": 10}
    assert json.loads(after.out) == wanted
    (change,) = json.loads(commands.run("history", cursor_at_ten, "--json").out)
    assert (change["number"], change["result"]) == (1, "set")
    assert (change["before"], change["after"]) == ({"cursor": 10}, wanted)
    assert "and 38 more" in commands.run("history", cursor_at_ten).out


def test_a_change_that_is_not_there_names_those_that_are(
    commands: Commands, cursor_at_ten: str
) -> None:
    for number in (4, 3, 2):
        commands.set(cursor_at_ten, {"cursor": number})

    ended = commands.run("history", cursor_at_ten, "--show", "9", status=1)

    assert "The history has no change 9" in ended.err
    assert "3, 2, 1." in ended.err


def test_a_name_is_looked_up_where_it_is_a_name(commands: Commands, cursor_at_ten: str) -> None:
    commands.set(cursor_at_ten, NEW)

    ended = commands.run("history", "invoices", "--group", "sandbox_warehouse")

    assert "cursor: 10 -> 4" in ended.out


def test_what_is_named_like_a_secret_is_hidden_in_the_list(
    commands: Commands, connection: str
) -> None:
    commands.set(connection, {"api_token": "canary-token"})

    ended = commands.run("history", connection)

    assert "api_token: (hidden) is added" in ended.out
    assert "canary-token" not in ended.text


def test_a_history_that_cannot_be_read_is_an_error(commands: Commands, cursor_at_ten: str) -> None:
    commands.set(cursor_at_ten, NEW)
    (file,) = kept(commands.directory).iterdir()
    file.unlink()
    file.mkdir()

    assert "Cannot read" in commands.run("history", cursor_at_ten, status=1).err


def test_beside_the_one_stack_of_the_cdk_it_is_kept_there(
    commands: Commands, project: Path, cursor_at_ten: str
) -> None:
    ended = commands.set(cursor_at_ten, NEW)

    assert kept(project / "pipelines").is_dir()
    assert not (commands.directory / ".terraform").exists()
    assert str(kept(project / "pipelines")) in ended.out


def test_in_a_directory_of_terraform_it_is_kept_there(
    commands: Commands, project: Path, cursor_at_ten: str
) -> None:
    (commands.directory / "main.tf").write_text("")

    ended = commands.set(cursor_at_ten, NEW)

    assert kept(commands.directory).is_dir()
    assert "There is no Terraform configuration in that folder" not in ended.out


def test_where_terraform_does_not_work_that_is_said(commands: Commands, cursor_at_ten: str) -> None:
    assert "There is no Terraform configuration" in commands.set(cursor_at_ten, NEW).out


@pytest.mark.parametrize("command", ["set", "history"])
def test_of_several_stacks_one_must_be_chosen(
    commands: Commands, sandbox: Sandbox, project: Path, cursor_at_ten: str, command: str
) -> None:
    (project / "another").mkdir()
    sandbox.requests()
    arguments = {"set": [commands.file(NEW), "--yes"], "history": []}[command]

    ended = commands.run(command, cursor_at_ten, *arguments, status=1)

    assert "--stack: another, pipelines" in ended.err
    assert sandbox.requests() == []
    commands.run("get", cursor_at_ten)


@pytest.mark.parametrize("stack", ["another", "cdktf.out/stacks/another"])
def test_a_stack_is_chosen_by_its_name_or_its_folder(
    commands: Commands, project: Path, cursor_at_ten: str, stack: str
) -> None:
    (project / "another").mkdir()

    ended = commands.set(cursor_at_ten, NEW, "--stack", stack)

    assert kept(project / "another").is_dir()
    assert f"--stack {stack} --from-history 1" in ended.out
    commands.run("set", cursor_at_ten, "--stack", stack, "--from-history", "1", "--yes")


def test_a_stack_that_is_not_there_is_an_error(commands: Commands, cursor_at_ten: str) -> None:
    ended = commands.set(cursor_at_ten, NEW, "--stack", "no_such", status=1)

    assert "There is no folder no_such" in ended.err


def test_history_follows_the_data_directory_of_terraform(
    commands: Commands, project: Path, cursor_at_ten: str, tmp_path: Path
) -> None:
    for data, expected in (
        ("data", project / "pipelines" / "data"),
        (str(tmp_path / "absolute"), tmp_path / "absolute"),
    ):
        commands.environment["TF_DATA_DIR"] = data
        commands.set(cursor_at_ten, {"cursor": data})

        assert (expected / "fivetranops" / "history").is_dir()
