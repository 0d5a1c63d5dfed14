"""Two writers of one state, and runs that are cut off while they set it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from state_api import NEW, OLD, Fivetran
from state_runs import STEPS, change, killed, recovered

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.connection.paused_flag import PausedFlagStuck
from constructs_lib.backend.fivetran.connection_state.set_state import Outcome, set_state
from constructs_lib.backend.fivetran.connection_state.snapshot import (
    Snapshot,
    StateChangedElsewhere,
    StateDiffers,
)
from constructs_lib.backend.fivetran.journal.journal import Journal
from constructs_lib.backend.http.deadline import Deadline

OTHER = {"cursor": "2026-03-03"}
BROKEN = errors.NoResponse("request", "the connection broke off", sent=True)
SEEN = Snapshot.of(OLD, "2026-05-01T00:00:00Z")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{set_state.__module__}._FIRST_PAUSE", 0.001)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path)


def test_a_state_that_is_as_the_plan_saw_it_is_set() -> None:
    assert change(Fivetran(), seen=SEEN) == Outcome(OLD, changed=True)


def test_what_somebody_set_since_the_plan_is_not_overwritten() -> None:
    api = Fivetran(state=OTHER)

    with pytest.raises(StateChangedElsewhere) as caught:
        change(api, seen=SEEN)

    assert "since it was last read (2026-05-01T00:00:00Z)" in str(caught.value)
    assert "2026-01-01" in str(caught.value)
    assert "2026-03-03" in str(caught.value)
    assert (api.stored, api.paused) == (OTHER, False)
    assert "pause" not in api.journal


@pytest.mark.parametrize(
    "explained",
    [
        {"syncing": 1},
        {"succeeded_at": "2026-05-01T00:00:01Z"},
        {"failed_at": "2026-05-02T10:00:00.5+02:00"},
    ],
)
def test_what_a_sync_moved_since_the_plan_is_told_and_set(explained: dict[str, Any]) -> None:
    api = Fivetran(state=OTHER)
    for name, value in explained.items():
        setattr(api, name, value)

    outcome = change(api, seen=SEEN)

    assert outcome.found == OTHER
    assert "2026-01-01" in outcome.progress
    assert "2026-03-03" in outcome.progress
    assert api.stored == NEW


def test_a_sync_before_the_plan_explains_nothing() -> None:
    api = Fivetran(state=OTHER)
    api.succeeded_at = "2026-04-30T23:00:00Z"

    with pytest.raises(StateChangedElsewhere):
        change(api, seen=SEEN)


def test_what_somebody_set_to_the_wanted_value_is_fine() -> None:
    api = Fivetran(state=NEW)

    assert change(api, seen=SEEN) == Outcome(NEW, changed=False)


class Meddled(Fivetran):
    """Somebody sets the state right after the pause."""

    def modify_connection(self, identifier: str, body: Any, deadline: Deadline) -> Any:
        if body["paused"]:
            self.stored = OTHER
        return super().modify_connection(identifier, body, deadline)


class Finishing(Meddled):
    """A sync ends right after the pause, and has moved the state."""

    def modify_connection(self, identifier: str, body: Any, deadline: Deadline) -> Any:
        self.succeeded_at = "2026-06-01T00:00:00Z"
        return super().modify_connection(identifier, body, deadline)


def test_state_set_between_read_and_patch_is_not_overwritten() -> None:
    api = Meddled()

    with pytest.raises(StateChangedElsewhere, match="since it was read"):
        change(api)

    assert (api.stored, api.paused) == (OTHER, False)


@pytest.mark.parametrize("api", [Finishing(), Meddled(syncing=3)])
def test_state_that_an_awaited_sync_reaches_is_the_previous_one(api: Fivetran) -> None:
    assert change(api).found == OTHER
    assert api.stored == NEW


DEATHS = [(n, after) for n in range(1, len(STEPS) + 1) for after in ("restore", "running")]
DEATHS += [(n, "paused") for n in range(1, len(STEPS))]


@pytest.mark.parametrize(("dies_at", "paused_after"), DEATHS)
def test_run_that_dies_after_any_request_is_finished_by_the_next(
    journal: Journal, dies_at: int, paused_after: str
) -> None:
    api = Fivetran()
    killed(api, journal, dies_at, paused_after=paused_after)

    words = recovered(api, journal)
    outcome = change(api, journal, paused_after=paused_after)

    assert (api.stored, api.paused) == (NEW, paused_after == "paused")
    assert outcome == Outcome(OLD, changed=True)
    assert journal.interrupted_connections() == []
    assert len(words) == (1 if dies_at > STEPS.index("pause") else 0)
    assert not words or "was left behind by an interrupted run" in words[0]


@pytest.mark.parametrize("dies_at", range(3, len(STEPS) + 1))
def test_a_recovery_alone_puts_the_flag_back(journal: Journal, dies_at: int) -> None:
    api = Fivetran()
    killed(api, journal, dies_at)

    recovered(api, journal)

    assert api.paused is False
    assert recovered(api, journal) == []


@pytest.mark.parametrize("dies_at", range(1, 7))
def test_a_paused_connection_stays_paused_when_a_run_dies(journal: Journal, dies_at: int) -> None:
    api = Fivetran(paused=True)
    killed(api, journal, dies_at)

    recovered(api, journal)
    change(api, journal)

    assert (api.stored, api.paused) == (NEW, True)
    assert not {"pause", "unpause"} & set(api.journal)


def test_a_run_that_died_is_gone_on_with_even_without_a_recovery(journal: Journal) -> None:
    api = Fivetran()
    killed(api, journal, STEPS.index("PATCH state") + 1)

    assert change(api, journal) == Outcome(OLD, changed=True)
    assert (api.stored, api.paused) == (NEW, False)


def test_a_flag_that_was_stuck_is_put_back_by_the_next_run(journal: Journal) -> None:
    api = Fivetran()
    api.failures["unpause"] = BROKEN
    with pytest.raises(PausedFlagStuck, match="abc should be running again"):
        change(api, journal)
    api.paused = True

    (words,) = recovered(api, journal)

    assert api.paused is False
    assert "the connection was running. It has been unpaused now" in words
    assert recovered(api, journal) == []


def test_after_a_failure_what_was_found_is_still_known(journal: Journal) -> None:
    api = Fivetran()
    api.failures["PATCH state"] = BROKEN
    with pytest.raises(errors.NoResponse):
        change(api, journal)
    assert api.paused is False

    assert change(api, journal) == Outcome(OLD, changed=True)
    assert recovered(api, journal) == []


def test_the_entry_of_another_account_is_left_alone(journal: Journal) -> None:
    api = Fivetran()
    killed(api, journal, STEPS.index("pause") + 1)
    api.account = "another"

    (words,) = recovered(api, journal)
    assert "with another API key or address" in words
    assert 'PATCH /v1/connections/abc with {"paused": false}' in words
    assert api.paused is True
    assert journal.interrupted_connections() == ["abc"]
    change(api, journal)
    assert api.paused is True, "nothing of another account is gone on with"


def test_a_connection_that_is_gone_is_forgotten(journal: Journal) -> None:
    api = Fivetran()
    killed(api, journal, STEPS.index("pause") + 1)
    api.failures["GET"] = errors.error_of_response("GET", 404, "NotFound_Connection", "gone", None)

    assert recovered(api, journal) == []
    assert journal.interrupted_connections() == []


def test_a_recovery_that_fails_is_told_and_tried_again(journal: Journal) -> None:
    api = Fivetran()
    killed(api, journal, STEPS.index("pause") + 1)
    api.failures["GET"] = BROKEN

    (words,) = recovered(api, journal)
    assert words.startswith("Connection abc may be left paused: ")
    assert "broke off" in words

    assert len(recovered(api, journal)) == 1
    assert api.paused is False


def test_a_run_that_is_at_work_is_not_looked_after(journal: Journal) -> None:
    class Looking(Fivetran):
        def set_state(self, identifier: str, state: Any, deadline: Deadline) -> None:
            assert recovered(self, journal) == []
            assert self.paused is True
            super().set_state(identifier, state, deadline)

    api = Looking()

    change(api, journal)

    assert api.stored == NEW


def test_a_run_that_is_at_work_keeps_others_out(journal: Journal) -> None:
    api = Fivetran()

    other = Journal(journal._folder / "x" / "..")
    with other.hold("abc"), pytest.raises(errors.VendorError, match="another run"):
        change(api, journal)

    assert api.journal == []


def test_a_connection_that_was_paused_is_never_paused_again(journal: Journal) -> None:
    api = Fivetran(paused=True)
    killed(api, journal, 5)
    api.paused = False

    (words,) = recovered(api, journal)

    assert api.paused is False
    assert "before that the connection was paused. If the state" in words
    change(api, journal)
    assert api.paused is False


@pytest.mark.parametrize(
    ("dies_at", "later", "is_undone"),
    [
        (STEPS.index("pause") + 1, timedelta(hours=23), True),
        (STEPS.index("pause") + 1, timedelta(hours=25), False),
        (STEPS.index("unpause") + 1, timedelta(minutes=24), True),
        (STEPS.index("unpause") + 1, timedelta(minutes=26), False),
    ],
)
def test_a_pause_that_may_be_meant_by_now_is_left_and_told(
    journal: Journal, dies_at: int, later: timedelta, is_undone: bool
) -> None:
    api = Fivetran()
    killed(api, journal, dies_at)
    api.paused = True
    api.time += later

    (words,) = recovered(api, journal)

    assert api.paused is not is_undone
    assert ("unpause it: PATCH /v1/connections/abc" in words) is not is_undone
    assert (recovered(api, journal) == []) is is_undone


class Long(Fivetran):
    """A state whose setting takes hours, because a sync is waited for."""

    def set_state(self, identifier: str, state: dict[str, Any], deadline: Deadline) -> None:
        self.time += timedelta(hours=2)
        super().set_state(identifier, state, deadline)


def test_flag_is_put_back_after_a_long_run(journal: Journal) -> None:
    # Given a run that died after two hours, while it put the flag back, which never arrived
    api = Long()
    killed(api, journal, STEPS.index("unpause") + 1)
    api.paused = True

    (words,) = recovered(api, journal)

    assert api.paused is False
    assert "It has been unpaused now." in words


def test_flag_known_to_be_stuck_is_put_back_hours_later(journal: Journal) -> None:
    api = Fivetran()
    api.failures["unpause"] = BROKEN
    with pytest.raises(PausedFlagStuck):
        change(api, journal)
    api.paused = True
    api.time += timedelta(hours=3)

    recovered(api, journal)

    assert api.paused is False


def test_a_state_that_was_never_sent_is_nobodys_work(journal: Journal) -> None:
    api = Fivetran(syncing=10**9)
    with pytest.raises(errors.TimeLimitExceeded):
        change(api, journal, deadline=Deadline(0.05))
    api.syncing, api.stored = 0, NEW

    outcome = set_state(
        api,  # type: ignore[arg-type]
        "abc",
        OTHER,
        journal=journal,
        paused_after="restore",
        deadline=Deadline(30),
    )

    assert outcome.found == NEW


def test_state_set_after_a_failed_attempt_is_not_overwritten(journal: Journal) -> None:
    class Adding(Fivetran):
        def set_state(self, identifier: str, state: Any, deadline: Deadline) -> None:
            super().set_state(identifier, {**state, "added": 1}, deadline)

    api = Adding()
    with pytest.raises(StateDiffers):
        change(api, journal)
    seen = Snapshot.of(api.stored, "2026-06-01T00:00:00Z")
    api.stored = OTHER

    with pytest.raises(StateChangedElsewhere):
        change(api, journal, seen=seen)

    assert api.stored == OTHER


def test_what_a_sync_moved_while_it_was_waited_for_is_told() -> None:
    outcome = change(Finishing())

    assert "A sync moved it on from" in outcome.progress
    assert "2026-03-03" in outcome.progress
