"""Zero, false, empty texts and empty collections are values: none is taken for one left out."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from construct_fixtures import Connect, Synth, findings_of
from hypothesis import given, settings
from hypothesis import strategies as st

from constructs_lib import (
    ConnectCard,
    Connection,
    ConnectionData,
    ConnectionSchema,
    ConnectionsData,
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
from constructs_lib.toolkit import App, Construct, TerraformIterator, TerraformStack

ID = {"connection_id": "pale_hydrogen"}
LEAST: dict[Any, dict[str, Any]] = {
    Connection: {"group_id": "g", "service": "github", "config": {"schema": "s"}},
    ConnectionState: {**ID, "state": {}},
    ConnectionSync: ID,
    ConnectionTest: ID,
    ConnectionSchema: ID,
    ConnectCard: {**ID, "redirect_uri": "https://example.com"},
    EphemeralConnectCard: {**ID, "redirect_uri": "https://example.com"},
    ConnectionData: ID,
    ConnectionsData: {},
    ConnectionStateData: ID,
    ConnectorStatus: {"connector_id": "wiki", "status": "configured"},
    ConnectorData: {"connector_id": "wiki"},
}
"""Each construct with the least that it takes."""
MANY: dict[str, tuple[dict[str, Any], Any]] = {
    "count 0": ({"count": 0}, {"count": 0}),
    "no key": ({"for_each": {}}, {"for_each": {}}),
    "no text": ({"for_each": []}, {"for_each": "${toset([])}"}),
    "an empty tuple": ({"for_each": ()}, {"for_each": "${toset([])}"}),
}
"""The meta-arguments that make no instance, and what is written of them."""
LIFECYCLES: list[dict[str, Any]] = [
    {},
    {"prevent_destroy": False},
    {"create_before_destroy": False},
    {"ignore_changes": []},
    {"replace_triggered_by": []},
    {"ignore_changes": (), "replace_triggered_by": ()},
]
WITHOUT_LIFECYCLE = (
    EphemeralConnectCard,
    ConnectionData,
    ConnectionsData,
    ConnectionStateData,
    ConnectorData,
)
RESOURCES = [construct for construct in LEAST if construct not in WITHOUT_LIFECYCLE]


@pytest.fixture
def both(stack: TerraformStack) -> TerraformStack:
    """A stack with the providers of both vendors."""
    ElasticProvider(stack, "elastic", endpoints=["sandbox"])
    return stack


def written(document: dict[str, Any], type_: str) -> dict[str, Any]:
    """The only resource of a type, without its metadata."""
    mode, dot, kind = type_.partition(".")
    blocks = document[mode][kind] if dot else document["resource"][type_]
    (resource,) = blocks.values()
    resource.pop("//", None)
    found: dict[str, Any] = resource
    return found


@pytest.mark.parametrize("is_nested", [False, True], ids=["in the stack", "nested"])
@pytest.mark.parametrize("meta", MANY)
@pytest.mark.parametrize("construct", LEAST)
def test_a_construct_of_no_instance_says_so(
    construct: Any, meta: str, is_nested: bool, both: TerraformStack, synth: Synth
) -> None:
    parameters, expected = MANY[meta]

    construct(
        Construct(both, "Team") if is_nested else both, "made", **LEAST[construct], **parameters
    )

    resource = written(synth(), construct.TYPE)
    assert {name: resource.get(name) for name in expected} == expected


@pytest.mark.parametrize("lifecycle", LIFECYCLES, ids=str)
@pytest.mark.parametrize("construct", RESOURCES)
def test_a_lifecycle_that_is_false_is_written(
    construct: Any, lifecycle: dict[str, Any], both: TerraformStack, synth: Synth
) -> None:
    construct(both, "made", **LEAST[construct], lifecycle=lifecycle)

    expected = {name: [] if value == () else value for name, value in lifecycle.items()}
    assert written(synth(), construct.TYPE)["lifecycle"] == expected


def test_an_iterator_over_nothing_makes_no_instance(stack: TerraformStack, synth: Synth) -> None:
    ConnectionSync(stack, "made", **ID, for_each=TerraformIterator.from_list([]))

    assert written(synth(), ConnectionSync.TYPE)["for_each"] == "${toset([])}"


@pytest.mark.parametrize("value", ["", False, 0.0, [], {}, ()])
def test_a_count_that_is_no_number_is_a_finding(
    value: Any, stack: TerraformStack, synth: Synth
) -> None:
    ConnectionSync(stack, "made", **ID, count=value)

    assert findings_of(synth) == [("demo/made", "type", "/count")]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("for_each", ["", 0, False]),
        ("depends_on", ["", 0, False, {}]),
        ("lifecycle", ["", 0, False, []]),
        ("provider", ["", 0, False, [], {}]),
        ("import_id", [0, False, [], {}]),
    ],
)
def test_a_falsy_value_of_another_kind_is_a_finding(
    name: str, values: list[Any], stack: TerraformStack, synth: Synth
) -> None:
    made: Any = ConnectionSync
    for number, value in enumerate(values):
        made(stack, f"made_{number}", **ID, **{name: value})

    assert findings_of(synth) == [
        (f"demo/made_{number}", "type", f"/{name}") for number in range(len(values))
    ]


FALSY: dict[str, st.SearchStrategy[Any]] = {
    "force": st.just(False),
    "wait": st.just(False),
    "triggers": st.sampled_from([{}, {"day": ""}]),
    "timeouts": st.just({}),
    "lifecycle": st.sampled_from(LIFECYCLES[:-1]),
}
ANY_FALSY = st.fixed_dictionaries(
    {},
    optional={**FALSY, "count": st.just(0), "depends_on": st.just([])},
)


@settings(max_examples=20, deadline=None)
@given(parameters=ANY_FALSY, is_nested=st.booleans())
def test_every_falsy_value_reaches_the_document(
    parameters: dict[str, Any], is_nested: bool
) -> None:
    with tempfile.TemporaryDirectory() as outdir:
        app = App(outdir=outdir)
        stack = TerraformStack(app, "demo")
        FivetranProvider(stack, "fivetran", api_url="sandbox")
        scope = Construct(stack, "Team") if is_nested else stack
        ConnectionSync(scope, "made", **ID, **parameters)
        app.synth()
        document = json.loads((Path(outdir) / "stacks/demo/cdk.tf.json").read_text())

    # To depend on nothing is to depend on nothing, however it is written.
    parameters.pop("depends_on", None)
    assert written(document, ConnectionSync.TYPE) == {**ID, **parameters}


def test_what_has_no_instance_claims_nothing(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    connection = connect(service="connector_sdk", config={"schema": "sdk"})
    ConnectionState(stack, "off", connection=connection, state={}, count=0)
    ConnectionState(stack, "on", connection=connection, state={})

    assert sorted(synth()["resource"]["fivetranops_connection_state"]) == ["off", "on"]


def test_what_has_no_instance_has_a_name_all_the_same(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    connect("orders", scope=Construct(stack, "Default"), count=0)
    connect("orders", count=0)

    assert [found[1] for found in findings_of(synth)] == ["resource-name"]
