"""How syncs end: they fail or are rescheduled; and what setup tests may find then."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_carriers import POSTGRES, Carrier

SYNC = {"method": "POST", "path": "/v1/connections/{id}/sync"}
TASK = "The source closed the connection in the middle of a table."


def path(made: dict[str, Any], suffix: str = "") -> str:
    return f"/v1/connections/{made['id']}{suffix}"


def begin(carrier: Carrier, made: dict[str, Any], **fault: Any) -> None:
    """Begins a sync that an event strikes."""
    carrier.configure(faults=[{**SYNC, **fault}])
    assert carrier.request("POST", path(made, "/sync"), json={}).status_code == 200


def status(carrier: Carrier, made: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = carrier.data("GET", path(made))["status"]
    return found


def test_a_sync_that_fails_says_why_until_one_succeeds(carrier: Carrier) -> None:
    # Given a sync that is to fail
    made = carrier.create(POSTGRES)
    begin(carrier, made, kind="sync_fails")
    assert status(carrier, made)["sync_state"] == "syncing"
    # When its time is over, then it has failed, and the connection tells a task
    carrier.advance(5)
    after = carrier.data("GET", path(made))
    assert (after["succeeded_at"], after["failed_at"] is None) == (None, False)
    assert [task["details"] for task in after["status"]["tasks"]] == [TASK]
    assert after["status"]["is_historical_sync"] is True
    # And after the next one, which succeeds, nothing is left to do
    carrier.request("POST", path(made, "/sync"), json={})
    carrier.advance(5)
    assert status(carrier, made)["tasks"] == []


def test_a_rescheduled_sync_goes_on_by_itself(carrier: Carrier) -> None:
    made = carrier.create(POSTGRES)
    begin(carrier, made, kind="sync_rescheduled", seconds=60)
    found = status(carrier, made)
    assert found["sync_state"] == "rescheduled"
    assert found["rescheduled_for"] > made["created_at"]
    carrier.advance(61)
    assert status(carrier, made)["sync_state"] == "syncing"
    carrier.advance(5)
    after = carrier.data("GET", path(made))
    assert after["status"]["sync_state"] == "scheduled"
    assert "rescheduled_for" not in after["status"]
    assert after["succeeded_at"] is not None


def test_with_a_manual_schedule_it_waits_to_be_asked_for(carrier: Carrier) -> None:
    made = carrier.create(POSTGRES, schedule_type="manual")
    begin(carrier, made, kind="sync_rescheduled", seconds=60)
    carrier.advance(600)
    assert status(carrier, made)["sync_state"] == "rescheduled"
    carrier.request("POST", path(made, "/sync"), json={})
    assert status(carrier, made)["sync_state"] == "syncing"


def test_a_paused_connection_does_not_go_on_with_it(carrier: Carrier) -> None:
    made = carrier.create(POSTGRES)
    begin(carrier, made, kind="sync_rescheduled", seconds=60)
    carrier.data("PATCH", path(made), json={"paused": True})
    carrier.advance(61)
    found = status(carrier, made)
    assert (found["sync_state"], "rescheduled_for" in found) == ("paused", False)


def test_reschedule_may_hide_its_time(carrier: Carrier) -> None:
    made = carrier.create(POSTGRES)
    begin(carrier, made, kind="sync_rescheduled", seconds=60, until="untold")
    found = status(carrier, made)
    assert (found["sync_state"], "rescheduled_for" in found) == ("rescheduled", False)
    carrier.advance(61)
    assert status(carrier, made)["sync_state"] == "syncing"


@pytest.mark.parametrize(("host", "ends"), [("db.example.com", True), ("db.invalid", False)])
def test_sync_of_a_broken_connection_may_mend_it(carrier: Carrier, host: str, ends: bool) -> None:
    # Given a connection that was set up, and is broken
    made = carrier.create(POSTGRES)
    carrier.data("PATCH", path(made), json={"config": {"host": "db.invalid"}})
    assert status(carrier, made)["setup_state"] == "broken"
    body = {"config": {"host": host}, "run_setup_tests": False}
    carrier.data("PATCH", path(made), json=body)
    assert status(carrier, made)["setup_state"] == "broken"
    # When it is synced, then it is mended if its source can be read by now
    assert carrier.request("POST", path(made, "/sync"), json={}).status_code == 200
    carrier.advance(5)
    after = carrier.data("GET", path(made))
    assert (after["succeeded_at"] is not None) is ends
    assert after["status"]["setup_state"] == ("connected" if ends else "broken")


@pytest.mark.parametrize("refusal", [400, 409])
def test_change_while_syncing_may_be_refused(carrier: Carrier, refusal: int) -> None:
    made = carrier.create(POSTGRES)
    carrier.configure(update_while_syncing_status=refusal)
    change = {"json": {"sync_frequency": 60}}
    carrier.request("POST", path(made, "/sync"), json={})
    assert carrier.request("PATCH", path(made), **change).status_code == refusal
    # To pause is possible, and ends no sync that runs.
    assert carrier.data("PATCH", path(made), json={"paused": True})["paused"] is True
    assert carrier.request("PATCH", path(made), **change).status_code == refusal
    carrier.advance(5)
    assert carrier.data("PATCH", path(made), **change)["sync_frequency"] == 60


@pytest.mark.parametrize(
    ("host", "worst", "setup_state"),
    [
        ("db.example.com", "PASSED", "connected"),
        ("db.old.test", "WARNING", "connected"),
        ("db.invalid", "FAILED", "incomplete"),
        ("db.stuck.test", "JOB_FAILED", "incomplete"),
        ("db.unsigned.test", "FAILED", "incomplete"),
        ("db.unknown.test", "FAILED", "incomplete"),
    ],
)
def test_the_host_decides_what_the_setup_tests_find(
    carrier: Carrier, host: str, worst: str, setup_state: str
) -> None:
    made = carrier.create(POSTGRES, config={"host": host}, run_setup_tests=False)
    data = carrier.data("POST", path(made, "/test"), json={})
    found = {result["status"] for result in data["setup_tests"]}
    assert worst in found
    assert data["status"]["setup_state"] == setup_state


@pytest.mark.parametrize(
    ("host", "field"),
    [("db.unsigned.test", "trust_certificates"), ("db.unknown.test", "trust_fingerprints")],
)
def test_what_is_trusted_passes(carrier: Carrier, host: str, field: str) -> None:
    made = carrier.create(POSTGRES, config={"host": host}, run_setup_tests=False)
    data = carrier.data("POST", path(made, "/test"), json={field: True})
    assert {result["status"] for result in data["setup_tests"]} == {"PASSED"}
