"""``state get`` and ``state diff``: what is there, and what a change would do."""

from __future__ import annotations

import json
import stat

import pytest
from command_run import Commands
from sandbox_server import Sandbox
from scripted_api import Answer, scripted_api

EXACT = '{"big": 123456789012345678901234567890, "ratio": 0.10, "text": "é"}'


def test_state_goes_to_stdout_and_messages_to_stderr(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    ended = commands.launch("get", cursor_at_ten)

    assert json.loads(ended.out) == {"cursor": 10}
    assert f"connection {cursor_at_ten} (invoices), connector_sdk: running; no sync" in ended.err
    assert "last success: never" in ended.err
    assert sandbox.writes() == []


def test_every_digit_of_a_number_is_kept(
    commands: Commands, sandbox: Sandbox, connection: str
) -> None:
    commands.set(connection, EXACT)

    ended = commands.run("get", connection)

    assert "123456789012345678901234567890" in ended.out
    assert commands.run("diff", connection, commands.file(EXACT)).status == 0


def test_a_paused_connection_and_one_that_syncs_are_told(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    sandbox.store.configure(sync_seconds=1000)
    sandbox.ask("POST", f"/v1/connections/{cursor_at_ten}/sync", {"force": True})
    sandbox.ask("PATCH", f"/v1/connections/{cursor_at_ten}", {"paused": True})

    assert "paused; a sync is in progress" in commands.run("get", cursor_at_ten).err


def test_saved_state_is_private_and_overwrites_nothing(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    file = commands.directory / "before.json"
    commands.run("get", cursor_at_ten, "--output", "before.json")
    assert json.loads(file.read_text()) == {"cursor": 10}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_text("mine")
    sandbox.requests()

    ended = commands.run("get", cursor_at_ten, "--output", "before.json", status=1)

    assert "before.json already exists" in ended.err
    assert file.read_text() == "mine"
    assert sandbox.requests() == []
    commands.run("get", cursor_at_ten, "--output", "before.json", "--force")
    assert json.loads(file.read_text()) == {"cursor": 10}


def test_a_file_that_cannot_be_written_is_an_error(commands: Commands, cursor_at_ten: str) -> None:
    ended = commands.run("get", cursor_at_ten, "--output", "no/such/folder.json", status=1)

    assert "Cannot write no/such/folder.json" in ended.err
    assert ended.out == ""


def test_a_state_that_was_never_written_is_said_to_be_none(
    commands: Commands, connection: str
) -> None:
    ended = commands.run("get", connection)

    assert json.loads(ended.out) == {}
    assert "no state was written yet" in ended.err


def test_a_difference_is_told_in_the_words_of_the_plan(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    ended = commands.run("diff", cursor_at_ten, commands.file({"cursor": 4, "new": 1}), status=2)

    assert f"The state of connection {cursor_at_ten} (invoices) moves BACKWARDS" in ended.out
    assert "  cursor: 10 -> 4 (backwards by 6)\n  new: 1 is added\n" in ended.out
    assert sandbox.writes() == []


def test_a_state_without_anything_is_a_reset(commands: Commands, cursor_at_ten: str) -> None:
    told = json.loads(commands.run("diff", cursor_at_ten, "-", "--json", given="{}", status=2).out)
    assert (told["is_equal"], told["is_reset"], told["is_backwards"]) == (False, True, True)
    assert [change["path"] for change in told["changes"]] == ["cursor"]

    ended = commands.run("diff", cursor_at_ten, "-", given="{}", status=2)

    assert "is RESET: everything is synced from the start" in ended.out


def test_all_differences_are_told(commands: Commands, connection: str) -> None:
    wanted = commands.file({f"table_{n}": n for n in range(40)})

    ended = commands.run("diff", connection, wanted, status=2)

    assert ended.out.count("is added") == 40


def test_equal_states_are_said_to_be_equal(commands: Commands, cursor_at_ten: str) -> None:
    ended = commands.run("diff", cursor_at_ten, commands.file({"cursor": 10}))

    assert "the states are equal" in ended.out


def test_what_is_named_like_a_secret_is_hidden(commands: Commands, connection: str) -> None:
    wanted = commands.file({"api_token": "canary-token"})

    ended = commands.run("diff", connection, wanted, status=2)

    assert "api_token: (hidden) is added" in ended.out
    assert "canary-token" not in ended.text


def test_a_connection_is_found_by_the_name_of_its_schema(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    ended = commands.run("get", "invoices", "--group", "sandbox_warehouse")

    assert json.loads(ended.out) == {"cursor": 10}


@pytest.mark.parametrize(
    ("name", "group"), [("no_such", "sandbox_warehouse"), ("invoices", "sandbox_lake")]
)
def test_a_name_that_no_connection_has_is_an_error(
    commands: Commands, connection: str, name: str, group: str
) -> None:
    ended = commands.run("get", name, "--group", group, status=1)

    assert f"No connection of the group {group} has the schema name {name}" in ended.err


def test_ambiguous_name_is_an_error_with_all_connections(
    commands: Commands,
) -> None:
    items = [{"id": one, "service": "connector_sdk"} for one in ("one_id", "other_id")]
    with scripted_api() as api:
        api.answers = [Answer(body={"code": "Success", "data": {"items": items}})]
        commands.environment["FIVETRAN_API_URL"] = api.url

        ended = commands.run("get", "invoices", "--group", "sandbox_warehouse", status=1)

    assert "Several connections of the group sandbox_warehouse" in ended.err
    assert "one_id (connector_sdk), other_id (connector_sdk)" in ended.err


@pytest.mark.parametrize(
    ("name", "words"),
    [("no_such_connection", "answered 404"), (" ", "A connection cannot have this identifier")],
)
def test_an_identifier_that_is_none_is_an_error(commands: Commands, name: str, words: str) -> None:
    assert words in commands.run("get", name, status=1).err


@pytest.mark.parametrize("status", [400, 405])
@pytest.mark.parametrize("command", ["get", "diff", "set"])
def test_service_without_state_is_named_with_the_others(
    commands: Commands, sandbox: Sandbox, status: int, command: str
) -> None:
    sandbox.store.configure(unsupported_state_status=status)
    made = sandbox.add("postgres", schema_prefix="orders", host="db.example.com")
    rest = {"get": (), "diff": (commands.file({}),), "set": (commands.file({}), "--yes")}[command]

    ended = commands.run(command, made, *rest, status=1)

    assert "'postgres', whose state cannot be changed" in ended.err
    assert "aws_lambda, azure_function, connector_sdk, google_cloud_function" in ended.err
    assert sandbox.writes() == []


FAILURES: list[tuple[dict[str, str], str]] = [
    ({"FIVETRAN_APISECRET": "wrong-canary"}, "answered 401"),
    ({"FIVETRAN_APIKEY": ""}, "FIVETRAN_APIKEY is not set"),
    ({"FIVETRAN_API_URL": "http://api.example.com"}, "in clear text; use https"),
]


@pytest.mark.parametrize(("environment", "words"), FAILURES)
def test_what_is_wrong_with_the_account_is_said(
    commands: Commands, cursor_at_ten: str, environment: dict[str, str], words: str
) -> None:
    commands.environment |= environment

    ended = commands.run("get", cursor_at_ten, status=1)

    assert words in ended.err
    assert "wrong-canary" not in ended.text


@pytest.mark.parametrize("kind", ["500", "502_html", "429", "reset_before"])
def test_a_read_that_fails_for_a_moment_is_repeated(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str, kind: str
) -> None:
    sandbox.store.configure(faults=[{"kind": kind, "path": "/v1/connections/{id}/state"}])

    assert json.loads(commands.run("get", cursor_at_ten).out) == {"cursor": 10}


def test_a_limit_that_is_used_up_is_told_with_the_time(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    sandbox.store.configure(faults=[{"kind": "429", "times": 99, "retry_after": 3600}])

    ended = commands.run("get", cursor_at_ten, status=1)

    assert "answered 429" in ended.err
    assert "The API asks to wait 3600 s before the next request" in ended.err
    assert "parallelism" not in ended.err


def test_foreign_response_names_the_variable_to_check(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    sandbox.store.configure(faults=[{"kind": "invalid_json", "times": 99}])

    ended = commands.run("get", cursor_at_ten, status=1)

    assert "It was tried 3 times" in ended.err
    assert "Check that FIVETRAN_API_URL is the address" in ended.err


def test_the_embedded_sandbox_needs_no_credentials(commands: Commands) -> None:
    commands.environment = {"PATH": commands.environment["PATH"], "FIVETRAN_API_URL": "sandbox"}

    ended = commands.run("get", "no_such_connection", status=1)

    assert "answered 404" in ended.err
    assert (commands.directory / ".sandbox" / "fivetran.sqlite3").is_file()


def test_a_reader_that_stops_reading_is_no_trouble(commands: Commands, connection: str) -> None:
    commands.set(connection, {f"table_{n}": "x" * 100 for n in range(5000)})
    process = commands.start("get", connection)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None

    said = process.stderr.read()

    assert process.wait(60) == 1
    process.stderr.close()
    assert "Traceback" not in said
    assert "BrokenPipe" not in said
