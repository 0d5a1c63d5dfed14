"""``Lifecycle(action_triggers=…)``: what is written, and what is wrong with a trigger."""

from __future__ import annotations

from typing import Any

import pytest
from construct_fixtures import Connect, Synth, findings_of, reported

from constructs_lib import (
    ActionTrigger,
    Connection,
    ConnectionSyncAction,
    ConnectionTestAction,
    FivetranProvider,
    Lifecycle,
)
from constructs_lib.constructs.synth import hcl_document
from constructs_lib.toolkit import App, TerraformStack, TerraformVariable, Token

SYNC = "action.fivetranops_connection_sync.sync"
TRIGGERS = "/lifecycle/action_triggers"
GIVEN: dict[str, Any] = {"events": ["after_create"], "actions": [SYNC]}
WRONG = [
    (GIVEN, "type", ""),
    ("after_create", "type", ""),
    (["after_create"], "type", "/0"),
    ([{**GIVEN, "action": SYNC}], "unknown-attribute", "/0/action"),
    ([{"actions": [SYNC]}], "minItems", "/0/events"),
    ([{**GIVEN, "events": []}], "minItems", "/0/events"),
    ([{**GIVEN, "events": "after_create"}], "type", "/0/events"),
    ([{**GIVEN, "events": ["after_change"]}], "enum", "/0/events/0"),
    ([{**GIVEN, "events": [5]}], "enum", "/0/events/0"),
    ([{**GIVEN, "events": ["before_destroy"]}], "enum", "/0/events/0"),
    ([{**GIVEN, "events": ["after_create"] * 2}], "uniqueItems", "/0/events/1"),
    ([{"events": ["after_create"]}], "minItems", "/0/actions"),
    ([{**GIVEN, "actions": ()}], "minItems", "/0/actions"),
    ([{**GIVEN, "actions": SYNC}], "type", "/0/actions"),
    ([{**GIVEN, "actions": [5]}], "type", "/0/actions/0"),
    ([{**GIVEN, "actions": ["fivetranops_connection_sync.sync"]}], "pattern", "/0/actions/0"),
    ([{**GIVEN, "actions": ["${" + SYNC + "}"]}], "pattern", "/0/actions/0"),
    ([{**GIVEN, "condition": "var.is_open"}], "type", "/0/condition"),
    ([{**GIVEN, "condition": 1}], "type", "/0/condition"),
    ([{**GIVEN, "condition": "${self.paused}"}], "self-reference", "/0/condition"),
]


def lifecycle(document: dict[str, Any]) -> Any:
    return document["resource"]["fivetranops_connection"]["orders"]["lifecycle"]


def sync(stack: TerraformStack, connection: Connection | None = None, **many: Any) -> Any:
    about = {"connection": connection} if connection else {"connection_id": "pale_hydrogen"}
    return ConnectionSyncAction(stack, "sync", **about, **many)


def triggering(*actions: Any, event: Any = "after_update", **more: Any) -> Lifecycle:
    return Lifecycle(action_triggers=[ActionTrigger(events=[event], actions=actions, **more)])


@pytest.mark.parametrize(("triggers", "rule", "pointer"), WRONG)
def test_a_wrong_trigger_is_one_finding(
    triggers: Any, rule: str, pointer: str, connect: Connect, synth: Synth
) -> None:
    connect(lifecycle={"action_triggers": triggers})

    assert [found[1:] for found in findings_of(synth)] == [(rule, TRIGGERS + pointer)]


@pytest.mark.parametrize(
    ("trigger", "hint"),
    [
        ({**GIVEN, "events": ["after_crate"]}, "did you mean 'after_create'?"),
        ({**GIVEN, "events": "after_create"}, "put it in a list: [...]"),
        ({**GIVEN, "condtion": True}, "did you mean 'condition'?"),
        ({**GIVEN, "condition": "var.is_open"}, 'write "${var.is_open}"'),
        (
            {**GIVEN, "events": ["after_destroy"]},
            "run the action on its own before the destroy: terraform apply -invoke=ADDRESS",
        ),
    ],
)
def test_a_wrong_trigger_says_what_to_do(
    trigger: Any, hint: str, connect: Connect, synth: Synth
) -> None:
    connect(lifecycle={"action_triggers": [trigger]})

    (finding,) = reported(synth)
    assert finding.hint == hint


def test_triggers_are_written_in_their_order(
    stack: TerraformStack, connect: Connect, synth: Synth
) -> None:
    connection = connect()
    test = ConnectionTestAction(stack, "test", connection=connection)
    connection.lifecycle = Lifecycle(
        prevent_destroy=True,
        action_triggers=[
            ActionTrigger(events=["after_update"], actions=[test, sync(stack, connection)]),
            ActionTrigger(events=["after_create", "after_update"], actions=["action.other.it"]),
        ],
    )

    assert lifecycle(synth()) == {
        "prevent_destroy": True,
        "action_trigger": [
            {
                "events": ["after_update"],
                "actions": ["action.fivetranops_connection_test.test", SYNC],
            },
            {"events": ["after_create", "after_update"], "actions": ["action.other.it"]},
        ],
    }


def test_a_trigger_may_be_a_mapping(stack: TerraformStack, connect: Connect, synth: Synth) -> None:
    trigger = {"events": ("before_create",), "actions": (sync(stack),), "condition": True}
    connect(lifecycle={"action_triggers": (trigger,)})

    assert lifecycle(synth()) == {
        "action_trigger": [{"events": ["before_create"], "actions": [SYNC], "condition": True}]
    }


def test_a_condition_may_be_a_token(stack: TerraformStack, connect: Connect, synth: Synth) -> None:
    variable = TerraformVariable(stack, "is_open", type="bool")
    connect(lifecycle=triggering(sync(stack), condition=variable.boolean_value))

    (trigger,) = lifecycle(synth())["action_trigger"]

    assert trigger["condition"] == "${var.is_open}"


def test_a_trigger_that_is_taken_back_is_not_written(
    stack: TerraformStack, connect: Connect, synth: Synth
) -> None:
    connection = connect(lifecycle=triggering(sync(stack)))
    connection.lifecycle = Lifecycle(prevent_destroy=True)

    assert lifecycle(synth()) == {"prevent_destroy": True}


@pytest.mark.parametrize(
    ("many", "key", "index"),
    [
        ({"count": 2}, 1, "[1]"),
        ({"count": 2}, "${count.index}", "[count.index]"),
        ({"for_each": ["eu", 'u"s']}, 'u"s', '["u\\"s"]'),
        ({"for_each": ["eu", "us"]}, "${each.key}", "[each.key]"),
    ],
)
def test_one_instance_of_an_action_is_named(
    many: Any, key: Any, index: str, stack: TerraformStack, connect: Connect, synth: Synth
) -> None:
    connect(lifecycle=triggering(sync(stack, **many).at(key)))

    (trigger,) = lifecycle(synth())["action_trigger"]

    assert trigger["actions"] == [SYNC + index]


def test_an_action_of_many_needs_an_instance(
    stack: TerraformStack, connect: Connect, synth: Synth
) -> None:
    connect(lifecycle=triggering(sync(stack, count=2)))

    (finding,) = reported(synth)

    assert (finding.rule, finding.pointer) == ("instance-key", f"{TRIGGERS}/0/actions/0")
    assert finding.hint == "write .at(key)"


def test_an_action_of_another_stack_is_refused(app: App, connect: Connect, synth: Synth) -> None:
    other = TerraformStack(app, "other")
    FivetranProvider(other, "fivetran", api_url="sandbox")
    connect(lifecycle=triggering("action.a.b", sync(other)))

    (finding,) = reported(synth)

    assert (finding.rule, finding.pointer) == ("trigger-stack", f"{TRIGGERS}/0/actions/1")
    assert finding.found == "an action of the stack other"


@pytest.mark.parametrize("event", ["before_create", "before_update"])
def test_an_action_before_a_change_reads_it_not(
    event: str, stack: TerraformStack, connect: Connect, synth: Synth
) -> None:
    connection = connect()
    connection.lifecycle = triggering(sync(stack, connection), event=event)

    (finding,) = reported(synth)

    assert (finding.rule, finding.pointer) == ("trigger-cycle", f"{TRIGGERS}/0/actions/0")
    assert finding.found == "the action demo/sync, which reads fivetranops_connection.orders"
    assert finding.hint.startswith(f"use {event.replace('before', 'after')}; or give the action ")


def test_a_condition_before_a_change_reads_it_not(
    stack: TerraformStack, connect: Connect, synth: Synth
) -> None:
    connection = connect()
    condition = f"${{{Token.as_string(connection.paused)} == true}}"
    connection.lifecycle = triggering(sync(stack), event="before_update", condition=condition)

    (finding,) = reported(synth)

    assert (finding.rule, finding.pointer) == ("trigger-cycle", f"{TRIGGERS}/0/condition")
    assert finding.hint == "use after_update"


def test_a_name_that_begins_alike_is_no_cycle(
    stack: TerraformStack, connect: Connect, synth: Synth
) -> None:
    other = connect("orders-2")
    connect(lifecycle=triggering(sync(stack, other), event="before_update"))

    assert lifecycle(synth())["action_trigger"][0]["actions"] == [SYNC]


def test_a_data_source_of_the_same_name_is_no_cycle(
    stack: TerraformStack, connect: Connect, synth: Synth
) -> None:
    read = "${data.fivetranops_connection.orders.id}"
    action = ConnectionSyncAction(stack, "sync", connection_id=read)
    connect(lifecycle=triggering(action, event="before_update"))

    assert lifecycle(synth())["action_trigger"][0]["events"] == ["before_update"]


def test_triggers_are_written_as_hcl(
    stack: TerraformStack, connect: Connect, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNTH_HCL_OUTPUT", "true")
    many = sync(stack, for_each={"eu": "pale_hydrogen"})
    connect(lifecycle=triggering(many.at("eu"), condition="${var.x && true}"))

    hcl_document.write(stack, tmp_path / "cdk.tf")

    text = " ".join((tmp_path / "cdk.tf").read_text().split())
    assert (
        f'lifecycle {{ action_trigger {{ events = [after_update] actions = [{SYNC}["eu"]] '
        'condition = "${var.x && true}" } }' in text
    )
    assert (
        'action "fivetranops_connection_sync" "sync" { config { connection_id = "pale_hydrogen" }'
    ) in text


def test_testing_writes_no_triggers_as_hcl(connect: Connect, stack: TerraformStack) -> None:
    connect(lifecycle=triggering("action.a.b"))

    with pytest.raises(RuntimeError, match="writes no action triggers as HCL; take its synth as"):
        stack.to_hcl_terraform()
