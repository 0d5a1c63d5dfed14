"""The constructs that do something with a connection: ``ConnectionTest`` and ``ConnectionSync``."""

from __future__ import annotations

from typing import Any

import pytest
from construct_fixtures import Connect, Synth, findings_of, reported

from constructs_lib import Connection, ConnectionSync, ConnectionTest
from constructs_lib.toolkit import TerraformOutput, TerraformStack, TerraformVariable

ACTIONS: list[Any] = [ConnectionTest, ConnectionSync]
AnySync: Any = ConnectionSync
EVERYTHING = {"mode": "resync", "resync_everything": True}


def resource(synth: Synth, kind: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = synth()["resource"][f"fivetranops_connection_{kind}"][name]
    del found["//"]
    return found


def test_a_gate_takes_its_connection_and_its_parameters(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    ConnectionTest(
        stack,
        "gate",
        connection=connect("orders"),
        triggers={"day": "1"},
        fail_on="warning",
        trust_certificates=True,
        timeouts={"create": "5m"},
    )

    assert resource(synth, "test", "gate") == {
        "connection_id": "${fivetranops_connection.orders.id}",
        "triggers": {"day": "1"},
        "fail_on": "warning",
        "trust_certificates": True,
        "timeouts": {"create": "5m"},
    }


def test_tables_of_a_resync_are_its_scope(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    ConnectionSync(
        stack, "anew", connection=connect("orders"), mode="resync", tables={"public": ["a", "b"]}
    )

    assert resource(synth, "sync", "anew") == {
        "connection_id": "${fivetranops_connection.orders.id}",
        "mode": "resync",
        "scope": {"public": ["a", "b"]},
    }


def test_a_resync_of_everything_says_so(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    ConnectionSync(
        stack, "anew", connection=connect("orders"), mode="resync", resync_everything=True
    )

    assert resource(synth, "sync", "anew") == {
        "connection_id": "${fivetranops_connection.orders.id}",
        "mode": "resync",
        "resync_everything": True,
    }


@pytest.mark.parametrize("name", ["mode", "tables", "resync_everything"])
def test_an_extent_that_is_known_later_satisfies_the_checks(
    name: str, stack: TerraformStack, synth: Synth
) -> None:
    later = TerraformVariable(stack, "later", type="any").string_value
    AnySync(stack, "anew", connection_id="pale_hydrogen", **{"mode": "resync", name: later})

    assert "anew" in synth()["resource"]["fivetranops_connection_sync"]


def test_a_resync_without_tables_says_what_to_write(stack: TerraformStack, synth: Synth) -> None:
    ConnectionSync(stack, "anew", connection_id="pale_hydrogen", mode="resync")

    (finding,) = reported(synth)

    assert finding.found == "mode resync, tables left out"
    assert "set resync_everything to True" in finding.hint


def test_without_tables_there_is_no_scope(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    ConnectionSync(stack, "now", connection=connect("orders"), wait=True)

    assert resource(synth, "sync", "now") == {
        "connection_id": "${fivetranops_connection.orders.id}",
        "wait": True,
    }


def test_a_sync_waits_for_its_gate(connect: Connect, stack: TerraformStack, synth: Synth) -> None:
    orders = connect("orders")
    gate = ConnectionTest(stack, "gate", connection=orders)
    ConnectionSync(stack, "now", connection=orders, depends_on=[gate])

    assert resource(synth, "sync", "now")["depends_on"] == ["fivetranops_connection_test.gate"]


@pytest.mark.parametrize(
    ("action", "name"),
    [
        (ConnectionTest, "status"),
        (ConnectionTest, "results"),
        (ConnectionTest, "trust_certificates"),
        (ConnectionSync, "outcome"),
        (ConnectionSync, "scope"),
        (ConnectionSync, "triggers"),
    ],
)
def test_an_attribute_of_an_action_is_an_expression(
    action: Any, name: str, stack: TerraformStack, synth: Synth
) -> None:
    made = action(stack, "made", connection_id="pale_hydrogen")
    TerraformOutput(stack, "result", value=getattr(made, name))

    assert synth()["output"]["result"]["value"] == f"${{{action.TYPE}.made.{name}}}"


@pytest.mark.parametrize("action", ACTIONS)
def test_one_of_several_actions_is_read_by_its_key(
    action: Any, stack: TerraformStack, synth: Synth
) -> None:
    made = action(stack, "made", connection_id="${each.key}", for_each=["one", "two"])
    TerraformOutput(stack, "result", value=made.at("one").id)

    assert synth()["output"]["result"]["value"] == f'${{{action.TYPE}.made["one"].id}}'


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("given", [{}, {"connection": "orders"}, {"connection_id": 5}])
def test_an_action_needs_one_connection(
    action: Any, given: dict[str, Any], stack: TerraformStack, synth: Synth
) -> None:
    action(stack, "made", **given)

    (finding,) = reported(synth)

    assert finding.pointer in ("/connection", "/connection_id")


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_of_a_connection_from_elsewhere(
    action: Any, stack: TerraformStack, synth: Synth
) -> None:
    reference = Connection.from_id(stack, "elsewhere", "pale_hydrogen")
    action(stack, "made", connection=reference)

    kind = action.TYPE.removeprefix("fivetranops_connection_")
    assert resource(synth, kind, "made") == {"connection_id": "pale_hydrogen"}


@pytest.mark.parametrize(
    ("given", "rule", "pointer"),
    [
        ({"tables": {"public": ["a"]}}, "sync-mode", "/tables"),
        ({**EVERYTHING, "force": True}, "sync-mode", "/force"),
        ({"mode": "resync", "tables": {}}, "minProperties", "/tables"),
        ({"mode": "resync", "tables": {"public": []}}, "minItems", "/tables/public"),
        ({"mode": "resync", "tables": {"public": ["a", "a"]}}, "uniqueItems", "/tables/public"),
        ({"mode": "resync", "tables": {"public": [""]}}, "minLength", "/tables/public/0"),
        ({"mode": "resync", "tables": {"public": "a"}}, "type", "/tables/public"),
        ({"mode": "resync"}, "resync-extent", "/mode"),
        ({"mode": "resync", "resync_everything": False}, "resync-extent", "/mode"),
        ({"resync_everything": True}, "resync-extent", "/resync_everything"),
        ({"mode": "sync", "resync_everything": True}, "resync-extent", "/resync_everything"),
        ({**EVERYTHING, "tables": {"public": ["a"]}}, "resync-extent", "/resync_everything"),
        ({**EVERYTHING, "tables": {}}, "minProperties", "/tables"),
        ({"mode": "resync", "resync_everything": "everything"}, "type", "/resync_everything"),
        ({"mode": "resink"}, "enum", "/mode"),
        ({"triggers": {"day": 5}}, "type", "/triggers/day"),
        ({"wait": "yes"}, "type", "/wait"),
        ({"timeouts": {"create": "soon"}}, "pattern", "/timeouts/create"),
        ({"waits": True}, "unknown-attribute", "/waits"),
    ],
)
def test_a_mistake_in_a_sync_is_found_before_synth(
    given: dict[str, Any], rule: str, pointer: str, stack: TerraformStack, synth: Synth
) -> None:
    AnySync(stack, "now", connection_id="pale_hydrogen", **given)

    assert findings_of(synth) == [("demo/now", rule, pointer)]


def test_what_is_known_later_satisfies_the_checks(stack: TerraformStack, synth: Synth) -> None:
    table = TerraformVariable(stack, "table", type="string").string_value
    ConnectionSync(
        stack,
        "anew",
        connection_id="pale_hydrogen",
        mode="resync",
        tables={"public": [table, table]},
        triggers={"table": table},
    )

    assert resource(synth, "sync", "anew")["scope"] == {"public": ["${var.table}", "${var.table}"]}


def test_the_mode_of_a_sync_has_a_suggestion(stack: TerraformStack, synth: Synth) -> None:
    AnySync(stack, "now", connection_id="pale_hydrogen", mode="resink")

    assert [finding.hint for finding in reported(synth)] == ["did you mean 'resync'?"]
