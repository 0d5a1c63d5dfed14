from __future__ import annotations

from typing import Any

import pytest
from sandbox_carriers import POSTGRES, Carrier

from constructs_lib.schemas import SERVICES_WITH_STATE


def path(made: dict[str, Any]) -> str:
    return f"/v1/connections/{made['id']}/state"


@pytest.mark.parametrize("service", SERVICES_WITH_STATE)
def test_state_is_set_and_read(carrier: Carrier, service: str) -> None:
    made = carrier.create(service=service)
    state = {"cursor": "2026-01-01T00:00:00Z", "pages": [1, {"a": None}], "ratio": 0.5}
    response = carrier.request("PATCH", path(made), json={"state": state})
    assert response.json() == {
        "code": "Success",
        "message": "Connection state has been updated",
        "data": {"state": state},
    }
    assert carrier.data("GET", path(made)) == {"state": state}


def test_state_is_replaced_as_a_whole(carrier: Carrier) -> None:
    made = carrier.create()
    for state in ({"a": 1, "b": 2}, {"b": 3}, {}):
        carrier.data("PATCH", path(made), json={"state": state})
        assert carrier.data("GET", path(made))["state"] == state


def test_state_can_be_merged_instead(carrier: Carrier) -> None:
    carrier.configure(merge_state=True)
    made = carrier.create()
    carrier.data("PATCH", path(made), json={"state": {"a": 1, "b": 2}})
    carrier.data("PATCH", path(made), json={"state": {"b": 3}})
    assert carrier.data("GET", path(made))["state"] == {"a": 1, "b": 3}


@pytest.mark.parametrize("body", [{"state": None}, {}, {"cursor": "not wrapped"}])
def test_null_or_absent_state_changes_nothing(carrier: Carrier, body: dict[str, Any]) -> None:
    made = carrier.create()
    carrier.data("PATCH", path(made), json={"state": {"a": 1}})
    assert carrier.data("PATCH", path(made), json=body) == {"state": {"a": 1}}


def test_state_that_was_never_written_is_400(carrier: Carrier) -> None:
    error = carrier.error("GET", path(carrier.create()))
    assert error == (400, "InvalidInput", "The connection state does not exist")


def test_state_must_exist_where_so_configured(carrier: Carrier) -> None:
    carrier.configure(state_must_exist=True)
    made = carrier.create()
    assert carrier.error("PATCH", path(made), json={"state": {}})[0] == 400


@pytest.mark.parametrize("state", [[], "x", 1, True])
def test_state_other_than_an_object_is_400(carrier: Carrier, state: Any) -> None:
    made = carrier.create()
    assert carrier.error("PATCH", path(made), json={"state": state})[:2] == (400, "InvalidInput")


def test_missing_body_is_400(carrier: Carrier) -> None:
    assert carrier.error("PATCH", path(carrier.create()))[:2] == (400, "InvalidInput")


@pytest.mark.parametrize("status", [400, 405])
def test_service_without_state_is_refused(carrier: Carrier, status: int) -> None:
    carrier.configure(unsupported_state_status=status)
    made = carrier.create(POSTGRES)
    assert carrier.error("GET", path(made))[0] == status
    assert carrier.error("PATCH", path(made), json={"state": {}})[0] == status


def test_state_during_a_sync_is_409(carrier: Carrier) -> None:
    made = carrier.create()
    carrier.request("POST", f"/v1/connections/{made['id']}/sync", json={})
    carrier.data("PATCH", f"/v1/connections/{made['id']}", json={"paused": True})
    error = carrier.error("PATCH", path(made), json={"state": {"a": 1}})
    message = "Connection cannot be updated because the sync is in progress"
    assert error == (409, "Conflict", message)
    carrier.advance(5)
    assert carrier.request("PATCH", path(made), json={"state": {"a": 1}}).status_code == 200
