"""Settings that count only together with another one are dropped in silence without it."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_carriers import POSTGRES, Carrier

RULES = {
    "config.password": {"config.auth_method": "PASSWORD"},
    "config.tunnel_host": {"networking_method": "SshTunnel"},
}
CERTIFICATE = {"auth_method": "CLIENT_CERTIFICATE"}
WITHOUT_EFFECT = CERTIFICATE | {"password": "p", "tunnel_host": "t.example.com"}


@pytest.fixture
def made(carrier: Carrier) -> dict[str, Any]:
    """Return a connection that was asked for two settings that do not count."""
    carrier.configure(counts_with=RULES)
    return carrier.create(POSTGRES, config=WITHOUT_EFFECT)


def patched(carrier: Carrier, made: dict[str, Any], **body: Any) -> dict[str, Any]:
    data: dict[str, Any] = carrier.data("PATCH", f"/v1/connections/{made['id']}", json=body)
    shown: dict[str, Any] = data["config"]
    return shown


def test_all_settings_are_taken_by_default(carrier: Carrier) -> None:
    config = carrier.create(POSTGRES, config=WITHOUT_EFFECT)["config"]

    assert config.keys() >= {"password", "tunnel_host"}


def test_what_does_not_count_is_dropped_at_creation(made: dict[str, Any]) -> None:
    assert made["config"]["auth_method"] == "CLIENT_CERTIFICATE"
    assert not made["config"].keys() & {"password", "tunnel_host"}


def test_a_dropped_setting_does_not_begin_to_count(carrier: Carrier, made: dict[str, Any]) -> None:
    shown = patched(carrier, made, config={"auth_method": "PASSWORD"})

    assert "password" not in shown


def test_a_setting_is_taken_with_its_condition(carrier: Carrier, made: dict[str, Any]) -> None:
    shown = patched(carrier, made, config={"auth_method": "PASSWORD", "password": "p"})
    assert shown["password"] == "******"

    tunnel = {"networking_method": "SshTunnel", "config": {"tunnel_host": "t.example.com"}}
    assert patched(carrier, made, **tunnel)["tunnel_host"] == "t.example.com"


def test_what_was_taken_stays_without_its_condition(carrier: Carrier, made: dict[str, Any]) -> None:
    patched(carrier, made, config={"auth_method": "PASSWORD", "password": "p"})

    shown = patched(carrier, made, config={"auth_method": "AWS_IAM", "password": "other"})

    assert shown["password"] == "******"
    assert shown["auth_method"] == "AWS_IAM"
