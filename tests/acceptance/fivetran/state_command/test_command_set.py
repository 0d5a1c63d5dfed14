"""``state set``: the care of the resource, without Terraform."""

from __future__ import annotations

import json
import shlex
import subprocess
from contextlib import closing

import pytest
import requests
from command_run import COMMAND, Commands, Ended
from expected_requests import careful_state, state
from sandbox_server import Sandbox
from workspace import wait_until

from constructs_lib.sandbox import SandboxAdapter

NEW = {"cursor": 4}


def test_a_state_is_set_with_care_and_it_is_said_how_to_go_back(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    ended = commands.launch("set", cursor_at_ten, commands.file(NEW), "--yes")

    assert sandbox.writes() == careful_state(cursor_at_ten, NEW)
    assert f"The state of connection {cursor_at_ten} (invoices) moves BACKWARDS" in ended.out
    assert "cursor: 10 -> 4 (backwards by 6)" in ended.out
    assert "it is paused for the change, and is unpaused afterwards" in ended.out
    assert "was set, and reads back as it was sent. The connection is running again" in ended.out
    assert f"state set {cursor_at_ten} --from-history 1" in ended.out
    assert 'with drift_policy "on_change" (the default) plans leave it alone' in ended.out


def test_going_back_brings_the_state_of_before(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    commands.set(cursor_at_ten, NEW)

    commands.run("set", cursor_at_ten, "--from-history", "1", "--yes")
    assert sandbox.state(cursor_at_ten) == {"cursor": 10}

    commands.run("set", cursor_at_ten, "--from-history", "1", "--after", "--yes")
    assert sandbox.state(cursor_at_ten) == NEW


def test_going_back_to_where_no_state_was_written_is_a_reset(
    commands: Commands, sandbox: Sandbox, connection: str
) -> None:
    commands.set(connection, NEW)

    ended = commands.run("set", connection, "--from-history", "1", "--yes")

    assert "Before change 1 no state was written yet" in ended.err
    assert "is RESET" in ended.out
    assert sandbox.state(connection) == {}


def test_paused_connection_stays_paused_with_a_message(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    sandbox.ask("PATCH", f"/v1/connections/{cursor_at_ten}", {"paused": True})

    ended = commands.set(cursor_at_ten, NEW)

    assert sandbox.writes() == [state(cursor_at_ten, NEW)]
    assert "The connection stays paused" in ended.out


def test_an_equal_state_sends_nothing(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    ended = commands.set(cursor_at_ten, {"cursor": 10})

    assert "is already this one; nothing was sent" in ended.out
    assert sandbox.writes() == []


def test_without_terminal_and_yes_nothing_is_requested(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    sandbox.requests()
    for arguments, given in (([commands.file(NEW)], None), (["-"], json.dumps(NEW))):
        ended = commands.run("set", cursor_at_ten, *arguments, given=given, status=1)

        assert "Add --yes" in ended.err
    assert sandbox.requests() == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 1, column 1"),
        ('{"cursor": canary-4}', "line 1, column 12"),
        ("null", "is not an object"),
        ("[]", "is not an object"),
        ('{"cursor": NaN}', "NaN is not JSON"),
        ("[" * 100_000, "more than 250 levels of lists and objects"),
        ('{"n": ' + "9" * 5000 + "}", "a number of more than 1000 digits"),
    ],
)
def test_what_is_no_state_is_an_error_before_anything_is_asked(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str, text: str, words: str
) -> None:
    sandbox.requests()

    ended = commands.run("set", cursor_at_ten, commands.file(text), "--yes", status=1)

    assert words in ended.err
    assert "No request was sent" in ended.err
    assert "canary-4" not in ended.text
    assert sandbox.requests() == []


def test_a_file_that_is_missing_or_no_text_is_an_error(
    commands: Commands, cursor_at_ten: str
) -> None:
    (commands.directory / "latin.json").write_bytes(b'{"a": "\xe9"}')

    missing = commands.run("set", cursor_at_ten, "missing.json", "--yes", status=1)
    latin = commands.run("set", cursor_at_ten, "latin.json", "--yes", status=1)

    assert "Cannot read the state from missing.json" in missing.err
    assert "it is not UTF-8 at byte 7" in latin.err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["wanted.json", "--from-history", "1"],
        ["wanted.json", "--after"],
        ["wanted.json", "--timeout", "soon"],
        ["wanted.json", "--timeout", "0s"],
        ["wanted.json", "--timeout", "99999999h"],
        ["wanted.json", "--ye"],
        ["--from-history", "first"],
    ],
)
def test_wrong_usage_is_1_because_2_says_different(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str, arguments: list[str]
) -> None:
    commands.file(NEW)

    ended = commands.run("set", cursor_at_ten, *arguments, status=1)

    assert "usage:" in ended.err
    assert sandbox.writes() == []


def has_looked_since_the_pause(sandbox: Sandbox, identifier: str) -> bool:
    path = f"/v1/connections/{identifier}"
    asked = [(entry.method, entry.path) for entry in sandbox.store.journal(0)]
    return ("PATCH", path) in asked and ("GET", path) in asked[asked.index(("PATCH", path)) :]


def test_a_sync_that_runs_is_waited_for(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    sandbox.store.configure(sync_seconds=1000)
    sandbox.ask("POST", f"/v1/connections/{cursor_at_ten}/sync", {"force": True})
    process = commands.start("set", cursor_at_ten, commands.file(NEW), "--yes")
    wait_until(lambda: has_looked_since_the_pause(sandbox, cursor_at_ten))
    sandbox.store.advance(1000)
    sandbox.writes()

    ended = commands.ended(process)

    assert ended.status == 0, ended.text
    assert "A sync is in progress now and is waited for" in ended.out
    assert "looking again in" in ended.err
    assert "A sync moved it on from" in ended.err
    assert sandbox.writes() == careful_state(cursor_at_ten, NEW)[1:]
    moved = json.loads(commands.run("history", cursor_at_ten, "--show", "1").out)
    assert moved["checkpoint"] == 1


def test_sync_that_does_not_end_in_time_restores_the_flag(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    sandbox.store.configure(sync_seconds=1000)
    sandbox.ask("POST", f"/v1/connections/{cursor_at_ten}/sync", {"force": True})

    ended = commands.set(cursor_at_ten, NEW, "--timeout", "1s", status=1)

    assert "took longer than the limit of 1 s" in ended.err
    assert "with a longer --timeout" in ended.err
    assert "Status: the state was not set; the paused flag is as it was" in ended.err
    assert sandbox.connection(cursor_at_ten)["paused"] is False


def test_sync_that_starts_before_the_state_is_waited_for(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    sandbox.store.configure(
        sync_seconds=1,
        faults=[
            {
                "kind": "sync_starts",
                "method": "PATCH",
                "path": "/v1/connections/{id}/state",
                "when": "before",
            }
        ],
    )

    commands.set(cursor_at_ten, NEW)

    assert sandbox.state(cursor_at_ten) == NEW
    assert sandbox.connection(cursor_at_ten)["paused"] is False


def test_change_is_not_made_when_the_reader_is_gone(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    ended = with_closed_output(commands, "set", cursor_at_ten, commands.file(NEW), "--yes")

    assert ended.status == 1
    assert "What would change cannot be shown. Nothing was changed" in ended.err
    assert sandbox.writes() == []


def test_a_reader_that_goes_meanwhile_makes_it_no_failure(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    sandbox.store.configure(
        faults=[{"kind": "delay", "seconds": 3, "path": "/v1/connections/{id}", "method": "PATCH"}]
    )
    process = commands.start("set", cursor_at_ten, commands.file(NEW), "--yes")
    wait_until(lambda: sandbox.connection(cursor_at_ten)["paused"])
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None

    said = commands.ended(process)

    assert said.status == 0, said.err
    assert "was set, and reads back as it was sent" in said.err


def with_closed_output(commands: Commands, *arguments: str) -> Ended:
    """A command whose standard output nobody reads."""
    process = commands.start(*arguments)
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    return commands.ended(process)


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_streams_that_are_closed_are_no_trouble(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str, closed: str
) -> None:
    line = f"exec {shlex.join(COMMAND)} set {cursor_at_ten} {commands.file(NEW)} --yes {closed}"
    process = subprocess.run(
        ["sh", "-c", line],
        cwd=commands.directory,
        env=commands.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )

    is_done = process.returncode == 0
    assert is_done is (not closed.startswith(">&-")), process.stderr
    assert sandbox.state(cursor_at_ten) == (NEW if is_done else {"cursor": 10})
    assert "bug" not in process.stderr


def test_what_the_api_says_cannot_steer_the_terminal(commands: Commands, connection: str) -> None:
    wanted = commands.file({"red\x1b[31m": 1})

    ended = commands.run("diff", connection, wanted, status=2)

    assert "red\\x1b[31m: 1 is added" in ended.out


def test_the_embedded_sandbox_is_set_like_any_other(commands: Commands) -> None:
    commands.environment["FIVETRAN_API_URL"] = "sandbox:embedded.sqlite3"
    with closing(SandboxAdapter(str(commands.directory / "embedded.sqlite3"))) as adapter:
        made = made_by_hand(adapter)

        commands.set(made, NEW)

        writes = [(one.path, one.body) for one in adapter.store.journal(0) if one.writes]
    assert writes[1:] == [(path, body) for _, path, body in careful_state(made, NEW)]
    assert json.loads(commands.run("get", made).out) == NEW


def made_by_hand(adapter: SandboxAdapter) -> str:
    """Makes a connection in an embedded sandbox; returns its identifier."""
    config = {"schema": "invoices", "package_id": "p"}
    body = {"group_id": "sandbox_warehouse", "service": "connector_sdk", "config": config}
    session = requests.Session()  # Closing it would close the sandbox.
    session.mount("sandbox://local", adapter)
    session.auth = ("sandbox", "sandbox")
    answer = session.post("sandbox://local/v1/connections", json=body)
    return str(answer.json()["data"]["id"])
