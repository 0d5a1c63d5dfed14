from __future__ import annotations

from typing import Any

import pytest
from construct_fixtures import Connect, Synth, findings_of, reported

from constructs_lib import FivetranProvider
from constructs_lib.toolkit import App, TerraformStack


def test_a_provider_of_another_stack_is_refused(connect: Connect, app: App, synth: Synth) -> None:
    other = FivetranProvider(TerraformStack(app, "other"), "fivetran", api_url="sandbox")

    connect(provider=other)

    (finding,) = reported(synth)
    assert (str(finding.place), finding.rule) == ("demo/orders", "provider-stack")
    assert finding.found == "a provider of stack other"


def test_beside_providers_with_an_alias_each_resource_needs_one(
    connect: Connect, app: App, synth: Synth
) -> None:
    stack = TerraformStack(app, "named")
    named = FivetranProvider(stack, "fivetran", api_url="sandbox", alias="eu")
    connect("with", scope=stack, provider=named)
    connect("without", scope=stack)
    connect("another", scope=stack)

    assert findings_of(synth) == [
        ("named/another", "provider-missing", ""),
        ("named/without", "provider-missing", ""),
    ]


def test_a_secret_of_a_resource_without_provider_is_at_risk(
    connect: Connect, app: App, synth: Synth
) -> None:
    stack = TerraformStack(app, "named")
    FivetranProvider(stack, "fivetran", api_url="sandbox", alias="eu")
    connect(scope=stack, secrets={"password": "hunter2"})

    found = {(finding.rule, finding.severity) for finding in reported(synth)}
    assert ("secret-in-code", "error") in found


@pytest.mark.parametrize("alias", ["", "my alias", "1st", "-x", "é", 5, ["eu"]])
def test_an_alias_is_a_name_of_terraform(
    alias: Any, bare_stack: TerraformStack, synth: Synth
) -> None:
    FivetranProvider(bare_stack, "fivetran", api_url="sandbox", alias=alias)

    assert findings_of(synth) == [("demo/fivetran", "alias", "/alias")]


@pytest.mark.parametrize("address", ["https://me:hunter2@api.example.com", "https://hunter2@host"])
def test_a_login_in_the_address_is_refused_and_not_shown(
    address: str, bare_stack: TerraformStack, synth: Synth
) -> None:
    FivetranProvider(bare_stack, "fivetran", api_url=address)

    (finding,) = reported(synth)
    assert (finding.rule, finding.severity, finding.pointer) == (
        "login-in-address",
        "error",
        "/api_url",
    )
    assert "hunter2" not in str(finding)
