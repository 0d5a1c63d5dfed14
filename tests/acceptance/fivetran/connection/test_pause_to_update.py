"""A change of a connection while its sync runs, and one beside a new state of it."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest
from bodies import CREATED, INVOICES, INVOICES_CREATED, ORDERS, cursor, orders
from expected_requests import change, creation
from killed_run import provider_of
from planned import unwrapped
from sandbox_server import Sandbox
from scenario import Scenario
from workspace import wait_until

INVOICES_ADDRESS = "fivetranops_connection.invoices"
OTHER_HOST = "db2.example.com"
PAUSES = "pause_to_update = true\n"


@pytest.fixture
def identifier(terraform: Scenario, sandbox: Sandbox) -> str:
    """A managed connection."""
    terraform.step(orders(PAUSES), [creation(**CREATED)])
    found: str = terraform.resource(ORDERS)["id"]
    return found


def syncs(sandbox: Sandbox, identifier: str, status: int, seconds: float = 1000) -> None:
    """Begin a sync, while which Fivetran refuses changes."""
    sandbox.store.configure(sync_seconds=seconds, update_while_syncing_status=status)
    sandbox.ask("POST", f"/v1/connections/{identifier}/sync", {})


def host(identifier: str) -> Any:
    return change(identifier, config={"host": OTHER_HOST})


@pytest.mark.parametrize("status", [400, 409])
def test_update_during_sync_names_both_ways_on(
    terraform: Scenario, sandbox: Sandbox, identifier: str, status: int
) -> None:
    terraform.step(orders(), [], actions={ORDERS: ["update"]})
    syncs(sandbox, identifier, status)

    output = terraform.refused(
        orders(host=OTHER_HOST),
        rf"a sync of connection {identifier} \(orders\) is in progress",
        writes=[host(identifier)],
    )

    assert "wait until the sync has ended" in unwrapped(output)
    assert "set pause_to_update = true" in unwrapped(output)
    assert "At creation" not in output
    # When the sync has ended, then the same change can be made
    sandbox.store.advance(1000)
    terraform.step(None, [host(identifier)], differences={"config"})


@pytest.mark.parametrize("status", [400, 409])
def test_update_during_sync_pauses_and_restores(
    terraform: Scenario, sandbox: Sandbox, identifier: str, status: int
) -> None:
    syncs(sandbox, identifier, status, seconds=3)

    terraform.step(
        orders(PAUSES, host=OTHER_HOST),
        [
            host(identifier),
            change(identifier, paused=True),
            host(identifier),
            change(identifier, paused=False),
        ],
    )

    assert terraform.resource(ORDERS)["config"]["host"] == OTHER_HOST
    assert sandbox.connection(identifier)["paused"] is False
    assert sandbox.connection(identifier)["succeeded_at"] is not None


def test_update_that_pauses_leaves_it_paused(
    terraform: Scenario, sandbox: Sandbox, identifier: str
) -> None:
    syncs(sandbox, identifier, 400, seconds=3)

    terraform.step(
        orders(PAUSES + "paused = true", host=OTHER_HOST),
        [
            change(identifier, paused=True, config={"host": OTHER_HOST}),
            change(identifier, paused=True),
            host(identifier),
        ],
    )

    assert terraform.resource(ORDERS)["paused"] is True
    assert sandbox.connection(identifier)["paused"] is True


def test_update_past_its_limit_restores_the_flag(
    terraform: Scenario, sandbox: Sandbox, identifier: str
) -> None:
    # The last look comes two seconds before the limit, which no slow answer to it uses up.
    syncs(sandbox, identifier, 409)
    pause, resume = (change(identifier, paused=paused) for paused in (True, False))

    terraform.refused(
        orders(PAUSES + 'timeouts = { update = "6s" }', host=OTHER_HOST),
        "the sync of connection .* took longer than the limit of 6 s",
        writes=[host(identifier), pause, resume],
    )

    assert sandbox.connection(identifier)["paused"] is False


@pytest.mark.killed
def test_update_that_is_interrupted_restores_flag(
    terraform: Scenario, sandbox: Sandbox, identifier: str
) -> None:
    syncs(sandbox, identifier, 400)
    terraform.write(orders(PAUSES, host=OTHER_HOST))
    process = terraform.start("apply", "-auto-approve", "-no-color")
    wait_until(lambda: change(identifier, paused=True) in sandbox.writes())

    terraform.interrupt(process)

    assert sandbox.connection(identifier)["paused"] is False
    sandbox.store.advance(1000)
    sandbox.writes()
    terraform.step(None, [host(identifier)], differences={"config"})


@pytest.mark.killed
def test_update_whose_provider_is_killed_is_resumed(
    terraform: Scenario, sandbox: Sandbox, identifier: str
) -> None:
    # Given a connection that is paused for a change, and a provider that is killed just then
    syncs(sandbox, identifier, 400)
    terraform.write(orders(PAUSES, host=OTHER_HOST))
    process = terraform.start("apply", "-auto-approve", "-no-color")
    wait_until(lambda: change(identifier, paused=True) in sandbox.writes())
    wait_until(lambda: sandbox.connection(identifier)["paused"] is True)
    os.kill(provider_of(process.pid), signal.SIGKILL)
    process.communicate(timeout=60)
    assert process.returncode != 0
    assert sandbox.connection(identifier)["paused"] is True
    # When the next plan is made, then the connection runs again, and the change is still planned
    sandbox.store.advance(1000)
    plan = terraform.plan()
    assert "was changing it while it was paused" in unwrapped(plan.output)
    assert plan.actions() == {ORDERS: ["update"]}
    assert sandbox.connection(identifier)["paused"] is False
    sandbox.writes()
    terraform.step(None, [host(identifier)], differences={"config"})


@pytest.mark.parametrize("turn", range(5))
def test_pause_beside_a_new_state_is_kept(terraform: Scenario, sandbox: Sandbox, turn: int) -> None:
    # Given a connection, and its state under the literal identifier: nothing orders the two
    terraform.step(INVOICES, [creation(**INVOICES_CREATED)])
    found = terraform.resource(INVOICES_ADDRESS)["id"]
    paused = INVOICES.replace("config ", "paused = true\n  config ")
    # When both are applied at once
    terraform.write(paused + cursor(f"{{ page = {turn} }}", of=found))
    terraform.apply()
    # Then the connection is paused, and the state is set
    assert sandbox.connection(found)["paused"] is True
    assert sandbox.state(found) == {"page": turn}
    sandbox.writes()
    terraform.check_settled()
