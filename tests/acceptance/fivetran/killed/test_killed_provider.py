"""The provider is killed (``kill -9``) in the middle of its work: the next run finishes it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from killed_run import STEPS, kill_after, provider_of
from sandbox_server import Sandbox
from scenario import Scenario
from workspace import Workspace, wait_until

pytestmark = pytest.mark.killed
ADDRESS = "fivetranops_connection_state.cursor"
OLD, NEW = {"cursor": "2026-01-01"}, {"cursor": "2025-01-01"}


def body(identifier: str, cursor: str) -> str:
    return f"""
resource "fivetranops_connection_state" "cursor" {{
  connection_id = "{identifier}"
  state         = {{ cursor = "{cursor}" }}
}}
"""


@pytest.mark.parametrize(
    "step", range(1, len(STEPS) + 1), ids=lambda n: f"after {n} {STEPS[n - 1]}"
)
def test_a_new_state_is_set_after_all(terraform: Scenario, sandbox: Sandbox, step: int) -> None:
    made = sandbox.add("connector_sdk", schema="invoices", package_id="p")
    sandbox.ask("PATCH", f"/v1/connections/{made}/state", {"state": OLD})
    terraform.write(body(made, "2025-01-01"))
    kill_after(terraform, sandbox, made, step)

    output = terraform.run("apply", "-auto-approve")

    assert ("was left behind by an interrupted run" in output) is (step >= 3)
    assert sandbox.ask("GET", f"/v1/connections/{made}/state")["state"] == NEW
    assert sandbox.ask("GET", f"/v1/connections/{made}")["paused"] is False
    assert terraform.resource(ADDRESS)["previous_state"] == OLD
    assert terraform.is_settled()


@pytest.mark.parametrize("step", [3, 6, 8], ids=lambda n: f"after {n} {STEPS[n - 1]}")
def test_changed_state_is_set_later_and_a_plan_alone_unpauses(
    terraform: Scenario, sandbox: Sandbox, step: int
) -> None:
    made = sandbox.add("connector_sdk", schema="invoices", package_id="p")
    terraform.write(body(made, "2026-01-01"))
    terraform.apply()
    terraform.write(body(made, "2025-01-01"))
    kill_after(terraform, sandbox, made, step)

    assert "was left behind by an interrupted run" in terraform.plan().output
    assert sandbox.ask("GET", f"/v1/connections/{made}")["paused"] is False
    terraform.apply()

    assert sandbox.ask("GET", f"/v1/connections/{made}/state")["state"] == NEW
    assert sandbox.ask("GET", f"/v1/connections/{made}")["paused"] is False
    assert terraform.resource(ADDRESS)["previous_state"] == OLD
    assert terraform.is_settled()


def test_connection_of_a_removed_state_is_recovered_too(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    made = sandbox.add("connector_sdk", schema="invoices", package_id="p")
    terraform.write(body(made, "2025-01-01"))
    kill_after(terraform, sandbox, made, 3)
    other = '{ schema_prefix = "o", host = "db.example.com" }'
    terraform.write(
        f"""
resource "fivetranops_connection" "other" {{
  group_id = "sandbox_warehouse"
  service  = "postgres"
  config   = {other}
}}
"""
    )

    assert f"Connection {made} was left behind" in terraform.plan().output
    assert sandbox.ask("GET", f"/v1/connections/{made}")["paused"] is False


def test_plan_without_journal_reports_a_paused_connection(
    terraform: Scenario, sandbox: Sandbox, tmp_path: Path
) -> None:
    made = sandbox.add("connector_sdk", schema="invoices", package_id="p")
    terraform.write(body(made, "2025-01-01"))
    kill_after(terraform, sandbox, made, 3)
    elsewhere = Workspace(tmp_path / "another machine", sandbox.url)
    elsewhere.write(body(made, "2025-01-01"))

    output = elsewhere.plan().output

    assert "The connection is already paused, so it need not be paused for this change" in output
    assert 'an interrupted run may have left it so: set paused_after = "running"' in output


def test_plan_of_a_connection_without_journal_reports_it(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    terraform.write(
        """
resource "fivetranops_connection" "sdk" {
  group_id = "sandbox_warehouse"
  service  = "connector_sdk"
  config   = { schema = "invoices", package_id = "p" }
  paused   = false
}
"""
    )
    terraform.apply()
    address = "fivetranops_connection.sdk"
    made = terraform.resource(address)["id"]
    sandbox.ask("PATCH", f"/v1/connections/{made}", {"paused": True})

    plan = terraform.plan()

    assert f"Connection {made} (invoices) is paused" in plan.output
    assert plan.differences(address) == {"paused", "sync_state"}
    terraform.apply()
    assert sandbox.ask("GET", f"/v1/connections/{made}")["paused"] is False
    assert terraform.is_settled()


@pytest.mark.parametrize("mode", ["sync", "resync"])
def test_a_sync_whose_run_was_killed_is_taken_over(
    terraform: Scenario, sandbox: Sandbox, database: str, mode: str
) -> None:
    scope = '{ public = ["orders"] }' if mode == "resync" else "null"
    terraform.write(
        f"""
resource "fivetranops_connection_sync" "it" {{
  connection_id = "{database}"
  mode          = "{mode}"
  scope         = {scope}
  wait          = true
}}
"""
    )
    held = {"kind": "delay", "seconds": 20, "method": "POST"}
    path = f"/v1/connections/{database}/{mode}"
    sandbox.store.configure(sync_seconds=1, faults=[{**held, "path": path}])
    process = terraform.start("apply", "-input=false", "-no-color", "-auto-approve")
    wait_until(lambda: begun(sandbox, path) == 1)
    os.kill(provider_of(process.pid), signal.SIGKILL)
    process.communicate(timeout=60)
    sandbox.store.configure(sync_seconds=1, faults=[])

    output = terraform.run("apply", "-auto-approve")

    assert f"The sync of connection {database} was started by an interrupted run" in output
    assert begun(sandbox, path) == 1
    assert terraform.resource("fivetranops_connection_sync.it")["outcome"] == "succeeded"
    assert terraform.is_settled()
    assert list((terraform.directory / ".terraform" / "fivetranops").glob("*.sync")) == []


def begun(sandbox: Sandbox, path: str) -> int:
    """How often a request took effect."""
    return sum((e.path, e.status) == (path, 200) for e in sandbox.store.journal(0))
