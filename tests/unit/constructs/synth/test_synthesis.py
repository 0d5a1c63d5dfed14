from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
from construct_fixtures import Connect, Synth

from constructs_lib import Connection, ConnectionState, FivetranProvider
from constructs_lib.toolkit import NAME, App, Construct, TerraformStack
from constructs_lib.validation import ConstructPlace, ValidationFailed


def found(synth: Synth) -> set[tuple[str, str]]:
    """The findings of a synth that fails: construct path and rule."""
    with pytest.raises(ValidationFailed) as failure:
        synth()
    return {
        (finding.place.path, finding.rule)
        for finding in failure.value.findings
        if isinstance(finding.place, ConstructPlace)
    }


def test_all_findings_are_reported_together_with_their_paths(
    connect: Connect, synth: Synth, stack: TerraformStack
) -> None:
    connect("orders", sync_frequency=7, schedule_type="sometimes")
    connect("returns", daily_sync_time="05:00", sync_frequency=360)
    connect("billing", scope=Construct(stack, "team"), paused="no")
    ConnectionState(stack, "cursor", connection_id="abc", state={}, drift_policy="never")  # type: ignore[arg-type]

    assert {
        ("demo/orders", "enum"),
        ("demo/returns", "daily-sync-time"),
        ("demo/team/billing", "type"),
        ("demo/cursor", "enum"),
    } <= found(synth)


def test_nothing_raises_before_synth(connect: Connect) -> None:
    connection = connect("orders", sync_frequency=7)

    assert connection.id


def test_nothing_is_written_if_there_is_an_error(
    connect: Connect, synth: Synth, outdir: Path
) -> None:
    connect("orders", sync_frequency=7)

    with pytest.raises(ValidationFailed):
        synth()

    assert [path for path in outdir.rglob("*") if path.is_file()] == []


def test_findings_of_all_stacks_are_reported_together(
    connect: Connect, synth: Synth, app: App
) -> None:
    connect("orders", sync_frequency=7)
    other = TerraformStack(app, "other")
    FivetranProvider(other, "fivetran", api_url="ftp://x")

    assert {path.split("/")[0] for path, _ in found(synth)} == {"demo", "other"}


def test_a_warning_is_printed_and_the_synth_goes_on(
    connect: Connect, synth: Synth, capsys: pytest.CaptureFixture[str]
) -> None:
    connect(service="brand_new", config={"schema": "x"})

    document = synth()

    assert "fivetranops_connection" in document["resource"]
    assert "warning[unknown-service]" in capsys.readouterr().err


def test_the_cdk_cannot_synthesise_around_the_checks(
    connect: Connect, stack: TerraformStack
) -> None:
    connect("orders", sync_frequency=7)

    with pytest.raises(RuntimeError, match=r"demo/orders: error\[enum\] /sync_frequency"):
        importlib.import_module(NAME).Testing.synth(stack, True)


def test_tokens_satisfy_every_check(connect: Connect, synth: Synth) -> None:
    first = connect("first")

    connect("second", paused=first.paused, sync_frequency=first.sync_frequency, auth=first.config)

    assert len(synth()["resource"]["fivetranops_connection"]) == 2


def test_a_stack_without_provider_says_what_to_add(
    bare_stack: TerraformStack, synth: Synth
) -> None:
    for name in ("orders", "returns"):
        Connection(bare_stack, name, group_id="g", service="github", config={"schema": name})

    assert found(synth) == {("demo/orders", "provider-missing")}


def test_a_second_provider_needs_an_alias(stack: TerraformStack, synth: Synth) -> None:
    FivetranProvider(stack, "second", api_url="sandbox")

    assert found(synth) == {("demo/second", "provider-alias")}


def test_an_alias_can_be_used_once(stack: TerraformStack, synth: Synth) -> None:
    FivetranProvider(stack, "second", api_url="sandbox", alias="eu")
    FivetranProvider(stack, "third", api_url="sandbox", alias="eu")

    assert found(synth) == {("demo/third", "provider-alias")}


@pytest.mark.parametrize("api_url", [None, "https://api.fivetran.com"])
def test_credentials_in_the_code_are_refused_and_not_shown(
    api_url: str | None, bare_stack: TerraformStack, synth: Synth
) -> None:
    FivetranProvider(bare_stack, "fivetran", api_url=api_url, api_key="k", api_secret="hunter2")

    with pytest.raises(ValidationFailed) as failure:
        synth()

    assert [finding.pointer for finding in failure.value.findings] == ["/api_key", "/api_secret"]
    assert "hunter2" not in str(failure.value)


@pytest.mark.parametrize("api_url", ["sandbox", "http://127.0.0.1:8080"])
def test_credentials_of_this_machine_are_allowed(
    api_url: str, bare_stack: TerraformStack, synth: Synth
) -> None:
    FivetranProvider(bare_stack, "fivetran", api_url=api_url, api_key="k", api_secret="s")

    assert synth()["provider"]["fivetranops"][0]["api_key"] == "k"


@pytest.mark.parametrize(
    ("parameters", "pointer"),
    [
        ({"secrets": {"password": "hunter2"}}, "/secrets/password"),
        (
            {
                "service": "google_ads",
                "config": {"schema": "ads"},
                "auth_secrets": {"client_access": {"client_secret": "hunter2"}},
            },
            "/auth_secrets/client_access/client_secret",
        ),
    ],
)
def test_a_secret_in_the_code_is_refused_and_not_shown(
    parameters: dict[str, Any], pointer: str, connect: Connect, app: App
) -> None:
    stack = TerraformStack(app, "real")
    FivetranProvider(stack, "fivetran")
    connect(scope=stack, **parameters)

    with pytest.raises(ValidationFailed) as failure:
        app.synth()

    assert [(f.rule, f.pointer) for f in failure.value.findings] == [("secret-in-code", pointer)]
    assert "hunter2" not in str(failure.value)


def test_the_names_in_a_list_of_secrets_are_no_secrets(connect: Connect, app: App) -> None:
    stack = TerraformStack(app, "real")
    FivetranProvider(stack, "fivetran")
    secrets = {"secrets_list": [{"key": "token", "value": "${var.token}"}]}

    connect(scope=stack, service="connector_sdk", config={"schema": "x"}, secrets=secrets)

    app.synth()


@pytest.mark.parametrize(
    ("parameters", "rule"),
    [
        ({"count": 2, "for_each": ["a"]}, "count-and-for-each"),
        ({"count": 2, "import_id": "abc"}, "import-of-many"),
        ({"lifecycle": {"prevent_destruction": True}}, "unknown-attribute"),
        ({"lifecycle": "prevent_destroy"}, "type"),
        ({"provider": "fivetran"}, "type"),
        ({"lifecycle": {"ignore_changes": ["pasued"]}}, "unknown-attribute"),
    ],
)
def test_wrong_meta_arguments_are_findings(
    parameters: dict[str, Any], rule: str, connect: Connect, synth: Synth
) -> None:
    connect(**parameters)

    assert found(synth) == {("demo/orders", rule)}


def test_an_attribute_of_several_needs_a_key(connect: Connect, synth: Synth) -> None:
    connection = connect("orders", count=2, config={"schema_prefix": "x_${count.index}"})

    connect("returns", group_id=connection.id)

    assert found(synth) == {("demo/orders", "instance-key")}


def test_state_is_checked_by_the_service_of_its_connection(
    connect: Connect, synth: Synth, stack: TerraformStack
) -> None:
    ConnectionState(stack, "cursor", connection=connect(service="postgres"), state={})

    assert found(synth) == {("demo/cursor", "state-service")}


def test_a_state_has_one_connection(connect: Connect, synth: Synth, stack: TerraformStack) -> None:
    connection = connect(service="connector_sdk", config={"schema": "x"})
    ConnectionState(stack, "both", connection=connection, connection_id="abc", state={})
    ConnectionState(stack, "none", state={})
    ConnectionState(stack, "wrong", connection="abc", state={})  # type: ignore[arg-type]

    assert {
        ("demo/both", "connection-or-id"),
        ("demo/none", "connection-or-id"),
        ("demo/wrong", "connection-or-id"),
    } <= found(synth)


@pytest.mark.parametrize(
    "parameters",
    [
        {"paused": "no"},
        {"config": {"schema_prefix": "orders", "always_encrypted": 3}},
    ],
)
def test_a_finding_about_a_flag_speaks_python(
    parameters: dict[str, Any], connect: Connect, synth: Synth
) -> None:
    connect(**parameters)

    with pytest.raises(ValidationFailed) as failure:
        synth()

    assert "True or False" in str(failure.value)
    assert "true or false" not in str(failure.value)
