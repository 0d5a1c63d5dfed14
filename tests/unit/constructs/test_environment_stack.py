from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
from construct_fixtures import Synth

from constructs_lib.toolkit import NAME, App, TerraformOutput, TerraformStack
from constructs_lib.validation import FilePlace
from stacks.settings import (
    Backend,
    ConnectionActionSettings,
    ConnectionSettings,
    ConnectorStatusSettings,
    Environment,
    ManagedState,
    Variable,
)
from stacks.stack import EnvironmentStack

PLACE = FilePlace("sandbox.yaml", 1, 1)


def connection(name: str = "orders", **replaced: Any) -> ConnectionSettings:
    parameters = {
        "group_id": "g",
        "service": "connector_sdk",
        "config": {"schema": name},
        "secrets": {
            "secrets_list": [{"key": "token", "value": Variable("token", keep_unset=False)}]
        },
    }
    values: dict[str, Any] = {"managed_state": None, "protect": False, **replaced}
    return ConnectionSettings(name=name, parameters=parameters, place=PLACE, **values)


def environment(*connections: ConnectionSettings, **replaced: Any) -> Environment:
    values: dict[str, Any] = {
        "provider": {"api_url": "https://api.fivetran.com"},
        "backend": Backend("local"),
        "variables": ("token",),
        **replaced,
    }
    return Environment(name="demo", connections=connections, **values)


def test_a_connection_and_its_state_have_the_same_name(app: App, synth: Synth) -> None:
    state = ManagedState({"state": {"page": 1}}, PLACE)
    EnvironmentStack(app, "demo", settings=environment(connection(managed_state=state)))

    resources = synth()["resource"]

    assert list(resources["fivetranops_connection"]) == ["orders"]
    state_in_json = resources["fivetranops_connection_state"]["orders"]
    assert state_in_json["connection_id"] == "${fivetranops_connection.orders.id}"
    assert state_in_json["state"] == {"page": 1}


def test_a_variable_is_sensitive_and_ephemeral(app: App, synth: Synth) -> None:
    EnvironmentStack(app, "demo", settings=environment(connection(), connection("returns")))

    document = synth()

    assert document["variable"] == {
        "token": {"type": "string", "sensitive": True, "ephemeral": True, "nullable": False}
    }
    secrets = document["resource"]["fivetranops_connection"]["orders"]["config_wo"]
    assert secrets == {"secrets_list": [{"key": "token", "value": "${var.token}"}]}


def test_credentials_can_be_variables(app: App, synth: Synth) -> None:
    settings = environment(provider={"api_key": Variable("token", keep_unset=False)})
    EnvironmentStack(app, "demo", settings=settings)

    assert synth()["provider"]["fivetranops"] == [{"api_key": "${var.token}"}]


def test_a_connection_and_a_variable_may_have_the_same_name(app: App, synth: Synth) -> None:
    EnvironmentStack(app, "demo", settings=environment(connection("token")))

    assert "token" in synth()["variable"]


def test_the_output_of_a_connection_is_its_id(app: App, synth: Synth) -> None:
    EnvironmentStack(app, "demo", settings=environment(connection()))

    assert {name: output["value"] for name, output in synth()["output"].items()} == {
        "orders_id": "${fivetranops_connection.orders.id}",
    }


def test_the_output_of_a_state_is_what_was_there_before_as_text(app: App, synth: Synth) -> None:
    state = ManagedState({"state": {"cursor": 1}}, PLACE)
    EnvironmentStack(app, "demo", settings=environment(connection(managed_state=state)))

    assert synth()["output"]["orders_state_before"]["value"] == (
        "${jsonencode(fivetranops_connection_state.orders.previous_state)}"
    )


@pytest.mark.parametrize(
    ("protect", "lifecycle"), [(True, {"prevent_destroy": True}), (False, None)]
)
def test_a_protected_connection_is_not_destroyed(
    protect: bool, lifecycle: dict[str, bool] | None, app: App, synth: Synth
) -> None:
    EnvironmentStack(app, "demo", settings=environment(connection(protect=protect)))

    resource = synth()["resource"]["fivetranops_connection"]["orders"]

    assert resource.get("lifecycle") == lifecycle


def test_any_backend_is_written_as_it_is(app: App, synth: Synth) -> None:
    settings = {"bucket": "b", "key": "k", "use_lockfile": True}
    EnvironmentStack(app, "demo", settings=environment(backend=Backend("s3", settings)))

    assert synth()["terraform"]["backend"] == {"s3": settings}


def test_the_local_backend_may_have_a_path(app: App, synth: Synth, tmp_path: Path) -> None:
    path = str(tmp_path / "state")
    EnvironmentStack(app, "demo", settings=environment(backend=Backend("local", {"path": path})))

    assert synth()["terraform"]["backend"] == {"local": {"path": path}}


def test_another_stack_reads_from_the_backend(app: App, synth: Synth) -> None:
    backend = Backend("s3", {"bucket": "b", "key": "k"})
    source = EnvironmentStack(app, "source", settings=environment(connection(), backend=backend))
    (orders,) = (child for child in source.node.children if child.node.id == "orders")
    TerraformOutput(TerraformStack(app, "demo"), "result", value=orders.id)  # type: ignore[attr-defined]

    data = synth()["data"]["terraform_remote_state"]["cross-stack-reference-input-source"]

    assert data["backend"] == "s3"
    assert data["config"] == {"bucket": "b", "key": "k"}


def with_status(name: str, **replaced: Any) -> Environment:
    status = ConnectorStatusSettings(name, {"connector_id": "wiki", "status": "configured"})
    elastic = {"endpoints": ["https://elastic"], "api_key": Variable("token", keep_unset=False)}
    state = ManagedState({"state": {}}, PLACE)
    values = {"elastic": elastic, "connector_statuses": (status,), **replaced}
    return environment(connection(managed_state=state), **values)


def test_connector_status_and_connections_share_a_stack(app: App, synth: Synth) -> None:
    EnvironmentStack(app, "demo", settings=with_status("wiki"))

    document = synth()

    status = document["resource"]["elasticops_connector_status"]["wiki"]
    assert (status["connector_id"], status["status"]) == ("wiki", "configured")
    assert document["provider"]["elasticops"] == [
        {"endpoints": ["https://elastic"], "api_key": "${var.token}"}
    ]
    assert document["output"]["wiki_status_before"]["value"] == (
        "${jsonencode(elasticops_connector_status.wiki.previous_status)}"
    )


def test_status_may_share_its_name_with_a_connection(app: App, synth: Synth) -> None:
    EnvironmentStack(app, "demo", settings=with_status("orders"))

    resources = synth()["resource"]

    assert {kind: list(named) for kind, named in resources.items()} == {
        "fivetranops_connection": ["orders"],
        "fivetranops_connection_state": ["orders"],
        "elasticops_connector_status": ["orders"],
    }


def test_the_provider_stays_to_forget_the_last_status(app: App, synth: Synth) -> None:
    EnvironmentStack(app, "demo", settings=with_status("wiki", connector_statuses=()))

    document = synth()

    assert "elasticops" in document["provider"]
    assert "elasticops_connector_status" not in document["resource"]


def test_an_environment_without_elastic_has_no_provider_for_it(app: App, synth: Synth) -> None:
    EnvironmentStack(app, "demo", settings=environment(connection()))

    assert set(synth()["provider"]) == {"fivetranops"}


def test_connect_card_and_connection_share_a_stack(app: App, synth: Synth) -> None:
    own = ConnectionActionSettings("setup", "orders", {"redirect_uri": "https://example.com"})
    other = ConnectionActionSettings(
        "orders", None, {"redirect_uri": "https://example.com", "connection_id": "abc"}
    )
    settings = environment(connection(), sections={"connect_cards": (own, other)})
    EnvironmentStack(app, "demo", settings=settings)

    document = synth()

    cards = document["resource"]["fivetranops_connect_card"]
    assert cards["setup"]["connection_id"] == "${fivetranops_connection.orders.id}"
    assert cards["orders"]["connection_id"] == "abc"
    output = document["output"]["setup_connect_card_uri"]
    assert output == {"sensitive": True, "value": "${fivetranops_connect_card.setup.uri}"}


def with_actions(**replaced: Any) -> Environment:
    test = ConnectionActionSettings("orders", "orders", {"fail_on": "warning"})
    other = ConnectionActionSettings("other", None, {"connection_id": "pale_hydrogen"})
    sync = ConnectionActionSettings("orders", "orders", {"wait": True})
    values = {"connection_tests": (test, other), "connection_syncs": (sync, other), **replaced}
    state = ManagedState({"state": {}}, PLACE)
    return environment(connection(managed_state=state), sections=values)


def test_a_sync_waits_for_the_tests_of_its_connection(app: App, synth: Synth) -> None:
    EnvironmentStack(app, "demo", settings=with_actions())

    resources = synth()["resource"]

    tests = resources["fivetranops_connection_test"]
    syncs = resources["fivetranops_connection_sync"]
    assert tests["orders"]["connection_id"] == "${fivetranops_connection.orders.id}"
    assert tests["other"]["connection_id"] == "pale_hydrogen"
    assert syncs["orders"]["depends_on"] == ["fivetranops_connection_test.orders"]
    assert syncs["other"]["depends_on"] == ["fivetranops_connection_test.other"]


def test_tests_and_syncs_wait_for_what_is_trusted(app: App, synth: Synth) -> None:
    certificates = ConnectionActionSettings("orders", "orders", {"certificates": {"r+u4": ""}})
    keys = {"connection_id": "pale_hydrogen", "fingerprints": {}, "import_id": "pale_hydrogen"}
    fingerprints = ConnectionActionSettings("orders", None, keys)
    settings = with_actions(
        connection_certificates=(certificates,),
        connection_fingerprints=(fingerprints,),
        connection_schemas=(ConnectionActionSettings("orders", "orders", {}),),
    )
    EnvironmentStack(app, "demo", settings=settings)

    document = synth()
    resources = document["resource"]

    trusted, other = (
        f"fivetranops_connection_{kind}.orders" for kind in ("certificates", "fingerprints")
    )
    tests = resources["fivetranops_connection_test"]
    syncs = resources["fivetranops_connection_sync"]
    assert tests["orders"]["depends_on"] == [trusted]
    assert tests["other"]["depends_on"] == [other]
    tested, chosen = (f"fivetranops_connection_{kind}.orders" for kind in ("test", "schema"))
    schemas = resources["fivetranops_connection_schema"]
    assert schemas["orders"]["depends_on"] == [trusted, tested]
    assert syncs["orders"]["depends_on"] == [trusted, tested, chosen]
    assert document["import"] == [{"id": "pale_hydrogen", "to": other}]


def test_a_schema_waits_for_tests_and_a_sync_for_it(app: App, synth: Synth) -> None:
    schemas = {"public": {"tables": {"events": {"enabled": False}}}}
    schema = ConnectionActionSettings("orders", "orders", {"schemas": schemas})
    EnvironmentStack(app, "demo", settings=with_actions(connection_schemas=(schema,)))

    resources = synth()["resource"]

    (chosen,) = resources["fivetranops_connection_schema"].values()
    assert chosen["connection_id"] == "${fivetranops_connection.orders.id}"
    assert chosen["schemas"] == schemas
    assert chosen["depends_on"] == ["fivetranops_connection_test.orders"]
    sync = resources["fivetranops_connection_sync"]["orders"]
    assert sync["depends_on"] == [
        "fivetranops_connection_test.orders",
        "fivetranops_connection_schema.orders",
    ]


def test_a_sync_without_tests_of_its_connection_waits_for_none(app: App, synth: Synth) -> None:
    EnvironmentStack(app, "demo", settings=with_actions(connection_tests=()))

    syncs = synth()["resource"]["fivetranops_connection_sync"]

    assert {name: sync.get("depends_on") for name, sync in syncs.items()} == {
        "orders": None,
        "other": None,
    }


def test_hcp_terraform_is_a_block_of_its_own(app: App, synth: Synth) -> None:
    cloud = Backend("cloud", {"organization": "o", "workspaces": {"name": "demo"}})
    EnvironmentStack(app, "demo", settings=environment(backend=cloud))

    terraform = synth()["terraform"]

    assert terraform["cloud"] == {"organization": "o", "workspaces": {"name": "demo"}}
    assert "backend" not in terraform


def test_another_stack_reads_the_outputs_of_one_in_hcp_terraform(app: App, synth: Synth) -> None:
    workspaces = {"name": "demo", "project": "p"}
    cloud = Backend("cloud", {"organization": "o", "workspaces": workspaces})
    source = EnvironmentStack(app, "source", settings=environment(connection(), backend=cloud))
    (orders,) = (child for child in source.node.children if child.node.id == "orders")
    TerraformOutput(TerraformStack(app, "demo"), "result", value=orders.id)  # type: ignore[attr-defined]

    (read,) = synth()["data"]["terraform_remote_state"].values()

    assert read["backend"] == "remote"
    assert read["config"] == {"organization": "o", "workspaces": {"name": "demo"}}


@pytest.mark.parametrize(
    ("backend", "written"),
    [
        (Backend("cloud", {"workspaces": {"name": "w"}}), 'cloud {workspaces {name = "w"}}'),
        (
            Backend("s3", {"bucket": "5", "key": "a\\b"}),
            'backend "s3" {bucket = "5"key = "a\\\\b"}',
        ),
        (
            Backend("s3", {"bucket": "b", "key": "k", "endpoints": {"s3": "https://s"}}),
            'backend "s3" {bucket = "b"key = "k"endpoints = {"s3" = "https://s"}}',
        ),
    ],
)
def test_a_synth_as_hcl_tells_blocks_from_values(app: App, backend: Backend, written: str) -> None:
    stack = EnvironmentStack(app, "demo", settings=environment(backend=backend))

    document = importlib.import_module(NAME).Testing.synth_hcl(stack)

    assert written in "".join(line.strip() for line in document.splitlines())


def test_the_outputs_of_another_stack_are_read_in_hcl_as_in_json(app: App) -> None:
    backend = Backend("s3", {"bucket": "5", "key": "a\\b"})
    source = EnvironmentStack(app, "source", settings=environment(connection(), backend=backend))
    (orders,) = (child for child in source.node.children if child.node.id == "orders")
    target = TerraformStack(app, "demo")
    TerraformOutput(target, "result", value=orders.id)  # type: ignore[attr-defined]
    app.synth()

    document = importlib.import_module(NAME).Testing.synth_hcl(target)

    assert r'config = "${{"bucket" = "5", "key" = "a\\b"}}"' in document
