"""Whether a sync began although the answer was lost, by two looks at the connection."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from fake_time import FakeTime

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.connection_sync.resource import ConnectionSyncResource
from constructs_lib.backend.fivetran.connection_sync.trigger import SyncRequest, begin, has_begun
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.plugin.diagnostics import ProviderError
from constructs_lib.backend.plugin.resource import Operation
from constructs_lib.backend.plugin.values.value import UNKNOWN

SYNC, FORCED = SyncRequest("abc"), SyncRequest("abc", force=True)
RESYNC = SyncRequest("abc", "resync")
TABLES = SyncRequest("abc", "resync", scope={"public": ["orders"]})


def look(
    *, syncing: bool = False, ended: str | None = None, historical: bool = False
) -> dict[str, Any]:
    state = "syncing" if syncing else "scheduled"
    status = {"sync_state": state, "is_historical_sync": historical}
    return {"succeeded_at": ended, "failed_at": None, "status": status}


IDLE, RUNS, ENDED = look(), look(syncing=True), look(ended="2026-06-01T00:00:00Z")
HISTORICAL = look(syncing=True, historical=True)
WANTS_HISTORY = look(historical=True)


@pytest.mark.parametrize(
    ("sync_request", "before", "now", "began"),
    [
        (SYNC, IDLE, IDLE, False),
        (SYNC, IDLE, RUNS, True),
        (SYNC, IDLE, ENDED, True),
        # It was running already, and has been joined.
        (SYNC, RUNS, RUNS, True),
        (SYNC, RUNS, ENDED, True),
        (FORCED, IDLE, IDLE, False),
        (FORCED, IDLE, RUNS, True),
        (FORCED, IDLE, ENDED, True),
        # What runs may be the former sync, or the forced one.
        (FORCED, RUNS, RUNS, None),
        (FORCED, RUNS, ENDED, None),
        (RESYNC, IDLE, IDLE, False),
        (RESYNC, IDLE, HISTORICAL, True),
        # An ordinary sync, by the schedule.
        (RESYNC, IDLE, RUNS, None),
        (RESYNC, IDLE, ENDED, None),
        # The flag of a historical sync was set before, so it says nothing.
        (RESYNC, WANTS_HISTORY, WANTS_HISTORY, False),
        (RESYNC, WANTS_HISTORY, HISTORICAL, True),
        (RESYNC, WANTS_HISTORY, ENDED, True),
        (TABLES, IDLE, IDLE, False),
        (TABLES, IDLE, RUNS, True),
        (TABLES, IDLE, ENDED, True),
    ],
)
def test_a_second_look_tells_whether_a_sync_began(
    sync_request: SyncRequest, before: dict[str, Any], now: dict[str, Any], began: bool | None
) -> None:
    assert has_begun(sync_request, before, now) is began


BEFORE = {"connection_id": "abc", "mode": "resync", "force": False, "scope": None}
BEGIN: dict[str, Callable[[ConnectionSyncResource, dict[str, Any], Operation], object]] = {
    "create": lambda resource, planned, operation: resource.create(planned, {}, operation),
    "update": lambda resource, planned, operation: resource.update(BEFORE, planned, {}, operation),
}


@pytest.mark.parametrize("everything", [None, False])
@pytest.mark.parametrize("action", BEGIN)
def test_an_apply_refuses_a_planned_resync_of_nothing(action: str, everything: bool | None) -> None:
    # Given a plan file of a version in which null meant everything
    planned = {**BEFORE, "resync_everything": everything, "triggered_at": UNKNOWN}
    # And an account without a client, which cannot send anything
    operation = Operation(Account(None, None), {}, threading.Event())

    with pytest.raises(ProviderError, match="The extent of the re-sync is missing"):
        BEGIN[action](ConnectionSyncResource(), planned, operation)


WORDS = {
    409: "Connection cannot be updated because the sync is in progress",
    400: "Failed to stop in-progress sync after trying for 60 seconds",
}


class Busy:
    """An API that refuses a sync for some times, because one is in progress."""

    address = "https://api.invalid"

    def __init__(self, clock: FakeTime, status: int, refusals: int, shown: Any) -> None:
        self._clock, self._status, self._refusals = clock, status, refusals
        self._shown = shown
        self.sent = 0

    def server_time(self) -> Any:
        return self._clock.now()

    def connection(self, identifier: str, deadline: Deadline) -> dict[str, Any]:
        return {"id": identifier, "schema": "shop", "paused": False, **self._shown}

    def sync(self, *given: Any, **more: Any) -> None:
        self.sent += 1
        if self.sent <= self._refusals:
            raise errors.error_of_response(
                "POST /sync", self._status, "", WORDS[self._status], None
            )

    resync = sync


@pytest.mark.parametrize("status", sorted(WORDS))
@pytest.mark.parametrize(
    ("sync_request", "shown", "sent"),
    [
        (FORCED, RUNS, 4),
        (RESYNC, RUNS, 4),
        (TABLES, RUNS, 4),
        (SYNC, RUNS, 1),
        # The API says that a sync runs, and shows none: there is nothing to join.
        (SYNC, IDLE, 4),
    ],
)
def test_sync_in_the_way_is_waited_for_or_joined(
    monkeypatch: pytest.MonkeyPatch,
    sync_request: SyncRequest,
    shown: dict[str, Any],
    sent: int,
    status: int,
) -> None:
    clock = FakeTime()
    clock.install(monkeypatch)
    api = Busy(clock, status, 3, shown)

    begin(Account(api, None), sync_request, Deadline(3600))  # type: ignore[arg-type]

    assert api.sent == sent
