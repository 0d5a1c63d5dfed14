"""What the journal has at each request of a setting of a state, and what is left of it after."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from state_api import NEW, OLD, Fivetran
from state_runs import STEPS, change

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.connection.paused_flag import PausedFlagStuck
from constructs_lib.backend.fivetran.connection_state.journal_writer import Attempt
from constructs_lib.backend.fivetran.connection_state.set_state import read_state, set_state
from constructs_lib.backend.fivetran.connection_state.snapshot import (
    Snapshot,
    StateChangedElsewhere,
    StateDiffers,
    StateNotSupported,
)
from constructs_lib.backend.fivetran.journal.journal import (
    Journal,
    JournalEntry,
    SetStateEntry,
    loaded,
)
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.managed_object.equivalence import fingerprint

OTHER = {"cursor": "2026-03-03"}
BROKEN = errors.NoResponse("request", "the connection broke off", sent=True)
BEGUN, LATER = "2026-06-01T00:00:00Z", "2026-06-01T02:00:00Z"
ENTRY = JournalEntry("abc", "account", False, OLD, fingerprint(NEW), BEGUN)
SENT = ENTRY._replace(is_sent=True)
READ_BACK = SENT._replace(stored=fingerprint(NEW))
SHOWN_OLD, SHOWN_OTHER = '{"cursor": "2026-01-01"}', '{"cursor": "2026-03-03"}'


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{set_state.__module__}._FIRST_PAUSE", 0.001)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "kept")


class Watched(Fivetran):
    """Notes what the journal has at each request; two hours pass while the state is sent."""

    def __init__(self, journal: Journal, **more: Any) -> None:
        super().__init__(**more)
        self.folder = journal.folder
        self.kept: list[JournalEntry | None] = []

    def step(self, name: str) -> None:
        self.kept.append(self.entry())
        if name == "PATCH state":
            self.time += timedelta(hours=2)
        super().step(name)

    def entry(self) -> JournalEntry | None:
        file = self.folder / "abc.json"
        return loaded(file.read_text()) if file.exists() else None


def test_journal_is_ahead_of_each_request(journal: Journal) -> None:
    api = Watched(journal)

    change(api, journal)

    assert dict(zip(STEPS, api.kept, strict=True)) | {"": api.entry()} == {
        "GET": ENTRY,
        "GET state": SENT,
        "pause": ENTRY,
        "PATCH state": SENT,
        "unpause": READ_BACK._replace(is_putting_back=True, since=LATER),
        "": None,
    }
    assert api.kept[:2] == [None, None], "before the state is known there is nothing to record"


def test_journal_says_that_a_paused_connection_was_paused(journal: Journal) -> None:
    api = Watched(journal, paused=True)

    change(api, journal)

    paused = [entry.paused for entry in api.kept if entry is not None]
    assert paused == [True] * 4
    assert api.entry() is None


@pytest.mark.parametrize(
    ("step", "left"),
    [
        ("pause", None),
        ("PATCH state", SENT._replace(is_open=False)),
        ("unpause", READ_BACK._replace(since=LATER)),
    ],
)
def test_failure_leaves_what_the_next_run_needs(
    journal: Journal, step: str, left: JournalEntry | None
) -> None:
    api = Watched(journal)
    api.failures[step] = BROKEN

    with pytest.raises((errors.NoResponse, PausedFlagStuck)):
        change(api, journal)

    assert api.entry() == left


def test_state_that_differs_leaves_what_was_read_back(journal: Journal) -> None:
    class Adding(Watched):
        def set_state(self, identifier: str, state: Any, deadline: Deadline) -> None:
            super().set_state(identifier, {**state, "added": 1}, deadline)

    api = Adding(journal)

    with pytest.raises(StateDiffers):
        change(api, journal)

    stored = fingerprint({**NEW, "added": 1})
    assert api.entry() == SENT._replace(stored=stored, is_open=False)
    # When it is set once more, the first state stays the one to go back to.
    api.kept.clear()
    with pytest.raises(StateDiffers):
        change(api, journal)
    assert api.kept[2] == SENT._replace(stored=stored, since=LATER)


def test_attempt_of_terraform_is_kept_until_it_is_known(journal: Journal) -> None:
    api = Watched(journal)

    change(api, journal, attempt=Attempt("first"))

    assert journal.unknown_to("abc", "account", None) == SetStateEntry(
        connection="abc",
        account="account",
        workspace="default",
        attempt="first",
        found=OLD,
        stored=fingerprint(NEW),
        at=LATER,
    )
    assert api.entry() is None


def test_run_without_an_attempt_keeps_nothing_for_terraform(journal: Journal) -> None:
    change(Watched(journal), journal)

    assert journal.unknown_to("abc", "account", None) is None


@pytest.mark.parametrize(
    ("attempt", "account", "by"),
    [
        (Attempt(), "account", "terraform"),
        (Attempt("second", "first"), "account", "terraform"),
        (Attempt("second"), "another", "terraform"),
        (Attempt("second"), "account", "command"),
    ],
)
def test_what_terraform_knows_or_never_asked_for_is_found(
    journal: Journal, attempt: Attempt, account: str, by: str
) -> None:
    # Given a state that Terraform has set, which its state file may not have learnt of
    api = Watched(journal)
    change(api, journal, attempt=Attempt("first"))
    api.account = account

    # When another one is set by who knows of it, or is not concerned
    outcome = set_state(
        api,  # type: ignore[arg-type]
        "abc",
        OTHER,
        paused_after="restore",
        deadline=Deadline(30),
        journal=Journal(journal.folder, by),
        attempt=attempt,
    )

    # Then what was there just before is the previous state
    assert outcome.found == NEW


class Finishing(Fivetran):
    """A sync ends right after the pause, and has moved the state."""

    def modify_connection(self, identifier: str, body: Any, deadline: Deadline) -> Any:
        if body["paused"]:
            self.stored, self.succeeded_at = OTHER, "2026-06-01T00:00:00Z"
        return super().modify_connection(identifier, body, deadline)


def test_progress_says_what_a_sync_did_meanwhile() -> None:
    outcome = change(Finishing())

    assert outcome.found == OTHER
    assert outcome.progress.startswith("A sync moved it on from ")
    assert outcome.progress.count(" to ") == 1


def test_progress_says_what_syncs_did_before_and_meanwhile() -> None:
    api = Finishing(state={"cursor": "2026-02-02"})
    api.succeeded_at = "2026-05-15T00:00:00Z"

    outcome = change(api, seen=Snapshot.of(OLD, "2026-05-01T00:00:00Z"))

    first, second = outcome.progress.split(". Then a sync moved it on from ")
    assert "at 2026-05-01T00:00:00Z; since then its syncs have moved it to " in first
    assert second.count(" to ") == 1


def test_state_that_nobody_moved_has_no_progress() -> None:
    seen = Snapshot.of(OLD, "2026-05-01T00:00:00Z")

    assert change(Fivetran(), seen=seen).progress == ""
    assert change(Fivetran(syncing=2), seen=seen).progress == ""


def test_sync_that_moved_the_state_is_recorded_before_it_is_sent(journal: Journal) -> None:
    class Moving(Watched, Finishing):
        pass

    api = Moving(journal)

    assert change(api, journal).found == OTHER
    sent = api.kept[api.journal.index("PATCH state")]
    assert sent == SENT._replace(found=OTHER)


def test_error_of_on_send_sends_nothing_and_puts_the_flag_back(journal: Journal) -> None:
    api = Watched(journal)

    def refuse() -> None:
        raise errors.VendorError("not now")

    with pytest.raises(errors.VendorError, match="not now"):
        change(api, journal, on_send=refuse)

    assert api.journal == ["GET", "GET state", "pause", "GET", "GET state", "unpause"]
    assert (api.stored, api.paused, api.entry()) == (OLD, False, None)


def test_state_that_appears_without_a_sync_is_not_overwritten() -> None:
    class Written(Fivetran):
        def modify_connection(self, identifier: str, body: Any, deadline: Deadline) -> Any:
            self.stored = OTHER
            return super().modify_connection(identifier, body, deadline)

    api = Written(state=None)

    with pytest.raises(StateChangedElsewhere, match="not written yet, now it is"):
        change(api)

    assert "PATCH state" not in api.journal


def refusal(status: int, message: str = "no") -> errors.ApiError:
    return errors.error_of_response("GET state", status, "", message, None)


@pytest.mark.parametrize(
    ("service", "status", "message", "error"),
    [
        ("connector_sdk", 400, "no", None),
        ("connector_sdk", 405, "no", errors.ApiError),
        ("connector_sdk", 404, "no", errors.ApiError),
        ("connector_sdk", 500, "no", errors.ApiError),
        ("connector_sdk", 400, "Failed to stop in-progress sync", errors.SyncInProgress),
        ("postgres", 400, "no", StateNotSupported),
        ("postgres", 405, "no", StateNotSupported),
        ("postgres", 403, "no", errors.Unauthorized),
    ],
)
@pytest.mark.parametrize("is_known", [True, False])
def test_service_decides_whether_there_is_no_state_yet(
    service: str, status: int, message: str, error: Any, is_known: bool
) -> None:
    api = Fivetran()
    api.service = service
    api.failures["GET state"] = refusal(status, message)
    known = {"service": service} if is_known else None

    def read() -> Any:
        return read_state(api, "abc", Deadline(5), known)  # type: ignore[arg-type]

    if error is None:
        assert read() is None
    else:
        with pytest.raises(error):
            read()
    asks = status in (400, 405) and error is not errors.SyncInProgress and not is_known
    assert api.journal == ["GET state", *(["GET"] if asks else [])]
