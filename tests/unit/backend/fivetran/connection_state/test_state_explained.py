"""Which move of a state a sync explains while it is set, and the words for all that happens."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from state_api import NEW, OLD, Fivetran
from state_runs import STEPS, change, killed

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.connection_state import set_state as module
from constructs_lib.backend.fivetran.connection_state.journal_writer import Attempt
from constructs_lib.backend.fivetran.connection_state.set_state import Outcome
from constructs_lib.backend.fivetran.connection_state.snapshot import (
    Snapshot,
    StateChangedElsewhere,
    StateDiffers,
    StateNotSupported,
)
from constructs_lib.backend.fivetran.journal.journal import Journal, JournalEntry, loaded
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.managed_object.equivalence import fingerprint

OTHER = {"cursor": "2026-03-03"}
SHOWN_OLD, SHOWN_OTHER = '{"cursor": "2026-01-01"}', '{"cursor": "2026-03-03"}'
SHOWN_NEW = '{"cursor": "2026-06-01"}'
SEEN = Snapshot.of(OLD, "2026-05-01T00:00:00Z")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FIRST_PAUSE", 0.001)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "kept")


class Moving(Fivetran):
    """The state is another one right after the pause; a test says what else happens there."""

    def __init__(self, *, sync: dict[str, Any] | None = None, **more: Any) -> None:
        super().__init__(**more)
        self.sync = sync or {}

    def modify_connection(self, identifier: str, body: Any, deadline: Deadline) -> Any:
        if body["paused"]:
            self.stored = OTHER
            for name, value in self.sync.items():
                setattr(self, name, value)
        return super().modify_connection(identifier, body, deadline)


@pytest.mark.parametrize(
    "api",
    [
        lambda: Moving(syncing=1),
        lambda: Moving(sync={"syncing": 2}),
        lambda: Moving(sync={"succeeded_at": "2026-06-01T00:00:00Z"}),
        lambda: Moving(sync={"failed_at": "2026-06-01T00:00:00Z"}),
    ],
    ids=["ran at first", "began meanwhile", "succeeded meanwhile", "failed meanwhile"],
)
def test_move_is_explained_by_any_sign_of_a_sync(api: Any) -> None:
    outcome = change(api())

    words = f"A sync moved it on from {SHOWN_OLD} to {SHOWN_OTHER}."
    assert outcome == Outcome(OTHER, changed=True, progress=words)


def test_move_without_any_sign_of_a_sync_is_told_in_full() -> None:
    api = Moving()

    with pytest.raises(StateChangedElsewhere) as caught:
        change(api)

    assert str(caught.value) == (
        "the state of connection abc was changed by somebody else since it was read: then it was "
        f"{SHOWN_OLD}, now it is {SHOWN_OTHER}"
    )
    assert (api.stored, api.paused) == (OTHER, False)


def test_conflict_explains_a_move_as_well() -> None:
    class Short(Fivetran):
        """A sync that nobody sees but the request that it refuses."""

        def set_state(self, identifier: str, state: Any, deadline: Deadline) -> None:
            if self.stored == OLD:
                self.stored, self.syncing = OTHER, 1
                try:
                    super().set_state(identifier, state, deadline)
                finally:
                    self.syncing = 0
            super().set_state(identifier, state, deadline)

    api = Short()

    assert change(api).found == OTHER
    assert api.journal == [
        *("GET", "GET state", "pause", "GET", "GET state", "PATCH state: 409"),
        *("GET", "GET state", "PATCH state", "GET state", "unpause"),
    ]


def test_move_since_the_plan_and_since_the_read_are_both_told() -> None:
    api = Moving(state={"cursor": "2026-02-02"}, syncing=1)

    assert change(api, seen=SEEN).progress == (
        f"It was {SHOWN_OLD} at 2026-05-01T00:00:00Z; since then its syncs have moved it to "
        '{"cursor": "2026-02-02"}. Then a sync moved it on from {"cursor": "2026-02-02"} to '
        f"{SHOWN_OTHER}."
    )


def test_move_since_the_plan_without_a_sync_is_told_in_full() -> None:
    with pytest.raises(StateChangedElsewhere) as caught:
        change(Fivetran(state=OTHER), seen=SEEN)

    assert str(caught.value) == (
        "the state of connection abc was changed by somebody else since it was last read "
        f"(2026-05-01T00:00:00Z): then it was {SHOWN_OLD}, now it is {SHOWN_OTHER}"
    )


def test_state_that_reads_back_differently_is_told_in_full() -> None:
    class Merging(Fivetran):
        def set_state(self, identifier: str, state: Any, deadline: Deadline) -> None:
            super().set_state(identifier, OTHER, deadline)

    with pytest.raises(StateDiffers) as caught:
        change(Merging())

    assert str(caught.value) == (
        f"the state of connection abc reads back differently: sent {SHOWN_NEW}, stored "
        f"{SHOWN_OTHER}"
    )
    assert caught.value.stored == OTHER


def test_service_without_state_is_told_with_its_connection() -> None:
    api = Fivetran()
    api.service = "postgres"

    with pytest.raises(StateNotSupported, match=r"^connection abc has the service 'postgres',"):
        change(api)

    assert api.journal == ["GET"]


def test_state_that_was_never_written_costs_no_other_request() -> None:
    api = Fivetran(state=None)

    assert change(api) == Outcome(None, changed=True)
    assert api.journal == STEPS


def test_state_that_is_not_there_after_it_was_set_differs() -> None:
    class Losing(Fivetran):
        def set_state(self, identifier: str, state: Any, deadline: Deadline) -> None:
            super().set_state(identifier, state, deadline)
            self.stored = None

    api = Losing()

    with pytest.raises(StateDiffers):
        change(api)

    assert api.journal == STEPS


@pytest.mark.parametrize("wanted", [NEW, OLD])
@pytest.mark.parametrize("paused_after", ["restore", "running", "paused"])
def test_everything_is_about_the_connection_itself(wanted: Any, paused_after: str) -> None:
    api = Fivetran(paused=paused_after == "running", state=OLD)

    module.set_state(
        api,  # type: ignore[arg-type]
        "abc",
        wanted,
        paused_after=paused_after,
        deadline=Deadline(30),
    )

    assert api.about == {"abc"}
    assert api.paused is (paused_after == "paused")


def test_history_has_what_was_there_and_what_became_of_it(journal: Journal) -> None:
    change(Fivetran(), journal)

    (made,) = journal.history("abc").changes()
    assert (made.before, made.after, made.result) == (OLD, NEW, "set")


class Adding(Moving):
    """Stores more than it is sent, so that each attempt is left half-done; ``kept`` is what the
    journal has when the state is sent.
    """

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self.file = journal.folder / "abc.json"
        self.kept: list[JournalEntry] = []

    def modify_connection(self, identifier: str, body: Any, deadline: Deadline) -> Any:
        if not self.kept:  # Nothing moves during the first attempt.
            return Fivetran.modify_connection(self, identifier, body, deadline)
        return super().modify_connection(identifier, body, deadline)

    def set_state(self, identifier: str, state: Any, deadline: Deadline) -> None:
        self.kept.append(loaded(self.file.read_text()))
        super().set_state(identifier, {**state, "added": 1}, deadline)


def test_first_state_is_kept_when_a_sync_moves_a_later_attempt(journal: Journal) -> None:
    # Given an attempt that the API has stored in another form
    api = Adding(journal)
    with pytest.raises(StateDiffers):
        change(api, journal)

    # When a sync moves the state while it is set once more
    api.sync = {"succeeded_at": "2026-06-01T00:00:00Z"}
    found: list[Any] = []
    with pytest.raises(StateDiffers):
        change(api, journal, on_set=found.append)

    # Then the state before the first attempt is the one to go back to
    assert found == [OLD]
    assert [entry.found for entry in api.kept] == [OLD, OLD]


def test_what_terraform_set_unknowingly_needs_no_explanation(journal: Journal) -> None:
    # Given a state that Terraform has set without learning of it
    api = Fivetran()
    change(api, journal, attempt=Attempt("first"))

    # When it plans from what it knows, and sets another state
    outcome = module.set_state(
        api,  # type: ignore[arg-type]
        "abc",
        OTHER,
        paused_after="restore",
        deadline=Deadline(30),
        journal=journal,
        seen=SEEN,
        attempt=Attempt("second"),
    )

    # Then nobody else has changed anything, and what was there at first is the previous state
    assert outcome == Outcome(OLD, changed=True)


def test_state_that_terraform_set_is_reported_by_the_next(journal: Journal) -> None:
    api = Fivetran()
    change(api, journal, attempt=Attempt("first"))
    api.journal.clear()

    assert change(api, journal, attempt=Attempt("second")) == Outcome(OLD, changed=True)

    assert api.journal == ["GET", "GET state"]
    kept = journal.unknown_to("abc", "account", "first")
    assert kept is not None
    assert (kept.attempt, kept.found, kept.stored) == ("second", OLD, fingerprint(NEW))
    assert journal.unknown_to("abc", "account", "second") is None


def test_wait_says_how_long_and_until_when(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Noon(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime(2026, 6, 1, 12 if tz is timezone.utc else 18, tzinfo=tz)

    class Half(Deadline):
        """Half an hour, however long it takes."""

        waits: list[tuple[float, str]] = []  # noqa: RUF012 - of one test.
        remaining = 1800.0  # type: ignore[assignment]

        def poll(self, pause: float, reason: str) -> None:
            self.waits.append((pause, reason))

    monkeypatch.setenv("TF_LOG", "TRACE")
    monkeypatch.setattr(module, "datetime", Noon)
    monkeypatch.setattr(module, "_FIRST_PAUSE", 0.5)
    deadline = Half(1800)

    change(Fivetran(syncing=2), deadline=deadline)

    ((pause, reason),) = deadline.waits
    assert reason == "the sync of connection abc to end"
    assert 0 < pause <= 0.5
    assert (
        f"connection abc: a sync is in progress; looking again in {pause:.1f} s, for at most "
        "1800 s more, until 12:30:00Z"
    ) in capsys.readouterr().err


def test_error_of_the_api_while_sending_is_raised_as_it_is() -> None:
    api = Fivetran()
    refusal = errors.error_of_response("PATCH state", 422, "Invalid", "no", None)
    api.failures["PATCH state"] = refusal

    with pytest.raises(errors.ApiError) as caught:
        change(api)

    assert caught.value is refusal
    assert api.journal == [*STEPS[:6], "unpause"]


def test_history_of_a_state_that_differs_says_so(journal: Journal) -> None:
    with pytest.raises(StateDiffers):
        change(Adding(journal), journal)

    assert [made.result for made in journal.history("abc").changes()] == ["differs"]


def test_history_of_a_run_that_died_is_completed_by_the_next(journal: Journal) -> None:
    # Given a run that died after it sent the state
    api = Fivetran()
    killed(api, journal, STEPS.index("PATCH state") + 1)
    assert [made.result for made in journal.history("abc").changes()] == ["sent"]

    # When the next run finds the state that it wants
    change(api, journal)

    # Then the history says that it was set, and the journal is empty
    assert [made.result for made in journal.history("abc").changes()] == ["set"]
    assert journal.interrupted_connections() == []


def test_entry_of_a_run_that_set_nothing_goes_with_the_next(journal: Journal) -> None:
    # Given a run that died before it sent the state, and somebody who has set it since
    api = Fivetran()
    killed(api, journal, STEPS.index("pause") + 1)
    api.stored = NEW

    # When the state is wanted again
    assert change(api, journal) == Outcome(NEW, changed=False)

    # Then nothing is left of that run
    assert journal.interrupted_connections() == []
    assert api.paused is False


def test_equal_state_without_anything_left_touches_no_history(journal: Journal) -> None:
    # Given a change that may be set, recorded by somebody who keeps no entry
    journal.history("abc").begin(OLD, NEW, "2026-06-01T00:00:00Z")

    assert change(Fivetran(state=NEW), journal) == Outcome(NEW, changed=False)

    assert [made.result for made in journal.history("abc").changes()] == ["sent"]
