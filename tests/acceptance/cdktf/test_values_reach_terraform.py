"""What Terraform makes of the values that the constructs write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cdktf_project import Machine, cdk_project, synthesise

pytestmark = pytest.mark.terraform

MAIN = """
from cdktf import App, TerraformOutput, TerraformStack, TerraformVariable
from constructs_lib import Connection, ConnectionState, FivetranProvider

app = App()
stack = TerraformStack(app, "demo")
FivetranProvider(stack, "fivetran", api_url="sandbox:sandbox.sqlite3")
password = TerraformVariable(stack, "password", type="string", sensitive=True)
password.add_override("ephemeral", True)
orders = Connection(stack, "orders", group_id="sandbox_warehouse", service="postgres",
    config={"schema_prefix": "orders", "host": None, "tables": [1, None, {"a": None}]},
    secrets={"password": password.string_value}, paused=True,
    unchecked={"config.tables": "what matters here is the value"})
regions = Connection(stack, "regions", group_id="sandbox_warehouse", service="connector_sdk",
    config={"schema": "${each.key}"}, for_each=["eu", "us"])
ConnectionState(stack, "cursor", connection=regions.at("eu"),
    state={"cursor": 1763700000000000001, "page": None}, depends_on=[orders])
numbered = Connection(stack, "numbered", group_id="sandbox_warehouse", service="github",
    config={"schema": "numbered_${count.index}"}, count=2)
TerraformOutput(stack, "second", value=numbered.at(1).paused)
app.synth()
"""


@pytest.fixture
def plan(machine: Machine, tmp_path: Path) -> dict[str, Any]:
    """The planned values, by address."""
    project = cdk_project(tmp_path / "project", MAIN)
    synthesise(machine, project)
    folder = project / "cdktf.out" / "stacks" / "demo"
    machine.succeed(folder, "terraform", "init")
    password = {"TF_VAR_password": "hunter2"}
    machine.succeed(folder, "terraform", "plan", "-out=plan", **password)
    # Python reads integers of any size, so nothing is lost on the way to the test.
    document = json.loads(machine.succeed(folder, "terraform", "show", "-json", "plan"))
    resources = document["planned_values"]["root_module"]["resources"]
    return {resource["address"]: resource["values"] for resource in resources}


def test_values_arrive_in_terraform_without_loss(plan: dict[str, Any]) -> None:
    orders = plan["fivetranops_connection.orders"]
    cursor = plan["fivetranops_connection_state.cursor"]

    assert orders["config"] == {
        "schema_prefix": "orders",
        "host": None,
        "tables": [1, None, {"a": None}],
    }
    assert cursor["state"] == {"cursor": 1763700000000000001, "page": None}
    assert orders["paused"] is True
    assert {name for name in plan if "regions" in name or "numbered" in name} == {
        'fivetranops_connection.regions["eu"]',
        'fivetranops_connection.regions["us"]',
        "fivetranops_connection.numbered[0]",
        "fivetranops_connection.numbered[1]",
    }
