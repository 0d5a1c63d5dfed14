"""A state that was set while Terraform's state never learnt of it: what was there before it is not
lost.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from state_api import NEW, OLD, Fivetran
from state_runs import change

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.connection_state.journal_writer import Attempt
from constructs_lib.backend.fivetran.connection_state.set_state import Outcome, set_state
from constructs_lib.backend.fivetran.journal.journal import (
    Journal,
    JournalEntry,
    loaded,
    set_state_entry,
)
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.managed_object import equivalence

MOVED, OTHER = {"cursor": "2026-06-02"}, {"cursor": "2026-03-03"}
FIRST, SECOND = Attempt("first"), Attempt("second")
BROKEN = errors.NoResponse("request", "the connection broke off", sent=True)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{set_state.__module__}._FIRST_PAUSE", 0.001)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "fivetranops")


def attempt(api: Fivetran, journal: Journal, name: Attempt, wanted: Any = NEW) -> Outcome:
    return set_state(
        api,  # type: ignore[arg-type]
        "abc",
        wanted,
        paused_after="restore",
        deadline=Deadline(30),
        journal=journal,
        attempt=name,
    )


@pytest.mark.parametrize("wanted", [NEW, OTHER])
def test_unknown_attempt_keeps_what_was_before_it(journal: Journal, wanted: Any) -> None:
    api = Fivetran()
    attempt(api, journal, FIRST)

    assert attempt(api, journal, SECOND, wanted) == Outcome(OLD, changed=True)
    assert api.stored == wanted


def test_unknown_attempts_keep_what_was_before_the_first(journal: Journal) -> None:
    api = Fivetran()
    for number, wanted in enumerate((NEW, OTHER, NEW, MOVED)):
        outcome = attempt(api, journal, Attempt(str(number)), wanted)

    assert outcome.found == OLD


def test_known_attempt_is_a_state_of_before(journal: Journal) -> None:
    api = Fivetran()
    attempt(api, journal, FIRST)

    assert attempt(api, journal, Attempt("second", "first"), OTHER).found == NEW


def test_confirmed_attempt_is_a_state_of_before(journal: Journal) -> None:
    api = Fivetran()
    attempt(api, journal, FIRST)

    journal.confirm_set("abc", "another")
    assert journal.unknown_to("abc", "account", None) is not None
    journal.confirm_set("abc", "first")

    assert attempt(api, journal, SECOND, OTHER).found == NEW


def test_unknown_attempt_that_syncs_moved_on(journal: Journal) -> None:
    api = Fivetran()
    attempt(api, journal, FIRST)
    api.stored, api.succeeded_at = MOVED, "2026-06-01T00:00:09Z"

    assert attempt(api, journal, SECOND).found == OLD


def test_what_somebody_set_since_is_a_state_of_before(journal: Journal) -> None:
    api = Fivetran()
    attempt(api, journal, FIRST)
    api.stored = OTHER

    assert attempt(api, journal, SECOND).found == OTHER


def test_unknown_attempt_survives_a_failed_one(journal: Journal) -> None:
    api = Fivetran()
    attempt(api, journal, FIRST)
    for step in ("pause", "PATCH state"):
        api.failures[step] = BROKEN
        with pytest.raises(errors.NoResponse):
            attempt(api, journal, SECOND, OTHER)

    assert attempt(api, journal, Attempt("third"), OTHER).found == OLD


def test_unknown_attempt_of_another_workspace(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = Fivetran()
    attempt(api, journal, FIRST)
    monkeypatch.setenv("TF_WORKSPACE", "other")

    assert attempt(api, Journal(journal._folder), SECOND, OTHER).found == NEW


def test_unknown_attempt_of_another_account(journal: Journal) -> None:
    api = Fivetran()
    attempt(api, journal, FIRST)
    api.account = "another"

    assert attempt(api, journal, SECOND, OTHER).found == NEW


def test_command_neither_takes_nor_loses_an_attempt(journal: Journal) -> None:
    api = Fivetran()
    attempt(api, journal, FIRST)
    command = Journal(journal._folder, "command")

    assert change(api, command, deadline=Deadline(30)) == Outcome(NEW, changed=False)

    assert attempt(api, journal, SECOND, OTHER).found == OLD


def test_what_the_command_set_is_a_state_of_before(journal: Journal) -> None:
    api = Fivetran(state=OTHER)
    change(api, Journal(journal._folder, "command"))

    assert attempt(api, journal, FIRST, OTHER).found == NEW


def test_stuck_flag_of_an_unknown_attempt_is_put_back(journal: Journal) -> None:
    api = Fivetran()
    attempt(api, journal, FIRST)
    journal_file = journal._folder / "abc.json"
    entry = JournalEntry(
        "abc", "account", False, OLD, equivalence.fingerprint(NEW), "2026-06-01T00:00:00Z"
    )
    journal_file.write_text(json.dumps({"version": 1, **entry._asdict(), "is_sent": True}))
    api.paused = True

    assert attempt(api, journal, SECOND).found == OLD
    assert api.paused is False


ENTRY_OF_VERSION_1 = """{"version": 1, "connection": "abc", "account": "account", "paused": false,
 "found": {"cursor": "2026-01-01"}, "wanted": "86c5be2ba1dbb2b8", "since": "2026-05-31T00:00:00Z",
 "is_sent": true, "stored": "86c5be2ba1dbb2b8", "is_putting_back": true, "is_open": false}"""


def test_entry_of_an_earlier_version_is_gone_on_with(journal: Journal) -> None:
    journal._folder.mkdir()
    text = ENTRY_OF_VERSION_1.replace("86c5be2ba1dbb2b8", equivalence.fingerprint(NEW))
    (journal._folder / "abc.json").write_text(text)

    assert attempt(Fivetran(state=NEW), journal, FIRST).found == OLD


def test_entry_while_a_state_is_set_is_one_of_version_1(journal: Journal) -> None:
    class Looking(Fivetran):
        def set_state(self, identifier: str, state: Any, deadline: Deadline) -> None:
            found = json.loads((journal._folder / "abc.json").read_text())
            assert found.keys() == {*json.loads(ENTRY_OF_VERSION_1), "by"}
            super().set_state(identifier, state, deadline)

    api = Looking()
    attempt(api, journal, FIRST)

    assert api.stored == NEW
    # An earlier version reads only what lies in the folder itself, and finds nothing half-done.
    assert list(journal._folder.glob("*.json")) == []


def test_entries_may_say_more_than_is_known() -> None:
    known = loaded(ENTRY_OF_VERSION_1)
    more = {**json.loads(ENTRY_OF_VERSION_1), "of_a_later_version": [1]}
    kept = {"connection": "abc", "account": "a", "workspace": "w", "attempt": "x", "found": None}
    kept |= {"stored": "s", "at": "2026-06-01T00:00:00Z"}

    assert loaded(json.dumps(more)) == known
    assert set_state_entry(json.dumps({**kept, "more": 1})).attempt == "x"
    for lacking in ({**kept, "found": 3}, {**kept, "at": None}, {"attempt": "x"}, []):
        with pytest.raises(ValueError, match=r"entry|type"):
            set_state_entry(json.dumps(lacking))


def test_damaged_entry_is_none(journal: Journal) -> None:
    (journal._folder / "set").mkdir(parents=True)
    (journal._folder / "set" / "abc.json").write_text("{")

    assert journal.unknown_to("abc", "account", None) is None
    assert attempt(Fivetran(), journal, FIRST).found == OLD
