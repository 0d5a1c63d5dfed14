"""One attribute of one instance crosses from stack to stack alone, whatever its key."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from cdktf_project import Machine, cdk_project

pytestmark = pytest.mark.terraform

MAIN = r"""
from cdktf import App, TerraformOutput, TerraformStack
from constructs_lib import Connection, FivetranProvider

KEYS = ["eu", 'a"b', "c\\d", "\u00e9", "e\u0301\u0323", "\U0001f600", "a\nb\t", "$${x} %%{y}", "",
    ".", "u00e8", "\u00e8", "a[0].b/c"]
app = App()
stack = TerraformStack(app, "made")
FivetranProvider(stack, "fivetran", api_url="sandbox:sandbox.sqlite3")
many = Connection(stack, "many", group_id="sandbox_warehouse", service="connector_sdk",
    for_each={key: f"number_{number}" for number, key in enumerate(KEYS)},
    config={"schema": "${each.value}"})
used = TerraformStack(app, "used")
for number, key in enumerate(KEYS):
    TerraformOutput(used, f"number_{number}", value=many.at(key).schema, static_id=True)
app.synth()
"""


def test_an_instance_of_any_key_crosses_alone(machine: Machine, tmp_path: Path) -> None:
    project = cdk_project(tmp_path / "project", MAIN)
    machine.succeed(project, sys.executable, "main.py")
    folders = [project / "cdktf.out" / "stacks" / name for name in ("made", "used")]

    for folder in folders:
        machine.succeed(folder, "terraform", "init")
        machine.succeed(folder, "terraform", "apply", "-auto-approve")
    made, used = (
        json.loads(machine.succeed(folder, "terraform", "output", "-json")) for folder in folders
    )

    assert {name: each["value"] for name, each in used.items()} == {name: name for name in used}
    assert sorted(each["value"] for each in made.values()) == sorted(used)
    for folder in folders:
        machine.succeed(folder, "terraform", "plan", "-detailed-exitcode")
