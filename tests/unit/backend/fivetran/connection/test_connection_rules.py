"""The settings of a connection are held against the catalogue when Terraform validates."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest

from constructs_lib.backend.fivetran.connection import check_settings
from constructs_lib.backend.fivetran.connection.model import SCHEMA
from constructs_lib.backend.plugin.diagnostics import Diagnostic, Diagnostics
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic


def checked(**given: Any) -> list[Diagnostic]:
    """What is found about a configuration; objects are given as Terraform's dynamic values."""
    config: dict[str, Any] = dict.fromkeys(SCHEMA.attributes)
    config |= {"group_id": "g", "service": "postgres", "config": {"schema_prefix": "s"}, **given}
    for name in ("config", "config_wo", "auth", "auth_wo"):
        if isinstance(config[name], dict):
            config[name] = Dynamic.of(config[name])
    diagnostics = Diagnostics()
    check_settings(config, diagnostics)
    return list(diagnostics)


def settings(**given: Any) -> dict[str, Any]:
    return {"schema_prefix": "s", **given}


def test_what_the_service_takes_passes() -> None:
    config = settings(host="db", port=5432, update_method="WAL_PGOUTPUT")

    assert checked(config=config, config_wo={"password": "p"}) == []


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"config": settings(hostt="db")}, ("config", "hostt")),
        ({"config": settings(port="many")}, ("config", "port")),
        ({"config": settings(port=Decimal("1.5"))}, ("config", "port")),
        ({"config": settings(auth_method="NO")}, ("config", "auth_method")),
        ({"config": settings(password="p")}, ()),
        ({"config": {}}, ("config",)),
        ({"config_wo": {"passwort": "p"}}, ("config_wo", "passwort")),
        (
            {"config": settings(new=1), "unchecked": {"config.new": ""}},
            ("unchecked", "config.new"),
        ),
    ],
)
def test_what_it_does_not_take_is_an_error_at_its_place(
    given: dict[str, Any], path: tuple[str, ...]
) -> None:
    (found,) = checked(**given)

    assert (found.is_error, found.path) == (True, path)


@pytest.mark.parametrize(
    "given",
    [
        {"service": "brand_new", "config": {"any": 1}},
        {"config": settings(public_key="k")},
        {"config": settings(auth_method="password")},
        {"unchecked": {"config.host": "why"}},
    ],
)
def test_what_is_only_suspicious_is_a_warning(given: dict[str, Any]) -> None:
    (found,) = checked(**given)

    assert not found.is_error


@pytest.mark.parametrize(
    "given",
    [
        {"config": UNKNOWN},
        {"service": UNKNOWN, "config": settings(any=1)},
        {"config": settings(port=UNKNOWN, host=UNKNOWN)},
        {"config": {"schema_prefix": UNKNOWN}},
        {"config": settings(new=1), "unchecked": UNKNOWN},
        {"config": settings(new=1), "unchecked": {"config.new": UNKNOWN}},
    ],
)
def test_what_is_not_known_yet_passes(given: dict[str, Any]) -> None:
    assert checked(**given) == []


@pytest.mark.parametrize(
    "config", [settings(port="5432"), settings(always_encrypted="true"), settings(host=None)]
)
def test_what_terraform_writes_in_another_form_passes(config: dict[str, Any]) -> None:
    assert checked(config=config) == []


def test_a_setting_with_a_reason_passes() -> None:
    assert checked(config=settings(new=1), unchecked={"config.new": "ticket 4711"}) == []


def test_message_names_the_value_the_allowed_ones_and_the_remedy() -> None:
    (found,) = checked(config=settings(hostt="db"))

    assert found.summary == "Unknown setting"
    assert found.detail == (
        "config.hostt: found 'hostt'; allowed is a field of config of the service postgres. "
        "Did you mean 'host'? [unknown-field]"
    )


def test_message_names_secret_attributes_as_terraform_does() -> None:
    (found,) = checked(config=settings(password="hunter2"))

    assert "Move password from config to config_wo." in found.detail
    assert "hunter2" not in found.detail


def test_the_start_of_the_provider_does_not_load_the_rules() -> None:
    code = (
        "import sys, constructs_lib.backend.fivetran.connection.plan;"
        "sys.exit('constructs_lib.schemas.rules' in sys.modules or 'difflib' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_no_text_of_a_setting_is_shown_as_it_may_be_marked() -> None:
    config = settings(port="canary-port", update_method="canary-method", tunnel_user=["canary"])

    found = checked(config=config)

    assert len(found) == 3
    assert not any("canary" in f"{one.summary} {one.detail}" for one in found)
    assert any("config.port: found (hidden)" in one.detail for one in found)
