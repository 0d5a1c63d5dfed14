"""The checks of an ``ElasticProvider`` and of a ``ConnectorStatus``."""

from __future__ import annotations

from typing import Any

import pytest
from validation_samples import PLACE, TOKEN, is_token

from constructs_lib.schemas.connector_status import STATUSES
from constructs_lib.validation import check_connector_status, check_parameters

VALID = {"connector_id": "wiki", "status": "configured"}


def provider(**values: Any) -> list[tuple[str, str]]:
    found = check_parameters("elasticops", values, place=PLACE, is_token=is_token)
    return [(finding.rule, finding.pointer) for finding in found]


def status(**changes: Any) -> list[tuple[str, str]]:
    found = check_connector_status({**VALID, **changes}, place=PLACE, is_token=is_token)
    return [(finding.rule, finding.pointer) for finding in found]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"api_key": "k"},
        {"username": "u", "password": "p"},
        {"username": "u"},
        {"bearer_token": "t", "api_key": None},
        {"api_key": TOKEN},
    ],
)
def test_at_most_one_way_to_authenticate_is_right(values: dict[str, Any]) -> None:
    assert provider(**values) == []


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"api_key": "k", "username": "u", "password": "p"}, "/password"),
        ({"api_key": "k", "bearer_token": "t"}, "/bearer_token"),
        ({"password": "p", "bearer_token": "t"}, "/bearer_token"),
        ({"api_key": "k", "username": "u"}, "/username"),
    ],
)
def test_two_ways_to_authenticate_are_one_finding(values: dict[str, Any], pointer: str) -> None:
    assert provider(**values) == [("one-authentication", pointer)]


def test_a_way_that_may_turn_out_to_be_null_is_no_mistake() -> None:
    assert provider(api_key=TOKEN, bearer_token="t") == []


@pytest.mark.parametrize(
    "endpoint",
    ["https://elastic:9200", "http://localhost:9200", "http://127.0.0.1", "http://[::1]:9200"],
)
def test_https_and_this_machine_are_addresses(endpoint: str) -> None:
    assert provider(endpoints=[endpoint]) == []


@pytest.mark.parametrize("endpoint", ["http://elastic:9200", "elastic:9200", "ftp://x", ""])
def test_any_other_address_is_refused_at_its_place(endpoint: str) -> None:
    found = check_parameters("elasticops", {"endpoints": ["https://a", endpoint]}, place=PLACE)

    assert [(each.rule, each.pointer) for each in found] == [("pattern", "/endpoints/1")]
    assert found[0].allowed.startswith("an address with https://")


def test_an_empty_list_of_endpoints_is_refused() -> None:
    found = check_parameters("elasticops", {"endpoints": []}, place=PLACE)

    assert [(each.rule, each.allowed) for each in found] == [
        ("minItems", "a list of at least 1 item")
    ]


def test_a_text_in_place_of_the_endpoints_is_refused() -> None:
    assert provider(endpoints="https://a") == [("type", "/endpoints")]


def test_sandbox_is_the_only_endpoint() -> None:
    assert provider(endpoints=["https://a", "sandbox:file"]) == [("sandbox-alone", "/endpoints/1")]
    assert provider(endpoints=["sandbox"]) == []


def test_no_credential_is_shown() -> None:
    values = {"api_key": 4711, "password": 4712, "bearer_token": 4713}

    found = check_parameters("elasticops", values, place=PLACE)

    assert len(found) == 3
    assert "471" not in str(found)


@pytest.mark.parametrize("name", [*STATUSES, *(each.upper() for each in STATUSES)])
def test_each_status_is_right_in_any_case(name: str) -> None:
    assert status(status=name) == []


@pytest.mark.parametrize(
    ("changes", "rule", "pointer"),
    [
        ({"status": "running"}, "enum", "/status"),
        ({"status": ""}, "enum", "/status"),
        ({"status": 5}, "type", "/status"),
        ({"connector_id": ""}, "minLength", "/connector_id"),
        ({"connector_id": ".."}, "pattern", "/connector_id"),
        ({"via": "Direct"}, "enum", "/via"),
        ({"drift_policy": "never"}, "enum", "/drift_policy"),
        ({"timeouts": {"delete": "1m"}}, "unknown-attribute", "/timeouts/delete"),
        ({"previous_status": "error"}, "unknown-attribute", "/previous_status"),
    ],
)
def test_wrong_status_is_reported_at_its_place(
    changes: dict[str, Any], rule: str, pointer: str
) -> None:
    assert status(**changes) == [(rule, pointer)]


def test_a_status_that_is_known_later_is_right() -> None:
    assert status(status=TOKEN, connector_id=TOKEN) == []
