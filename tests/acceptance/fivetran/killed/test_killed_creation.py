"""Terraform, its provider or both are killed while a connection is created: there is one, and the
next apply adopts it.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from bodies import CREATED, ORDERS, orders
from expected_requests import change, creation
from killed_run import kill_terraform_while
from sandbox_server import Sandbox
from scenario import Scenario

pytestmark = pytest.mark.killed
CREATION = creation(**CREATED)
PATH = "/v1/connections"


def entries(terraform: Scenario) -> list[Path]:
    return list((terraform.directory / ".terraform/fivetranops/creations").glob("*"))


def cut_off(terraform: Scenario, sandbox: Sandbox, *, provider_too: bool) -> str:
    """A creation in which terraform dies before the answer; the identifier of the connection."""
    terraform.write(orders())
    kill_terraform_while(terraform, sandbox, "POST", PATH, provider_too=provider_too)
    assert sandbox.writes() == [CREATION]
    (made,) = sandbox.connections()
    assert not terraform.holds_anything()
    return str(made["id"])


@pytest.mark.parametrize("provider_too", [True, False], ids=["both", "terraform alone"])
def test_creation_that_was_cut_off_is_taken_over(
    terraform: Scenario, sandbox: Sandbox, provider_too: bool
) -> None:
    # Given a connection of which Terraform's state knows nothing
    made = cut_off(terraform, sandbox, provider_too=provider_too)

    # When another host is planned meanwhile
    plan = f"Connection {made} .orders. (will be adopted|was created by an interrupted run)"
    applied = f"Connection {made} .orders. was adopted"
    config = {"host": "new.example.com", "port": 5432}
    done = terraform.step(
        orders(host="new.example.com"),
        [change(made, config=config)],
        actions={ORDERS: ["create"]},
        warns=(plan, applied) if not provider_too else (plan, plan, applied),
    )

    # Then it is in state, nothing was created, and it is as planned
    assert "delete it in Fivetran" in done.plan.output or not provider_too
    assert terraform.resource(ORDERS)["id"] == made
    assert len(sandbox.connections()) == 1
    assert sandbox.connection(made)["config"]["host"] == "new.example.com"
    # And nothing is kept once a refresh has seen it
    assert entries(terraform) == []


def test_creation_that_was_cut_off_is_nobodys_elsewhere(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    made = cut_off(terraform, sandbox, provider_too=True)
    sandbox.made_by_hand.add(made)
    terraform.run("workspace", "new", "other")

    output = terraform.refused(None, "Cannot create", writes=[CREATION])

    assert f"terraform import ADDRESS {made}" in output
    assert "adopted" not in output


def test_creation_that_never_arrived_is_sent_again(terraform: Scenario, sandbox: Sandbox) -> None:
    made = cut_off(terraform, sandbox, provider_too=True)
    sandbox.ask("DELETE", f"{PATH}/{made}")

    terraform.step(writes=[CREATION])

    assert entries(terraform) == []


@pytest.mark.launched
def test_taken_name_is_told_with_its_identifier(terraform: Scenario, sandbox: Sandbox) -> None:
    other = sandbox.add("postgres", schema_prefix="orders", host="db.example.com")

    output = terraform.refused(orders(), "Cannot create", writes=[CREATION])

    assert f"Connection {other} .service postgres, created " in output.replace("(", ".")
    assert f"terraform import ADDRESS {other}" in output
    assert entries(terraform) == []


def test_entry_of_a_creation_is_private_and_whole(terraform: Scenario, sandbox: Sandbox) -> None:
    made = cut_off(terraform, sandbox, provider_too=False)

    (entry,) = entries(terraform)
    assert entry.stat().st_mode & 0o777 == 0o600
    found = json.loads(entry.read_text())
    assert (found["version"], found["connection"], found["schema"]) == (1, made, "orders")
    terraform.step(writes=[change(made, config={"host": "db.example.com", "port": 5432})],
                   warns=("will be adopted", "was adopted"))  # fmt: skip


def test_creations_without_file_descriptors(terraform: Scenario, sandbox: Sandbox) -> None:
    """Whatever fails where no file can be opened, what was created is in state."""
    # Given more creations at once than there are file descriptors
    terraform.write(
        """
resource "fivetranops_connection" "many" {
  count    = 60
  group_id = "sandbox_warehouse"
  service  = "postgres"
  config   = { schema_prefix = "many_${count.index}", host = "db.example.com" }
}
"""
    )
    sandbox.store.configure(faults=[{"kind": "delay", "seconds": 0.5, "method": "POST",
                                     "path": PATH, "times": 60}])  # fmt: skip
    command = "apply -auto-approve -input=false -no-color -parallelism=100"
    subprocess.run(
        ["sh", "-c", f"ulimit -n 45; exec terraform {command}"],
        cwd=terraform.directory,
        env=terraform.environment,
        capture_output=True,
        check=False,
        timeout=300,
    )
    sandbox.store.configure(faults=[])

    # Then each connection that exists is in state
    state = json.loads((terraform.directory / "terraform.tfstate").read_text())
    known = {
        instance["attributes"]["id"]
        for resource in state["resources"]
        for instance in resource["instances"]
    }
    assert {connection["id"] for connection in sandbox.connections()} <= known

    # And the next apply makes what is missing, and nothing twice
    terraform.run("apply", "-auto-approve", "-input=false")
    assert len(sandbox.connections()) == 60
