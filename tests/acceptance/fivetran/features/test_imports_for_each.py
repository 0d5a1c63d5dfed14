"""``import`` with ``for_each``: several objects at once, by their ids and by their identities."""

from __future__ import annotations

import json

import pytest
from sandbox_server import Sandbox
from scenario import Scenario

STACK = """
locals {{ found = {found} }}
import {{
  for_each = local.found
  to       = fivetranops_connection.all[each.key]
  {connection}
}}
import {{
  for_each = local.found
  to       = fivetranops_connection_state.all[each.key]
  {state}
}}
resource "fivetranops_connection" "all" {{
  for_each = local.found
  group_id = "sandbox_warehouse"
  service  = "connector_sdk"
  config   = {{ schema = each.key, package_id = "p" }}
}}
resource "fivetranops_connection_state" "all" {{
  for_each      = local.found
  connection_id = fivetranops_connection.all[each.key].id
  state         = {{ page = 1 }}
}}
"""


def found(sandbox: Sandbox) -> dict[str, str]:
    """Connections with a state that persons made: their schemas and identifiers."""
    made = {name: sandbox.add("connector_sdk", schema=name, package_id="p") for name in "abc"}
    for identifier in made.values():
        sandbox.ask("PATCH", f"/v1/connections/{identifier}/state", {"state": {"page": 1}})
    return made


def check_imported(terraform: Scenario, sandbox: Sandbox, connection: str, state: str) -> None:
    """Imports all at once, sends nothing, and has nothing to do after it."""
    made = found(sandbox)
    text = STACK.format(found=json.dumps(made), connection=connection, state=state)

    done = terraform.step(text, [], actions={})

    assert "Plan: 6 to import, 0 to add, 0 to change, 0 to destroy." in done.plan.output
    for kind in ("connection", "connection_state"):
        resources = {name: f'fivetranops_{kind}.all["{name}"]' for name in made}
        ids = {name: terraform.resource(address)["id"] for name, address in resources.items()}
        assert ids == made
    terraform.run("state", "rm", *terraform.addresses())


@pytest.mark.both_terraforms
def test_several_are_imported_by_id(terraform: Scenario, sandbox: Sandbox) -> None:
    check_imported(terraform, sandbox, "id = each.value", "id = each.value")


@pytest.mark.newest_terraform
def test_several_are_imported_by_identity(terraform: Scenario, sandbox: Sandbox) -> None:
    check_imported(
        terraform,
        sandbox,
        "identity = { id = each.value }",
        "identity = { connection_id = each.value }",
    )
