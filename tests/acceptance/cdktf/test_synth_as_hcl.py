"""``synth --hcl`` of both CDKs plans the same values as JSON, of whatever is in the stack."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from cdktf_project import Machine, cdk_project
from toolkits import TOOLKITS, Toolkit

pytestmark = [pytest.mark.cdktf, pytest.mark.terraform]

MAIN = r"""
from cdktf import (
    App, DataResource, Fn, LocalExecProvisioner, Precondition, TerraformIterator, TerraformLocal,
    TerraformOutput, TerraformResource, TerraformResourceLifecycle, TerraformStack,
    TerraformVariable, TerraformVariableValidationConfig,
)
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

# What is not ours.
texts = ["5", "-5", "1e5", "007", "true", "null", "", '{"a": 1}', "[1]", '"q"', "a\\b",
    "line\nline", "a\r\nb\t", "$${x} %%{y} $ $$ 100%", '${upper("a${lower("}")}")}',
    "${lower(\n \"ABC\")}"]
deep = {"texts": texts, "type": {"value": "5", "isBlock": True}, 'key "q" \\ $${x}': [None, False]}
values = {**{f"t{number}": text for number, text in enumerate(texts)}, "zero": 0, "no": False,
    "deep": deep, "list": texts}
about = 'a "b" \\ ${x} %{y}\nc'
def show(name, value):
    TerraformOutput(stack, name, value=value, static_id=True, description=about)
for name, value in values.items():
    show(f"output_{name}", value)
    show(f"local_{name}", TerraformLocal(stack, f"l_{name}", value).expression)
    show(f"variable_{name}", TerraformVariable(stack, f"v_{name}", default=value, type="any",
        description=about).value)
rule = {"condition": "${var.top < 5}", "error_message": 'at "most" \\ 5'}
TerraformVariable(stack, "top", default=0, type="number", nullable=False,
    validation=[TerraformVariableValidationConfig(**rule)])
show("fn", Fn.join(",", ["5\n", host]))
data = DataResource(stack, "data", input={"five": "5", "object": '{"a": 1}', "line": "a\\b\nc"})
raw = TerraformResource(stack, "raw", terraform_resource_type="terraform_data", depends_on=[data],
    lifecycle=TerraformResourceLifecycle(ignore_changes=["triggers_replace"],
        create_before_destroy=True, precondition=[Precondition(**rule)]),
    provisioners=[LocalExecProvisioner(type="local-exec", command='echo "a\\b"\n', when="create")])
raw.add_override("input", deep)
each = TerraformIterator.from_map({"a": {"x": "5"}, "b": {"x": "a\\b"}})
TerraformResource(stack, "each", terraform_resource_type="terraform_data", for_each=each
    ).add_override("input", each.get_string("x"))
stack.add_override("terraform.required_version", ">= 1.5")
stack.add_override("output.extra", {"value": "5"})
app.synth()
"""


def planned(machine: Machine, project: Path) -> dict[str, Any]:
    """The values that Terraform plans, by address or by the name of the output."""
    folder = project / "cdktf.out" / "stacks" / "demo"
    machine.succeed(folder, "terraform", "init")
    machine.succeed(folder, "terraform", "plan", "-out=plan")
    document = json.loads(machine.succeed(folder, "terraform", "show", "-json", "plan"))
    values = document["planned_values"]
    resources = values["root_module"]["resources"]
    outputs = {name: output["value"] for name, output in values["outputs"].items()}
    return {**{each["address"]: each["values"] for each in resources}, **outputs}


@pytest.mark.parametrize("toolkit", TOOLKITS, ids=lambda toolkit: toolkit.name)
def test_a_synth_as_hcl_plans_the_same_values(
    machine: Machine, tmp_path: Path, toolkit: Toolkit
) -> None:
    main = MAIN.replace("from cdktf import", f"from {toolkit.name} import")
    path = os.pathsep.join([*map(str, toolkit.tools), machine.environ["PATH"]])
    as_json = cdk_project(tmp_path / "json", main)
    as_hcl = cdk_project(tmp_path / "hcl", main)
    settings = as_hcl / "cdktf.json"
    settings.write_text(settings.read_text().replace(sys.executable, str(toolkit.python)))
    machine.succeed(as_json, str(toolkit.python), "main.py", PATH=path)
    machine.succeed(as_hcl, toolkit.name, "synth", "--hcl", PATH=path)

    assert (as_hcl / "cdktf.out" / "stacks" / "demo" / "cdk.tf").exists()
    values = planned(machine, as_hcl)
    assert values == planned(machine, as_json)
    assert values["fivetranops_connection_state.cursor"]["state"]["5"] == "5"
    assert 'fivetranops_connection_state.cursors["a\\"b"]' in values
    assert [values[f"{kind}_t7"] for kind in ("output", "local", "variable")] == ['{"a": 1}'] * 3
    assert values["terraform_data.data"]["input"]["line"] == "a\\b\nc"
    assert values["variable_t14"] == '${upper("a${lower("}")}")}'
