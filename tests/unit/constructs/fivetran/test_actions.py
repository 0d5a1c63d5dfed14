"""The constructs of actions: what is written, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from construct_fixtures import Connect, Synth, findings_of, reported

from constructs_lib import (
    Connection,
    ConnectionData,
    ConnectionPauseAction,
    ConnectionResyncAction,
    ConnectionSyncAction,
    ConnectionTest,
    ConnectionTestAction,
    ConnectorSyncJobAction,
    ElasticProvider,
    FivetranProvider,
)
from constructs_lib.toolkit import (
    App,
    Aspects,
    Construct,
    IAspect,
    IConstruct,
    TerraformIterator,
    TerraformStack,
    implements,
)

KINDS: list[tuple[type[Any], str, dict[str, Any]]] = [
    (ConnectionSyncAction, "fivetranops_connection_sync", {"wait": True, "force": False}),
    (ConnectionTestAction, "fivetranops_connection_test", {"fail_on": "warning"}),
    (ConnectionPauseAction, "fivetranops_connection_pause", {"paused": True, "wait": True}),
    (
        ConnectionResyncAction,
        "fivetranops_connection_resync",
        {"resync_everything": True, "timeouts": {"invoke": "30m"}},
    ),
]


def config(document: dict[str, Any], kind: str = "fivetranops_connection_sync") -> Any:
    (block,) = document["action"][kind].values()
    return block["config"]


@pytest.mark.parametrize(("construct", "kind", "parameters"), KINDS)
def test_an_action_is_written_with_its_connection(
    construct: Any,
    kind: str,
    parameters: dict[str, Any],
    stack: TerraformStack,
    connect: Connect,
    synth: Synth,
) -> None:
    action = construct(stack, "it", connection=connect(), **parameters)

    document = synth()

    connection = "${fivetranops_connection.orders.id}"
    assert config(document, kind) == {"connection_id": connection, **parameters}
    assert action.address == f"action.{kind}.it"
    assert "it" not in str(document["resource"])


def test_the_tables_of_a_resync_are_its_scope(stack: TerraformStack, synth: Synth) -> None:
    tables = {"public": ["orders"]}
    ConnectionResyncAction(stack, "it", connection_id="pale_hydrogen", tables=tables)

    assert config(synth(), "fivetranops_connection_resync")["scope"] == tables


def test_a_sync_job_of_elastic_is_written(bare_stack: TerraformStack, synth: Synth) -> None:
    ElasticProvider(bare_stack, "elastic", endpoints=["sandbox"])
    ConnectorSyncJobAction(bare_stack, "job", connector_id="wiki", job_type="incremental")

    document = synth()

    written = config(document, "elasticops_connector_sync_job")
    assert written == {"connector_id": "wiki", "job_type": "incremental"}
    assert set(document["terraform"]["required_providers"]) == {"elasticops"}


def test_an_action_takes_whatever_names_a_connection(
    stack: TerraformStack, connect: Connect, synth: Synth
) -> None:
    regions = connect("regions", for_each=["eu"], config={"schema_prefix": "${each.key}"})
    data = ConnectionData(stack, "read", connection_id="pale_hydrogen")
    for name, connection in {
        "instance": regions.at("eu"),
        "reference": Connection.from_id(stack, "elsewhere", "pale_hydrogen"),
        "data": data,
    }.items():
        ConnectionSyncAction(stack, name, connection=connection)

    actions = synth()["action"]["fivetranops_connection_sync"]

    assert {name: block["config"]["connection_id"] for name, block in actions.items()} == {
        "instance": '${fivetranops_connection.regions["eu"].id}',
        "reference": "pale_hydrogen",
        "data": "${data.fivetranops_connection.read.id}",
    }


def test_an_action_uses_the_provider_of_its_connection(
    stack: TerraformStack, connect: Connect, synth: Synth
) -> None:
    second = FivetranProvider(stack, "second", alias="second", api_url="sandbox:b")
    ConnectionSyncAction(stack, "it", connection=connect(provider=second))

    (block,) = synth()["action"]["fivetranops_connection_sync"].values()

    assert block["provider"] == "fivetranops.second"


def test_another_account_than_that_of_the_connection_is_refused(
    stack: TerraformStack, connect: Connect, synth: Synth
) -> None:
    second = FivetranProvider(stack, "second", alias="second", api_url="sandbox:b")
    ConnectionSyncAction(stack, "it", connection=connect(), provider=second)

    assert findings_of(synth) == [("demo/it", "provider-differs", "/provider")]


def test_count_and_for_each_are_written(stack: TerraformStack, synth: Synth) -> None:
    iterator = TerraformIterator.from_list(["eu", "us"])
    ConnectionSyncAction(stack, "counted", connection_id="a_${count.index}", count=2)
    ConnectionSyncAction(stack, "each", connection_id=iterator.value, for_each=iterator)

    actions = synth()["action"]["fivetranops_connection_sync"]

    assert actions["counted"]["count"] == 2
    assert actions["each"]["for_each"] == '${toset(["eu", "us"])}'


def test_an_action_in_a_construct_has_its_long_name(stack: TerraformStack, synth: Synth) -> None:
    group = Construct(stack, "group")
    action = ConnectionSyncAction(group, "it", connection_id="a")

    (name,) = synth()["action"]["fivetranops_connection_sync"]

    assert action.address == f"action.fivetranops_connection_sync.{name}"
    assert name.startswith("group_it_")


WRONG: list[tuple[type[Any], dict[str, Any], str, str]] = [
    (ConnectionSyncAction, {}, "connection-or-id", "/connection_id"),
    (ConnectionSyncAction, {"connection": "a"}, "connection-or-id", "/connection"),
    (ConnectionSyncAction, {"connection_id": ".."}, "pattern", "/connection_id"),
    (ConnectionSyncAction, {"connection_id": "a", "wait": "yes"}, "type", "/wait"),
    (ConnectionSyncAction, {"connection_id": "a", "waits": True}, "unknown-attribute", "/waits"),
    (ConnectionSyncAction, {"connection_id": "a", "mode": "x"}, "unknown-attribute", "/mode"),
    (
        ConnectionSyncAction,
        {"connection_id": "a", "timeouts": {"invoke": "soon"}},
        "pattern",
        "/timeouts/invoke",
    ),
    (ConnectionTestAction, {"connection_id": "a", "fail_on": "x"}, "enum", "/fail_on"),
    (ConnectionPauseAction, {"connection_id": "a"}, "required", ""),
    (
        ConnectionPauseAction,
        {"connection_id": "a", "paused": False, "wait": True},
        "pause-wait",
        "/wait",
    ),
    (ConnectionResyncAction, {"connection_id": "a"}, "resync-extent", ""),
    (
        ConnectionResyncAction,
        {"connection_id": "a", "resync_everything": True, "tables": {"public": ["a"]}},
        "resync-extent",
        "/resync_everything",
    ),
    (
        ConnectionSyncAction,
        {"connection_id": "a", "depends_on": []},
        "unknown-attribute",
        "/depends_on",
    ),
    (
        ConnectionSyncAction,
        {"connection_id": "a", "lifecycle": {}},
        "unknown-attribute",
        "/lifecycle",
    ),
    (
        ConnectionSyncAction,
        {"connection_id": "a", "import_id": "a"},
        "unknown-attribute",
        "/import_id",
    ),
    (ConnectionSyncAction, {"connection_id": "a", "count": -1}, "minimum", "/count"),
]


@pytest.mark.parametrize(("construct", "parameters", "rule", "pointer"), WRONG)
def test_a_wrong_parameter_is_a_finding(
    construct: Any,
    parameters: dict[str, Any],
    rule: str,
    pointer: str,
    stack: TerraformStack,
    synth: Synth,
) -> None:
    construct(stack, "it", **parameters)

    assert findings_of(synth) == [("demo/it", rule, pointer)]


def test_a_stack_without_a_provider_is_refused(bare_stack: TerraformStack, synth: Synth) -> None:
    ConnectionSyncAction(bare_stack, "it", connection_id="a")

    assert findings_of(synth) == [("demo/it", "provider-missing", "")]


def test_an_action_has_nothing_to_read(stack: TerraformStack) -> None:
    action: Any = ConnectionSyncAction(stack, "it", connection_id="a", wait=True)

    with pytest.raises(AttributeError) as error:
        _ = action.wait

    assert str(error.value) == (
        "ConnectionSyncAction has no attribute wait to read: an action has no outputs. "
        "Use its address in a trigger, or read the resource that it is about"
    )


def test_a_parameter_can_be_set_later(stack: TerraformStack, synth: Synth) -> None:
    action: Any = ConnectionSyncAction(stack, "it", connection_id="a")
    action.wait = True

    assert config(synth()) == {"connection_id": "a", "wait": True}


@pytest.mark.parametrize("name", ["lifecycle", "depends_on"])
def test_an_action_has_no_such_meta_argument(
    name: str, stack: TerraformStack, synth: Synth
) -> None:
    action = ConnectionSyncAction(stack, "it", connection_id="a")
    setattr(action, name, [])

    assert findings_of(synth) == [("demo/it", "read-only", f"/{name}")]


def test_an_aspect_reaches_an_action(stack: TerraformStack, synth: Synth) -> None:
    @implements(IAspect)
    class Waits:
        def visit(self, node: IConstruct) -> None:
            if isinstance(node, ConnectionSyncAction):
                node.assign("wait", True)

    ConnectionSyncAction(stack, "it", connection_id="a")
    Aspects.of(stack).add(Waits())

    assert config(synth()) == {"connection_id": "a", "wait": True}


def test_an_action_is_about_a_connection_of_another_stack(
    app: App, stack: TerraformStack, connect: Connect, outdir: Path
) -> None:
    other = TerraformStack(app, "other")
    FivetranProvider(other, "fivetran", api_url="sandbox")
    ConnectionSyncAction(other, "it", connection=connect())

    app.synth()

    written = json.loads((outdir / "stacks" / "other" / "cdk.tf.json").read_text())
    assert config(written)["connection_id"].startswith("${data.terraform_remote_state.")


def test_an_override_reaches_the_configuration(stack: TerraformStack, synth: Synth) -> None:
    ConnectionSyncAction(stack, "it", connection_id="a").add_override("config.newer", 5)

    assert config(synth()) == {"connection_id": "a", "newer": 5}


def test_nothing_can_depend_on_an_action(
    stack: TerraformStack, connect: Connect, synth: Synth
) -> None:
    connect(depends_on=[ConnectionSyncAction(stack, "it", connection_id="a")])

    (finding,) = reported(synth)

    assert (finding.rule, finding.pointer) == ("depends-on-action", "/depends_on/0")
    assert "action_triggers" in finding.hint


def test_a_group_is_waited_for_without_its_actions(
    stack: TerraformStack, connect: Connect, synth: Synth
) -> None:
    group = Construct(stack, "group")
    ConnectionSyncAction(group, "it", connection_id="a")
    ConnectionTest(group, "test", connection_id="a")
    connect(depends_on=[group])

    (address,) = synth()["resource"]["fivetranops_connection"]["orders"]["depends_on"]

    assert address.startswith("fivetranops_connection_test.group_test_")


def test_testing_writes_no_action_as_hcl(stack: TerraformStack) -> None:
    ConnectionSyncAction(stack, "it", connection_id="a")

    with pytest.raises(RuntimeError, match="writes no actions as HCL; take its synth as JSON"):
        stack.to_hcl_terraform()
