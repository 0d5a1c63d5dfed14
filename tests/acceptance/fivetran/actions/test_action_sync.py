"""A sync and a re-sync as actions: invoked by themselves, followed, and never asked for twice."""

from __future__ import annotations

import re
from typing import Any

import pytest
from bodies import action
from expected_requests import resync, sync
from planned import unwrapped
from sandbox_server import Sandbox
from scenario import Scenario

pytestmark = pytest.mark.newest_terraform

WAIT = "wait = true\n"
EVERYTHING = "resync_everything = true\n"
AGAIN = "terraform apply -invoke=ADDRESS"


@pytest.fixture(autouse=True)
def _short_syncs(sandbox: Sandbox) -> None:
    sandbox.store.configure(sync_seconds=1)


def invoke(terraform: Scenario, kind: str, *, ok: bool = True) -> str:
    address = f"action.fivetranops_connection_{kind}.it"
    return terraform.run("apply", "-auto-approve", "-input=false", f"-invoke={address}", ok=ok)


def happens(sandbox: Sandbox, kind: str, what: str = "sync", **more: Any) -> None:
    path = f"/v1/connections/{{id}}/{what}"
    sandbox.store.configure(faults=[{"kind": kind, "method": "POST", "path": path, **more}])


def test_a_sync_is_begun_and_followed_with_progress(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    terraform.write(action("sync", WAIT, of=database))

    output = invoke(terraform, "sync")

    assert f"The sync of connection {database} is under way." in output
    waiting = f"Waiting for the sync of connection {database} to end .since [0-9:]+ UTC, until "
    assert re.search(waiting + r"[0-9-]* ?[0-9:]+ UTC at most\)\.", output)
    ended = sandbox.connection(database)["succeeded_at"]
    assert f"The sync of connection {database} succeeded at {ended}." in output
    assert sandbox.writes() == [sync(database)]


def test_a_sync_that_is_not_waited_for_is_only_begun(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    sandbox.store.configure(sync_seconds=600)
    terraform.write(action("sync", "force = true", of=database))

    output = invoke(terraform, "sync")

    assert "is under way." in output
    assert "Waiting" not in output
    assert sandbox.writes() == [sync(database, force=True)]


def test_a_resync_of_some_tables_says_what_it_costs(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    scope = 'scope = { public = ["orders", "returns"] }'
    terraform.write(action("resync", WAIT + scope, of=database))

    output = invoke(terraform, "resync")

    assert f"The history of connection {database} will be loaded again" in output
    assert "from the beginning: public.orders, public.returns." in output
    assert f"The re-sync of connection {database} succeeded at" in output
    assert sandbox.writes() == [resync(database, {"public": ["orders", "returns"]})]


def test_a_resync_of_everything_is_asked_for_in_words(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    terraform.write(action("resync", EVERYTHING, of=database))

    output = invoke(terraform, "resync")

    assert "All its tables are synced from the beginning." in output
    assert sandbox.writes() == [resync(database)]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("", "The extent of the re-sync is missing"),
        ("scope = null", "The extent of the re-sync is missing"),
        ("scope = {}", "at least one schema with its tables"),
        (EVERYTHING + 'scope = { a = ["b"] }', "Two extents of a re-sync"),
        (EVERYTHING + 'on_reschedule = "never"', "on_reschedule"),
        (EVERYTHING + 'timeouts = { invoke = "soon" }', "a duration such as 90s"),
    ],
)
def test_a_resync_without_an_extent_is_refused(
    terraform: Scenario, sandbox: Sandbox, database: str, more: str, words: str
) -> None:
    terraform.refused(action("resync", more, of=database), words, during="validate")


def test_a_scope_that_turns_out_null_at_apply_sends_nothing(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    late = """
resource "terraform_data" "late" {
  input = "nothing"
  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.fivetranops_connection_resync.it]
    }
  }
}
"""
    scope = 'scope = terraform_data.late.output == "nothing" ? null : { a = ["b"] }'

    output = terraform.refused(
        late + action("resync", scope, of=database), "Error when invoking action"
    )

    assert "The extent of the re-sync is missing" in output
    assert "Nothing was sent." in output


def test_an_answer_that_is_lost_begins_no_second_sync(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    happens(sandbox, "reset_after", "resync", times=1)
    terraform.write(action("resync", WAIT + EVERYTHING, of=database))

    output = invoke(terraform, "resync")

    assert f"The re-sync of connection {database} succeeded at" in output
    assert sandbox.writes() == [resync(database)]


def test_a_sync_that_fails_says_how_to_invoke_it_again(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    # Given a sync that fails
    happens(sandbox, "sync_fails", times=1)
    terraform.write(action("sync", WAIT, of=database))
    # When it is followed, then the error says what the connection says, and what to do
    output = invoke(terraform, "sync", ok=False)
    assert re.search(r"the sync of connection \S+ \(shop\) failed at", output)
    assert AGAIN in output
    assert "action.fivetranops_connection_sync.NAME" in output
    assert "apply again" not in output
    # And invoked again it begins another one
    invoke(terraform, "sync")
    assert sandbox.writes() == [sync(database), sync(database)]


def test_a_paused_connection_fails_the_plan(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    sandbox.ask("PATCH", f"/v1/connections/{database}", {"paused": True})
    terraform.write(action("sync", of=database))

    output = invoke(terraform, "sync", ok=False)

    assert f"Cannot plan fivetranops_connection_sync {database}" in output
    assert "a paused connection does not start a sync" in output
    assert "an action fivetranops_connection_pause with paused = false" in output
    assert sandbox.writes() == []


def test_a_connection_that_is_not_there_fails_the_plan(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    terraform.write(action("sync", of="no_such_connection"))

    output = invoke(terraform, "sync", ok=False)

    assert "Cannot plan fivetranops_connection_sync no_such_connection" in output
    assert "NotFound_Connection" in output


def test_an_interrupted_wait_is_taken_up_by_the_next_invocation(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    # Given a re-sync that takes long, and is waited for
    sandbox.store.configure(sync_seconds=600)
    terraform.write(action("resync", WAIT + EVERYTHING, of=database))
    address = "-invoke=action.fivetranops_connection_resync.it"
    process = terraform.start("apply", "-auto-approve", "-input=false", "-no-color", address)
    # When Terraform is interrupted, then the action ends, and says what goes on
    output = terraform.interrupt(process, once_printed="Waiting")
    assert process.returncode != 0
    assert "What was started continues at Fivetran." in output
    # And invoked again it waits for that one
    sandbox.store.advance(1000)
    output = invoke(terraform, "resync")
    assert "was started by an earlier invocation" in unwrapped(output)
    assert f"The re-sync of connection {database} succeeded at" in output
    assert sandbox.writes() == [resync(database)]
    # And once more it begins another one
    sandbox.store.configure(sync_seconds=1)
    invoke(terraform, "resync")
    assert sandbox.writes() == [resync(database)]


def test_a_wait_that_ran_out_of_time_is_taken_up_again(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    # Given a re-sync that takes longer than the action may
    sandbox.store.configure(sync_seconds=600)
    terraform.write(
        action("resync", WAIT + EVERYTHING + 'timeouts = { invoke = "2s" }', of=database)
    )
    output = invoke(terraform, "resync", ok=False)
    assert "took longer than the limit of 2 s (invoke)" in output
    assert "What was started continues at Fivetran." in output
    # When it is invoked again, then it waits for that one
    sandbox.store.advance(1000)
    output = invoke(terraform, "resync")
    assert f"The re-sync of connection {database} was started by an earlier run." in output
    assert f"The re-sync of connection {database} succeeded at" in output
    assert sandbox.writes() == [resync(database)]
