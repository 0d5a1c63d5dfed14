"""Values that a person marked as sensitive, with the real terraform: in no message and no log.

Terraform keeps them in its state and its plan files, as it does with all values. The provider
learns of no mark.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sandbox_server import Sandbox
from workspace import Workspace

pytestmark = pytest.mark.launched

BODY = """
variable "host" {
  type      = string
  sensitive = true
}
variable "cursor" {
  type      = string
  sensitive = true
}
resource "fivetranops_connection" "orders" {
  group_id = "sandbox_warehouse"
  service  = "connector_sdk"
  config   = { schema = "orders", package_id = var.host }
}
resource "fivetranops_connection_state" "orders" {
  connection_id = fivetranops_connection.orders.id
  on_destroy    = "restore"
  state         = { next = var.cursor, page = 2 }
}
"""


def give(terraform: Workspace, number: int) -> None:
    values = {"TF_VAR_host": f"canary-host-{number}", "TF_VAR_cursor": f"canary-cursor-{number}"}
    terraform.environment |= values


def log_of(terraform: Workspace) -> list[str]:
    """The lines that come from the provider: Terraform writes states into its own."""
    lines = (Path(terraform.directory) / "trace.log").read_text(errors="replace").splitlines()
    return [line for line in lines if "terraform-provider-fivetranops" in line]


def test_marked_values_are_in_no_message_and_no_log(terraform: Workspace, sandbox: Sandbox) -> None:
    # Given a connection and its state, with values that are marked
    terraform.environment |= {"TF_LOG": "TRACE", "TF_LOG_PATH": "trace.log"}
    give(terraform, 1)
    terraform.write(BODY)
    shown = [terraform.apply(from_file=True)]
    identifier = terraform.resource("fivetranops_connection.orders")["id"]
    path = f"/v1/connections/{identifier}"

    # When somebody changes both after the next plan, to values that Terraform shows by itself
    give(terraform, 2)
    plan = terraform.plan()
    sandbox.ask("PATCH", f"{path}/state", {"state": {"next": "somebody-elses", "page": 7}})
    sandbox.ask("PATCH", path, {"config": {"package_id": "somebody-elses"}})
    shown += [plan.output, terraform.run("apply", "-input=false", plan.file.name, ok=False)]
    shown += [
        terraform.apply(from_file=True),
        terraform.run("destroy", "-auto-approve", "-input=false"),
    ]

    # Then the messages tell where, and no value
    text = "\n".join(shown)
    assert "config.package_id was" in text
    assert "is not what the plan started from" in text
    assert not re.findall(r"canary-\S+", text)
    applied = "ApplyResourceChange of fivetranops_connection_state"
    assert any(applied in line for line in log_of(terraform))
    assert [line for line in log_of(terraform) if "canary-" in line] == []
