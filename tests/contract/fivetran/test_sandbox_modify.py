from __future__ import annotations

from typing import Any

import pytest
from sandbox_carriers import POSTGRES, Carrier


def patched(carrier: Carrier, made: dict[str, Any], **body: Any) -> dict[str, Any]:
    data: dict[str, Any] = carrier.data("PATCH", f"/v1/connections/{made['id']}", json=body)
    return data


def test_only_what_is_given_changes(carrier: Carrier) -> None:
    made = carrier.create(sync_frequency=60)
    changed = patched(carrier, made, paused=True)
    assert changed == made | {"paused": True, "status": made["status"] | {"sync_state": "paused"}}
    assert carrier.data("GET", f"/v1/connections/{made['id']}") == changed


def test_config_is_merged_at_its_top_level(carrier: Carrier) -> None:
    made = carrier.create(POSTGRES, config={"nested": {"a": 1, "b": 2}})
    changed = patched(carrier, made, config={"port": 5433, "user": None, "nested": {"a": 3}})
    assert changed["config"] == {
        "host": "db.example.com",
        "port": 5433,
        "password": "******",
        "nested": {"a": 3},
        "public_key": made["config"]["public_key"],
    }


@pytest.mark.parametrize("body", [{}, {"run_setup_tests": True}, {"trust_certificates": True}])
def test_no_persistent_parameter_is_400(carrier: Carrier, body: dict[str, Any]) -> None:
    path = f"/v1/connections/{carrier.create()['id']}"
    expected = (400, "InvalidInput", "No update parameters specified")
    assert carrier.error("PATCH", path, json=body) == expected


@pytest.mark.parametrize(
    "body",
    [
        {"paused": "x"},
        {"paused": None},
        {"config": None},
        {"sync_frequency": 7},
        {"group_id": "sandbox_lake"},
        {"unknown": 1},
    ],
)
def test_wrong_field_is_400_and_nothing_changes(carrier: Carrier, body: dict[str, Any]) -> None:
    made = carrier.create()
    path = f"/v1/connections/{made['id']}"
    error = carrier.error("PATCH", path, json={"pause_after_trial": True} | body)
    assert error[:2] == (400, "InvalidInput")
    assert carrier.data("GET", path)["pause_after_trial"] is False


CLEARED: dict[str, Any] = {
    "private_link_id": "link",
    "proxy_agent_id": "agent",
    "hybrid_deployment_agent_id": "agent",
    "external_secrets_manager_id": "vault",
    "external_secrets_keys_config": {"password": "key"},
}


@pytest.mark.parametrize("name", CLEARED)
def test_null_clears_what_an_answer_may_lack(carrier: Carrier, name: str) -> None:
    made = carrier.create(**{name: CLEARED[name]})
    assert patched(carrier, made, **{name: None}).get(name) is None


def test_null_inside_a_setting_of_the_destination_clears_it(carrier: Carrier) -> None:
    made = carrier.create(destination_configuration={"virtual_warehouse": "small"})
    cleared = patched(carrier, made, destination_configuration={"virtual_warehouse": None})
    assert cleared["destination_configuration"] == {}


@pytest.mark.parametrize("name", ["daily_sync_time", "private_link_id"])
def test_empty_text_is_400(carrier: Carrier, name: str) -> None:
    path = f"/v1/connections/{carrier.create()['id']}"
    assert carrier.error("PATCH", path, json={name: ""})[:2] == (400, "InvalidInput")


def test_destination_schema_cannot_change(carrier: Carrier) -> None:
    made = carrier.create()
    path = f"/v1/connections/{made['id']}"
    error = carrier.error("PATCH", path, json={"config": {"schema": "other"}})
    assert error[:2] == (400, "InvalidInput")
    assert patched(carrier, made, config={"schema": "orders"})["schema"] == "orders"


def test_setup_tests_run_when_config_changes(carrier: Carrier) -> None:
    made = carrier.create(POSTGRES)
    broken = patched(carrier, made, config={"password": "wrong"})
    assert (broken["status"]["setup_state"], len(broken["setup_tests"])) == ("broken", 3)
    repaired = patched(carrier, made, config={"password": "right"})
    assert repaired["status"]["setup_state"] == "connected"


def test_setup_tests_can_be_skipped(carrier: Carrier) -> None:
    made = carrier.create(POSTGRES)
    changed = patched(carrier, made, config={"password": "wrong"}, run_setup_tests=False)
    assert "setup_tests" not in changed
    assert changed["status"]["setup_state"] == "connected"


def test_auth_is_tested_and_never_answered(carrier: Carrier) -> None:
    made = carrier.create()
    changed = patched(carrier, made, auth={"client_access": {"client_secret": "wrong"}})
    assert changed["status"]["setup_state"] == "broken"
    assert "auth" not in changed


def test_daily_sync_time_has_an_effect_only_with_1440(carrier: Carrier) -> None:
    made = carrier.create(sync_frequency=60)
    assert patched(carrier, made, daily_sync_time="03:00")["daily_sync_time"] is None
    assert patched(carrier, made, sync_frequency=1440)["daily_sync_time"] is None
    patched(carrier, made, sync_frequency=60)
    both = patched(carrier, made, daily_sync_time="03:00", sync_frequency=1440)
    assert both["daily_sync_time"] == "03:00"
    assert patched(carrier, made, sync_frequency=60)["daily_sync_time"] is None


def test_data_delay_threshold_has_an_effect_only_with_custom(carrier: Carrier) -> None:
    made = carrier.create()
    assert patched(carrier, made, data_delay_threshold=5)["data_delay_threshold"] == 0
    body = {"data_delay_threshold": 5, "data_delay_sensitivity": "CUSTOM"}
    assert patched(carrier, made, **body)["data_delay_threshold"] == 5


def test_schema_status_is_answered_in_status(carrier: Carrier) -> None:
    made = carrier.create()
    assert patched(carrier, made, schema_status="ready")["status"]["schema_status"] == "ready"


def test_delete_answers_200_and_then_404(carrier: Carrier) -> None:
    made = carrier.create()
    path = f"/v1/connections/{made['id']}"
    response = carrier.request("DELETE", path)
    assert response.status_code == 200
    assert response.json() == {
        "code": "Success",
        "message": f"Connection with id '{made['id']}' has been deleted",
    }
    assert carrier.error("DELETE", path)[:2] == (404, "NotFound_Connection")


@pytest.mark.parametrize(
    ("method", "suffix"),
    [
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("GET", "/state"),
        ("PATCH", "/state"),
        ("POST", "/sync"),
        ("POST", "/resync"),
        ("POST", "/test"),
        ("POST", "/connect-card"),
    ],
)
def test_unknown_connection_is_404(carrier: Carrier, method: str, suffix: str) -> None:
    error = carrier.error(method, f"/v1/connections/nope{suffix}", json={"paused": True})
    assert error == (404, "NotFound_Connection", "Connection with id 'nope' does not exist")
