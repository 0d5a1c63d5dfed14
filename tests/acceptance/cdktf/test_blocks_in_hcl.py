"""What overrides add as blocks and as arguments plans the same as HCL and as JSON."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import block_provider
import pytest
from cdktf_project import Machine, cdk_project, synthesise

pytestmark = [pytest.mark.cdktf, pytest.mark.terraform]

MAIN = r"""
from cdktf import (
    App, Fn, TerraformProvider, TerraformProviderGeneratorMetadata, TerraformResource,
    TerraformStack,
)
from constructs_lib import Connection, FivetranProvider


class Disk(TerraformResource):
    # As a generated class, which knows the blocks that it sets.
    def __init__(self, stack, id_):
        super().__init__(stack, id_, terraform_resource_type="block_disk")

    def _synthesize_attributes(self):
        return {"part": [{"size": "5", "inner": [{"size": "a\\b"}]}], "tags": {"a": "5"}}

    def _synthesize_hcl_attributes(self):
        size = {"value": "5", "isBlock": False, "type": "simple", "storageClassType": "string"}
        inner = {"value": [{"size": size}], "isBlock": True, "type": "list"}
        part = {"value": [{"size": size, "inner": inner}], "isBlock": True, "type": "list"}
        tags = {"isBlock": False, "type": "map", "storageClassType": "stringMap"}
        return {"part": part, "tags": {"value": {"a": "5"}, **tags}}


app = App()
stack = TerraformStack(app, "demo")
TerraformProvider(stack, "block", terraform_resource_type="block",
    terraform_provider_source="terraform.local/tests/block",
    terraform_generator_metadata=TerraformProviderGeneratorMetadata(provider_name="block"))
FivetranProvider(stack, "fivetran", api_url="sandbox:sandbox.sqlite3")
orders = Connection(stack, "orders", group_id="sandbox_warehouse", service="connector_sdk",
    config={"schema": "orders"})
orders.add_override("timeouts.create", "7m")

Disk(stack, "more").add_override("part", [{"size": "6"}])
more = [{"size": "7", "inner": {"size": "8"}}, {"inner": [{"size": "9"}, {"size": "10"}]}]
bare = TerraformResource(stack, "bare", terraform_resource_type="block_disk")
bare.add_override("part", more)
bare.add_override("tags", {"k 1": "5", "a": "${upper(\"x\")}"})
many = TerraformResource(stack, "many", terraform_resource_type="block_disk")
content = {"size": "${part.value}", "inner": {"size": "11"}, "dynamic": {
    "inner": {"for_each": ["12", "13"], "iterator": "it", "content": {"size": "${it.value}"}}}}
many.add_override("dynamic.part", {"for_each": ["x", "y"], "content": content})
many.add_override("tags", Fn.merge([{"b": "6"}]))
app.synth()
"""
REFUSED = """
more = [{"size": "7"}]
TerraformResource(stack, "bare", terraform_resource_type="block_disk").add_override("part", more)
app.synth()
"""


def planned(machine: Machine, project: Path) -> dict[str, Any]:
    """The values that Terraform plans, by address."""
    folder = project / "cdktf.out" / "stacks" / "demo"
    block_provider.plant(folder)
    machine.succeed(folder, "terraform", "init")
    machine.succeed(folder, "terraform", "plan", "-out=plan")
    document = json.loads(machine.succeed(folder, "terraform", "show", "-json", "plan"))
    resources = document["planned_values"]["root_module"]["resources"]
    return {each["address"]: each["values"] for each in resources}


def test_overrides_plan_the_same_blocks(machine: Machine, tmp_path: Path) -> None:
    as_json = cdk_project(tmp_path / "json", MAIN)
    as_hcl = cdk_project(tmp_path / "hcl", MAIN)
    synthesise(machine, as_json)
    machine.succeed(as_hcl, "cdktf", "synth", "--hcl")

    values = planned(machine, as_hcl)

    assert values == planned(machine, as_json)
    assert [part["size"] for part in values["block_disk.more"]["part"]] == ["5", "6"]
    inner = [[each["size"] for each in p["inner"]] for p in values["block_disk.bare"]["part"]]
    assert inner == [["8"], ["9", "10"]]
    assert [part["size"] for part in values["block_disk.many"]["part"]] == ["x", "y"]
    # The CDK sorts the names in its JSON, so the dynamic blocks come first.
    made = [each["size"] for each in values["block_disk.many"]["part"][0]["inner"]]
    assert made == ["12", "13", "11"]
    assert values["block_disk.many"]["tags"] == {"b": "6"}
    assert values["fivetranops_connection.orders"]["timeouts"]["create"] == "7m"


def test_what_only_the_provider_knows_is_refused(machine: Machine, tmp_path: Path) -> None:
    main = MAIN.partition("\nDisk(stack")[0] + REFUSED
    project = cdk_project(tmp_path / "project", main)
    synthesise(machine, project)
    planned(machine, project)
    shutil.rmtree(project / "cdktf.out")

    result = machine.run(project, "cdktf", "synth", "--hcl")

    assert result.status != 0
    assert "demo/bare: error[hcl] /part" in result.output
    assert "override dynamic.part with for_each and content for blocks" in result.output
    assert not [*project.glob("cdktf.out/**/cdk.tf*")]
