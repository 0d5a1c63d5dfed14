"""``data.fivetranops_connections``: lists, their filters and their pages."""

from __future__ import annotations

import pytest
from data_bodies import data, fill, output_of
from sandbox_server import Sandbox
from scenario import Scenario

from constructs_lib import schemas


def listed(terraform: Scenario, filters: str = "") -> list[str]:
    terraform.step(data("connections", filters))
    found = output_of(terraform)
    assert [one["id"] for one in found["connections"]] == found["ids"]
    return list(found["ids"])


@pytest.fixture
def four(sandbox: Sandbox) -> dict[str, str]:
    """Four connections by name: of two services and two groups, one paused and one broken."""
    names = ("one", "two", "three")
    made = {name: sandbox.add("postgres", schema_prefix=name, host="h") for name in names}
    config = {"schema": "four", "package_id": "p"}
    body = {"group_id": "sandbox_lake", "service": "connector_sdk", "config": config}
    made["four"] = sandbox.ask("POST", "/v1/connections", body)["id"]
    sandbox.made_by_hand.add(made["four"])
    sandbox.ask("PATCH", f"/v1/connections/{made['two']}", {"paused": True})
    with sandbox.store.transaction() as tables:
        record = tables.connection(made["three"])
        assert record is not None
        record.setup_state = "broken"
        tables.update(record)
    return made


def test_connections_of_two_pages_are_read(terraform: Scenario, sandbox: Sandbox) -> None:
    made = fill(sandbox, 12)
    sandbox.store.configure(page_items=10)

    assert listed(terraform) == made
    first_read = [e for e in sandbox.store.journal(0) if e.path == "/v1/connections"][:3]
    assert {entry.status for entry in first_read} == {200}
    last = output_of(terraform)["connections"][-1]
    assert (last["id"], last["service"], last["group_id"]) == (
        made[-1],
        "postgres",
        "sandbox_warehouse",
    )


def test_each_connection_tells_the_attributes_of_the_schema(
    terraform: Scenario, sandbox: Sandbox, four: dict[str, str]
) -> None:
    sandbox.store.configure(list_config=True)
    terraform.step(data("connections", ""), planned=True)

    described = schemas.load("data.fivetranops_connections").attributes["connections"].attributes
    assert "config" not in described
    for one in output_of(terraform)["connections"]:
        assert one.keys() == described.keys()
    assert b'"host"' not in terraform.bytes_of_all_files()


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ("", {"one", "two", "three", "four"}),
        ('group_id = "sandbox_lake"', {"four"}),
        ('group_id = "unknown"', set()),
        ('schema = "two"', {"two"}),
        ('schema = "TWO"', set()),
        ('service = "postgres"', {"one", "two", "three"}),
        ("paused = true", {"two"}),
        ("paused = false", {"one", "three", "four"}),
        ('setup_state = "broken"', {"three"}),
        ('sync_state = "paused"', {"two"}),
        ('update_state = "delayed"', set()),
        ('service = "postgres"\n  paused = false\n  setup_state = "connected"', {"one"}),
    ],
)
def test_the_filters_are_joined(
    terraform: Scenario, four: dict[str, str], filters: str, names: set[str]
) -> None:
    assert set(listed(terraform, filters)) == {four[name] for name in names}


def test_filters_that_are_known_only_at_apply(terraform: Scenario, four: dict[str, str]) -> None:
    late = 'resource "terraform_data" "late" { input = "sandbox_lake" }\n'
    body = late + data("connections", "group_id = terraform_data.late.output")

    terraform.step(body)

    assert output_of(terraform)["ids"] == [four["four"]]


def test_a_list_makes_one_resource_for_each(
    terraform: Scenario, sandbox: Sandbox, four: dict[str, str]
) -> None:
    each = """
data "fivetranops_connections" "all" { service = "postgres" }
data "fivetranops_connection" "each" {
  for_each      = toset(data.fivetranops_connections.all.ids)
  connection_id = each.value
}
output "hosts" {
  value = { for id, one in data.fivetranops_connection.each : id => one.config.host }
}
"""
    terraform.step(each)

    assert output_of(terraform, "hosts") == {four[name]: "h" for name in ("one", "two", "three")}


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ('setup_state = "brokn"', "Did you mean 'broken'?"),
        ('sync_state = "idle"', "Invalid value of sync_state"),
        ('service = "Post Gres"', "Invalid value of service"),
        ('group_id = ""', "allowed is text that is not empty"),
    ],
)
def test_a_wrong_filter_is_found_by_validate(terraform: Scenario, wrong: str, error: str) -> None:
    terraform.refused(data("connections", wrong), error.replace("?", r"\?"), during="validate")


@pytest.mark.parametrize("kind", ["429", "truncated_body"])
def test_a_page_that_fails_for_a_moment_is_read_again(
    terraform: Scenario, sandbox: Sandbox, kind: str
) -> None:
    made = fill(sandbox, 11)
    faults = [{"kind": kind, "method": "GET", "path": "/v1/connections", "nth": 2}]
    sandbox.store.configure(page_items=10, faults=faults)

    assert listed(terraform) == made
