"""Every service of the contract: what is right passes, and what is wrong is caught."""

from __future__ import annotations

from typing import Any

import pytest
from generated_settings import complete, facts, minimal, settable

from constructs_lib import schemas
from constructs_lib.schemas import FieldKind
from constructs_lib.validation import ConstructPlace, Finding, check_connection

PLACE = ConstructPlace("stack/connection")
SERVICES = schemas.services()
EVERY = pytest.mark.parametrize("name", SERVICES)


def check(values: dict[str, Any]) -> list[Finding]:
    return check_connection(values, place=PLACE)


def rules(values: dict[str, Any]) -> list[tuple[str, str]]:
    return [(finding.rule, finding.pointer) for finding in check(values)]


def test_the_contract_has_773_services() -> None:
    assert len(SERVICES) == 773


@EVERY
def test_a_minimal_connection_passes(name: str) -> None:
    assert check(minimal(facts(name))) == []


@EVERY
def test_a_connection_with_each_field_at_its_place_passes(name: str) -> None:
    assert check(complete(facts(name))) == []


@EVERY
def test_a_missing_destination_schema_is_caught(name: str) -> None:
    values = minimal(facts(name)) | {"config": {}}

    assert rules(values) == [("destination-schema", "/config")]


@EVERY
def test_a_misspelt_field_is_caught(name: str) -> None:
    service = facts(name)
    (known, *_) = [field.name for field in settable(service, *FieldKind)] or ["field"]
    values = minimal(service)
    values["config"][known + "z"] = "text"

    (finding,) = check(values)

    assert (finding.rule, finding.pointer) == ("unknown-field", f"/config/{known}z")
    # Where the catalogue knows no field at all, it may be the catalogue that is incomplete.
    assert finding.severity == ("error" if service.config else "warning")


@EVERY
def test_a_secret_in_clear_is_caught(name: str) -> None:
    values = complete(facts(name))
    secret = values.pop("secrets")
    values["config"] |= secret

    found = {finding.rule for finding in check(values)}

    assert found == ({"secret-in-config"} if secret else set())


@EVERY
def test_a_secret_of_the_authorization_in_clear_is_caught(name: str) -> None:
    values = complete(facts(name))
    secret = values.pop("auth_secrets")
    values["auth"] |= secret

    found = {finding.rule for finding in check(values)}

    assert found == ({"secret-in-auth"} if secret else set())


def _typed() -> list[str]:
    return [name for name in SERVICES if any(settable(facts(name), *FieldKind))]


@pytest.mark.parametrize("name", _typed())
def test_a_wrong_type_is_caught_in_each_field(name: str) -> None:
    service = facts(name)
    wrong = {
        field.name: "text" if field.kind in (FieldKind.LIST, FieldKind.OBJECT) else [{"a": 1}]
        for field in settable(service, *FieldKind)
    }
    values = minimal(service)
    values["config"] |= wrong

    assert sorted(rules(values)) == sorted(("field-type", f"/config/{key}") for key in wrong)


def _with_allowed_values() -> list[str]:
    fields = {name: settable(facts(name), FieldKind.STRING) for name in SERVICES}
    return [name for name, found in fields.items() if any(field.allowed for field in found)]


@pytest.mark.parametrize("name", _with_allowed_values())
def test_a_value_that_is_not_allowed_is_caught_in_each_field(name: str) -> None:
    service = facts(name)
    wrong = {
        field.name: "no such value"
        for field in settable(service, FieldKind.STRING)
        if field.allowed
    }
    values = minimal(service)
    values["config"] |= wrong

    assert sorted(rules(values)) == sorted(("field-value", f"/config/{key}") for key in wrong)
