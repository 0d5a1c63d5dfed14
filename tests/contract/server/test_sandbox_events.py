"""Events at a chosen request: syncs that start, and states that move."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from sandbox_carriers import POSTGRES, Carrier

from constructs_lib.sandbox import FAULT_KINDS

STATE = {"page": 7, "since": "2026-01-01", "done": False}
PAUSE = {"method": "PATCH", "path": "/v1/connections/{id}"}
NEW_STATE = {"method": "PATCH", "path": "/v1/connections/{id}/state"}
READ_STATE = {"method": "GET", "path": "/v1/connections/{id}/state"}
BY_A_PERSON = {"set_by": "a person", "page": 4711}


class Cursor:
    """A connection with a state."""

    def __init__(self, carrier: Carrier) -> None:
        self.carrier = carrier
        self.path = f"/v1/connections/{carrier.create()['id']}"
        self.set()

    def set(self, state: Any = STATE) -> requests.Response:
        return self.carrier.request("PATCH", f"{self.path}/state", json={"state": state})

    def get(self) -> Any:
        return self.carrier.data("GET", f"{self.path}/state")["state"]

    def pause(self) -> Any:
        return self.carrier.data("PATCH", self.path, json={"paused": True})["status"]["sync_state"]

    def sync_state(self) -> str:
        return str(self.carrier.data("GET", self.path)["status"]["sync_state"])


@pytest.fixture
def cursor(carrier: Carrier) -> Cursor:
    return Cursor(carrier)


def test_a_sync_starts_right_after_the_pause(cursor: Cursor) -> None:
    # Given a sync that begins as soon as the connection is paused
    cursor.carrier.configure(faults=[{"kind": "sync_starts", **PAUSE}], sync_seconds=60)
    # When it is paused, then the answer knows nothing of the sync
    assert cursor.pause() == "paused"
    # And the sync runs, so that no state is taken until it has ended
    assert cursor.sync_state() == "syncing"
    assert cursor.set().status_code == 409
    cursor.carrier.advance(61)
    assert cursor.sync_state() == "paused"
    assert cursor.set().status_code == 200


def test_a_sync_starts_right_before_the_new_state(cursor: Cursor) -> None:
    fault = {"kind": "sync_starts", "when": "before", **NEW_STATE}
    cursor.carrier.configure(faults=[fault], sync_seconds=60)
    assert cursor.set({"page": 8}).status_code == 409
    assert cursor.get() == STATE
    assert cursor.carrier.journal()[-2].fault == "sync_starts"


def test_a_sync_that_runs_already_goes_on(cursor: Cursor) -> None:
    cursor.carrier.configure(faults=[{"kind": "sync_starts", **PAUSE}], sync_seconds=60)
    cursor.carrier.request("POST", f"{cursor.path}/sync")
    cursor.carrier.advance(50)
    cursor.pause()
    cursor.carrier.advance(11)
    assert cursor.sync_state() == "paused"


@pytest.mark.parametrize("running", [True, False])
def test_a_sync_never_ends(cursor: Cursor, running: bool) -> None:
    cursor.carrier.configure(faults=[{"kind": "sync_never_ends", **PAUSE}], sync_seconds=60)
    if running:
        cursor.carrier.request("POST", f"{cursor.path}/sync")
    cursor.pause()
    cursor.carrier.advance(1e6)
    assert cursor.sync_state() == "syncing"
    assert cursor.set().status_code == 409


def test_an_endless_sync_ends_with_its_fault(cursor: Cursor) -> None:
    cursor.carrier.configure(faults=[{"kind": "sync_never_ends", **PAUSE}], sync_seconds=60)
    cursor.pause()
    cursor.carrier.configure(faults=[])
    assert cursor.sync_state() == "syncing"
    cursor.carrier.advance(61)
    assert cursor.sync_state() == "paused"


def test_a_forced_sync_ends_an_endless_one(cursor: Cursor) -> None:
    fault = {"kind": "sync_never_ends", "method": "GET", "path": "/v1/connections/{id}"}
    cursor.carrier.configure(faults=[fault], sync_seconds=60)
    assert cursor.sync_state() == "scheduled"
    assert cursor.set().status_code == 409
    cursor.carrier.request("POST", f"{cursor.path}/sync", json={"force": True})
    cursor.carrier.advance(61)
    assert cursor.sync_state() == "scheduled"


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_connector_moves_the_state(cursor: Cursor, when: str) -> None:
    cursor.carrier.configure(faults=[{"kind": "state_moves", "when": when, **READ_STATE}])
    first, second = cursor.get(), cursor.get()
    assert first == (second if when == "before" else STATE)
    assert second == {**STATE, "checkpoint": 1, "cursor": second["cursor"]}


def test_a_person_moves_the_state(cursor: Cursor) -> None:
    fault = {"kind": "state_moves", "by": "person", **PAUSE}
    cursor.carrier.configure(faults=[fault])
    cursor.pause()
    assert cursor.get() == BY_A_PERSON


def test_a_state_moves_between_the_check_and_the_new_state(cursor: Cursor) -> None:
    fault = {"kind": "state_moves", "when": "before", "by": "person", **NEW_STATE}
    cursor.carrier.configure(faults=[fault], merge_state=True)
    assert cursor.get() == STATE
    cursor.set({"page": 8})
    assert cursor.get() == {**BY_A_PERSON, "page": 8}


def test_services_without_a_state_have_none_that_moves(carrier: Carrier) -> None:
    path = f"/v1/connections/{carrier.create(POSTGRES)['id']}"
    carrier.configure(faults=[{"kind": "state_moves"}])
    assert carrier.request("GET", path).status_code == 200
    assert carrier.request("GET", f"{path}/state").status_code == 400


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ("numbers_as_text", {**STATE, "page": "7"}),
        ("key_added", {**STATE, "version": 2}),
    ],
)
def test_a_state_is_stored_differently(cursor: Cursor, stored: str, expected: Any) -> None:
    fault = {"kind": "state_stored_differently", "stored": stored, **NEW_STATE}
    cursor.carrier.configure(faults=[fault])
    # The answer is an echo: only who reads the state back learns of it.
    assert cursor.set().json()["data"]["state"] == STATE
    assert cursor.get() == expected


@pytest.mark.parametrize("body", [{}, {"state": None}])
def test_a_request_without_a_state_stores_nothing_differently(
    cursor: Cursor, body: dict[str, Any]
) -> None:
    cursor.carrier.configure(faults=[{"kind": "state_stored_differently", **NEW_STATE}])
    cursor.carrier.request("PATCH", f"{cursor.path}/state", json=body)
    assert cursor.get() == STATE


def test_a_refused_state_is_not_stored_at_all(cursor: Cursor) -> None:
    cursor.carrier.configure(faults=[{"kind": "state_stored_differently", **NEW_STATE}])
    cursor.carrier.request("POST", f"{cursor.path}/sync")
    assert cursor.set({"page": 8}).status_code == 409
    assert cursor.get() == STATE


def test_event_happens_to_the_connection_that_a_request_created(carrier: Carrier) -> None:
    creation = {"method": "POST", "path": "/v1/connections"}
    carrier.configure(faults=[{"kind": "sync_starts", **creation}], sync_seconds=60)
    path = f"/v1/connections/{carrier.create()['id']}"
    assert carrier.data("GET", path)["status"]["sync_state"] == "syncing"


@pytest.mark.parametrize("name", [name for name, kind in FAULT_KINDS.items() if kind.event])
@pytest.mark.parametrize("path", ["/v1/connections", "/v1/groups", "/v1/connections/nobody"])
def test_without_a_connection_nothing_happens(carrier: Carrier, name: str, path: str) -> None:
    expected = carrier.request("GET", path).status_code
    faults = [{"kind": name, "when": when, "times": 9} for when in ("before", "after")]
    carrier.configure(faults=faults)
    assert carrier.request("GET", path).status_code == expected


def test_an_event_goes_together_with_a_lost_answer(cursor: Cursor) -> None:
    # Given a pause whose answer is lost, and a sync that begins then
    faults = [{"kind": "500_after", **PAUSE}, {"kind": "sync_starts", **PAUSE}]
    cursor.carrier.configure(faults=faults, sync_seconds=60)
    # When the connection is paused, then both strike, and the journal names both
    assert cursor.carrier.request("PATCH", cursor.path, json={"paused": True}).status_code == 500
    assert cursor.carrier.journal()[-1].fault == "sync_starts, 500_after"
    assert cursor.sync_state() == "syncing"


def test_an_event_happens_although_the_request_was_dropped(cursor: Cursor) -> None:
    faults = [{"kind": "500", **READ_STATE}, {"kind": "state_moves", **READ_STATE}]
    cursor.carrier.configure(faults=faults)
    assert cursor.carrier.request("GET", f"{cursor.path}/state").status_code == 500
    assert cursor.get() != STATE


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "sync_starts", "when": "during"},
        {"kind": "state_moves", "by": "nobody"},
        {"kind": "refused", "code": 418},
        {"kind": "state_stored_differently", "stored": ["upside down"]},
    ],
)
def test_wrong_choices_are_refused_by_the_control_api(server: str, wrong: dict[str, Any]) -> None:
    response = requests.patch(
        f"{server}/_sandbox/settings",
        json={"faults": [wrong]},
        auth=("sandbox", "sandbox"),
        headers={"Accept": "application/json;version=2"},
        timeout=30,
    )
    assert response.status_code == 400
    assert "of a fault must be" in response.json()["message"]
