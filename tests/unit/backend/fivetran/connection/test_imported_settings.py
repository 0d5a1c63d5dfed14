"""What an import reads is made a valid configuration."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from constructs_lib.backend.fivetran.connection import check_settings, model, read
from constructs_lib.backend.fivetran.connection.plan import plan_unchecked
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.planning import checks
from constructs_lib.backend.plugin.resource import Plan
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic, Object

NOTED = {"config.a": "read", "config.b": "read"}
ATTRIBUTES = model.SCHEMA.attributes
ANSWER = {
    "id": "conn_1",
    "group_id": "g",
    "service": "postgres",
    "schema": "orders",
    "config": {"host": "db.example.com"},
}


def imported(answer: dict[str, object]) -> tuple[Object, Diagnostics]:
    state = model.refreshed_state({"id": "conn_1"}, {**ANSWER, **answer}, {}, adopted=True)
    diagnostics = Diagnostics()
    result = read.with_valid_settings(state, diagnostics)
    return result, diagnostics


def as_configuration(state: Object) -> Object:
    return {name: state.get(name) for name, one in ATTRIBUTES.items() if not one.read_only}


@pytest.mark.parametrize(
    "answer",
    [
        {"config": {"new_field": 1, "port": "http", "update_method": "BY_LUCK"}},
        {"config": {"password": "in clear", "host": "h"}},
        {"config": {"PassWord": "in clear", "host": "h"}},
        {"service": "s3", "schema": "a.b", "config": {"files": [{"mode": {}, "new": 1}]}},
        {"service": "service_of_tomorrow", "config": {"anything": [1]}},
        {"service": "google_sheets", "schema": "a.b", "config": {"schema_prefix": "x"}},
        {"schedule_type": "by_moon", "data_delay_sensitivity": "GUESS", "sync_frequency": -5},
        {"daily_sync_time": "25 o'clock", "networking_method": "Pigeons"},
        {"sync_frequency": Decimal("7.5"), "paused": "perhaps"},
        {"status": {"schema_status": "sleeping"}},
        {"daily_sync_time": "05:00", "sync_frequency": 60},
        {"data_delay_threshold": 30, "data_delay_sensitivity": "LOW"},
        {"networking_method": "Directly", "proxy_agent_id": "pa"},
        {"networking_method": "PrivateLink"},
    ],
)
def test_whatever_is_imported_is_a_valid_configuration(answer: dict[str, object]) -> None:
    state, _ = imported(answer)

    found = Diagnostics()
    checks.check_schema_rules(ATTRIBUTES, as_configuration(state), found)
    check_settings(as_configuration(state), found)

    assert not found.has_errors, found


def test_settings_that_the_catalogue_knows_need_no_unchecked() -> None:
    state, diagnostics = imported({})

    assert (state.get("unchecked"), list(diagnostics)) == (None, [])


def test_a_secret_in_clear_is_not_imported() -> None:
    tunnel = {"user": "u", "private_key": "secret"}
    answered = {"host": "h", "password": "secret", "files": [{"a": 1}], "tunnel": tunnel}

    kept = model.without_secrets("postgres", answered)

    assert kept == {"host": "h", "files": [{"a": 1}], "tunnel": tunnel}


def test_secrets_in_a_list_are_not_imported() -> None:
    answered = {"pats": ["first one", "second one"], "users": ["u"]}

    assert model.without_secrets("github", answered) == {"pats": [], "users": ["u"]}


def test_an_attribute_that_cannot_be_configured_is_told() -> None:
    state, diagnostics = imported({"schedule_type": "by_moon"})

    assert state["schedule_type"] is None
    (warning,) = diagnostics
    assert warning.summary == "schedule_type cannot be managed"
    assert state["config"] == Dynamic.of({"schema_prefix": "orders", "host": "db.example.com"})


def test_what_is_out_of_place_has_its_default() -> None:
    """As in a configuration that leaves it out, so that nothing looks like a change."""
    given = {"run_setup_tests": False, "trust_certificates": True, "trust_fingerprints": True}
    state, _ = imported({})

    result = read.with_valid_settings({**state, **given}, Diagnostics())

    assert {name: result[name] for name in given} == dict.fromkeys(given, False)


@pytest.mark.parametrize(
    ("configured", "expected"),
    [
        (None, NOTED),
        ({"config.a": "read"}, NOTED),
        ({}, NOTED),
        ({"config.a": "why"}, {"config.a": "why"}),
        ({**NOTED, "config.c": "read"}, {**NOTED, "config.c": "read"}),
        ({"config.a": UNKNOWN}, {"config.a": UNKNOWN}),
    ],
)
def test_what_an_import_noted_stays_if_nothing_else_is_said(configured: Any, expected: Any) -> None:
    planned = NOTED if configured is None else configured
    plan = Plan({"unchecked": configured}, {"unchecked": NOTED}, {"unchecked": planned})

    plan_unchecked(plan, adopted=True)

    assert plan.planned["unchecked"] == expected
