"""What the instances of one construct must not share, and what a stack cannot wait for."""

from __future__ import annotations

from typing import Any

import pytest
from construct_fixtures import Connect, Synth, findings_of, reported

from constructs_lib import Connection, ConnectionState, ConnectorStatus, ElasticProvider
from constructs_lib.toolkit import (
    App,
    Construct,
    TerraformCount,
    TerraformIterator,
    TerraformStack,
    TerraformVariable,
    Token,
)

SDK = {"service": "connector_sdk", "config": {"schema": "sdk"}}
SAME = {"config": {"schema_prefix": "same"}}
MANY = [{"count": 2}, {"for_each": ["eu", "us"]}, {"for_each": {"eu": 1, "us": 2}}]
FEW: list[dict[str, Any]] = [
    {"count": 1},
    {"count": 0},
    {"for_each": ["eu"]},
    {"for_each": ["eu", "eu"]},
    {"for_each": {}},
    {"count": "${var.on ? 1 : 0}"},
]


@pytest.mark.parametrize("many", MANY)
def test_one_schema_for_several_instances_is_a_finding(
    many: dict[str, Any], connect: Connect, synth: Synth
) -> None:
    connect(**SAME, **many)

    (finding,) = reported(synth)

    assert (finding.rule, finding.pointer, finding.severity) == ("schema-taken", "/config", "error")
    assert finding.found == "the destination schema 'same' for 2 instances"
    mark = "${count.index}" if "count" in many else "${each.key}"
    assert (
        finding.hint == f"write {mark} in it, or another expression that differs for each instance"
    )


@pytest.mark.parametrize("few", FEW)
def test_one_schema_for_one_instance_is_no_mistake(
    few: dict[str, Any], connect: Connect, synth: Synth
) -> None:
    connect(**SAME, **few)

    assert "orders" in synth()["resource"]["fivetranops_connection"]


@pytest.mark.parametrize("group", [None, "var"])
def test_one_schema_from_a_variable_is_a_finding(
    group: str | None, connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    schema = TerraformVariable(stack, "schema", type="string").string_value
    group_id = TerraformVariable(stack, "group", type="string").string_value if group else "group"
    connect(config={"schema_prefix": schema}, group_id=group_id, for_each=["eu", "us"])

    assert findings_of(synth) == [("demo/orders", "schema-taken", "/config")]


def test_a_schema_that_differs_by_its_iterator_is_none(connect: Connect, synth: Synth) -> None:
    iterator = TerraformIterator.from_list(["eu", "us"])
    connect(for_each=iterator, config={"schema_prefix": f"x_{iterator.value}"})

    assert "orders" in synth()["resource"]["fivetranops_connection"]


@pytest.mark.parametrize("group_id", ["${each.value}", "${local.groups[each.key]}"])
def test_one_schema_in_several_groups_is_no_mistake(
    group_id: str, connect: Connect, synth: Synth
) -> None:
    connect(**SAME, group_id=group_id, for_each=["eu", "us"])

    assert "orders" in synth()["resource"]["fivetranops_connection"]


@pytest.mark.parametrize("kind", ["iterator", "count", "token"])
def test_one_schema_for_nobody_knows_how_many_is_a_warning(
    kind: str, connect: Connect, synth: Synth, capsys: pytest.CaptureFixture[str]
) -> None:
    many: dict[str, dict[str, Any]] = {
        "iterator": {"for_each": TerraformIterator.from_list(["eu", "us"])},
        "count": {"count": TerraformCount.of(Token.as_number("${var.number}"))},
        "token": {"for_each": Token.as_string_map("${var.regions}")},
    }
    connect(**SAME, **many[kind])

    assert "orders" in synth()["resource"]["fivetranops_connection"]
    assert "demo/orders: warning[schema-taken] /config" in capsys.readouterr().err


def test_one_connection_for_several_states_is_a_finding(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    orders = connect(**SDK)
    ConnectionState(stack, "cursors", connection=orders, state={}, for_each=["eu", "us"])
    ConnectionState(stack, "literal", connection_id="abc", state={}, count=2)

    assert findings_of(synth) == [
        ("demo/cursors", "state-twice", "/connection"),
        ("demo/literal", "state-twice", "/connection_id"),
    ]


def test_a_state_for_each_connection_is_no_mistake(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    config = {"schema": "sdk_${each.key}"}
    connect("many", service="connector_sdk", config=config, for_each=["eu", "us"])
    each = "${fivetranops_connection.many[each.key].id}"
    ConnectionState(stack, "cursors", connection_id=each, state={}, for_each=["eu", "us"])

    assert "cursors" in synth()["resource"]["fivetranops_connection_state"]


def test_one_connector_for_several_statuses_is_a_finding(
    stack: TerraformStack, synth: Synth
) -> None:
    ElasticProvider(stack, "elastic", endpoints=["sandbox"])
    ConnectorStatus(stack, "wiki", connector_id="wiki", status="configured", count=2)

    assert findings_of(synth) == [("demo/wiki", "status-twice", "/connector_id")]


def test_a_dependency_of_another_stack_is_a_finding(
    app: App, connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    other = TerraformStack(app, "other")
    connect("orders", depends_on=[Construct(other, "inside"), other, app])

    assert [found[1:] for found in findings_of(synth)] == [
        ("depends-on-stack", "/depends_on/0"),
        ("depends-on-stack", "/depends_on/1"),
        ("depends-on-stack", "/depends_on/2"),
    ]


def test_a_dependency_of_another_stack_names_the_remedy(
    app: App, connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    elsewhere = connect("elsewhere", scope=TerraformStack(stack, "inner"), **SDK)
    ConnectionState(stack, "cursor", connection_id="abc", state={}, depends_on=[elsewhere])

    (finding,) = (each for each in reported(synth) if each.rule == "depends-on-stack")
    assert finding.found == "a construct of the stack demo/inner"
    assert finding.hint.endswith("stack.add_dependency(other_stack)")


def test_the_stack_itself_is_no_dependency(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    connect(depends_on=[stack])

    assert findings_of(synth) == [("demo/orders", "depends-on-stack", "/depends_on/0")]


def test_a_dependency_of_the_same_stack_is_written(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    first: Connection = connect("first", scope=Construct(stack, "team"))
    connect("second", depends_on=[first])

    (written,) = synth()["resource"]["fivetranops_connection"]["second"]["depends_on"]
    assert written.startswith("fivetranops_connection.team_first")
