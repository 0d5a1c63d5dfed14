from __future__ import annotations

from typing import Any

import pytest
from sandbox_carriers import CONNECTOR_SDK, POSTGRES, Carrier


def path(made: dict[str, Any], suffix: str = "") -> str:
    return f"/v1/connections/{made['id']}{suffix}"


def sync_state(carrier: Carrier, made: dict[str, Any]) -> str:
    state: str = carrier.data("GET", path(made))["status"]["sync_state"]
    return state


def start(carrier: Carrier, made: dict[str, Any], **body: Any) -> None:
    response = carrier.request("POST", path(made, "/sync"), json=body)
    message = f"Sync has been successfully triggered for connection with id '{made['id']}'"
    assert response.status_code == 200
    assert response.json() == {"code": "Success", "message": message}


def test_no_sync_starts_by_itself(carrier: Carrier) -> None:
    made = carrier.create()
    carrier.advance(1_000_000)
    assert sync_state(carrier, made) == "scheduled"


def test_sync_runs_for_its_time_and_succeeds(carrier: Carrier) -> None:
    made = carrier.create()
    start(carrier, made)
    assert sync_state(carrier, made) == "syncing"
    carrier.advance(5)
    after = carrier.data("GET", path(made))
    assert after["status"]["sync_state"] == "scheduled"
    assert after["status"]["is_historical_sync"] is False
    assert after["succeeded_at"] > made["created_at"]
    assert after["failed_at"] is None


def test_sync_of_a_broken_connection_fails(carrier: Carrier) -> None:
    made = carrier.create(config={"host": "x.invalid"})
    start(carrier, made)
    carrier.advance(5)
    after = carrier.data("GET", path(made))
    assert (after["succeeded_at"], after["failed_at"] is None) == (None, False)
    assert after["status"]["update_state"] == "delayed"
    assert carrier.error("GET", path(made, "/state"))[0] == 400


def test_end_of_a_sync_moves_the_cursor_and_keeps_the_rest(carrier: Carrier) -> None:
    made = carrier.create()
    carrier.data("PATCH", path(made, "/state"), json={"state": {"page": 7, "cursor": "old"}})
    for count in (1, 2):
        start(carrier, made)
        carrier.advance(5)
        state = carrier.data("GET", path(made, "/state"))["state"]
        ended = carrier.data("GET", path(made))["succeeded_at"]
        assert state == {"page": 7, "cursor": ended, "checkpoint": count}


def test_second_sync_changes_nothing_unless_forced(carrier: Carrier) -> None:
    made = carrier.create()
    start(carrier, made)
    carrier.advance(4)
    start(carrier, made)
    carrier.advance(2)
    assert sync_state(carrier, made) == "scheduled"
    start(carrier, made)
    carrier.advance(4)
    start(carrier, made, force=True)
    carrier.advance(2)
    assert sync_state(carrier, made) == "syncing"


def test_pausing_does_not_end_a_running_sync(carrier: Carrier) -> None:
    made = carrier.create()
    start(carrier, made)
    answer = carrier.data("PATCH", path(made), json={"paused": True})
    assert answer["status"]["sync_state"] == "syncing"
    carrier.advance(5)
    assert sync_state(carrier, made) == "paused"


def test_sync_of_a_paused_connection_waits_until_it_is_enabled(carrier: Carrier) -> None:
    made = carrier.create(paused=True)
    start(carrier, made)
    assert sync_state(carrier, made) == "paused"
    answer = carrier.data("PATCH", path(made), json={"paused": False})
    assert answer["status"]["sync_state"] == "syncing"


def test_enabling_starts_nothing_that_was_not_asked_for(carrier: Carrier) -> None:
    made = carrier.create(paused=True)
    answer = carrier.data("PATCH", path(made), json={"paused": False})
    assert answer["status"]["sync_state"] == "scheduled"


def test_sync_needs_no_body(carrier: Carrier) -> None:
    made = carrier.create()
    assert carrier.request("POST", path(made, "/sync")).status_code == 200
    assert sync_state(carrier, made) == "syncing"


@pytest.mark.parametrize("body", [{"force": "yes"}, {"forced": True}])
def test_wrong_sync_request_is_400(carrier: Carrier, body: dict[str, Any]) -> None:
    made = carrier.create()
    assert carrier.error("POST", path(made, "/sync"), json=body)[0] == 400


def test_historical_sync_starts_by_patch(carrier: Carrier) -> None:
    made = carrier.create()
    start(carrier, made)
    carrier.advance(5)
    answer = carrier.data("PATCH", path(made), json={"is_historical_sync": True})
    assert answer["status"]["sync_state"] == "syncing"
    assert answer["status"]["is_historical_sync"] is True
    carrier.advance(5)
    assert carrier.data("GET", path(made))["status"]["is_historical_sync"] is False


def test_resync_makes_a_historical_sync(carrier: Carrier) -> None:
    made = carrier.create()
    start(carrier, made)
    carrier.advance(5)
    assert carrier.request("POST", path(made, "/resync"), json={}).status_code == 200
    status = carrier.data("GET", path(made))["status"]
    assert (status["sync_state"], status["is_historical_sync"]) == ("syncing", True)


def test_resync_during_a_sync_is_409(carrier: Carrier) -> None:
    made = carrier.create()
    start(carrier, made)
    assert carrier.error("POST", path(made, "/resync"), json={})[:2] == (409, "Conflict")


def test_resync_of_a_paused_connection_waits_until_it_is_enabled(carrier: Carrier) -> None:
    made = carrier.create(paused=True)
    carrier.request("POST", path(made, "/resync"))
    assert sync_state(carrier, made) == "paused"
    carrier.data("PATCH", path(made), json={"paused": False})
    assert sync_state(carrier, made) == "syncing"


@pytest.mark.parametrize(
    "scope", [{}, {"public": []}, {"public": "a"}, {"public": ["a", "a"]}, {"public": [1]}, []]
)
def test_bad_scope_is_400(carrier: Carrier, scope: Any) -> None:
    made = carrier.create(POSTGRES)
    assert carrier.error("POST", path(made, "/resync"), json={"scope": scope})[0] == 400


def test_scope_is_only_for_services_with_tables(carrier: Carrier) -> None:
    scope = {"scope": {"public": ["orders"]}}
    sheet = carrier.create(CONNECTOR_SDK)
    assert carrier.error("POST", path(sheet, "/resync"), json=scope)[0] == 400
    database = carrier.create(POSTGRES)
    assert carrier.request("POST", path(database, "/resync"), json=scope).status_code == 200


def test_schedule_is_followed_when_asked_for(carrier: Carrier) -> None:
    carrier.configure(auto_sync=True)
    made = carrier.create(sync_frequency=60)
    assert made["status"]["sync_state"] == "syncing"
    carrier.advance(60)
    assert sync_state(carrier, made) == "scheduled"
    carrier.advance(3600)
    assert sync_state(carrier, made) == "syncing"


def test_setup_tests_run_on_demand(carrier: Carrier) -> None:
    made = carrier.create(run_setup_tests=False)
    response = carrier.request("POST", path(made, "/test"), json={})
    assert response.json()["message"] == "Setup tests have been completed"
    assert response.json()["data"]["status"]["setup_state"] == "connected"
    assert [r["status"] for r in response.json()["data"]["setup_tests"]] == ["PASSED"] * 3


def test_setup_tests_without_a_body_are_400(carrier: Carrier) -> None:
    assert carrier.error("POST", path(carrier.create(), "/test"))[:2] == (400, "InvalidInput")


def test_connect_card_is_issued(carrier: Carrier) -> None:
    made = carrier.create()
    config = {"redirect_uri": "https://example.com/a b", "hide_setup_guide": True}
    body = {"connect_card_config": config}
    data = carrier.data("POST", path(made, "/connect-card"), json=body)
    assert data["connector_id"] == made["id"]
    assert data["connect_card_config"] == config
    assert data["connect_card"]["uri"] == (
        "https://fivetran.com/connect-card/setup?redirect_uri=https://example.com/a%20b"
        f"&auth={data['connect_card']['token']}&hide_setup_guide=true"
    )


@pytest.mark.parametrize("body", [{}, {"connect_card_config": {}}, {"redirect_uri": "https://x"}])
def test_connect_card_without_address_is_400(carrier: Carrier, body: dict[str, Any]) -> None:
    made = carrier.create()
    assert carrier.error("POST", path(made, "/connect-card"), json=body)[0] == 400
