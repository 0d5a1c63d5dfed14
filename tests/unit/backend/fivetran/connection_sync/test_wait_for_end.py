"""How a sync is followed: which moments end it, and what a rescheduled or broken one leads to."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from fake_time import FakeTime

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.connection_sync import preconditions
from constructs_lib.backend.fivetran.connection_sync.trigger import SyncBaseline
from constructs_lib.backend.fivetran.connection_sync.wait import wait_for_end
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.http.deadline import Deadline

BEFORE, LATER, LATEST = (f"2026-06-01T0{hour}:00:00Z" for hour in range(1, 4))
SERVER_TIME = datetime(2026, 6, 1, 12, tzinfo=timezone.utc)
"""Ten hours ahead of the moments above, as of an API whose clock and moments disagree."""
TASK = {"code": "reconnect", "message": "Reconnect", "details": "The key was revoked."}
WARNING = {"code": "quota", "message": "Quota exceeded", "details": ""}


def look(sync_state: str = "scheduled", **more: Any) -> dict[str, Any]:
    """One answer about the connection; what belongs in its status goes there."""
    names = ("setup_state", "rescheduled_for", "tasks", "warnings")
    inner = {name: more.pop(name) for name in names if name in more}
    status = {"setup_state": "connected", "sync_state": sync_state, **inner}
    ends = {"succeeded_at": BEFORE, "failed_at": None}
    return {"id": "abc", "schema": "shop", "paused": False, "status": status, **ends, **more}


SYNCING, IDLE = look("syncing"), look()
SUCCEEDED, FAILED = look(succeeded_at=LATER), look(failed_at=LATER, tasks=[TASK])


class Api:
    """Answers the looks at a connection in their order; the last one goes on."""

    address = "https://api.invalid"

    def __init__(self, clock: FakeTime, looks: Sequence[dict[str, Any]]) -> None:
        self._clock, self._looks = clock, list(looks)
        self._start = clock.time()
        self.asked: list[float] = []
        """After how many seconds a sync was asked for."""
        self.looked = 0
        self.after_request: list[dict[str, Any]] | None = None
        self.refusal: errors.VendorError | None = None

    def server_time(self) -> datetime:
        return SERVER_TIME + timedelta(seconds=self._clock.time() - self._start)

    def connection(self, identifier: str, deadline: Deadline) -> dict[str, Any]:
        self.looked += 1
        return self._looks.pop(0) if len(self._looks) > 1 else self._looks[0]

    def sync(self, identifier: str, deadline: Deadline, check_effect: Any, *, force: bool) -> None:
        assert force is False
        self.asked.append(self._clock.time() - self._start)
        if self.refusal is not None:
            raise self.refusal
        if self.after_request is not None:
            self._looks = self.after_request


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    clock = FakeTime()
    clock.install(monkeypatch)
    return clock


MARK = SyncBaseline("2026-06-01T12:00:00Z", BEFORE, None)


def followed(api: Api, mark: SyncBaseline = MARK, seconds: float = 43200.0, **more: Any) -> str:
    account = Account(api, None)  # type: ignore[arg-type]
    stopping = more.pop("stopping", None)
    return wait_for_end(account, "abc", mark, Deadline(seconds, stopping), **more)


@pytest.mark.parametrize(
    "mark",
    [
        MARK,
        MARK._replace(succeeded_at=None),
        MARK._replace(succeeded_at="2026-06-01T01:00:00.000Z", since=""),
    ],
)
def test_end_counts_if_later_than_baseline(clock: FakeTime, mark: SyncBaseline) -> None:
    api = Api(clock, [look(succeeded_at=None), SYNCING, SUCCEEDED])

    assert followed(api, mark) == LATER


def test_end_equal_to_baseline_is_waited_past(clock: FakeTime) -> None:
    api = Api(clock, [IDLE, SYNCING, IDLE, IDLE, SUCCEEDED])

    assert followed(api) == LATER
    assert api.looked == 5


def test_failure_later_than_baseline_is_an_error(clock: FakeTime) -> None:
    api = Api(clock, [SYNCING, FAILED])

    with pytest.raises(preconditions.SyncFailed, match=r"Reconnect \(reconnect\): The key was"):
        followed(api)


@pytest.mark.parametrize("state", ["broken", "incomplete"])
def test_broken_at_first_looks_is_not_yet_failed(clock: FakeTime, state: str) -> None:
    broken = look(setup_state=state)
    api = Api(clock, [broken] * 11 + [SYNCING, broken, broken, SUCCEEDED])

    assert followed(api) == LATER


def test_broken_that_never_begins_fails_in_time(clock: FakeTime) -> None:
    begun = clock.time()
    api = Api(clock, [look(setup_state="broken", tasks=[TASK])])

    with pytest.raises(preconditions.SyncFailed, match=r"setup_state is broken\n  Reconnect"):
        followed(api)

    assert 60 < clock.time() - begun < 300


def test_broken_after_its_run_fails_soon(clock: FakeTime) -> None:
    broken = look(setup_state="broken")
    api = Api(clock, [SYNCING, broken])

    with pytest.raises(preconditions.SyncFailed):
        followed(api)

    assert api.looked == 4


def test_broken_whose_failure_moved_fails_at_once(clock: FakeTime) -> None:
    api = Api(clock, [look(setup_state="broken", failed_at=LATER)])

    with pytest.raises(preconditions.SyncFailed, match="failed at 2026-06-01T02"):
        followed(api)

    assert api.looked == 1


def test_manual_reschedule_untimed_is_asked_again(clock: FakeTime) -> None:
    api = Api(clock, [look("rescheduled", schedule_type="manual")])
    api.after_request = [SYNCING, SUCCEEDED]

    assert followed(api) == LATER
    assert len(api.asked) == 1
    assert api.asked[0] >= 5


def test_manual_reschedule_is_asked_ever_more_rarely(clock: FakeTime) -> None:
    api = Api(clock, [look("rescheduled", schedule_type="manual")])

    with pytest.raises(errors.TimeLimitExceeded, match="rescheduled it without saying until when"):
        followed(api, seconds=7200)

    between = [later - earlier for earlier, later in zip(api.asked, api.asked[1:], strict=False)]
    assert between[0] >= 10
    assert max(between) <= 330
    assert 20 <= len(api.asked) <= 40


def test_manual_reschedule_past_is_asked_at_once(clock: FakeTime) -> None:
    past = look("rescheduled", schedule_type="manual", rescheduled_for=LATER)
    api = Api(clock, [past])
    api.after_request = [past, past, SUCCEEDED]

    assert followed(api) == LATER
    assert api.asked[0] < 1
    assert len(api.asked) == 1


def test_manual_reschedule_met_by_a_sync_goes_on(clock: FakeTime) -> None:
    manual = look("rescheduled", schedule_type="manual", rescheduled_for=LATER)
    api = Api(clock, [manual, manual, SYNCING, SUCCEEDED])
    words = "Failed to stop in-progress sync after trying for 60 seconds"
    api.refusal = errors.error_of_response("POST /sync", 400, "", words, None)

    assert followed(api) == LATER


def test_auto_reschedule_untimed_is_waited_for(clock: FakeTime) -> None:
    api = Api(clock, [look("rescheduled", schedule_type="auto")] * 50 + [SYNCING, SUCCEEDED])

    assert followed(api) == LATER
    assert api.asked == []


def test_reschedule_past_the_limit_tells_own_reason(clock: FakeTime) -> None:
    until = "2026-06-02T12:00:00Z"
    late = look("rescheduled", rescheduled_for=until, tasks=[TASK], warnings=[WARNING])

    with pytest.raises(preconditions.DelayedBeyondLimit) as caught:
        followed(Api(clock, [late]))

    assert f"until {until}" in str(caught.value)
    assert "Reconnect (reconnect): The key was revoked." in str(caught.value)
    assert "Quota exceeded (quota)" in str(caught.value)
    assert "no more requests" not in str(caught.value)


def test_wait_for_untimed_reschedule_tells_its_reason(clock: FakeTime) -> None:
    api = Api(clock, [look("rescheduled", warnings=[WARNING])])

    with pytest.raises(
        errors.TimeLimitExceeded, match=r"limit of 60 s; .*\n  Quota exceeded \(quota\)"
    ):
        followed(api, seconds=60)


@pytest.mark.parametrize(
    ("more", "words", "remedy"),
    [
        ({}, "without saying until when", "It continues by itself"),
        ({"rescheduled_for": LATEST}, f"until {LATEST}", "It continues by itself"),
        ({"schedule_type": "manual"}, "without saying until when", "never continues by itself"),
    ],
)
def test_on_reschedule_fail_is_an_error_at_once(
    clock: FakeTime, more: dict[str, Any], words: str, remedy: str
) -> None:
    api = Api(clock, [look("rescheduled", warnings=[WARNING], **more)])

    with pytest.raises(preconditions.Rescheduled) as caught:
        followed(api, on_reschedule="fail")

    assert f"rescheduled the sync of connection abc (shop) {words}" in str(caught.value)
    assert "Quota exceeded (quota)" in str(caught.value)
    assert remedy in caught.value.remedy
    assert (api.looked, api.asked) == (1, [])


def test_interruption_while_asking_again_is_one(clock: FakeTime) -> None:
    api = Api(clock, [look("rescheduled", schedule_type="manual", rescheduled_for=LATER)])
    api.refusal = errors.Interrupted("stopped while waiting for the API")

    with pytest.raises(errors.Interrupted):
        followed(api, stopping=threading.Event())


@pytest.mark.parametrize(
    "stored",
    [
        list(MARK),
        MARK._asdict(),
        {**MARK._asdict(), "added_later": 1},
        {"succeeded_at": BEFORE, "since": MARK.since},
    ],
)
def test_mark_is_read_as_any_version_stored_it(stored: Any) -> None:
    assert SyncBaseline.loaded(stored) == MARK


@pytest.mark.parametrize("stored", [None, True, "text", 5])
def test_mark_that_is_none_is_not_read(stored: Any) -> None:
    assert SyncBaseline.loaded(stored) is None
