"""Runs that set a state in memory, and runs that are cut off in the middle of that."""

from __future__ import annotations

from typing import Any

import pytest
from state_api import NEW, Fivetran

from constructs_lib.backend.fivetran.connection_state.set_state import Outcome, set_state
from constructs_lib.backend.fivetran.journal.journal import Journal, JournalHandle
from constructs_lib.backend.fivetran.recovery import recover
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.plugin.diagnostics import Diagnostics

STEPS = ["GET", "GET state", "pause", "GET", "GET state", "PATCH state", "GET state", "unpause"]


class Killed(BaseException):
    """The process is gone: nothing of it runs any more."""


def change(api: Fivetran, journal: Journal | None = None, **more: Any) -> Outcome:
    options: dict[str, Any] = {"paused_after": "restore", "deadline": Deadline(30)} | more
    return set_state(api, "abc", NEW, journal=journal, **options)  # type: ignore[arg-type]


def killed(api: Fivetran, journal: Journal, dies_at: int, **more: Any) -> None:
    """A run that is killed after so many requests: from then on it neither asks nor writes."""
    api.dies_at, api.death = dies_at, Killed()
    write, remove = JournalHandle.write, JournalHandle.remove
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JournalHandle, "write", lambda *given: api.lives() or write(*given))
        patch.setattr(JournalHandle, "remove", lambda *given: api.lives() or remove(*given))
        with pytest.raises(Killed):
            change(api, journal, **more)
    assert len(api.journal) == dies_at
    api.dies_at = 0


def recovered(api: Fivetran, journal: Journal) -> list[str]:
    diagnostics = Diagnostics()
    recover(api, journal, diagnostics)  # type: ignore[arg-type]
    return [f"{one.summary}: {one.detail}" for one in diagnostics]
