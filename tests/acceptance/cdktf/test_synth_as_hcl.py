"""``cdktf synth --hcl`` plans the same values as a synth as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from cdktf_project import Machine, cdk_project

pytestmark = [pytest.mark.cdktf, pytest.mark.terraform]

MAIN = r"""
from cdktf import App, Fn, TerraformStack, TerraformVariable
from constructs_lib import Connection, ConnectionState, FivetranProvider

app = App()
stack = TerraformStack(app, "demo")
FivetranProvider(stack, "fivetran", api_url="sandbox:sandbox.sqlite3")
host = TerraformVariable(stack, "host", type="string", default="db").string_value
number = TerraformVariable(stack, "number", type="number", default=7).number_value
common = {"group_id": "sandbox_warehouse", "service": "connector_sdk"}
first = Connection(stack, "first", **common, config={"schema": "first"})
ConnectionState(stack, "cursor", connection=first, state={
    "5": "5", "object": '{"a": 1}', "list": "[1]", "quotes": '"x"', "back": "a\\b", "n": "a\\nb",
    "line": "a\nb", "crlf": "a\r\nb", "heredoc": "a\nEOF\nb", "marks": "$${x} %%{y} $ $$ 100%",
    "mixed": f'x-{host}-\\"y\nz', "host": host, "number": number, "true": "true", "real": True,
    "null": None, "empty": "", "none": [{}, []], 'key "q" \\': {"value": 1, "dynamic": 2},
    "big": 2**80, "float": 1.5e300, "unicode": "\u00e9\u2028\x07", "call": '${upper("a\\\\b")}',
    "fn": Fn.upper(host), "exponent": "a 1.5e10 b", "nested": ["5", 5, [None, {"a": "6"}]],
})
many = Connection(stack, "many", **common, config={"schema": "${each.value.schema}"},
    for_each={"eu": {"schema": "eu", "value": "5"}, "us": {"schema": "us", "value": 'a\\\n"b'}})
ConnectionState(stack, "cursors", state={"key": "${each.key}"}, depends_on=[first],
    connection_id="${fivetranops_connection.many[\"eu\"].id}-${each.key}",
    for_each=["5", 'a"b', "c\\d"])
app.synth()
"""


def planned(machine: Machine, project: Path) -> dict[str, Any]:
    """The values that Terraform plans, by address."""
    folder = project / "cdktf.out" / "stacks" / "demo"
    machine.succeed(folder, "terraform", "init")
    machine.succeed(folder, "terraform", "plan", "-out=plan")
    document = json.loads(machine.succeed(folder, "terraform", "show", "-json", "plan"))
    resources = document["planned_values"]["root_module"]["resources"]
    return {resource["address"]: resource["values"] for resource in resources}


def test_a_synth_as_hcl_plans_the_same_values(machine: Machine, tmp_path: Path) -> None:
    as_json = cdk_project(tmp_path / "json", MAIN)
    as_hcl = cdk_project(tmp_path / "hcl", MAIN)
    machine.succeed(as_json, sys.executable, "main.py")
    machine.succeed(as_hcl, "cdktf", "synth", "--hcl")

    assert (as_hcl / "cdktf.out" / "stacks" / "demo" / "cdk.tf").exists()
    values = planned(machine, as_hcl)
    assert values == planned(machine, as_json)
    assert values["fivetranops_connection_state.cursor"]["state"]["5"] == "5"
    assert 'fivetranops_connection_state.cursors["a\\"b"]' in values
