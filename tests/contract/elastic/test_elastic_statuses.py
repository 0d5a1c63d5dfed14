from __future__ import annotations

from typing import Any

import pytest
from elastic_carriers import ALLOWED, PAIRS, STATUSES, ElasticCarrier
from every_case import check_every

STATUS = "/_connector/sandbox_wiki/_status"


@pytest.mark.parametrize("version", ["9.1.0", "8.14.3"])
def test_status_changes_by_the_table_of_the_version(elastic: ElasticCarrier, version: str) -> None:
    elastic.configure(version=version)

    def changes_by_the_table(pair: tuple[str, str]) -> None:
        current, wanted = pair
        name = elastic.made_in(current, f"{current}-{wanted}")
        response = elastic.put_status(name, wanted)
        is_allowed = wanted in ALLOWED[current] and (version == "9.1.0" or wanted != current)
        assert response.status_code == (200 if is_allowed else 400)
        assert elastic.status(name) == (wanted if is_allowed else current)

    check_every(PAIRS, changes_by_the_table)


@pytest.mark.parametrize(
    ("version", "flavor", "code"),
    [
        ("8.12.2", "default", 200),
        ("8.13.0", "default", 400),
        ("8.14.0-SNAPSHOT", "default", 400),
        ("8.15.0", "default", 200),
        ("8.14.0", "serverless", 200),
    ],
)
def test_only_two_versions_refuse_the_present_status(
    elastic: ElasticCarrier, version: str, flavor: str, code: int
) -> None:
    elastic.configure(version=version, build_flavor=flavor)
    elastic.made_in("configured")
    assert elastic.put_status("shop", "configured").status_code == code


def test_refused_transition_is_told_by_the_protocol(elastic: ElasticCarrier) -> None:
    answer = elastic.refusal("PUT", STATUS, json={"status": "connected"})
    assert answer == (
        400,
        "status_exception",
        "Invalid transition attempt from [created] to [connected]. "
        "Such a status transition is not supported by the Connector Protocol.",
    )


def test_changed_status_is_updated_and_an_equal_one_is_noop(elastic: ElasticCarrier) -> None:
    assert elastic.put_status("sandbox_wiki", "error").json() == {"result": "updated"}
    assert elastic.put_status("sandbox_wiki", "error").json() == {"result": "noop"}


@pytest.mark.parametrize("status", STATUSES[1:])
def test_status_may_be_in_capitals_and_is_answered_in_lower_case(
    elastic: ElasticCarrier, status: str
) -> None:
    elastic.made_in("created" if status == "needs_configuration" else "configured")
    assert elastic.put_status("shop", status.upper()).status_code == 200
    assert elastic.status("shop") == status


def test_missing_connector_is_404(elastic: ElasticCarrier) -> None:
    answer = elastic.refusal("PUT", "/_connector/nobody/_status", json={"status": "error"})
    assert answer == (404, "resource_not_found_exception", "connector [nobody] not found")


def test_deleted_connector_is_404(elastic: ElasticCarrier) -> None:
    elastic.data("DELETE", "/_connector/sandbox_wiki")
    assert elastic.refusal("PUT", STATUS, json={"status": "error"})[0] == 404


def test_empty_identifier_is_400(elastic: ElasticCarrier) -> None:
    code, kind, reason = elastic.refusal("PUT", "/_connector//_status", json={"status": "error"})
    assert (code, kind) == (400, "action_request_validation_exception")
    assert reason == 'Validation Failed: 1: [connector_id] cannot be [null] or [""].;'


@pytest.mark.parametrize("body", [{}, {"status": None}])
def test_no_status_is_400(elastic: ElasticCarrier, body: dict[str, Any]) -> None:
    answer = elastic.refusal("PUT", STATUS, json=body)
    reason = "Validation Failed: 1: [status] cannot be [null].;"
    assert answer == (400, "action_request_validation_exception", reason)


def test_unknown_status_is_400_and_its_cause_names_it(elastic: ElasticCarrier) -> None:
    response = elastic.put_status("sandbox_wiki", "Bogus")
    error = response.json()["error"]
    assert (response.status_code, error["type"]) == (400, "x_content_parse_exception")
    cause = {"type": "illegal_argument_exception", "reason": "Unknown ConnectorStatus: Bogus"}
    assert error["caused_by"] == cause


@pytest.mark.parametrize("content", ["", "{", "[]", '{"status": 1}', '{"status": {}}', '{"x": 1}'])
def test_unreadable_body_is_400(elastic: ElasticCarrier, content: str) -> None:
    headers = {"Content-Type": "application/json"}
    code, kind, _ = elastic.refusal("PUT", STATUS, data=content, headers=headers)
    assert (code, kind) == (400, "x_content_parse_exception" if content else "parse_exception")


@pytest.mark.parametrize("current", STATUSES)
def test_error_sets_status_whatever_it_was(elastic: ElasticCarrier, current: str) -> None:
    path = f"/_connector/{elastic.made_in(current)}"
    elastic.data("PUT", f"{path}/_error", json={"error": "Too many requests"})
    read = elastic.data("GET", path)
    assert (read["status"], read["error"]) == ("error", "Too many requests")
    elastic.data("PUT", f"{path}/_error", json={"error": None})
    read = elastic.data("GET", path)
    assert (read["status"], read["error"]) == ("connected", None)


@pytest.mark.parametrize("current", STATUSES)
def test_configuration_makes_configured(elastic: ElasticCarrier, current: str) -> None:
    path = f"/_connector/{elastic.made_in(current)}"
    configuration = {"host": {"label": "Host", "value": "a"}}
    elastic.data("PUT", f"{path}/_configuration", json={"configuration": configuration})
    elastic.data("PUT", f"{path}/_configuration", json={"values": {"host": "b"}})
    read = elastic.data("GET", path)
    assert read["status"] == "configured"
    host = {"label": "Host", "value": "b"}
    always = {"default_value": None, "required": False, "sensitive": False}
    assert read["configuration"] == {"host": {**always, **host}}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"configuration": {}, "values": {}},
        {"configuration": {"host": "a"}},
        {"configuration": {"host": {"value": "a"}}},
        {"values": {"host": "a"}},
    ],
)
def test_wrong_configuration_is_400(elastic: ElasticCarrier, body: dict[str, Any]) -> None:
    path = "/_connector/sandbox_wiki/_configuration"
    assert elastic.refusal("PUT", path, json=body)[0] == 400
    assert elastic.status("sandbox_wiki") == "created"


@pytest.mark.parametrize("current", STATUSES)
def test_service_type_needs_configuration_unless_just_created(
    elastic: ElasticCarrier, current: str
) -> None:
    path = f"/_connector/{elastic.made_in(current)}"
    elastic.data("PUT", f"{path}/_service_type", json={"service_type": "postgresql"})
    expected = "created" if current == "created" else "needs_configuration"
    read = elastic.data("GET", path)
    assert (read["status"], read["service_type"]) == (expected, "postgresql")


@pytest.mark.parametrize("current", STATUSES)
def test_native_only_lets_a_connected_one_connect_again(
    elastic: ElasticCarrier, current: str
) -> None:
    path = f"/_connector/{elastic.made_in(current)}"
    elastic.data("PUT", f"{path}/_native", json={"is_native": True})
    expected = "configured" if current == "connected" else current
    read = elastic.data("GET", path)
    assert (read["status"], read["is_native"]) == (expected, True)


def test_check_in_is_seen_and_changes_no_status(elastic: ElasticCarrier) -> None:
    assert "last_seen" not in elastic.data("GET", "/_connector/sandbox_wiki")
    elastic.data("PUT", "/_connector/sandbox_wiki/_check_in")
    read = elastic.data("GET", "/_connector/sandbox_wiki")
    assert read["last_seen"].endswith("Z")
    assert read["status"] == "created"
