"""Data sources and ephemeral resources as Terraform gets them."""

from __future__ import annotations

from typing import Any

import pytest
from construct_fixtures import Connect, Synth, findings_of, reported

from constructs_lib import (
    ConnectCard,
    Connection,
    ConnectionData,
    ConnectionsData,
    ConnectionState,
    ConnectionStateData,
    ConnectorData,
    ElasticProvider,
    EphemeralConnectCard,
    FivetranProvider,
)
from constructs_lib.toolkit import Construct, TerraformOutput, TerraformStack

BACK = "https://example.com/back"
CARD = "ephemeral.fivetranops_connect_card.card"


def without_comment(block: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in block.items() if name != "//"}


def test_data_source_is_in_its_block(stack: TerraformStack, synth: Synth) -> None:
    ConnectionData(stack, "orders", connection_id="pale_hydrogen")

    document = synth()

    (block,) = document["data"]["fivetranops_connection"].items()
    assert (block[0], without_comment(block[1])) == ("orders", {"connection_id": "pale_hydrogen"})
    assert "resource" not in document


def test_what_is_read_can_be_used(stack: TerraformStack, synth: Synth) -> None:
    found = ConnectionData(stack, "orders", group_id="g", schema="orders")
    many = ConnectionsData(stack, "all", paused=False)
    state = ConnectionStateData(stack, "state", connection=found)
    TerraformOutput(stack, "told", value=[found.config, many.connections, many.ids, state.state])

    document = synth()

    data = "data.fivetranops_connection"
    assert document["output"]["told"]["value"] == [
        f"${{{data}.orders.config}}",
        f"${{{data}s.all.connections}}",
        f"${{{data}s.all.ids}}",
        f"${{{data}_state.state.state}}",
    ]
    of_state = document["data"]["fivetranops_connection_state"]["state"]
    assert of_state["connection_id"] == f"${{{data}.orders.id}}"


def test_a_connection_that_is_read_is_one_for_other_constructs(
    stack: TerraformStack, synth: Synth
) -> None:
    found = ConnectionData(stack, "orders", connection_id="pale_hydrogen")
    several = ConnectionData(stack, "each", for_each=["a"], connection_id="${each.value}")
    ConnectionState(stack, "cursor", connection=found, state={"a": 1})
    ConnectCard(stack, "card", connection=several.at("a"), redirect_uri=BACK)

    resources = synth()["resource"]

    cursor = resources["fivetranops_connection_state"]["cursor"]
    assert cursor["connection_id"] == "${data.fivetranops_connection.orders.id}"
    card = resources["fivetranops_connect_card"]["card"]
    assert card["connection_id"] == '${data.fivetranops_connection.each["a"].id}'


def test_the_identifiers_of_a_list_make_one_each(stack: TerraformStack, synth: Synth) -> None:
    every = ConnectionsData(stack, "all", service="postgres")
    ConnectionData(stack, "each", for_each=every.ids, connection_id="${each.value}")

    each = synth()["data"]["fivetranops_connection"]["each"]

    assert each["for_each"] == "${toset(data.fivetranops_connections.all.ids)}"


def test_two_states_of_a_read_connection_are_reported(stack: TerraformStack, synth: Synth) -> None:
    found = ConnectionData(stack, "orders", connection_id="pale_hydrogen")
    for name in ("one", "two"):
        ConnectionState(stack, name, connection=found, state={"a": 1})

    assert findings_of(synth) == [("demo/two", "state-twice", "/connection")]


def test_ephemeral_resource_is_in_its_block(
    stack: TerraformStack, synth: Synth, connect: Connect
) -> None:
    orders = connect()
    EphemeralConnectCard(stack, "card", connection=orders, redirect_uri=BACK, all_fields=True)

    document = synth()

    card = document["ephemeral"]["fivetranops_connect_card"]["card"]
    assert without_comment(card) == {
        "all_fields": True,
        "connection_id": "${fivetranops_connection.orders.id}",
        "redirect_uri": BACK,
    }
    assert list(document["resource"]) == ["fivetranops_connection"]


def test_an_ephemeral_value_can_be_a_secret(stack: TerraformStack, synth: Synth) -> None:
    card = EphemeralConnectCard(stack, "card", connection_id="abc", redirect_uri=BACK)
    Connection(
        stack,
        "sink",
        group_id="g",
        service="connector_sdk",
        config={"schema": "sink", "package_id": "p"},
        secrets={"secrets_list": [{"key": "uri", "value": card.uri}]},
        depends_on=[card],
    )

    sink = synth()["resource"]["fivetranops_connection"]["sink"]

    assert sink["config_wo"]["secrets_list"][0]["value"] == f"${{{CARD}.uri}}"
    assert sink["depends_on"] == [CARD]


def test_an_ephemeral_resource_takes_the_meta_arguments(
    bare_stack: TerraformStack, synth: Synth
) -> None:
    FivetranProvider(bare_stack, "one", api_url="sandbox")
    other = FivetranProvider(bare_stack, "two", api_url="sandbox", alias="two")
    before = ConnectionData(bare_stack, "orders", connection_id="abc", provider=other)
    cards = EphemeralConnectCard(
        bare_stack,
        "card",
        connection_id="${each.value}",
        redirect_uri=BACK,
        provider=other,
        depends_on=[before],
        for_each=["a", "b"],
    )
    FivetranProvider(bare_stack, "three", alias="three", api_key=cards.at("a").token)

    document = synth()

    card = document["ephemeral"]["fivetranops_connect_card"]["card"]
    assert card["provider"] == "fivetranops.two"
    assert card["depends_on"] == ["data.fivetranops_connection.orders"]
    assert card["for_each"] == '${toset(["a", "b"])}'
    keys = [one.get("api_key") for one in document["provider"]["fivetranops"]]
    assert keys == [None, None, f'${{{CARD}["a"].token}}']


def test_an_ephemeral_resource_is_not_left_out_of_a_synth_as_hcl(
    stack: TerraformStack, synth: Synth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNTH_HCL_OUTPUT", "true")
    EphemeralConnectCard(stack, "card", connection_id="abc", redirect_uri=BACK)

    assert findings_of(synth) == [("demo/card", "ephemeral-hcl", "")]


def test_a_name_may_be_that_of_a_resource(stack: TerraformStack, synth: Synth) -> None:
    inner = Construct(stack, "Default")
    ConnectCard(stack, "card", connection_id="abc", redirect_uri=BACK)
    EphemeralConnectCard(inner, "card", connection_id="abc", redirect_uri=BACK)

    document = synth()

    assert list(document["resource"]["fivetranops_connect_card"]) == ["card"]
    assert list(document["ephemeral"]["fivetranops_connect_card"]) == ["card"]


def test_an_elastic_connector_is_read(bare_stack: TerraformStack, synth: Synth) -> None:
    ElasticProvider(bare_stack, "elastic", endpoints=["sandbox"])
    wiki = ConnectorData(bare_stack, "wiki", connector_id="wiki_production")
    TerraformOutput(bare_stack, "told", value=wiki.status)

    document = synth()

    block = document["data"]["elasticops_connector"]["wiki"]
    assert without_comment(block) == {"connector_id": "wiki_production"}
    assert document["output"]["told"]["value"] == "${data.elasticops_connector.wiki.status}"


MISTAKES: list[tuple[type[Any], dict[str, Any], str, str]] = [
    (ConnectionData, {}, "connection-form", ""),
    (ConnectionData, {"group_id": "g"}, "connection-form", "/group_id"),
    (ConnectionData, {"connection_id": "a", "schema": "s"}, "connection-form", "/schema"),
    (
        ConnectionData,
        {"connection_id": "${var.a}", "group_id": "${var.b}", "schema": "s"},
        "connection-form",
        "/schema",
    ),
    (ConnectionData, {"connection_id": ""}, "minLength", "/connection_id"),
    (ConnectionData, {"connection_id": ".."}, "pattern", "/connection_id"),
    (ConnectionStateData, {"connection_id": "a/b"}, "pattern", "/connection_id"),
    (ConnectCard, {"connection_id": ".", "redirect_uri": BACK}, "pattern", "/connection_id"),
    (
        EphemeralConnectCard,
        {"connection_id": "a#b", "redirect_uri": BACK},
        "pattern",
        "/connection_id",
    ),
    (ConnectionData, {"connection_id": "a", "service": "b"}, "unknown-attribute", "/service"),
    (ConnectionsData, {"setup_state": "brokn"}, "enum", "/setup_state"),
    (ConnectionsData, {"pausd": True}, "unknown-attribute", "/pausd"),
    (ConnectionStateData, {}, "connection-or-id", "/connection_id"),
    (ConnectionStateData, {"connection": "abc"}, "connection-or-id", "/connection"),
    (ConnectCard, {"connection_id": "a"}, "required", ""),
    (ConnectCard, {"connection_id": "a", "redirect_uri": "b"}, "pattern", "/redirect_uri"),
    (ConnectCard, {"redirect_uri": BACK}, "connection-or-id", "/connection_id"),
    (
        ConnectCard,
        {"connection_id": "a", "redirect_uri": BACK, "triggers": {"a": 1}},
        "type",
        "/triggers/a",
    ),
    (EphemeralConnectCard, {"connection_id": "a"}, "required", ""),
    (EphemeralConnectCard, {"redirect_uri": BACK}, "connection-or-id", "/connection_id"),
    (
        EphemeralConnectCard,
        {"connection_id": "a", "redirect_uri": BACK, "triggers": {}},
        "unknown-attribute",
        "/triggers",
    ),
]


@pytest.mark.parametrize(("construct", "parameters", "rule", "place"), MISTAKES)
def test_a_mistake_is_found_before_synth(
    stack: TerraformStack,
    synth: Synth,
    construct: type[Any],
    parameters: dict[str, Any],
    rule: str,
    place: str,
) -> None:
    construct(stack, "wrong", **parameters)

    assert findings_of(synth) == [("demo/wrong", rule, place)]


def test_state_of_a_service_without_one_is_reported(
    stack: TerraformStack, synth: Synth, connect: Connect
) -> None:
    ConnectionStateData(stack, "state", connection=connect(service="postgres"))

    assert findings_of(synth) == [("demo/state", "state-service", "/connection")]


def test_what_needs_a_provider_says_so(bare_stack: TerraformStack, synth: Synth) -> None:
    EphemeralConnectCard(bare_stack, "card", connection_id="abc", redirect_uri=BACK)

    (finding,) = reported(synth)
    assert (finding.rule, finding.found) == (
        "provider-missing",
        "no FivetranProvider in this stack",
    )
