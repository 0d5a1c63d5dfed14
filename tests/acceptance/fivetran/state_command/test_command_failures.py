"""``state set`` when something goes wrong, or moves: nothing is lost, and it is said what is so."""

from __future__ import annotations

import stat
from typing import Any

import pytest
from command_run import Commands
from killed_run import STEPS
from sandbox_server import Sandbox

from constructs_lib.sandbox import FAULT_KINDS

NEW = {"cursor": 4}
STATE = "/v1/connections/{id}/state"
LOOK = 2
"""Requests of the look: the connection, and its state."""


@pytest.mark.parametrize("command", [["get"], ["diff"], ["set", "--yes"], ["history"]])
@pytest.mark.parametrize("identifier", ["", "..", "a/b"])
def test_what_is_no_identifier_is_refused_before_asking(
    commands: Commands, sandbox: Sandbox, command: list[str], identifier: str
) -> None:
    wanted = [commands.file(NEW)] if command[0] in ("diff", "set") else []

    ended = commands.run(command[0], identifier, *wanted, *command[1:], status=1)

    assert "A connection cannot have this identifier" in ended.err
    assert f"Found '{identifier}'. Give the identifier as Fivetran shows it" in ended.err
    assert sandbox.requests() == []


@pytest.mark.parametrize("nth", [LOOK, LOOK + 3], ids=["before the write", "during the write"])
def test_what_somebody_sets_after_the_look_is_not_overwritten(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str, nth: int
) -> None:
    path = f"^/v1/connections/{cursor_at_ten}"
    moves = {"kind": "state_moves", "by": "person", "path": path, "nth": nth}
    sandbox.store.configure(faults=[moves])

    ended = commands.set(cursor_at_ten, NEW, status=1)

    assert "was changed by somebody else since" in ended.err
    assert "run the command again: it starts from what is there" in ended.err
    assert sandbox.state(cursor_at_ten)["set_by"] == "a person"
    assert sandbox.connection(cursor_at_ten)["paused"] is False


def test_what_a_sync_moves_after_the_look_is_told_and_kept(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    path = f"^/v1/connections/{cursor_at_ten}"
    starts = {"kind": "sync_starts", "path": path, "nth": LOOK}
    sandbox.store.configure(sync_seconds=0, faults=[starts])

    ended = commands.set(cursor_at_ten, NEW)

    assert "moved on while the command was running" in ended.err
    assert sandbox.state(cursor_at_ten) == NEW
    assert "checkpoint" in commands.run("history", cursor_at_ten, "--show", "1").out


def test_unknown_form_in_the_history_says_how_to_go_back(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    sandbox.store.configure(merge_state=True)

    ended = commands.set(cursor_at_ten, {"other": 1}, status=1)

    assert "reads back differently" in ended.err
    assert "the state was sent, and may be set" in ended.err
    assert f"state set {cursor_at_ten} --from-history 1" in ended.err
    assert "Terraform marks it" not in ended.err
    assert sandbox.connection(cursor_at_ten)["paused"] is False


@pytest.mark.parametrize("kind", ["500", "500_after", "502_html", "429", "reset_after"])
def test_each_request_that_fails_for_a_moment_is_repeated(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str, kind: str
) -> None:
    # Given that each read after the look fails once, and each write
    connection = f"/v1/connections/{cursor_at_ten}"
    failing = [("GET", path, nth) for path in (connection, STATE) for nth in range(2, 30, 2)]
    # A pause that took effect is not sent again.
    unpause = 2 if FAULT_KINDS[kind].takes_effect else 3
    failing += [("PATCH", connection, 1), ("PATCH", STATE, 1), ("PATCH", connection, unpause)]
    faults = [{"kind": kind, "method": m, "path": path, "nth": nth} for m, path, nth in failing]
    sandbox.store.configure(faults=faults)
    sandbox.requests()

    commands.set(cursor_at_ten, NEW)

    sandbox.store.configure(faults=[])
    failed = [entry for entry in sandbox.requests() if entry.fault]
    assert [entry.body for entry in failed if entry.writes] == [
        {"paused": True},
        {"state": NEW},
        {"paused": False},
    ]
    reads = [entry.path for entry in failed if not entry.writes]
    assert reads.count(connection) >= STEPS.count("read")
    assert len(reads) - reads.count(connection) >= STEPS.count("read state")
    assert sandbox.state(cursor_at_ten) == NEW
    assert sandbox.connection(cursor_at_ten)["paused"] is False


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/v1/connections/{id}", "the state was not set; the paused flag is as it was"),
        # A 429 is known to come although the request took effect.
        (
            "/v1/connections/{id}/state",
            "the state was sent, and may be set: check with 'state get'",
        ),
    ],
    ids=["pause", "state"],
)
def test_a_write_that_goes_on_to_fail_leaves_the_flag_as_it_was(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str, path: str, words: str
) -> None:
    used_up = {"kind": "429", "retry_after": 3600, "method": "PATCH", "path": path}
    sandbox.store.configure(faults=[used_up])

    ended = commands.set(cursor_at_ten, NEW, status=1)

    assert "answered 429" in ended.err
    assert f"Status: {words}" in ended.err
    assert "the paused flag is as it was" in ended.err
    assert sandbox.state(cursor_at_ten) == {"cursor": 10}
    assert sandbox.connection(cursor_at_ten)["paused"] is False


def test_flag_that_was_not_restored_is_restored_by_the_next_run(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    stuck = {"kind": "429", "retry_after": 3600, "nth": 2, "times": 9, "method": "PATCH"}
    sandbox.store.configure(faults=[{**stuck, "path": "/v1/connections/{id}"}])

    ended = commands.set(cursor_at_ten, NEW, status=1)
    assert "the paused flag is not restored yet" in ended.err
    assert '{"paused": false}' in ended.err
    sandbox.store.configure(faults=[])

    assert "It has been unpaused now" in commands.run("get", cursor_at_ten).err
    assert sandbox.connection(cursor_at_ten)["paused"] is False
    assert "Warning" not in commands.set(cursor_at_ten, NEW).err


def test_only_the_owner_can_read_what_is_kept(commands: Commands, cursor_at_ten: str) -> None:
    commands.set(cursor_at_ten, NEW)

    folder = commands.directory / ".terraform" / "fivetranops"
    kept: dict[str, Any] = {str(f.relative_to(folder)): f for f in folder.rglob("*")}
    assert set(kept) == {"history", f"history/{cursor_at_ten}.jsonl"}
    modes = [stat.S_IMODE(file.stat().st_mode) for file in (folder, *kept.values())]
    assert modes == [0o700, 0o700, 0o600]


def test_a_history_that_cannot_be_kept_is_a_warning(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    folder = commands.directory / ".terraform" / "fivetranops"
    folder.mkdir(parents=True)
    (folder / "history").write_text("in the way")

    ended = commands.set(cursor_at_ten, NEW)

    assert "No history can be kept" in ended.err
    assert "--from-history" not in ended.out
    assert sandbox.state(cursor_at_ten) == NEW
