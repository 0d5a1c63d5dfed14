"""Terraform's own features with the status of a connector: tests, moves, removals, imports."""

from __future__ import annotations

import json

import pytest
from elastic_server import WIKI, ElasticSandbox, put
from scenario import Scenario
from terraform_test_file import outcome, run

STATUS = "elasticops_connector_status"
ADDRESS = f"{STATUS}.wiki"
SET = f'resource "{STATUS}" "wiki" {{\n  connector_id = "{WIKI}"\n  status       = "error"\n}}\n'
DATA = f"""
data "elasticops_connector" "wiki" {{ connector_id = "{WIKI}" }}
output "name" {{ value = data.elasticops_connector.wiki.name }}
"""
IMPORTS = """
import {{
  for_each = toset({found})
  to       = elasticops_connector_status.all[each.key]
  {given}
}}
resource "elasticops_connector_status" "all" {{
  for_each     = toset({found})
  connector_id = each.key
  status       = "created"
}}
"""
FORGOTTEN = "Some objects will no longer be managed by Terraform"
LEFT = "The status of connector wiki is left as it is"


@pytest.mark.both_terraforms
def test_a_terraform_test_sets_and_forgets(terraform: Scenario, elastic: ElasticSandbox) -> None:
    output = outcome(
        terraform,
        SET + DATA,
        run("plans", f'{ADDRESS}.status == "error"', "command = plan"),
        run("applies", f'{ADDRESS}.previous_status == "created" && output.name == "Wiki"'),
        run("wrong", 'output.name == "Blog"', words="It is ${output.name}."),
        ok=False,
    )

    assert "Failure! 2 passed, 1 failed." in output
    assert "Error: Test assertion failed" in output
    assert "It is Wiki." in output
    assert LEFT in output
    assert elastic.writes() == [put("error")]


@pytest.mark.both_terraforms
@pytest.mark.parametrize(
    "block",
    [
        'mock_provider "elasticops" {\n  mock_data "elasticops_connector" {\n'
        '    defaults = { name = "Mock" }\n  }\n}\n',
        f"override_resource {{\n  target = {ADDRESS}\n}}\noverride_data {{\n"
        '  target = data.elasticops_connector.wiki\n  values = { name = "Mock" }\n}\n',
    ],
    ids=["mock", "override"],
)
def test_a_mocked_status_asks_nothing(
    terraform: Scenario, elastic: ElasticSandbox, block: str
) -> None:
    checks = f'{ADDRESS}.status == "error" && output.name == "Mock"'

    output = outcome(terraform, SET + DATA, block, run("applies", checks))

    assert "Success! 1 passed, 0 failed." in output
    assert elastic.requests() == []


@pytest.mark.both_terraforms
def test_a_status_is_moved_and_forgotten_without_a_write(
    terraform: Scenario, elastic: ElasticSandbox
) -> None:
    terraform.write(SET)
    terraform.apply()
    assert elastic.writes() == [put("error")]
    body = SET.replace('"wiki" {', '"moved" {').replace("connector_id", "count = 1\n  connector_id")

    moved = f"moved {{\n  from = {ADDRESS}\n  to   = {STATUS}.moved[0]\n}}\n"
    done = terraform.step(body + moved, [], planned=True)
    assert "Plan: 0 to add, 0 to change, 0 to destroy." in done.plan.output
    assert terraform.addresses() == [f"{STATUS}.moved[0]"]

    # As a CDK writes it.
    block = {"removed": [{"from": f"{STATUS}.moved", "lifecycle": {"destroy": False}}]}
    (terraform.directory / "blocks.tf.json").write_text(json.dumps(block))
    terraform.step("", [], warns=(FORGOTTEN,))
    assert terraform.addresses() == []
    assert elastic.status == "error"


@pytest.mark.both_terraforms
def test_a_removed_status_is_left_as_it_is(terraform: Scenario, elastic: ElasticSandbox) -> None:
    terraform.write(SET)
    terraform.apply()
    elastic.writes()

    done = terraform.step(f"removed {{\n  from = {ADDRESS}\n}}\n", [], planned=True)

    assert LEFT in done.plan.output
    assert terraform.addresses() == []
    assert elastic.status == "error"


def check_imported(terraform: Scenario, elastic: ElasticSandbox, given: str) -> None:
    """Imports three at once, sends nothing, and has nothing to do after it."""
    found = [WIKI, "blog", "shop"]
    for identifier in found[1:]:
        elastic.store.add_connector(identifier)

    body = IMPORTS.format(found=json.dumps(found), given=given)
    done = terraform.step(body, [], actions={})

    assert "Plan: 3 to import, 0 to add, 0 to change, 0 to destroy." in done.plan.output
    assert {terraform.resource(each)["id"] for each in terraform.addresses()} == set(found)


@pytest.mark.both_terraforms
def test_several_statuses_are_imported_by_id(terraform: Scenario, elastic: ElasticSandbox) -> None:
    check_imported(terraform, elastic, "id = each.key")


@pytest.mark.newest_terraform
def test_several_statuses_are_imported_by_identity(
    terraform: Scenario, elastic: ElasticSandbox
) -> None:
    check_imported(terraform, elastic, "identity = { connector_id = each.key }")


MISTAKES = """
provider "elasticops" {{
  endpoints = ["{0}"]
}}
resource "elasticops_connector_status" "wiki" {{
  connector_id = "wiki"
  status       = "conected"
  via          = "fast"
}}
"""


def messages(terraform: Scenario, address: str, *, ok: bool) -> list[tuple[str, str, str, str]]:
    """What ``terraform validate -json`` finds: severity, address, summary and line."""
    terraform.write(MISTAKES.format(address) if not ok else SET)
    _, _, output = terraform.run("validate", "-json", ok=ok).partition("\n")
    assert "canary" not in output
    assert "Traceback" not in output
    lines = (terraform.directory / "main.tf").read_text().splitlines()
    return sorted(
        (
            each["severity"],
            each["address"],
            each["summary"],
            " ".join(lines[each["range"]["start"]["line"] - 1].split()),
        )
        for each in json.loads(output)["diagnostics"]
    )


@pytest.mark.both_terraforms
def test_validating_tells_each_mistake_with_its_place(
    terraform: Scenario, elastic: ElasticSandbox
) -> None:
    provider = 'provider["terraform.local/connections-as-code/elasticops"]'
    begin = 'provider "elasticops" {'
    assert messages(terraform, "", ok=True) == []

    assert messages(terraform, "https://host.example.com", ok=False) == [
        ("error", ADDRESS, "Invalid value of status", 'status = "conected"'),
        ("error", ADDRESS, "Invalid value of via", 'via = "fast"'),
    ]
    assert messages(terraform, "https://user:canary@host.example.com", ok=False) == [
        ("error", provider, "The address of Elasticsearch cannot be used", begin)
    ]
    assert elastic.requests() == []
