"""The JSON Schema check reports everything, in plain words."""

from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from constructs_lib import schemas
from constructs_lib.validation import (
    ConstructPlace,
    Finding,
    check_connection_state,
    check_parameters,
)
from constructs_lib.validation.schema_check import ALIASES, parameter_schema

Check = Callable[..., list[Finding]]
Found = Callable[..., list[tuple[str, str]]]
PLACE = ConstructPlace("a/b")


@pytest.mark.parametrize(
    ("changes", "rule", "pointer"),
    [
        ({"group_id": None}, "required", ""),
        ({"pausd": True}, "unknown-attribute", "/pausd"),
        ({"group_id": 5}, "type", "/group_id"),
        ({"group_id": ""}, "minLength", "/group_id"),
        ({"service": "Postgres"}, "pattern", "/service"),
        ({"paused": 1}, "type", "/paused"),
        ({"paused": "true"}, "type", "/paused"),
        ({"data_delay_sensitivity": "low"}, "enum", "/data_delay_sensitivity"),
        ({"data_delay_threshold": 2**31}, "maximum", "/data_delay_threshold"),
        ({"config": ["a"]}, "type", "/config"),
        ({"config": {"schema_prefix": "a", "b": {1, 2}}}, "not-json", "/config/b"),
        ({"config": {"schema_prefix": "a", "b": float("nan")}}, "not-json", "/config/b"),
        ({"config": {"schema_prefix": "a", 5: "b"}}, "not-json", "/config"),
        ({"timeouts": {"create": "soon"}}, "pattern", "/timeouts/create"),
        ({"timeouts": {"create": "5m\n"}}, "pattern", "/timeouts/create"),
        ({"timeouts": {"make": "1h"}}, "unknown-attribute", "/timeouts/make"),
        ({"connect_card_config": {"all_fields": True}}, "required", "/connect_card_config"),
        ({"external_secrets_keys_config": {"a": 5}}, "type", "/external_secrets_keys_config/a"),
        ({"destination_configuration": {"a/b~c": 1}}, "unknown-attribute", None),
    ],
)
def test_violation_is_reported_at_its_place(
    found: Found, changes: dict[str, Any], rule: str, pointer: str | None
) -> None:
    pointer = "/destination_configuration/a~1b~0c" if pointer is None else pointer

    assert found(**changes) == [(rule, pointer)]


def test_a_boolean_is_not_an_integer_but_a_whole_float_is(found: Found) -> None:
    threshold = {"data_delay_sensitivity": "CUSTOM"}

    assert found(data_delay_threshold=True, **threshold) == [("type", "/data_delay_threshold")]
    assert found(data_delay_threshold=60.0, **threshold) == []


def test_all_missing_attributes_are_reported_together(check: Check) -> None:
    findings = check(group_id=None, service=None, config=None)

    assert sorted(finding.allowed for finding in findings) == [
        "config, which is required",
        "group_id, which is required",
        "service, which is required",
    ]


def test_none_is_left_out_in_known_attributes_only(found: Found) -> None:
    assert found(paused=None, timeouts={"create": None, "update": "5m"}) == []
    assert found(config={"schema_prefix": "a", "host": None}) == []


def test_a_value_that_contains_itself_is_reported(found: Found) -> None:
    config: dict[str, Any] = {"schema_prefix": "a"}
    config["again"] = [config]

    assert found(config=config) == [("not-json", "/config/again/0")]


def test_endless_nesting_is_reported_and_not_a_traceback(found: Found) -> None:
    nested: list[Any] = []
    for _ in range(5000):
        nested = [nested]

    assert found(config={"schema_prefix": "a", "nested": nested}) == [("not-json", "/config")]


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"pausd": True}, "did you mean 'paused'?"),
        ({"sync_frequency": 45}, "did you mean 30 or 60?"),
        ({"sync_frequency": "360"}, "write the number without quotes"),
        ({"networking_method": "privatelink"}, "did you mean 'PrivateLink'?"),
        ({"config_wo": {"a": "b"}}, "write 'secrets'"),
        ({"auth_wo": {"a": "b"}}, "write 'auth_secrets'"),
        ({"paused": "no"}, "write true or false, without quotes"),
        ({"group_id": 123}, "put it in quotes"),
        ({"service": "Postgres"}, "did you mean 'postgres'?"),
        ({"daily_sync_time": "14:30", "sync_frequency": 1440}, ""),
    ],
)
def test_a_hint_says_what_was_probably_meant(
    check: Check, changes: dict[str, Any], hint: str
) -> None:
    assert [finding.hint for finding in check(**changes)] == [hint]


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        ({"service": "Postgres"}, "small letters, digits and underscores"),
        ({"daily_sync_time": "14:30"}, "a full hour from 00:00 to 23:00"),
        ({"timeouts": {"create": "soon"}}, "a duration such as 90s, 20m or 1h30m"),
        (
            {"connect_card_config": {"redirect_uri": "x"}},
            "an address that begins with https:// or http://",
        ),
    ],
)
def test_a_pattern_is_explained_in_words(
    check: Check, changes: dict[str, Any], allowed: str
) -> None:
    assert [finding.allowed for finding in check(**changes)] == [allowed]


def test_a_misspelt_attribute_is_not_missing_as_well(found: Found) -> None:
    assert found(group_id=None, grup_id="g") == [("unknown-attribute", "/grup_id")]


def test_unknown_attribute_does_not_hide_a_missing_one(found: Found) -> None:
    assert sorted(found(group_id=None, pausd=True)) == [
        ("required", ""),
        ("unknown-attribute", "/pausd"),
    ]


def test_the_hint_about_a_missing_attribute_is_one_sentence(check: Check) -> None:
    (finding,) = check(group_id=None)

    assert finding.hint == "Identifier of the group (destination) that receives the data"


def test_what_only_the_api_sets_is_refused_with_the_reason(check: Check) -> None:
    (finding,) = check(setup_state="connected")

    assert finding.rule == "unknown-attribute"
    assert "can only be read" in finding.hint


@pytest.mark.parametrize("name", ["fivetranops", "fivetranops_connection_state"])
def test_parameters_are_the_attributes_that_may_be_configured(name: str) -> None:
    attributes = schemas.load(name).attributes
    writable = {key for key, attribute in attributes.items() if not attribute.read_only}

    assert set(parameter_schema(name)["properties"]) == writable


@pytest.mark.parametrize(
    ("name", "aliases"),
    [
        ("fivetranops_connection", {"secrets", "auth_secrets"}),
        ("fivetranops_connection_sync", {"tables"}),
    ],
)
def test_some_attributes_have_parameter_names_of_their_own(name: str, aliases: set[str]) -> None:
    parameters = parameter_schema(name)["properties"]

    assert set(ALIASES) & set(parameters) == aliases
    assert not set(ALIASES.values()) & set(parameters)


def test_each_schema_of_parameters_is_a_correct_one() -> None:
    # The library does not look at that again, each time that it checks something.
    for name in schemas.names():
        Draft202012Validator.check_schema(parameter_schema(name))


def test_the_schema_of_the_resource_is_left_as_it_is() -> None:
    parameter_schema("fivetranops_connection")

    assert "config_wo" in schemas.load("fivetranops_connection").document["properties"]


def test_a_provider_is_checked() -> None:
    values = {"api_url": "http://user:pa55@example.com", "request_timeout": 0, "api_key": None}

    findings = check_parameters("fivetranops", values, place=PLACE)

    assert {(finding.rule, finding.pointer) for finding in findings} == {
        ("pattern", "/api_url"),
        ("minimum", "/request_timeout"),
    }
    assert not any("pa55" in finding.found for finding in findings)


def test_a_connection_state_is_checked() -> None:
    values = {"connection_id": "id", "state": [], "drift_policy": "enforced"}

    findings = check_connection_state(values, service="connector_sdk", place=PLACE)

    assert {finding.rule for finding in findings} == {"type", "enum"}
    assert all(finding.place == PLACE for finding in findings)
