"""Terraform, or it and its provider, are killed (``kill -9``) in the middle of an action."""

from __future__ import annotations

import os
import signal

import pytest
from bodies import CREATED, ORDERS, action, orders, triggers
from expected_requests import change, creation, resync
from killed_run import is_alive, kill_terraform_while, provider_of
from sandbox_server import Sandbox
from scenario import Scenario
from workspace import wait_until

pytestmark = [pytest.mark.newest_terraform, pytest.mark.killed]

RESYNC = action("resync", "wait = true\n resync_everything = true\n")
INVOKE = "-invoke=action.fivetranops_connection_resync.it"
AFTER = triggers("resync.it")


@pytest.fixture
def made(terraform: Scenario, sandbox: Sandbox) -> str:
    """A connection whose next change is to be re-synced."""
    terraform.step(orders(AFTER) + RESYNC, [creation(**CREATED)])
    identifier: str = terraform.resource(ORDERS)["id"]
    terraform.write(orders(AFTER, host="new.example.com") + RESYNC)
    return identifier


def again(terraform: Scenario) -> str:
    """Applies what is left, and invokes the action; returns what was printed."""
    output = terraform.apply()
    if "succeeded at" not in output:
        output += terraform.run("apply", "-auto-approve", "-input=false", INVOKE)
    return output


@pytest.mark.parametrize("provider_too", [True, False])
def test_a_killed_request_begins_no_second_resync(
    terraform: Scenario, sandbox: Sandbox, made: str, provider_too: bool
) -> None:
    # Given an apply that is killed while the answer to the re-sync is held back
    sandbox.store.configure(sync_seconds=8)
    path = f"/v1/connections/{made}/resync"
    kill_terraform_while(terraform, sandbox, "POST", path, provider_too=provider_too)
    changed = change(made, config={"host": "new.example.com"})
    assert sandbox.writes() == [changed, resync(made)]
    # When it is done again, then that one is followed to its end, and no other is begun
    output = again(terraform)
    assert "was started by an earlier invocation" in output
    assert f"The re-sync of connection {made} succeeded at" in output
    assert resync(made) not in sandbox.writes()
    terraform.check_settled()


def test_one_that_is_not_waited_for_is_begun_once(
    terraform: Scenario, sandbox: Sandbox, made: str
) -> None:
    """Terraform dies before it hears that the re-sync has begun, and so does its state."""
    terraform.write(
        orders(AFTER, host="new.example.com") + action("resync", "resync_everything = true")
    )
    sandbox.store.configure(sync_seconds=600)
    before = (terraform.directory / "terraform.tfstate").read_bytes()
    path = f"/v1/connections/{made}/resync"
    kill_terraform_while(terraform, sandbox, "POST", path, provider_too=False)
    assert resync(made) in sandbox.writes()
    (terraform.directory / "terraform.tfstate").write_bytes(before)

    output = terraform.run("apply", "-auto-approve", "-input=false", INVOKE)

    assert "was started by an earlier invocation" in output
    assert resync(made) not in sandbox.writes()


def test_a_killed_wait_begins_no_second_resync(
    terraform: Scenario, sandbox: Sandbox, made: str
) -> None:
    # Given an apply that is killed while it waits for the re-sync
    sandbox.store.configure(sync_seconds=600)
    plan = terraform.plan()
    first = sandbox.store.journal(0)[-1].number
    process = terraform.start("apply", "-input=false", "-no-color", plan.file.name)
    post = ("POST", f"/v1/connections/{made}/resync")

    def waits() -> bool:
        asked = [(entry.method, entry.path) for entry in sandbox.store.journal(first)]
        return post in asked and asked.index(post) + 2 < len(asked)

    wait_until(waits)
    provider = provider_of(process.pid)
    process.kill()
    os.kill(provider, signal.SIGKILL)
    process.communicate(timeout=60)
    wait_until(lambda: not is_alive(provider))
    assert resync(made) in sandbox.writes()
    # When it is done again, then that one is followed to its end
    sandbox.store.advance(1000)
    output = again(terraform)
    assert f"The re-sync of connection {made} succeeded at" in output
    assert resync(made) not in sandbox.writes()
