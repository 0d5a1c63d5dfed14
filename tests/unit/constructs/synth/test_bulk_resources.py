"""Resources that are written together are written as if each were one of the CDK."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from construct_fixtures import Connect, Synth

from constructs_lib import Connection
from constructs_lib.constructs.base.cdk_resource import CdkResource
from constructs_lib.toolkit import (
    App,
    Aspects,
    IAspect,
    IConstruct,
    TerraformOutput,
    TerraformResource,
    TerraformStack,
    TerraformVariable,
    implements,
)

Prepare = Callable[[Connection], object]


@implements(IAspect)
class Visitor:
    """Notes the resources of the CDK that it meets, and marks them."""

    def __init__(self) -> None:
        self.met = 0

    def visit(self, node: IConstruct) -> None:
        if isinstance(node, TerraformResource):
            self.met += 1
            node.add_override("lifecycle.prevent_destroy", True)


def made(stack: TerraformStack) -> list[Any]:
    """The resources of the CDK in a stack."""
    return [part for part in stack.node.find_all() if isinstance(part, CdkResource)]


def test_a_plain_resource_needs_none_of_the_cdk(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    connect()

    document = synth()

    assert made(stack) == []
    written = document["resource"]["fivetranops_connection"]["orders"]
    assert written["config"] == {"schema_prefix": "orders"}


@pytest.mark.parametrize(
    "refer",
    [
        pytest.param(lambda connection: connection.id, id="an attribute"),
        pytest.param(lambda connection: connection.fqn, id="the address"),
    ],
)
def test_what_is_referred_to_is_written_as_before(
    connect: Connect, stack: TerraformStack, synth: Synth, refer: Prepare
) -> None:
    values = {
        "service": "a_service_of_next_year",
        "config": {
            "schema_prefix": "a",
            "none": None,
            "big": 2**60,
            "list": [1, {"b": "${var.x}"}],
        },
        "paused": True,
    }
    connect("waits", **values)
    refer(connect("referred", **{**values, "config": {**values["config"], "schema_prefix": "b"}}))

    document = synth()["resource"]["fivetranops_connection"]

    (resource,) = made(stack)
    assert resource.name == "referred"
    waits, referred = document["waits"], document["referred"]
    assert waits.pop("//") == {"metadata": {"path": "demo/waits", "uniqueId": "waits"}}
    assert referred.pop("//") == {"metadata": {"path": "demo/referred", "uniqueId": "referred"}}
    referred["config"]["schema_prefix"] = "a"
    assert waits == referred


def test_variables_are_resolved(connect: Connect, stack: TerraformStack, synth: Synth) -> None:
    secret = TerraformVariable(stack, "password", type="string", sensitive=True)
    connect(
        secrets={"password": secret.string_value},
        paused=TerraformVariable(stack, "paused", type="bool").boolean_value,
    )

    written = synth()["resource"]["fivetranops_connection"]["orders"]

    assert written["config_wo"] == {"password": "${var.password}"}
    assert written["paused"] == "${var.paused}"


def test_a_reference_to_another_stack_crosses(app: App, connect: Connect, synth: Synth) -> None:
    other = TerraformStack(app, "other")
    known = TerraformVariable(other, "known", type="string")
    TerraformOutput(other, "out", value=known.string_value)
    referred = connect("referred")
    stack = TerraformStack(app, "third")
    TerraformOutput(stack, "id", value=referred.id)

    assert "referred" in synth()["resource"]["fivetranops_connection"]


def test_an_aspect_meets_each_resource(
    stack: TerraformStack, connect: Connect, synth: Synth
) -> None:
    connect("one")
    connect("two")
    visitor = Visitor()
    Aspects.of(stack).add(visitor)

    document = synth()["resource"]["fivetranops_connection"]

    assert visitor.met == 2
    assert all(each["lifecycle"] == {"prevent_destroy": True} for each in document.values())


def test_what_has_meta_arguments_is_one_of_the_cdk(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    first = connect("first")
    connect("second", depends_on=[first])

    document = synth()["resource"]["fivetranops_connection"]

    assert document["second"]["depends_on"] == ["fivetranops_connection.first"]
    assert sorted(resource.name for resource in made(stack)) == ["first", "second"]


def test_a_resource_of_the_cdk_may_depend_on_one(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    first = connect("first")
    TerraformResource(stack, "plain", terraform_resource_type="terraform_data", depends_on=[first])

    document = synth()["resource"]

    assert document["terraform_data"]["plain"]["depends_on"] == ["fivetranops_connection.first"]
    assert "first" in document["fivetranops_connection"]


def test_a_synth_of_the_same_app_a_second_time_writes_the_same(
    connect: Connect, synth: Synth
) -> None:
    connect()

    assert synth() == synth()
