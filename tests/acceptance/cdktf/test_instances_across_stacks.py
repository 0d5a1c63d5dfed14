"""One attribute of one instance crosses from stack to stack alone, whatever its key."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from cdktf_project import Machine, cdk_project

pytestmark = pytest.mark.terraform

MAIN = r"""
from cdktf import App, Fn, TerraformOutput, TerraformStack, TerraformVariable
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

# Keys that are references: of the one stack, of the other, in a function, and an index.
few = Connection(stack, "few", group_id="sandbox_warehouse", service="connector_sdk", count=2,
    config={"schema": "few_${count.index}"})
own = TerraformVariable(stack, "key", type="string", default="eu").string_value
key = TerraformVariable(used, "key", type="string", default=KEYS[1]).string_value
index = TerraformVariable(used, "index", type="number", default=1).number_value
eight = TerraformVariable(used, "eight", type="string", default="8").string_value
by_reference = {"here": many.at(own).schema, "own": many.at(own).schema,
    "theirs": many.at(key).schema, "upper": Fn.upper(many.at(key).schema),
    "counted": few.at(index).schema,
    "mixed": many.at(f"u00e{eight}").schema}
for name, value in by_reference.items():
    TerraformOutput(stack if name == "here" else used, name, value=value, static_id=True)
app.synth()
"""

BY_REFERENCE = {
    "here": "number_0",
    "own": "number_0",
    "theirs": "number_1",
    "upper": "NUMBER_1",
    "counted": "few_1",
    "mixed": "number_10",
}


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

    values = {name: each["value"] for name, each in used.items()}
    references = {name: values.pop(name) for name in BY_REFERENCE if name != "here"}
    assert {**references, "here": made.pop("here")["value"]} == BY_REFERENCE
    assert values == {name: name for name in values}
    exported = [each["value"] for each in made.values()]
    assert sorted(each for each in exported if isinstance(each, str)) == sorted([*values, "eu"])
    assert [len(each) for each in exported if isinstance(each, list)] == [2]
    assert [{*each.values()} for each in exported if isinstance(each, dict)] == [{*values}]
    for folder in folders:
        machine.succeed(folder, "terraform", "plan", "-detailed-exitcode")
