"""Setting a state: the order of the requests, and the paused flag after every failure."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from state_api import NEW, OLD, Fivetran

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.connection import paused_flag
from constructs_lib.backend.fivetran.connection_state import snapshot
from constructs_lib.backend.fivetran.connection_state.set_state import Outcome, set_state
from constructs_lib.backend.http.deadline import Deadline, pauses


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{set_state.__module__}._FIRST_PAUSE", 0.001)


def change(
    api: Fivetran,
    wanted: dict[str, Any] = NEW,
    paused_after: str = "restore",
    deadline: Deadline | None = None,
) -> Outcome:
    return set_state(
        api,  # type: ignore[arg-type]
        "abc",
        wanted,
        paused_after=paused_after,
        deadline=deadline or Deadline(30),
    )


def test_running_connection_is_paused_patched_verified_unpaused() -> None:
    api = Fivetran()

    assert change(api) == Outcome(OLD, changed=True)
    assert api.journal == [
        "GET",
        "GET state",
        "pause",
        "GET",
        "GET state",
        "PATCH state",
        "GET state",
        "unpause",
    ]
    assert (api.stored, api.paused) == (NEW, False)


def test_a_running_sync_is_waited_for() -> None:
    api = Fivetran(syncing=3)

    change(api)

    assert api.journal == [
        *("GET", "GET state", "pause", "GET", "GET", "GET"),
        *("GET state", "PATCH state", "GET state", "unpause"),
    ]


def test_paused_connection_stays_paused_with_its_flag_untouched() -> None:
    api = Fivetran(paused=True)

    change(api)

    assert api.paused
    assert not {"pause", "unpause"} & set(api.journal)


def test_an_equal_state_needs_no_write() -> None:
    api = Fivetran(syncing=5)

    assert change(api, wanted=OLD) == Outcome(OLD, changed=False)
    assert api.journal == ["GET", "GET state"]


@pytest.mark.parametrize(
    ("was_paused", "paused_after", "sent"),
    [(True, "running", ["unpause"]), (False, "paused", ["pause"]), (False, "running", [])],
)
def test_with_an_equal_state_the_flag_is_set_as_asked(
    was_paused: bool, paused_after: str, sent: list[str]
) -> None:
    api = Fivetran(paused=was_paused)

    change(api, wanted=OLD, paused_after=paused_after)

    assert api.journal == ["GET", "GET state", *sent]


def test_a_state_that_was_never_written_is_none() -> None:
    api = Fivetran(state=None)

    assert change(api) == Outcome(None, changed=True)
    assert api.stored == NEW


@pytest.mark.parametrize(
    ("was_paused", "paused_after", "expected"),
    [
        (False, "restore", False),
        (True, "restore", True),
        (False, "running", False),
        (True, "running", False),
        (False, "paused", True),
        (True, "paused", True),
    ],
)
def test_the_flag_after_success_is_as_asked(
    was_paused: bool, paused_after: str, expected: bool
) -> None:
    api = Fivetran(paused=was_paused)

    change(api, paused_after=paused_after)

    assert api.paused is expected


BROKEN = errors.NoResponse("request", "the connection broke off", sent=True)


@pytest.mark.parametrize("paused_after", ["restore", "running", "paused"])
@pytest.mark.parametrize(
    ("step", "was_paused"), [("pause", False), ("PATCH state", False), ("PATCH state", True)]
)
def test_the_flag_after_a_failure_is_as_it_was_found(
    step: str, was_paused: bool, paused_after: str
) -> None:
    api = Fivetran(paused=was_paused)
    api.failures[step] = BROKEN

    with pytest.raises(errors.NoResponse):
        change(api, paused_after=paused_after)

    assert api.paused is was_paused


def test_a_sync_that_begins_in_between_is_waited_for() -> None:
    class Racing(Fivetran):
        def set_state(self, identifier: str, state: dict[str, Any], deadline: Deadline) -> None:
            if "PATCH state: 409" not in self.journal:
                self.syncing = 2
            super().set_state(identifier, state, deadline)

    api = Racing()

    change(api)

    assert api.journal.count("PATCH state: 409") == 1
    assert api.stored == NEW


def test_sync_beyond_the_limit_is_an_error_and_restores_the_flag() -> None:
    api = Fivetran(syncing=10**9)

    with pytest.raises(errors.TimeLimitExceeded, match="the sync of connection abc"):
        change(api, deadline=Deadline(0.05))

    assert api.stored == OLD
    assert api.paused is False


def test_stopping_ends_the_wait_and_the_flag_is_back() -> None:
    api, stopping = Fivetran(syncing=10**9), threading.Event()
    threading.Timer(0.05, stopping.set).start()

    with pytest.raises(errors.Interrupted):
        change(api, deadline=Deadline(30, stopping))

    assert api.stored == OLD
    assert api.paused is False


def test_what_is_stored_differently_is_an_error_that_shows_both() -> None:
    class Merging(Fivetran):
        def set_state(self, identifier: str, state: dict[str, Any], deadline: Deadline) -> None:
            super().set_state(identifier, {"kept": 1, **state}, deadline)

    api = Merging()

    with pytest.raises(snapshot.StateDiffers) as caught:
        change(api)

    assert '{"cursor": "2026-06-01"}' in str(caught.value)
    assert '{"cursor": "2026-06-01", "kept": 1}' in str(caught.value)
    assert api.paused is False


def test_a_pause_that_is_refused_is_no_stuck_flag() -> None:
    api = Fivetran()
    api.failures["pause"] = errors.error_of_response("PATCH", 403, "", "not allowed", None)

    with pytest.raises(errors.Unauthorized):
        change(api)

    assert "unpause" not in api.journal


def test_connection_deleted_meanwhile_is_reported_as_gone() -> None:
    api = Fivetran()
    gone = errors.error_of_response("GET", 404, "NotFound_Connection", "gone", None)
    api.failures = {"PATCH state": gone, "unpause": gone}

    with pytest.raises(errors.NotFound):
        change(api)


def test_the_looks_at_a_sync_that_goes_on_become_rarer() -> None:
    between = pauses(0.5, 15.0)

    seen = [next(between) for _ in range(40)]

    assert seen == sorted(seen)
    assert seen[-1] == 15.0


def test_the_last_look_is_at_the_end_of_the_time() -> None:
    deadline = Deadline(0.3)

    deadline.poll(60.0, "the sync")

    assert 0 < deadline.remaining <= 0.2
    with pytest.raises(errors.TimeLimitExceeded):
        deadline.poll(60.0, "the sync")


def test_stuck_paused_flag_is_an_error_with_the_remedy() -> None:
    api = Fivetran()
    api.failures["unpause"] = BROKEN

    with pytest.raises(paused_flag.PausedFlagStuck) as caught:
        change(api)

    assert "abc should be running again" in str(caught.value)
    assert '{"paused": false}' in caught.value.remedy


def test_a_flag_that_cannot_be_put_back_hides_no_earlier_error() -> None:
    api = Fivetran()
    api.failures["PATCH state"] = errors.error_of_response("PATCH state", 500, "", "first", None)
    api.failures["unpause"] = BROKEN

    with pytest.raises(paused_flag.PausedFlagStuck) as caught:
        change(api)

    assert "the earlier error: PATCH state answered 500: first" in str(caught.value)


@pytest.mark.parametrize("status", [400, 405])
def test_service_without_state_is_named_with_those_with_one(status: int) -> None:
    api = Fivetran()
    api.service = "postgres"
    api.failures["GET state"] = errors.error_of_response("GET state", status, "", "no", None)

    with pytest.raises(snapshot.StateNotSupported) as caught:
        change(api)

    assert "'postgres'" in str(caught.value)
    for service in ("aws_lambda", "azure_function", "connector_sdk", "google_cloud_function"):
        assert service in str(caught.value)
    assert api.journal == ["GET"]


def test_what_was_found_is_told_as_soon_as_the_state_is_set() -> None:
    api, reported = Fivetran(), []
    api.failures["unpause"] = BROKEN

    with pytest.raises(paused_flag.PausedFlagStuck):
        set_state(
            api,  # type: ignore[arg-type]
            "abc",
            NEW,
            paused_after="restore",
            deadline=Deadline(30),
            on_set=reported.append,
        )

    assert reported == [OLD]


@pytest.mark.parametrize("answered", [None, "******", 0, "", []])
def test_without_knowing_whether_it_is_paused_nothing_is_changed(answered: Any) -> None:
    api = Fivetran()
    api.paused = answered

    with pytest.raises(paused_flag.PausedFlagUnknown, match="whether connection abc is paused"):
        change(api)

    assert api.journal == ["GET", "GET state"]


@pytest.mark.parametrize(("answered", "pauses"), [("true", False), ("FALSE", True)])
def test_a_flag_that_is_answered_as_text_is_understood(answered: Any, pauses: bool) -> None:
    api = Fivetran()
    api.paused = answered

    assert change(api).changed
    assert ("pause" in api.journal) is pauses
