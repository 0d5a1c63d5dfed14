"""Ctrl-C during a run: what was really done is in state, and nothing stands half-done."""

from __future__ import annotations

import signal

import pytest
from sandbox_server import Sandbox
from workspace import Workspace, wait_until

BODY = """
resource "fivetranops_connection" "orders" {
  count    = 3
  group_id = "sandbox_warehouse"
  service  = "postgres"
  config   = { schema_prefix = "orders_${count.index}", host = "db.example.com" }
}
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_connections_that_are_being_created_are_in_state(
    terraform: Workspace, sandbox: Sandbox, number: signal.Signals
) -> None:
    slow = {"kind": "delay", "method": "POST", "path": "/v1/connections", "times": 3, "seconds": 3}
    sandbox.store.configure(faults=[slow])
    terraform.write(BODY)
    process = terraform.start("apply", "-auto-approve", "-no-color")
    wait_until(lambda: any(entry.method == "POST" for entry in sandbox.store.journal(0)))

    output = terraform.interrupt(process, number)

    created = {connection["id"] for connection in sandbox.connections()}
    known = {terraform.resource(address)["id"] for address in terraform.addresses()}
    assert created, output
    assert known == created, output
    sandbox.store.configure(faults=[])
    terraform.apply()
    assert len(sandbox.connections()) == 3
    assert terraform.is_settled()
