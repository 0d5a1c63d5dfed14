"""What one attempt has left half-done, and whose work that is for the next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from state_api import NEW, OLD, Fivetran
from state_runs import STEPS, change, killed, recovered

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.connection_state.set_state import set_state
from constructs_lib.backend.fivetran.connection_state.snapshot import StateDiffers
from constructs_lib.backend.fivetran.journal.journal import Journal, JournalEntry, dumped, loaded
from constructs_lib.backend.http.deadline import Deadline

OTHER = {"cursor": "2026-03-03"}
BROKEN = errors.NoResponse("request", "the connection broke off", sent=True)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{set_state.__module__}._FIRST_PAUSE", 0.001)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path)


def test_second_attempt_that_sent_nothing_keeps_the_first_state(
    journal: Journal,
) -> None:
    class Adding(Fivetran):
        def set_state(self, identifier: str, state: Any, deadline: Deadline) -> None:
            super().set_state(identifier, {**state, "added": 1}, deadline)

    api = Adding()
    with pytest.raises(StateDiffers):
        change(api, journal)
    api.failures["pause"] = BROKEN
    with pytest.raises(errors.NoResponse):
        change(api, journal)

    with pytest.raises(StateDiffers):
        change(api, journal, on_set=(found := []).append)

    assert found == [OLD]


@pytest.mark.parametrize(
    ("by", "wanted", "found"), [("command", NEW, OLD), ("terraform", OTHER, OLD)]
)
def test_half_done_work_of_another_continues_if_both_agree(
    journal: Journal, by: str, wanted: Any, found: Any
) -> None:
    api = Fivetran()
    killed(api, journal, STEPS.index("PATCH state") + 1)
    recovered(api, journal)

    outcome = set_state(
        api,  # type: ignore[arg-type]
        "abc",
        wanted,
        paused_after="restore",
        deadline=Deadline(30),
        journal=Journal(journal._folder, by),
    )

    assert outcome.found == found


def test_what_another_has_set_is_the_state_before(journal: Journal) -> None:
    api = Fivetran()
    killed(api, journal, STEPS.index("PATCH state") + 1)
    recovered(api, journal)

    outcome = set_state(
        api,  # type: ignore[arg-type]
        "abc",
        OTHER,
        paused_after="restore",
        deadline=Deadline(30),
        journal=Journal(journal._folder, "command"),
    )

    assert outcome.found == NEW


def test_an_entry_of_an_older_version_is_one_of_terraform() -> None:
    entry = JournalEntry("abc", "account", False, OLD, "print", "2026-01-31")
    older = dumped(entry).replace(', "by": "terraform"', "")

    assert older != dumped(entry)
    assert loaded(older) == entry
