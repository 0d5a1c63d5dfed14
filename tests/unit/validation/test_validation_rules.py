"""Each rule across attributes passes where it should, and reports where it should."""

from collections.abc import Callable
from typing import Any

import pytest
from rule_samples import ACCEPTED, REPORTED, SDK

from constructs_lib.schemas import SERVICES_WITH_STATE
from constructs_lib.validation import ConstructPlace, Finding, check_connection_state

Found = Callable[..., list[tuple[str, str]]]
Check = Callable[..., list[Finding]]


def test_a_valid_connection_has_no_findings(found: Found) -> None:
    assert found() == []


@pytest.mark.parametrize(("changes", "rule", "pointer"), REPORTED)
def test_mistake_is_reported_once_at_its_place(
    found: Found, changes: dict[str, Any], rule: str, pointer: str
) -> None:
    assert found(**changes) == [(rule, pointer)]


@pytest.mark.parametrize("changes", ACCEPTED)
def test_what_belongs_together_is_accepted(found: Found, changes: dict[str, Any]) -> None:
    assert found(**changes) == []


@pytest.mark.parametrize(
    ("service", "settings", "pointer", "secret"),
    [
        ("postgres", {"schema_prefix": "a", "Password": "p"}, "/config/Password", "password"),
        ("stripe", {"schema": "a", "apiKey": "p"}, "/config/apiKey", "api_key"),
        ("stripe", {"schema": "a", "API-KEY": "p"}, "/config/API-KEY", "api_key"),
        (
            SDK,
            {"schema": "a", "secretsList": [{"Value": "p"}]},
            "/config/secretsList/0/Value",
            "secrets_list[].value",
        ),
    ],
)
def test_secret_spelled_differently_is_still_secret(
    check: Check, service: str, settings: dict[str, Any], pointer: str, secret: str
) -> None:
    (finding,) = check(service=service, config=settings)

    assert (finding.rule, finding.severity) == ("secret-in-config", "error")
    assert (finding.pointer, finding.found) == (pointer, "(hidden)")
    assert finding.hint.startswith("remove ")
    assert finding.hint.endswith(f" from config and write it as {secret} in secrets")


def test_setting_that_contains_a_secret_name_is_no_secret(found: Found) -> None:
    (finding,) = found(config={"schema_prefix": "a", "password_hint": "p"})

    assert finding == ("unknown-field", "/config/password_hint")


def test_unknown_service_is_a_warning_with_the_nearest_name(check: Check) -> None:
    (finding,) = check(service="postgress", config={"anything": 1})

    assert finding.severity == "warning"
    assert finding.hint.startswith("did you mean 'postgres'? ")
    assert finding.hint.endswith("catalogue refresh --live postgress")


def test_wrong_destination_schema_form_says_what_to_write(check: Check) -> None:
    (finding,) = check(service="google_sheets", config={"schema_prefix": "a"})

    assert finding.severity == "error"
    assert finding.allowed == "schema and table for the service google_sheets"
    assert finding.hint == "write schema and table instead"


def test_additional_destination_schema_key_is_a_warning(check: Check) -> None:
    (finding,) = check(config={"schema_prefix": "a", "schema": "b"})

    assert (finding.rule, finding.severity) == ("destination-schema", "warning")


def test_rule_is_not_applied_to_an_attribute_with_an_error(found: Found) -> None:
    assert found(daily_sync_time="14:00", sync_frequency="1440") == [("type", "/sync_frequency")]


def state_service_findings(service: str | None) -> list[Finding]:
    values = {"connection_id": "some_id", "state": {}}
    return check_connection_state(values, service=service, place=ConstructPlace("a/b"))


@pytest.mark.parametrize("service", [None, *SERVICES_WITH_STATE])
def test_service_with_state_or_unknown_may_have_its_state_set(service: str | None) -> None:
    assert state_service_findings(service) == []


def test_service_without_state_lists_those_that_have_one() -> None:
    (finding,) = state_service_findings("postgres")

    assert finding.rule == "state-service"
    assert "'postgres'" in finding.found
    assert all(service in finding.allowed for service in SERVICES_WITH_STATE)
