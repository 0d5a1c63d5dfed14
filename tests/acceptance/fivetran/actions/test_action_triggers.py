"""Actions after a change of a connection: setup tests, a sync, a pause; and what a failure does."""

from __future__ import annotations

import pytest
from bodies import CREATED, ORDERS, action, orders, triggers
from expected_requests import change, creation, setup_tests, sync
from sandbox_server import Sandbox
from scenario import Scenario

from constructs_lib.sandbox.fivetran.trust.source import certificate_of

pytestmark = pytest.mark.newest_terraform

UNSIGNED = "shop.unsigned.test"
"""A host that shows a certificate which nobody has approved."""
WAIT = "wait = true\n"
BOTH = action("test") + action("sync", WAIT)
AFTER = triggers("test.it", "sync.it")


@pytest.fixture(autouse=True)
def _short_syncs(sandbox: Sandbox) -> None:
    sandbox.store.configure(sync_seconds=1)


def test_a_change_is_tested_and_then_synced(terraform: Scenario, sandbox: Sandbox) -> None:
    # Given a connection whose changes are tested and synced
    terraform.step(orders(AFTER) + BOTH, [creation(**CREATED)])
    identifier = terraform.resource(ORDERS)["id"]
    # When it changes, then both are done, in this order, and told
    changed = change(identifier, config={"host": "new.example.com"})
    done = terraform.step(
        orders(AFTER, host="new.example.com") + BOTH,
        [changed, setup_tests(identifier), sync(identifier)],
        actions={ORDERS: ["update"]},
    )
    assert f"Running the setup tests of connection {identifier}." in done.output
    assert f"setup tests of connection {identifier} (orders): PASSED." in done.output
    assert f"The sync of connection {identifier} succeeded at" in done.output
    # And without a change nothing is
    terraform.step(None, [])


def test_a_failing_test_ends_the_apply_before_the_sync(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    # Given a change that the setup tests do not stand
    untested = "run_setup_tests = false" + AFTER
    terraform.step(orders(untested) + BOTH, [creation(**CREATED, run_setup_tests=False)])
    identifier = terraform.resource(ORDERS)["id"]
    changed = change(identifier, config={"host": "db.invalid"}, run_setup_tests=False)
    # When it is applied, then the error names the test, and nothing is synced
    output = terraform.refused(
        orders(untested, host="db.invalid") + BOTH,
        "did not pass",
        writes=[changed, setup_tests(identifier)],
    )
    assert "Connecting to host: FAILED" in output
    assert "The host in config.host cannot be resolved" in output
    assert "terraform apply -invoke=ADDRESS" in output
    assert "action.fivetranops_connection_test.NAME" in output
    # And the change stays made, so that nothing is left to do
    terraform.check_settled()


def test_a_creation_triggers_as_well(terraform: Scenario, sandbox: Sandbox) -> None:
    created = triggers("sync.it", events="after_create")
    terraform.write(orders(created) + action("sync"))

    output = terraform.apply()

    identifier = terraform.resource(ORDERS)["id"]
    assert f"The sync of connection {identifier} is under way." in output
    assert sandbox.writes() == [creation(**CREATED), sync(identifier)]
    terraform.check_settled()


def test_a_connection_is_paused_for_a_change_of_something_else(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    # Given a connection that syncs, and something that must not change meanwhile
    sandbox.ask("POST", f"/v1/connections/{database}/sync", {})
    around = """
resource "terraform_data" "warehouse" {
  input = "%s"
  lifecycle {
    action_trigger {
      events  = [before_update]
      actions = [action.fivetranops_connection_pause.it]
    }
    action_trigger {
      events  = [after_update]
      actions = [action.fivetranops_connection_pause.on, action.fivetranops_connection_sync.it]
    }
  }
}
"""
    actions = "".join(
        (
            action("pause", "paused = true\n" + WAIT, of=database),
            action("pause", "paused = false", of=database, name="on"),
            action("sync", of=database),
        )
    )
    terraform.step(around % "before" + actions, [])
    # When that changes, then the connection is paused before, and syncs after
    flags = [change(database, paused=paused) for paused in (True, False)]
    done = terraform.step(around % "after" + actions, [*flags, sync(database)], planned=True)
    words = (f"Connection {database} is paused now.", f"No sync of connection {database} runs.")
    assert all(word in done.output for word in (*words, f"Connection {database} is running now."))


def test_a_connection_that_is_paused_already_is_left_alone(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    sandbox.ask("PATCH", f"/v1/connections/{database}", {"paused": True})
    terraform.write(action("pause", "paused = true\n" + WAIT, of=database))

    address = "-invoke=action.fivetranops_connection_pause.it"
    output = terraform.run("apply", "-auto-approve", "-input=false", address)

    assert f"Connection {database} is paused already." in output
    assert sandbox.writes() == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("", 'argument "paused" is required'),
        ("paused = false\n" + WAIT, "wait only with paused true"),
        ('paused = "perhaps"', "a bool is required"),
    ],
)
def test_a_pause_that_says_nothing_is_refused(
    terraform: Scenario, database: str, more: str, words: str
) -> None:
    terraform.refused(action("pause", more, of=database), words, during="validate")


@pytest.mark.parametrize(
    ("host", "fail_on", "passes"),
    [
        ("shop.old.test", "failed", True),
        ("shop.old.test", "warning", False),
        (UNSIGNED, "never", True),
    ],
)
def test_fail_on_says_what_fails_the_action(
    terraform: Scenario, sandbox: Sandbox, database: str, host: str, fail_on: str, passes: bool
) -> None:
    body = {"config": {"host": host}, "run_setup_tests": False}
    sandbox.ask("PATCH", f"/v1/connections/{database}", body)
    terraform.write(action("test", f'fail_on = "{fail_on}"', of=database))

    address = "-invoke=action.fivetranops_connection_test.it"
    output = terraform.run("apply", "-auto-approve", "-input=false", address, ok=passes)

    assert ("did not all pass" if passes else "did not pass") in output
    # What waits for approval is named by its hash.
    is_named = certificate_of(UNSIGNED)["hash"] in "".join(output.split())
    assert is_named is (host == UNSIGNED)
    assert sandbox.writes() == [setup_tests(database)]
