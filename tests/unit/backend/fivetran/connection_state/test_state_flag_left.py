"""The paused flag that a dead run has left, with and without a recovery since."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from state_api import NEW, OLD, Fivetran
from state_runs import STEPS, change, killed, recovered

from constructs_lib.backend.fivetran.connection_state.set_state import Outcome, set_state
from constructs_lib.backend.fivetran.journal.journal import Journal
from constructs_lib.backend.http.deadline import Deadline

OTHER = {"cursor": "2026-03-03"}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{set_state.__module__}._FIRST_PAUSE", 0.001)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path)


@pytest.mark.parametrize("dies_at", range(1, 7))
def test_dead_run_on_a_paused_connection_leaves_it_paused(journal: Journal, dies_at: int) -> None:
    # Given a run that died on a connection that somebody had paused, and no recovery since
    api = Fivetran(paused=True)
    killed(api, journal, dies_at)
    api.journal.clear()

    # When the state is set again
    outcome = change(api, journal)

    # Then the flag is as that person had left it, and was never touched
    assert (api.stored, api.paused, outcome.found) == (NEW, True, OLD)
    assert not {"pause", "unpause"} & set(api.journal)


@pytest.mark.parametrize("wanted", [NEW, OTHER])
def test_pause_by_a_person_after_a_recovery_is_kept(journal: Journal, wanted: Any) -> None:
    # Given a run that died, its flag put back by a recovery, and a person who pauses since then
    api = Fivetran()
    killed(api, journal, STEPS.index("PATCH state") + 1)
    recovered(api, journal)
    api.paused = True
    api.journal.clear()

    # When a state is set, the same one or another
    set_state(
        api,  # type: ignore[arg-type]
        "abc",
        wanted,
        paused_after="restore",
        deadline=Deadline(30),
        journal=journal,
    )

    # Then the connection stays paused
    assert (api.stored, api.paused) == (wanted, True)
    assert not {"pause", "unpause"} & set(api.journal)


def test_flag_that_a_crash_left_is_put_back_without_recovery(journal: Journal) -> None:
    api = Fivetran()
    killed(api, journal, STEPS.index("pause") + 1)
    assert api.paused is True
    api.journal.clear()

    assert change(api, journal) == Outcome(OLD, changed=True)
    assert api.paused is False
    assert api.journal == [
        *("GET", "GET state", "GET", "GET state"),
        *("PATCH state", "GET state", "unpause"),
    ]
