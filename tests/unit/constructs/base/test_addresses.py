from __future__ import annotations

from typing import Any

import pytest
from construct_fixtures import Connect, Synth

from constructs_lib import Connection, ConnectionState
from constructs_lib.toolkit import (
    App,
    Construct,
    TerraformOutput,
    TerraformResource,
    TerraformStack,
)


def output_of(synth: Synth, stack: TerraformStack, value: Any) -> Any:
    TerraformOutput(stack, "result", value=value)
    return synth()["output"]["result"]["value"]


def test_the_id_of_the_construct_is_the_name_of_the_resource(
    connect: Connect, synth: Synth
) -> None:
    connect("orders")

    assert list(synth()["resource"]["fivetranops_connection"]) == ["orders"]


@pytest.mark.parametrize(
    "name", ["id", "schema", "paused", "service_version", "config", "secrets_applied"]
)
def test_an_attribute_is_an_expression(
    name: str, connect: Connect, synth: Synth, stack: TerraformStack
) -> None:
    connection = connect("orders")

    value = output_of(synth, stack, getattr(connection, name))

    assert value == f"${{fivetranops_connection.orders.{name}}}"


@pytest.mark.parametrize(
    ("arguments", "key", "index"),
    [
        ({"count": 2, "config": {"schema_prefix": "x_${count.index}"}}, 1, "[1]"),
        ({"for_each": ["eu"]}, "eu", '["eu"]'),
        ({"for_each": {"e u": 1}}, "e u", '["e u"]'),
    ],
)
def test_an_instance_is_read_by_its_key(
    arguments: dict[str, Any],
    key: str | int,
    index: str,
    connect: Connect,
    synth: Synth,
    stack: TerraformStack,
) -> None:
    connection = connect("orders", **arguments)

    value = output_of(synth, stack, connection.at(key).id)

    assert value == f"${{fivetranops_connection.orders{index}.id}}"


def test_an_attribute_can_be_used_in_another_stack(
    connect: Connect, synth: Synth, app: App
) -> None:
    connection = connect("orders")
    TerraformOutput(TerraformStack(app, "other"), "result", value=connection.id)

    outputs = synth()["output"]

    assert [output["value"] for output in outputs.values()] == [
        "${fivetranops_connection.orders.id}"
    ]


def test_a_state_refers_to_its_connection(
    connect: Connect, synth: Synth, stack: TerraformStack
) -> None:
    connection = connect("orders", service="connector_sdk", config={"schema": "x"})
    ConnectionState(stack, "cursor", connection=connection, state={})

    state = synth()["resource"]["fivetranops_connection_state"]["cursor"]

    assert state["connection_id"] == "${fivetranops_connection.orders.id}"
    assert state["state"] == {}


def test_a_connection_from_elsewhere_has_no_resource(synth: Synth, stack: TerraformStack) -> None:
    elsewhere = Connection.from_id(stack, "elsewhere", "abc_def", service="connector_sdk")
    ConnectionState(stack, "cursor", connection=elsewhere, state={})

    resources = synth()["resource"]

    assert "fivetranops_connection" not in resources
    state = resources["fivetranops_connection_state"]["cursor"]
    assert state["connection_id"] == "abc_def"


def test_other_resources_can_depend_on_a_connection(
    connect: Connect, synth: Synth, stack: TerraformStack
) -> None:
    connection = connect("orders")
    TerraformResource(
        stack, "after", terraform_resource_type="terraform_data", depends_on=[connection]
    )

    after = synth()["resource"]["terraform_data"]["after"]

    assert after["depends_on"] == ["fivetranops_connection.orders"]


def test_a_connection_can_depend_on_all_of_a_construct(
    connect: Connect, synth: Synth, stack: TerraformStack
) -> None:
    team = Construct(stack, "team")
    connect("one", scope=team)
    connect("two", scope=team)
    connect("orders", depends_on=[team])

    dependencies = synth()["resource"]["fivetranops_connection"]["orders"]["depends_on"]

    assert len(dependencies) == 2
    assert all(address.startswith("fivetranops_connection.team_") for address in dependencies)


@pytest.mark.parametrize(("scopes", "path"), [([], "orders"), (["Default"], "orders")])
def test_a_plan_shows_the_path_without_what_is_hidden(
    scopes: list[str], path: str, connect: Connect, synth: Synth, stack: TerraformStack
) -> None:
    scope: Construct = stack
    for id_ in scopes:
        scope = Construct(scope, id_)
    connect("orders", scope=scope)

    orders = synth()["resource"]["fivetranops_connection"]["orders"]

    assert orders["//"]["metadata"] == {"path": f"demo/{path}", "uniqueId": "orders"}
