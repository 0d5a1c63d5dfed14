from __future__ import annotations

from typing import Any

import pytest
from construct_fixtures import Connect, Synth, findings_of, reported

from constructs_lib import FivetranProvider
from constructs_lib.toolkit import App, TerraformStack, TerraformVariable


@pytest.fixture
def real(app: App) -> TerraformStack:
    """A stack with a provider for the real account."""
    stack = TerraformStack(app, "real")
    FivetranProvider(stack, "fivetran")
    return stack


def test_a_number_is_a_secret_in_the_code(
    real: TerraformStack, connect: Connect, synth: Synth
) -> None:
    connect(scope=real, secrets={"password": 12345678})

    assert findings_of(synth) == [("real/orders", "secret-in-code", "/secrets/password")]


def test_text_around_a_reference_is_a_secret_in_the_code(
    real: TerraformStack, connect: Connect, synth: Synth
) -> None:
    variable = TerraformVariable(real, "password", type="string", sensitive=True)

    connect(scope=real, secrets={"password": f"hunter2{variable.string_value}"})

    assert findings_of(synth) == [("real/orders", "secret-in-code", "/secrets/password")]


def test_references_alone_are_in_order(real: TerraformStack, connect: Connect, app: App) -> None:
    variable = TerraformVariable(real, "password", type="string", sensitive=True)

    connect(
        scope=real,
        secrets={"password": variable.string_value, "client_private_key": variable.number_value},
    )

    app.synth()


def test_secret_in_code_is_a_warning_with_a_local_provider(
    stack: TerraformStack, connect: Connect, synth: Synth, capsys: pytest.CaptureFixture[str]
) -> None:
    connect(scope=stack, secrets={"password": "hunter2"})

    synth()

    shown = capsys.readouterr().err
    assert "demo/orders: warning[secret-in-code] /secrets/password" in shown
    assert "would be in cdktf.out in clear text" in shown
    assert "hunter2" not in shown


def test_a_secret_is_judged_by_the_provider_of_its_resource(
    stack: TerraformStack, connect: Connect, synth: Synth
) -> None:
    account = FivetranProvider(stack, "account", alias="account")
    connect("local", scope=stack, secrets={"password": "hunter2"})
    connect("real", scope=stack, secrets={"password": "hunter2"}, provider=account)

    severities = {str(finding.place): finding.severity for finding in reported(synth)}

    assert severities == {"demo/local": "warning", "demo/real": "error"}


@pytest.mark.parametrize("value", [None, "", {}])
@pytest.mark.parametrize(
    ("name", "key"), [("secrets", "client_secret"), ("auth_secrets", "refresh_token")]
)
def test_an_empty_secret_is_refused(
    name: str, key: str, value: Any, connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    service = "adobe_analytics" if name == "secrets" else "google_ads"
    connect(service=service, config={"schema": "x"}, **{name: {key: value}})

    assert findings_of(synth) == [("demo/orders", "empty-secret", f"/{name}/{key}")]


def test_an_empty_item_of_a_secrets_list_is_a_value(
    connect: Connect, stack: TerraformStack, app: App
) -> None:
    secrets = {"secrets_list": [{"key": "optional", "value": ""}]}

    connect(service="connector_sdk", config={"schema": "x"}, secrets=secrets)

    app.synth()


def test_a_text_in_place_of_the_secrets_is_one_finding(
    real: TerraformStack, connect: Connect, synth: Synth
) -> None:
    connect(scope=real, secrets="hunter2")

    assert findings_of(synth) == [("real/orders", "type", "/secrets")]


@pytest.mark.parametrize(
    "url",
    ["http://127.evil.invalid", "http://localhost.evil", "https://localhost.evil", "sandboxes"],
)
def test_an_address_that_only_looks_local_is_not(
    url: str, bare_stack: TerraformStack, synth: Synth
) -> None:
    FivetranProvider(bare_stack, "fivetran", api_url=url, api_key="k")

    assert ("demo/fivetran", "credentials-in-code", "/api_key") in findings_of(synth)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.2:80", "http://[::1]/x", "http://localhost", "https://127.0.0.1"]
)
def test_loopback_addresses_are_local(url: str, bare_stack: TerraformStack, synth: Synth) -> None:
    FivetranProvider(bare_stack, "fivetran", api_url=url, api_key="k")

    assert synth()["provider"]["fivetranops"][0]["api_url"] == url


def test_credential_around_a_reference_is_in_the_code(
    bare_stack: TerraformStack, synth: Synth
) -> None:
    FivetranProvider(bare_stack, "fivetran", api_secret="hunter2${var.x}")

    assert findings_of(synth) == [("demo/fivetran", "credentials-in-code", "/api_secret")]
