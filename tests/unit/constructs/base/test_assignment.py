"""What is set after a construct was made works as in its constructor, or is a finding."""

from __future__ import annotations

from typing import Any

import pytest
from construct_fixtures import Connect, Synth, findings_of, reported

from constructs_lib import (
    Connection,
    ConnectionsData,
    ConnectionState,
    FivetranProvider,
    Lifecycle,
)
from constructs_lib.toolkit import Construct, TerraformStack, TerraformVariable


def orders(synth: Synth) -> dict[str, Any]:
    written: dict[str, Any] = synth()["resource"]["fivetranops_connection"]["orders"]
    return written


def refer(connection: Connection) -> None:
    assert connection.id


@pytest.mark.parametrize("prepare", [lambda connection: None, refer], ids=["waiting", "made"])
@pytest.mark.parametrize(
    ("name", "value", "attribute", "written"),
    [
        ("paused", True, "paused", True),
        ("config", {"schema_prefix": "b", "host": None}, "config", None),
        ("secrets", {"password": "${var.p}"}, "config_wo", {"password": "${var.p}"}),
        ("timeouts", {"create": "5m"}, "timeouts", {"create": "5m"}),
        ("lifecycle", Lifecycle(prevent_destroy=True), "lifecycle", {"prevent_destroy": True}),
    ],
)
def test_a_parameter_set_later_is_written(
    prepare: Any,
    name: str,
    value: Any,
    attribute: str,
    written: Any,
    connect: Connect,
    synth: Synth,
) -> None:
    connection = connect()
    prepare(connection)

    setattr(connection, name, value)

    expected = {"schema_prefix": "b", "host": "${null}"} if name == "config" else written
    assert orders(synth)[attribute] == expected


def test_a_parameter_set_to_none_is_left_out(connect: Connect, synth: Synth) -> None:
    connection = connect(paused=True)

    connection.paused = None

    assert "paused" not in orders(synth)


@pytest.mark.parametrize("prepare", [lambda connection: None, refer], ids=["waiting", "made"])
def test_dependencies_set_later_are_written(prepare: Any, connect: Connect, synth: Synth) -> None:
    first, connection = connect("first"), connect()
    prepare(connection)

    connection.depends_on = [first]

    assert orders(synth)["depends_on"] == ["fivetranops_connection.first"]


def test_what_is_set_later_is_checked(connect: Connect, synth: Synth) -> None:
    connection = connect()

    connection.sync_frequency = 7

    assert findings_of(synth) == [("demo/orders", "enum", "/sync_frequency")]


def test_a_mistake_can_be_corrected(connect: Connect, synth: Synth) -> None:
    connection = connect(sync_frequency=7, lifecycle={"prevent_destroy": True})

    connection.sync_frequency = 15

    written = orders(synth)
    assert written["sync_frequency"] == 15
    assert written["lifecycle"] == {"prevent_destroy": True}


def test_a_corrected_construct_that_was_made_is_whole(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    config = {"schema_prefix": "orders_${each.key}", "host": "db.example.com"}
    connection = connect(
        scope=Construct(stack, "team"), sync_frequency=7, for_each=["a", "b"], config=config
    )

    connection.sync_frequency = 15

    (written,) = synth()["resource"]["fivetranops_connection"].values()
    assert written["sync_frequency"] == 15
    assert written["for_each"] == '${toset(["a", "b"])}'


def test_values_of_the_caller_are_not_looked_at_again(connect: Connect, synth: Synth) -> None:
    config = {"schema_prefix": "orders"}
    connection = connect(config=config)
    config["schema_prefix"] = "another"

    connection.paused = True

    assert orders(synth)["config"] == {"schema_prefix": "orders"}


def test_a_secret_set_later_is_found_in_the_code(
    connect: Connect, bare_stack: TerraformStack, synth: Synth
) -> None:
    FivetranProvider(bare_stack, "real")
    connection = connect(scope=bare_stack)

    connection.secrets = {"password": "hunter2"}

    with pytest.raises(SystemExit) as failure:
        synth()
    assert "secret-in-code" in str(failure.value)
    assert "hunter2" not in str(failure.value)


def test_a_claim_follows_what_is_set_later(connect: Connect, synth: Synth) -> None:
    connect("first", config={"schema_prefix": "same"})
    second = connect("second")

    second.config = {"schema_prefix": "same"}

    assert findings_of(synth) == [("demo/second", "schema-taken", "/config")]


@pytest.mark.parametrize(
    ("name", "value"),
    [("count", 2), ("for_each", ["a"]), ("import_id", "abc"), ("service", "github")],
)
def test_what_only_the_constructor_takes_is_a_finding(
    name: str, value: Any, connect: Connect, synth: Synth
) -> None:
    connection = connect()

    setattr(connection, name, value)

    assert findings_of(synth) == [("demo/orders", "fixed-parameter", f"/{name}")]


def test_another_connection_of_a_state_is_a_finding(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    one, two = (connect(name, service="connector_sdk", config={"schema": name}) for name in "ab")
    state = ConnectionState(stack, "cursor", connection=one, state={})

    state.connection = two

    assert findings_of(synth) == [("demo/cursor", "fixed-parameter", "/connection")]


def test_an_answer_of_the_api_cannot_be_set(connect: Connect, synth: Synth) -> None:
    connection = connect()

    connection.setup_state = "connected"

    (finding,) = reported(synth)
    assert (finding.rule, finding.pointer) == ("read-only", "/setup_state")


def test_an_attribute_of_one_instance_cannot_be_set(connect: Connect, synth: Synth) -> None:
    connection = connect(count=2, config={"schema_prefix": "orders_${count.index}"})

    connection.at(0).paused = True

    assert findings_of(synth) == [("demo/orders", "instance-attribute", "/paused")]


def test_a_change_inside_of_a_reference_is_a_finding(connect: Connect, synth: Synth) -> None:
    connection = connect()

    connection.config["host"] = "db"

    assert findings_of(synth) == [("demo/orders", "reference-changed", "/config")]


def test_a_change_inside_of_a_list_is_a_finding(stack: TerraformStack, synth: Synth) -> None:
    connections = ConnectionsData(stack, "all")

    connections.ids.append("abc")

    assert findings_of(synth) == [("demo/all", "reference-changed", "/ids")]


def test_a_provider_takes_nothing_later(bare_stack: TerraformStack, synth: Synth) -> None:
    provider = FivetranProvider(bare_stack, "fivetran", api_url="sandbox")

    provider.api_url = "https://api.fivetran.com"

    assert findings_of(synth) == [("demo/fivetran", "fixed-parameter", "/api_url")]


def test_a_subclass_may_have_attributes_of_its_own(
    stack: TerraformStack, synth: Synth, capsys: pytest.CaptureFixture[str]
) -> None:
    class Orders(Connection):
        def __init__(self, scope: Construct, config: dict[str, Any]) -> None:
            super().__init__(scope, "orders", group_id="g", service="postgres", config=config)
            self.services = ["a"]
            self.service = "postgres"

    made = Orders(stack, {"schema_prefix": "orders"})

    assert orders(synth)["service"] == "postgres"
    assert made.services == ["a"]
    assert capsys.readouterr().err == ""


def test_the_default_child_is_the_resource_of_the_cdk(connect: Connect, synth: Synth) -> None:
    connection = connect()

    child: Any = connection.node.default_child
    child.add_override("config.new_field", "x")

    assert orders(synth)["config"] == {"schema_prefix": "orders", "new_field": "x"}


def test_an_override_is_written_past_the_checks(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    connection = connect()
    host = TerraformVariable(stack, "host", type="string")

    connection.add_override("config.host", host.string_value)
    connection.add_override("sync_frequency", 7)

    written = orders(synth)
    assert written["config"]["host"] == "${var.host}"
    assert written["sync_frequency"] == 7
