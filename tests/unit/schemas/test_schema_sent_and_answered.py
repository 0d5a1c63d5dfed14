"""Where the value of each attribute is sent, and where it is answered."""

from __future__ import annotations

from typing import Any

import pytest

from constructs_lib import schemas
from constructs_lib.schemas import Attribute, ResourceSchema
from constructs_lib.schemas.model import without_references

RESOURCES = [name for name in schemas.names() if name.startswith(("fivetranops_", "elasticops_"))]
CONNECTION = schemas.load("fivetranops_connection")
SETTINGS = (
    "paused",
    "pause_after_trial",
    "sync_frequency",
    "daily_sync_time",
    "schedule_type",
    "data_delay_sensitivity",
    "data_delay_threshold",
    "networking_method",
    "private_link_id",
    "proxy_agent_id",
    "hybrid_deployment_agent_id",
    "destination_configuration",
    "external_secrets_manager_id",
    "external_secrets_keys_config",
)
"""What the contract lists for the requests that create and that modify a connection."""
TRUST = ("trust_certificates", "trust_fingerprints")
CONTROLS = ("run_setup_tests", *TRUST)
OF_CREATION = ("group_id", "service", "destination_schema_names", "connect_card_config")
OF_UPDATE = ("schema_status", "is_historical_sync")


def attributes_of(name: str) -> list[Attribute]:
    return list(schemas.load(name).attributes.values())


def test_there_are_resources_to_look_at() -> None:
    assert len(RESOURCES) >= 6


@pytest.mark.parametrize("name", RESOURCES)
def test_every_attribute_says_where_it_is_sent(name: str) -> None:
    silent = [one.name for one in attributes_of(name) if not one.read_only and one.requests is None]
    sent = [one.name for one in attributes_of(name) if one.read_only and one.requests]

    assert silent == []
    assert sent == [], "what only the API sets is not sent"


@pytest.mark.parametrize("name", RESOURCES)
def test_every_attribute_says_where_it_is_answered(name: str) -> None:
    silent = [one.name for one in attributes_of(name) if "x-response" not in one.rule]

    assert silent == []


@pytest.mark.parametrize("name", RESOURCES)
def test_requests_have_one_of_three_names(name: str) -> None:
    found = {request for one in attributes_of(name) for request in one.requests or ()}

    assert found <= {"create", "update", "test"}


@pytest.mark.parametrize("name", RESOURCES)
def test_what_is_not_sent_is_of_terraform_alone(name: str) -> None:
    found = [one for one in attributes_of(name) if one.requests == ()]

    assert [one.name for one in found if one.response is not None] == []


def test_a_secret_is_sent_and_never_answered() -> None:
    secrets = [one for name in RESOURCES for one in attributes_of(name) if one.write_only]

    assert sorted((one.name, one.requests, one.response) for one in secrets) == [
        ("auth_wo", ("create", "update"), None),
        ("config_wo", ("create", "update"), None),
    ]
    sent = CONNECTION.sent("create")
    assert [one.name for one in secrets if one.name.removesuffix("_wo") not in sent] == []


def test_requests_of_a_connection_are_those_of_the_contract() -> None:
    inside = {"config", "auth"}

    assert set(CONNECTION.sent("create")) == {*SETTINGS, *CONTROLS, *OF_CREATION, *inside}
    assert set(CONNECTION.sent("update")) == {*SETTINGS, *CONTROLS, *OF_UPDATE, *inside}
    assert CONNECTION.sent("test") == TRUST


def test_attributes_are_grouped_by_both_keywords() -> None:
    assert CONNECTION.settings == SETTINGS
    assert CONNECTION.controls == CONTROLS
    assert CONNECTION.only_created == OF_CREATION
    assert CONNECTION.only_updated == OF_UPDATE


def test_what_only_the_configuration_says_is_not_read_back() -> None:
    answered = [one for one in CONNECTION.attributes.values() if one.response]

    assert [one.name for one in answered if not one.is_read_back] == [
        "connect_card_config",
        "is_historical_sync",
    ]


def test_the_states_of_a_connection_are_answered_in_its_status() -> None:
    names = ("setup_state", "sync_state", "update_state", "rescheduled_for", "schema_status")
    inside = [one for one in CONNECTION.attributes.values() if "." in (one.response or "")]

    assert {one.name for one in inside} == {*names, "is_historical_sync"}
    assert all(one.response == f"status.{one.name}" for one in inside)


def test_a_card_and_a_status_say_what_the_api_reports() -> None:
    card, status = (
        schemas.load(name) for name in ("fivetranops_connect_card", "elasticops_connector_status")
    )

    assert card.sent("create") == ("redirect_uri", "hide_setup_guide", "all_fields")
    assert card.reported == ("id", "uri", "token")
    assert status.reported == ("last_seen", "error")


def test_what_is_only_read_elsewhere_is_not_sent_there() -> None:
    rule: dict[str, Any] = {"type": "boolean", "x-request": ["create"], "x-response": "a.b"}
    reference = {"$ref": "thing.schema.json#/properties/it", "readOnly": True}
    found = without_references(reference, lambda name: {"properties": {"it": rule}})

    assert found == {"type": "boolean", "x-response": "a.b", "readOnly": True}


def test_a_schema_without_the_keywords_sends_nothing() -> None:
    provider: ResourceSchema = schemas.load("fivetranops")

    assert (provider.sent("create"), provider.settings, provider.reported) == ((), (), ())
