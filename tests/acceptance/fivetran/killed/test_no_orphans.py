"""Whatever happens to the answer of a creation: one connection, and one that is known."""

from __future__ import annotations

import json

import pytest
from bodies import CREATED, ORDERS, orders
from expected_requests import change, creation, deletion
from sandbox_server import Sandbox
from scenario import Scenario

LOST = orders('timeouts = { create = "2s" }')
"""A connection that is looked for during two seconds."""
CREATION = creation(**CREATED)
NOT_FOUND = "It may still appear"
FOUND_AGAIN = "was found again"
REPLACED = {ORDERS: ["delete", "create"]}


def fault(kind: str, method: str = "POST", **more: object) -> dict[str, object]:
    return {"kind": kind, "method": method, "path": "/v1/connections", **more}


def lose_everything(terraform: Scenario, sandbox: Sandbox) -> str:
    """A creation whose answer is lost, and no look for it comes through; its identifier."""
    looks = fault("500", "GET", times=100)
    sandbox.store.configure(faults=[fault("reset_after"), looks])
    terraform.refused(LOST, NOT_FOUND, writes=[CREATION])
    sandbox.store.configure(faults=[])
    (connection,) = sandbox.connections()
    identifier: str = connection["id"]
    return identifier


def is_the_only_one(terraform: Scenario, sandbox: Sandbox) -> bool:
    (connection,) = sandbox.connections()
    return bool(terraform.resource(ORDERS)["id"] == connection["id"])


@pytest.mark.parametrize(
    "kind", ["reset_after", "500_after", "502_html_after", "truncated_body", "invalid_json"]
)
def test_a_connection_whose_answer_is_lost_is_found_again(
    terraform: Scenario, sandbox: Sandbox, kind: str
) -> None:
    sandbox.store.configure(faults=[fault(kind)])

    terraform.step(orders(), [CREATION], warns=("The response to the creation of connection",))

    assert is_the_only_one(terraform, sandbox)


def test_a_creation_that_is_answered_too_late_is_found_again(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    sandbox.store.configure(faults=[fault("delay", seconds=2.0)])
    hasty = 'provider "fivetranops" { request_timeout = 1 }\n'

    terraform.step(
        hasty + orders(), [CREATION], warns=("The response to the creation of connection",)
    )

    assert is_the_only_one(terraform, sandbox)


def test_older_connection_is_not_taken_for_the_lost_one(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    other = sandbox.add("postgres", schema_prefix="orders", host="db.example.com")
    sandbox.store.advance(3600)
    sandbox.store.configure(faults=[fault("reset_after")])

    output = terraform.refused(LOST, NOT_FOUND, writes=[CREATION])

    assert "looks for the connection, and adopts it" in output
    assert terraform.resource(ORDERS)["id"] is None
    terraform.refused(None, "already has the destination schema orders", writes=[CREATION])
    assert [connection["id"] for connection in sandbox.connections()] == [other]


@pytest.mark.parametrize("kind", ["reset_before", "500", "502_html"])
def test_a_creation_that_never_arrived_is_made_by_the_next_apply(
    terraform: Scenario, sandbox: Sandbox, kind: str
) -> None:
    sandbox.store.configure(faults=[fault(kind)])
    terraform.refused(LOST, NOT_FOUND, writes=[CREATION])
    assert sandbox.connections() == []

    terraform.step(writes=[CREATION])

    assert is_the_only_one(terraform, sandbox)


def test_a_connection_that_appears_late_is_found_by_the_next_run(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    identifier = lose_everything(terraform, sandbox)
    assert f"Connection {identifier} was found again" in terraform.plan().output

    terraform.run("apply", "-refresh-only", "-auto-approve")
    terraform.run("untaint", ORDERS)

    terraform.step(actions={})
    assert is_the_only_one(terraform, sandbox)


def test_late_connection_is_replaced_and_never_doubled(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    identifier = lose_everything(terraform, sandbox)

    terraform.step(writes=[deletion(identifier), CREATION], actions=REPLACED, warns=(FOUND_AGAIN,))

    assert is_the_only_one(terraform, sandbox)


def test_destroy_deletes_an_unconfirmed_connection(terraform: Scenario, sandbox: Sandbox) -> None:
    identifier = lose_everything(terraform, sandbox)

    terraform.run("destroy", "-auto-approve", "-refresh=false")

    assert sandbox.writes() == [deletion(identifier)]
    assert sandbox.connections() == []
    assert terraform.addresses() == []


def test_a_creation_whose_second_half_fails_stays_in_state(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    never = {"kind": "429", "method": "PATCH", "path": "^/v1/connections/", "retry_after": 3600}
    sandbox.store.configure(faults=[never])
    terraform.write(orders('schema_status = "ready"'))

    output = terraform.apply(ok=False)

    sandbox.store.configure(faults=[])
    (connection,) = sandbox.connections()
    assert sandbox.writes() == [CREATION, change(connection["id"], schema_status="ready")]
    assert "Cannot set schema_status" in output
    assert is_the_only_one(terraform, sandbox)
    state = json.loads((terraform.directory / "terraform.tfstate").read_text())
    assert state["resources"][0]["instances"][0]["status"] == "tainted"
