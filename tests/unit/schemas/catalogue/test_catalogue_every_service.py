"""Every service of the contract: what is right passes, and what is wrong is caught."""

from __future__ import annotations

from typing import Any

import pytest
from every_case import check_every
from generated_settings import complete, facts, minimal, settable
from jsonschema import Draft7Validator

from constructs_lib import schemas
from constructs_lib.schemas import FieldKind
from constructs_lib.schemas.redaction import SECRET_PARAMETERS
from constructs_lib.validation import ConstructPlace, Finding, check_connection
from constructs_lib.validation.environment_schema import DEFINITIONS, of_service

PLACE = ConstructPlace("stack/connection")
SERVICES = schemas.services()


def check(values: dict[str, Any]) -> list[Finding]:
    return check_connection(values, place=PLACE)


def rules(values: dict[str, Any]) -> list[tuple[str, str]]:
    return [(finding.rule, finding.pointer) for finding in check(values)]


def test_the_contract_has_773_services() -> None:
    assert len(SERVICES) == 773


def test_a_minimal_connection_passes() -> None:
    def passes(name: str) -> None:
        assert check(minimal(facts(name))) == []

    check_every(SERVICES, passes)


def test_a_connection_with_each_field_at_its_place_passes() -> None:
    def passes(name: str) -> None:
        assert check(complete(facts(name))) == []

    check_every(SERVICES, passes)


def test_an_editor_takes_each_field_at_its_place() -> None:
    def passes(name: str) -> None:
        entry = {**of_service(facts(name), is_whole=True), "definitions": DEFINITIONS}
        for values in (minimal(facts(name)), complete(facts(name))):
            secrets = {key: as_variables(values.get(key, {})) for key in SECRET_PARAMETERS}
            assert list(Draft7Validator(entry).iter_errors({**values, **secrets})) == []

    check_every(SERVICES, passes)


def as_variables(value: Any) -> Any:
    """The same settings with a variable in place of each value, as a file has them."""
    if isinstance(value, dict):
        return {key: as_variables(inner) for key, inner in value.items()}
    return [*map(as_variables, value)] if isinstance(value, list) else {"variable": "secret"}


def test_a_missing_destination_schema_is_caught() -> None:
    def is_caught(name: str) -> None:
        values = minimal(facts(name)) | {"config": {}}

        assert rules(values) == [("destination-schema", "/config")]

    check_every(SERVICES, is_caught)


def test_a_misspelt_field_is_caught() -> None:
    def is_caught(name: str) -> None:
        service = facts(name)
        (known, *_) = [field.name for field in settable(service, *FieldKind)] or ["field"]
        values = minimal(service)
        values["config"][known + "z"] = "text"

        (finding,) = check(values)

        assert (finding.rule, finding.pointer) == ("unknown-field", f"/config/{known}z")
        # Where the catalogue knows no field at all, it may be the catalogue that is incomplete.
        assert finding.severity == ("error" if service.config else "warning")

    check_every(SERVICES, is_caught)


@pytest.mark.parametrize(
    ("root", "secrets", "rule"),
    [("config", "secrets", "secret-in-config"), ("auth", "auth_secrets", "secret-in-auth")],
)
def test_a_secret_in_clear_is_caught(root: str, secrets: str, rule: str) -> None:
    def is_caught(name: str) -> None:
        values = complete(facts(name))
        values[root] |= values.pop(secrets)

        assert {finding.rule for finding in check(values)} == {rule}

    check_every(_with(secrets), is_caught)


def test_a_wrong_type_is_caught_in_each_field() -> None:
    def is_caught(name: str) -> None:
        service = facts(name)
        wrong = {
            field.name: "text" if field.kind in (FieldKind.LIST, FieldKind.OBJECT) else [{"a": 1}]
            for field in settable(service, *FieldKind)
        }
        values = minimal(service)
        values["config"] |= wrong

        assert sorted(rules(values)) == sorted(("field-type", f"/config/{key}") for key in wrong)

    check_every([name for name in SERVICES if any(settable(facts(name), *FieldKind))], is_caught)


def test_a_value_that_is_not_allowed_is_caught_in_each_field() -> None:
    def is_caught(name: str) -> None:
        service = facts(name)
        limited = [field for field in settable(service, FieldKind.STRING) if field.allowed]
        wrong = {field.name: "no such value" for field in limited}
        values = minimal(service)
        values["config"] |= wrong

        assert sorted(rules(values)) == sorted(("field-value", f"/config/{key}") for key in wrong)

    check_every(_with_allowed_values(), is_caught)


def _with(secrets: str) -> list[str]:
    return [name for name in SERVICES if complete(facts(name))[secrets]]


def _with_allowed_values() -> list[str]:
    fields = {name: settable(facts(name), FieldKind.STRING) for name in SERVICES}
    return [name for name, found in fields.items() if any(field.allowed for field in found)]
