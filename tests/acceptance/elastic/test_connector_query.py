"""``terraform query`` finds the connectors, and writes a configuration that imports them."""

from __future__ import annotations

import json

import pytest
from elastic_server import WIKI, ElasticSandbox
from scenario import Scenario

pytestmark = pytest.mark.newest_terraform

LIST = """list "elasticops_connector_status" "all" {{
  provider = elasticops
  config {{
    {0}
  }}
}}
"""
STATUS = "elasticops_connector_status.wiki"
NO_CHANGES = "No changes. Your infrastructure matches the configuration."


def query(terraform: Scenario, *arguments: str, config: str = "") -> str:
    terraform.write("")
    (terraform.directory / "all.tfquery.hcl").write_text(LIST.format(config))
    return terraform.run("query", *arguments)


def test_all_connectors_are_found_and_imported(
    terraform: Scenario, elastic: ElasticSandbox
) -> None:
    output = query(terraform, "-generate-config-out=generated.tf")
    plan = terraform.run("plan")
    terraform.run("apply", "-auto-approve")

    assert f"connector_id={WIKI} Wiki (created)" in output
    assert "0 to add, 0 to change, 0 to destroy" in plan
    assert NO_CHANGES in terraform.run("plan")
    assert elastic.writes() == []
    terraform.run("state", "rm", *terraform.addresses())


@pytest.mark.parametrize(("status", "is_found"), [("CREATED", True), ("error", False)])
def test_a_status_is_a_filter(
    terraform: Scenario, elastic: ElasticSandbox, status: str, is_found: bool
) -> None:
    assert (WIKI in query(terraform, config=f'status = "{status}"')) is is_found


def test_a_connector_is_imported_by_its_identity(
    terraform: Scenario, elastic: ElasticSandbox
) -> None:
    resource = f'resource "elasticops_connector_status" "wiki" {{\n  connector_id = "{WIKI}"\n'
    resource += '  status = "created"\n}\n'
    block = f'import {{\n  to = {STATUS}\n  identity = {{ connector_id = "{WIKI}" }}\n}}\n'
    terraform.write(resource + block)

    plan = terraform.run("plan")
    terraform.run("apply", "-auto-approve")

    assert "1 to import, 0 to add, 0 to change, 0 to destroy" in plan
    (found,) = json.loads((terraform.directory / "terraform.tfstate").read_text())["resources"]
    assert found["instances"][0]["identity"] == {"connector_id": WIKI}
    terraform.run("state", "rm", STATUS)
