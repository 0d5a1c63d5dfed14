"""Whatever happens to the answer of a creation: one connection, and one that is known."""

from __future__ import annotations

import json

import pytest
from sandbox_server import Sandbox
from workspace import Workspace

ADDRESS = "fivetranops_connection.orders"
BODY = """
resource "fivetranops_connection" "orders" {
  group_id = "sandbox_warehouse"
  service  = "postgres"
  config   = { schema_prefix = "orders", host = "db.example.com", port = 5432 }
  TIMEOUTS
}
"""
LOST = BODY.replace("TIMEOUTS", 'timeouts = { create = "3s" }')


def fault(kind: str, method: str = "POST", **more: object) -> dict[str, object]:
    return {"kind": kind, "method": method, "path": "/v1/connections", **more}


@pytest.mark.parametrize(
    "kind", ["reset_after", "500_after", "502_html_after", "truncated_body", "invalid_json"]
)
def test_a_connection_whose_answer_is_lost_is_found_again(
    terraform: Workspace, sandbox: Sandbox, kind: str
) -> None:
    sandbox.store.configure(faults=[fault(kind)])
    terraform.write(BODY.replace("TIMEOUTS", ""))

    output = terraform.apply()

    assert "The answer to the creation of connection" in output
    assert [method for method, _, _ in sandbox.writes()] == ["POST"]
    (connection,) = sandbox.connections()
    assert terraform.resource(ADDRESS)["id"] == connection["id"]
    assert terraform.is_settled()


def test_a_connection_that_was_there_before_is_not_taken_for_the_lost_one(
    terraform: Workspace, sandbox: Sandbox
) -> None:
    other = sandbox.add("postgres", schema_prefix="orders", host="db.example.com")
    sandbox.store.advance(3600)
    sandbox.store.configure(faults=[fault("reset_after")])
    terraform.write(LOST)

    output = terraform.apply(ok=False)

    assert "looked for" in output
    assert terraform.resource(ADDRESS)["id"] is None
    terraform.run("apply", "-auto-approve", ok=False)
    assert [connection["id"] for connection in sandbox.connections()] == [other]


@pytest.mark.parametrize("kind", ["reset_before", "500", "502_html"])
def test_a_creation_that_never_arrived_is_made_by_the_next_apply(
    terraform: Workspace, sandbox: Sandbox, kind: str
) -> None:
    sandbox.store.configure(faults=[fault(kind)])
    terraform.write(LOST)

    output = terraform.apply(ok=False)

    assert "It may still appear" in output
    assert sandbox.connections() == []
    terraform.apply()
    (connection,) = sandbox.connections()
    assert terraform.resource(ADDRESS)["id"] == connection["id"]
    assert terraform.is_settled()


def test_a_connection_that_appears_late_is_found_by_the_next_run(
    terraform: Workspace, sandbox: Sandbox
) -> None:
    # Neither the answer to the creation nor any look for it comes through.
    looks = fault("500", "GET", times=100)
    sandbox.store.configure(faults=[fault("reset_after"), looks])
    terraform.write(LOST)
    terraform.apply(ok=False)
    sandbox.store.configure(faults=[])
    (connection,) = sandbox.connections()

    assert f"Connection {connection['id']} was found again" in terraform.plan().output
    terraform.run("apply", "-refresh-only", "-auto-approve")
    terraform.run("untaint", ADDRESS)

    assert terraform.resource(ADDRESS)["id"] == connection["id"]
    assert terraform.is_settled()
    assert len(sandbox.connections()) == 1


def test_a_late_connection_that_is_not_kept_is_replaced_and_never_doubled(
    terraform: Workspace, sandbox: Sandbox
) -> None:
    looks = fault("500", "GET", times=100)
    sandbox.store.configure(faults=[fault("reset_after"), looks])
    terraform.write(LOST)
    terraform.apply(ok=False)
    sandbox.store.configure(faults=[])

    terraform.apply()

    (connection,) = sandbox.connections()
    assert terraform.resource(ADDRESS)["id"] == connection["id"]
    assert terraform.is_settled()


def test_destroying_a_connection_that_was_never_confirmed_deletes_it(
    terraform: Workspace, sandbox: Sandbox
) -> None:
    looks = fault("500", "GET", times=100)
    sandbox.store.configure(faults=[fault("reset_after"), looks])
    terraform.write(LOST)
    terraform.apply(ok=False)
    sandbox.store.configure(faults=[])

    terraform.run("destroy", "-auto-approve", "-refresh=false")

    assert sandbox.connections() == []
    assert terraform.addresses() == []


def test_a_refused_creation_is_repeated_by_itself(terraform: Workspace, sandbox: Sandbox) -> None:
    sandbox.store.configure(faults=[fault("429", retry_after=1)])
    terraform.write(BODY.replace("TIMEOUTS", ""))

    terraform.apply()

    assert len(sandbox.connections()) == 1
    statuses = [entry.status for entry in sandbox.store.journal(0) if entry.method == "POST"]
    assert statuses == [429, 201]


def test_a_creation_whose_second_half_fails_stays_in_state(
    terraform: Workspace, sandbox: Sandbox
) -> None:
    sandbox.store.configure(
        faults=[{"kind": "500", "method": "PATCH", "path": "^/v1/connections/", "times": 100}]
    )
    limits = 'timeouts = { create = "2s" }\n  schema_status = "ready"'
    terraform.write(BODY.replace("TIMEOUTS", limits))

    output = terraform.apply(ok=False)

    sandbox.store.configure(faults=[])
    assert "Cannot set schema_status" in output
    assert terraform.resource(ADDRESS)["id"] == sandbox.connections()[0]["id"]
    state = json.loads((terraform.directory / "terraform.tfstate").read_text())
    assert state["resources"][0]["instances"][0]["status"] == "tainted"
