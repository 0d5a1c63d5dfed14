"""A state is set as a person would do it with care: pause, wait, patch, verify, restore."""

from __future__ import annotations

from typing import Any

import pytest
from bodies import cursor
from expected_requests import careful_state, change, state
from sandbox_server import Sandbox
from scenario import Scenario
from workspace import wait_until

from constructs_lib.sandbox import JournalEntry

WORDS = {
    ("GET", ""): "read",
    ("GET", "/state"): "read state",
    ("PATCH", "/state"): "patch state",
}


def steps(entries: list[JournalEntry], identifier: str) -> list[str]:
    """Requests in words; equal neighbours once."""
    found: list[str] = []
    for entry in entries:
        tail = entry.path.removeprefix(f"/v1/connections/{identifier}")
        word = WORDS.get((entry.method, tail), f"{entry.method} {entry.path} {entry.body}")
        if (entry.method, tail) == ("PATCH", ""):
            paused = {"True": "pause", "False": "unpause"}
            word = paused[str(entry.body["paused"])]
        if found[-1:] != [word]:
            found.append(word)
    return found


@pytest.mark.both_terraforms
@pytest.mark.launched
def test_the_state_of_a_running_connection_is_set_in_order(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    sandbox.store.configure(sync_seconds=1000)
    terraform.write(cursor('{ cursor = "2024-01-01" }', of=connection))
    sandbox.ask("POST", f"/v1/connections/{connection}/sync", {"force": True})
    before = sandbox.store.journal(0)[-1].number
    process = terraform.start("apply", "-auto-approve", "-no-color")
    waiting = ["GET"] * 3

    def looks() -> list[str]:
        entries = sandbox.store.journal(before)
        pauses = [n for n, entry in enumerate(entries) if entry.writes]
        return [entry.method for entry in entries[pauses[0] + 1 :]] if pauses else []

    wait_until(lambda: looks()[:3] == waiting)
    sandbox.store.advance(1000)
    output = process.communicate(timeout=60)[0]
    assert process.returncode == 0, output

    found = steps(sandbox.requests(), connection)
    begin = found.index("pause") - 2
    assert set(found[:begin]) == {"read", "read state"}, "planning only reads"
    assert found[begin:] == [
        *("read", "read state", "pause", "read", "read state"),
        *("patch state", "read state", "unpause"),
    ]
    assert sandbox.state(connection) == {"cursor": "2024-01-01"}
    assert sandbox.connection(connection)["paused"] is False
    terraform.check_settled()


def test_a_connection_that_was_paused_stays_paused(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    sandbox.ask("PATCH", f"/v1/connections/{connection}", {"paused": True})

    terraform.step(
        cursor('{ cursor = "2024-01-01" }', of=connection),
        [state(connection, {"cursor": "2024-01-01"})],
    )

    assert sandbox.connection(connection)["paused"] is True


def test_an_equal_state_needs_no_write(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    sandbox.ask("PATCH", f"/v1/connections/{connection}/state", {"state": {"cursor": 5}})

    terraform.step(cursor("{ cursor = 5 }", of=connection), writes=[])


@pytest.mark.parametrize("paused_after", ["running", "paused"])
@pytest.mark.parametrize("paused_before", [True, False])
def test_the_flag_afterwards_can_be_chosen(
    terraform: Scenario,
    sandbox: Sandbox,
    connection: str,
    paused_after: str,
    paused_before: bool,
) -> None:
    sandbox.ask("PATCH", f"/v1/connections/{connection}", {"paused": paused_before})
    pause, patch, resume = careful_state(connection, {"cursor": 5})
    before = [] if paused_before else [pause]
    after = [resume] if paused_after == "running" else []

    terraform.step(
        cursor("{ cursor = 5 }", f'paused_after = "{paused_after}"', of=connection),
        [*before, patch, *after],
    )

    assert sandbox.connection(connection)["paused"] is (paused_after == "paused")


def test_sync_that_does_not_end_in_time_restores_the_flag(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    sandbox.store.configure(sync_seconds=1000)
    sandbox.ask("POST", f"/v1/connections/{connection}/sync", {"force": True})

    output = terraform.refused(
        cursor("{ cursor = 5 }", 'timeouts = { create = "2s" }', of=connection),
        "took longer than the limit of 2 s",
        writes=[change(connection, paused=True), change(connection, paused=False)],
    )

    assert "raise the limit in timeouts" in output
    assert sandbox.connection(connection)["paused"] is False


def begins_to_wait(terraform: Scenario, sandbox: Sandbox, connection: str) -> Any:
    """Terraform, just when the connection is paused and a sync is waited for."""
    sandbox.store.configure(sync_seconds=1000)
    terraform.write(cursor("{ cursor = 5 }", of=connection))
    sandbox.ask("POST", f"/v1/connections/{connection}/sync", {"force": True})
    process = terraform.start("apply", "-auto-approve", "-no-color")
    wait_until(lambda: change(connection, paused=True) in sandbox.writes())
    return process


@pytest.mark.both_terraforms
@pytest.mark.killed
def test_an_interrupted_wait_puts_the_flag_back(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    process = begins_to_wait(terraform, sandbox, connection)

    output = terraform.interrupt(process)

    assert process.returncode == 1, output
    assert "stopped while waiting for the sync" in output
    assert sandbox.connection(connection)["paused"] is False


@pytest.mark.both_terraforms
@pytest.mark.killed
def test_the_flag_is_back_after_terraform_was_killed(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    process = begins_to_wait(terraform, sandbox, connection)

    process.kill()
    process.communicate()

    wait_until(lambda: change(connection, paused=False) in sandbox.writes())
    # What was killed could not take its lock away.
    (terraform.directory / ".terraform.tfstate.lock.info").unlink(missing_ok=True)
