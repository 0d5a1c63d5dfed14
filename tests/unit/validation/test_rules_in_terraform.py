"""Who writes plain Terraform gets the findings that a stack in Python gets."""

from __future__ import annotations

from typing import Any

import pytest
from rule_samples import ACCEPTED, REPORTED
from validation_samples import PLACE, is_token, valid

from constructs_lib import schemas
from constructs_lib.backend.fivetran.connection import check_settings
from constructs_lib.backend.fivetran.connection.data_sources import ConnectionDataSource
from constructs_lib.backend.fivetran.connection_sync.resource import check as check_sync
from constructs_lib.backend.plugin.diagnostics import Diagnostic, Diagnostics
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic
from constructs_lib.schemas.rules import (
    CONNECTION_DATA,
    ELASTIC_PROVIDER,
    HCL,
    Rule,
    connection_rules,
    sync_rules,
)
from constructs_lib.validation import check_connection_data, check_connection_sync
from constructs_lib.validation.findings import pointer

NAMES = {"secrets": "config_wo", "auth_secrets": "auth_wo", "tables": "scope"}
DYNAMIC = ("config", "config_wo", "auth", "auth_wo")


def in_terraform(parameters: dict[str, Any], schema: str) -> dict[str, Any]:
    """The parameters of a construct as the provider gets them, without those that are tokens."""
    values: dict[str, Any] = dict.fromkeys(schemas.load(schema).attributes)
    for parameter, value in parameters.items():
        name = NAMES.get(parameter, parameter)
        values[name] = Dynamic.of(_known(value)) if name in DYNAMIC else value
    return values


def _known(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _known(inner) for key, inner in value.items()}
    return UNKNOWN if is_token(value) else value


def of_connection(changes: dict[str, Any]) -> list[Diagnostic]:
    diagnostics = Diagnostics()
    check_settings(in_terraform(valid(**changes), "fivetranops_connection"), diagnostics)
    return list(diagnostics)


def found(diagnostics: list[Diagnostic]) -> list[tuple[str, str]]:
    """The rule and the place of each, in the names of Python."""
    names = {name: parameter for parameter, name in NAMES.items()}
    places = (
        tuple(names.get(str(step), step) if n == 0 else step for n, step in enumerate(each.path))
        for each in diagnostics
    )
    rules = (each.detail.rpartition("[")[2].removesuffix("]") for each in diagnostics)
    return list(zip(rules, map(pointer, places), strict=True))


@pytest.mark.parametrize(("changes", "rule", "place"), REPORTED)
def test_terraform_reports_what_python_reports(
    changes: dict[str, Any], rule: str, place: str
) -> None:
    # Terraform 1.15 would show the line of a secret.
    shown = "" if rule.startswith("secret-in-") else place
    assert found(of_connection(changes)) == [(rule, shown)]


@pytest.mark.parametrize("changes", ACCEPTED)
def test_terraform_accepts_what_python_accepts(changes: dict[str, Any]) -> None:
    assert of_connection(changes) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"daily_sync_time": "14:00", "sync_frequency": UNKNOWN},
        {"daily_sync_time": UNKNOWN, "sync_frequency": 60},
        {"data_delay_threshold": 5, "data_delay_sensitivity": UNKNOWN},
        {"private_link_id": UNKNOWN},
        {"networking_method": "ProxyAgent", "proxy_agent_id": UNKNOWN},
        {"require_setup_tests": True, "run_setup_tests": UNKNOWN},
    ],
)
def test_a_rule_passes_what_terraform_does_not_know_yet(changes: dict[str, Any]) -> None:
    assert of_connection(changes) == []


def test_an_unknown_value_hides_no_other_mistake() -> None:
    changes = {"run_setup_tests": False, "trust_certificates": UNKNOWN, "trust_fingerprints": True}

    assert found(of_connection(changes)) == [("trust-needs-tests", "/trust_fingerprints")]


@pytest.mark.parametrize(
    "secret",
    [
        {"password": "p"},
        {"new_token": "p"},
        {"new_list": [{"credentials": {"user": "u"}}]},
    ],
    ids=str,
)
def test_no_path_leads_to_settings_with_a_secret(secret: dict[str, Any]) -> None:
    # All may stand in one line, which Terraform 1.15 would show.
    config = {"schema_prefix": "a", "hots": "db", **secret}

    reported = of_connection({"config": config, "daily_sync_time": "14:00"})

    assert "config.hots: found 'hots'" in " ".join(each.detail for each in reported)
    assert {each.path for each in reported} == {(), ("daily_sync_time",)}


@pytest.mark.parametrize("given", [{"port": "x"}, {"new_token": 5}, {"new_token": "***"}])
def test_a_path_leads_to_settings_without_a_secret(given: dict[str, Any]) -> None:
    reported = of_connection({"config": {"schema_prefix": "a", "hots": "db", **given}})

    # A mask is no secret.
    assert ("config", "hots") in [each.path for each in reported]


def test_a_path_leads_to_the_names_of_settings() -> None:
    [said] = of_connection({"unchecked": {"config.new_token": ""}})

    assert said.path[0] == "unchecked"


def test_a_message_names_values_and_remedy() -> None:
    (said,) = of_connection({"daily_sync_time": "14:00", "sync_frequency": 60})

    assert said == Diagnostic(
        True,
        "A daily sync time without a daily sync",
        "daily_sync_time: found daily_sync_time 14:00, sync_frequency 60; allowed is "
        "daily_sync_time only together with sync_frequency 1440. Set sync_frequency to 1440, or "
        "leave daily_sync_time out. [daily-sync-time]",
        ("daily_sync_time",),
    )


@pytest.mark.parametrize(
    "parameters",
    [
        {"tables": {"public": ["a"]}},
        {"mode": "resync", "force": True, "resync_everything": True},
        {"mode": "resync"},
        {"resync_everything": True},
        {"mode": "resync", "tables": {"public": ["a"]}, "resync_everything": True},
        {"mode": "resync", "resync_everything": False},
        {"mode": "resync", "resync_everything": True},
        {"force": True},
    ],
)
def test_the_rules_of_a_sync_are_the_same(parameters: dict[str, Any]) -> None:
    given = {"connection_id": "pale_hydrogen", **parameters}
    diagnostics = Diagnostics()

    check_sync(in_terraform(given, "fivetranops_connection_sync"), diagnostics)

    expected = [(f.rule, f.pointer) for f in check_connection_sync(given, place=PLACE)]
    assert found(list(diagnostics)) == expected


@pytest.mark.parametrize(
    "given", [{}, {"connection_id": "a", "group_id": "g"}, {"schema": "s"}, {"connection_id": "a"}]
)
def test_the_forms_of_a_data_source_are_the_same(given: dict[str, Any]) -> None:
    diagnostics = Diagnostics()

    ConnectionDataSource().validate(in_terraform(given, "data.fivetranops_connection"), diagnostics)

    expected = [(f.rule, f.pointer) for f in check_connection_data(given, place=PLACE)]
    assert found(list(diagnostics)) == expected


def test_every_rule_has_a_title_for_terraform() -> None:
    every: list[Rule] = [*connection_rules(HCL, lambda _: False), *sync_rules(HCL)]

    assert all(rule.title for rule in (*every, *CONNECTION_DATA, *ELASTIC_PROVIDER))
