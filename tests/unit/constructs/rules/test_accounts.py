"""A construct that is about another one belongs to the account of that one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from construct_fixtures import Connect, Synth, findings_of, reported

from constructs_lib import (
    ConnectCard,
    Connection,
    ConnectionData,
    ConnectionSchema,
    ConnectionState,
    ConnectionStateData,
    ConnectionSync,
    ConnectionTest,
    ConnectorData,
    ConnectorStatus,
    ElasticProvider,
    EphemeralConnectCard,
    FivetranProvider,
)
from constructs_lib.toolkit import App, Construct, TerraformStack, TerraformVariable

SDK = {"service": "connector_sdk", "config": {"schema": "sdk"}}
CARD = {"redirect_uri": "https://example.com"}
NUMBERED = {"schema": "sdk_${count.index}"}
ABOUT: dict[Any, dict[str, Any]] = {
    ConnectionState: {"state": {}},
    ConnectionSync: {},
    ConnectionTest: {},
    ConnectCard: CARD,
    ConnectionSchema: {},
    EphemeralConnectCard: CARD,
    ConnectionStateData: {},
}
"""The constructs that take a connection, with what else they need."""


@pytest.fixture
def other(stack: TerraformStack) -> FivetranProvider:
    """The provider of a second account."""
    return FivetranProvider(stack, "second", alias="second", api_url="sandbox:second.sqlite3")


def written(document: dict[str, Any], type_: str, name: str = "made") -> dict[str, Any]:
    """The resource of a type and a name."""
    mode, dot, kind = type_.partition(".")
    blocks = document[mode][kind] if dot else document["resource"][type_]
    found: dict[str, Any] = blocks[name]
    return found


SUBJECTS: dict[str, Callable[[TerraformStack, FivetranProvider, Connect], dict[str, Any]]] = {
    "a connection": lambda stack, other, connect: {
        "connection": connect(**SDK, provider=other),
    },
    "one of several": lambda stack, other, connect: {
        "connection": connect(**SDK, provider=other, for_each=["eu"]).at("eu"),
    },
    "a data source": lambda stack, other, connect: {
        "connection": ConnectionData(stack, "found", connection_id="abc", provider=other),
    },
    "one of several data sources": lambda stack, other, connect: {
        "connection": ConnectionData(
            stack, "found", connection_id="abc", provider=other, count=1
        ).at(0),
    },
    "a reference": lambda stack, other, connect: {
        "connection": Connection.from_id(stack, "found", "abc", provider=other),
    },
    "a reference to a connection": lambda stack, other, connect: {
        "connection": Connection.from_id(stack, "found", connect(**SDK, provider=other).id),
    },
    "an identifier": lambda stack, other, connect: {
        "connection_id": connect(**SDK, provider=other).id,
    },
    "an identifier of one of several": lambda stack, other, connect: {
        "connection_id": connect(**SDK, provider=other, for_each=["eu"]).at("eu").id,
    },
    "an identifier in another resource": lambda stack, other, connect: {
        "connection_id": ConnectionTest(
            stack, "gate", connection=connect(**SDK, provider=other)
        ).connection_id,
    },
    "an expression by hand": lambda stack, other, connect: {
        "connection_id": (
            connect("many", service="github", config=NUMBERED, provider=other, count=2)
            and "${fivetranops_connection.many[count.index].id}"
        ),
    },
}


@pytest.mark.parametrize("construct", ABOUT)
def test_a_construct_takes_the_provider_of_its_connection(
    construct: Any, stack: TerraformStack, other: FivetranProvider, connect: Connect, synth: Synth
) -> None:
    construct(stack, "made", connection=connect(**SDK, provider=other), **ABOUT[construct])

    assert written(synth(), construct.TYPE)["provider"] == "fivetranops.second"


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_connection_is_recognised_however_it_is_given(
    subject: str, stack: TerraformStack, other: FivetranProvider, connect: Connect, synth: Synth
) -> None:
    ConnectionState(stack, "made", **SUBJECTS[subject](stack, other, connect), state={})

    assert written(synth(), ConnectionState.TYPE)["provider"] == "fivetranops.second"


def test_a_nested_construct_takes_the_provider_of_its_connection(
    stack: TerraformStack, other: FivetranProvider, connect: Connect, synth: Synth
) -> None:
    orders = connect(scope=Construct(stack, "Team"), provider=other)
    ConnectionSync(Construct(stack, "Default"), "made", connection=orders)

    assert written(synth(), ConnectionSync.TYPE)["provider"] == "fivetranops.second"


def test_a_data_source_takes_the_provider_of_its_connection(
    stack: TerraformStack, other: FivetranProvider, connect: Connect, synth: Synth
) -> None:
    ConnectionData(stack, "made", connection_id=connect(provider=other).id)

    assert written(synth(), ConnectionData.TYPE)["provider"] == "fivetranops.second"


def test_a_status_takes_the_provider_of_its_connector(stack: TerraformStack, synth: Synth) -> None:
    cluster = ElasticProvider(stack, "search", endpoints=["sandbox"], alias="search")
    wiki = ConnectorData(stack, "wiki", connector_id="wiki", provider=cluster)
    ConnectorStatus(stack, "made", connector_id=wiki.connector_id, status="configured")

    assert written(synth(), ConnectorStatus.TYPE)["provider"] == "elasticops.search"


@pytest.mark.parametrize("is_given", [False, True])
def test_the_default_provider_is_not_handed_on(
    is_given: bool, bare_stack: TerraformStack, synth: Synth
) -> None:
    default = FivetranProvider(bare_stack, "fivetran", api_url="sandbox")
    provider = default if is_given else None
    orders = Connection(bare_stack, "orders", group_id="g", **SDK, provider=provider)
    ConnectionState(bare_stack, "made", connection=orders, state={})

    assert "provider" not in written(synth(), ConnectionState.TYPE)


def test_a_literal_identifier_says_nothing_of_its_account(
    stack: TerraformStack, other: FivetranProvider, synth: Synth
) -> None:
    ConnectionSync(stack, "first", connection_id="pale_hydrogen")
    ConnectionSync(stack, "second_one", connection_id="pale_hydrogen", provider=other)
    ConnectionSync(stack, "third", connection=Connection.from_id(stack, "elsewhere", "abc"))

    document = synth()

    assert "provider" not in written(document, ConnectionSync.TYPE, "first")
    assert "provider" not in written(document, ConnectionSync.TYPE, "third")


@pytest.mark.parametrize("construct", ABOUT)
def test_another_provider_is_a_finding_that_names_both(
    construct: Any, stack: TerraformStack, other: FivetranProvider, connect: Connect, synth: Synth
) -> None:
    construct(stack, "made", connection=connect(**SDK), provider=other, **ABOUT[construct])

    (finding,) = reported(synth)

    assert (str(finding.place), finding.rule) == ("demo/made", "provider-differs")
    assert finding.pointer == "/provider"
    assert finding.found == "the provider demo/second, but demo/orders belongs to demo/fivetran"
    assert finding.hint.startswith("leave provider out to use that of demo/orders")


def test_the_default_provider_may_be_another_one(
    stack: TerraformStack, other: FivetranProvider, connect: Connect, synth: Synth
) -> None:
    third = FivetranProvider(stack, "third", alias="third", api_url="sandbox:third.sqlite3")
    ConnectionSync(stack, "made", connection_id=connect(provider=other).id, provider=third)

    assert findings_of(synth) == [("demo/made", "provider-differs", "/provider")]


def test_a_default_provider_that_comes_later_is_compared(
    connect: Connect, app: App, synth: Synth
) -> None:
    stack = TerraformStack(app, "own")
    other = FivetranProvider(stack, "other", alias="other", api_url="sandbox:other.sqlite3")
    ConnectionSync(stack, "made", connection=connect(scope=stack), provider=other)
    FivetranProvider(stack, "fivetran", api_url="sandbox")

    assert findings_of(synth) == [("own/made", "provider-differs", "/provider")]


def test_two_providers_of_one_account_are_no_mistake(
    stack: TerraformStack, connect: Connect, synth: Synth
) -> None:
    key = TerraformVariable(stack, "key", type="string", sensitive=True)
    one, slow = (
        FivetranProvider(stack, name, alias=name, api_key=key.string_value, request_timeout=limit)
        for name, limit in (("one", 60), ("slow", 900))
    )
    ConnectionTest(stack, "made", connection=connect(provider=one), provider=slow)

    assert written(synth(), ConnectionTest.TYPE)["provider"] == "fivetranops.slow"


def test_two_keys_of_one_account_can_be_said_to_be_one(
    stack: TerraformStack, other: FivetranProvider, connect: Connect, synth: Synth
) -> None:
    orders = Connection.from_id(stack, "elsewhere", connect().id, provider=other)
    ConnectionSync(stack, "made", connection=orders)

    assert written(synth(), ConnectionSync.TYPE)["provider"] == "fivetranops.second"


@pytest.mark.parametrize("value", ["", 0, [], "second"])
def test_a_reference_needs_a_provider(value: Any, stack: TerraformStack, synth: Synth) -> None:
    Connection.from_id(stack, "elsewhere", "abc", provider=value)

    assert findings_of(synth) == [("demo/elsewhere", "type", "/provider")]


def test_a_reference_takes_no_provider_of_another_stack(
    stack: TerraformStack, app: App, synth: Synth
) -> None:
    foreign = FivetranProvider(TerraformStack(app, "foreign"), "fivetran", api_url="sandbox")
    Connection.from_id(stack, "elsewhere", "abc", provider=foreign)

    assert findings_of(synth) == [("demo/elsewhere", "provider-stack", "/provider")]


def test_an_identifier_of_another_vendor_is_no_account(
    stack: TerraformStack, connect: Connect, synth: Synth
) -> None:
    ElasticProvider(stack, "elastic", endpoints=["sandbox"])
    ConnectorStatus(stack, "made", connector_id=connect().id, status="configured")

    assert "provider" not in written(synth(), ConnectorStatus.TYPE)


def test_one_state_of_a_connection_in_one_account(bare_stack: TerraformStack, synth: Synth) -> None:
    default = FivetranProvider(bare_stack, "own", api_url="sandbox")
    ConnectionState(bare_stack, "first", connection_id="abc", state={})
    ConnectionState(bare_stack, "second", connection_id="abc", state={}, provider=default)

    assert ("demo/second", "state-twice", "/connection_id") in findings_of(synth)


def test_the_provider_of_another_stack_is_not_handed_on(
    app: App, stack: TerraformStack, connect: Connect, synth: Synth
) -> None:
    first = TerraformStack(app, "first")
    key = TerraformVariable(first, "key", type="string").string_value
    own = FivetranProvider(first, "fivetran", alias="own", api_key=key)
    orders = connect(scope=first, provider=own)
    ConnectionSync(stack, "made", connection=orders)

    assert "provider" not in written(synth(), ConnectionSync.TYPE)


def test_another_account_of_another_stack_is_a_finding(
    app: App, stack: TerraformStack, connect: Connect, synth: Synth
) -> None:
    first = TerraformStack(app, "first")
    FivetranProvider(first, "fivetran", api_url="sandbox:first.sqlite3")
    ConnectionSync(stack, "made", connection=connect(scope=first))

    (finding,) = reported(synth)

    assert (str(finding.place), finding.rule) == ("demo/made", "provider-differs")
    assert finding.found == "the provider demo/fivetran, but first/orders belongs to first/fivetran"
    assert finding.hint.startswith("pass a provider of this stack")
