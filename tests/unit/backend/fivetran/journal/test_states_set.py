"""The states that were set and that Terraform may not know of, and the notes of plans."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from constructs_lib.backend.fivetran.connection_state.snapshot import Snapshot
from constructs_lib.backend.fivetran.journal.journal import (
    HeldElsewhere,
    Journal,
    JournalEntry,
    JournalHandle,
    SetStateEntry,
    dumped,
    loaded,
    set_state_entry,
)
from constructs_lib.backend.managed_object import equivalence

ENTRY = JournalEntry("abc", "account", False, {"n": 1}, "print", "2026-01-31T00:00:00Z")
SET = SetStateEntry(
    "abc", "account", "default", "attempt", {"n": 1}, "print", "2026-01-31T00:00:00Z"
)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "kept")


def saved(journal: Journal, entry: SetStateEntry = SET) -> None:
    with journal.hold(entry.connection) as handle:
        handle.save_set_state(entry)


def test_state_that_was_set_is_unknown_until_confirmed(journal: Journal) -> None:
    saved(journal)

    assert journal.unknown_to("abc", "account", None) == SET
    assert journal.unknown_to("abc", "account", "another") == SET
    assert journal.unknown_to("abc", "account", "attempt") is None
    with journal.hold("abc") as handle:
        assert handle.set_state() == SET

    journal.confirm_set("abc", "another")
    assert journal.unknown_to("abc", "account", None) == SET

    journal.confirm_set("abc", "attempt")
    assert journal.unknown_to("abc", "account", None) is None
    journal.confirm_set("abc", "attempt")


@pytest.mark.parametrize(
    ("identifier", "account", "workspace"),
    [
        ("other", "account", "default"),
        ("abc", "other", "default"),
        ("abc", "account", "other"),
    ],
)
def test_state_of_another_is_not_unknown_here(
    journal: Journal, identifier: str, account: str, workspace: str
) -> None:
    saved(journal, SET._replace(workspace=workspace))

    assert journal.unknown_to(identifier, account, None) is None


def test_state_that_was_set_is_no_interrupted_run(journal: Journal) -> None:
    saved(journal)

    assert journal.interrupted_connections() == []
    with journal.hold("abc") as handle:
        assert handle.read() is None


@pytest.mark.parametrize("field", SetStateEntry._fields)
def test_state_that_was_set_needs_each_field_in_its_type(field: str) -> None:
    values = json.loads(dumped(SET))

    assert set_state_entry(json.dumps({**values, "newer": 1})) == SET
    another = "found is of another type" if field == "found" else "a field is of another type"
    without = {name: value for name, value in values.items() if name != field}
    for wrong, words in (
        ({**values, field: 5}, another),
        (without, "no entry of a state that was set"),
    ):
        with pytest.raises(ValueError, match=r"another type|no entry") as caught:
            set_state_entry(json.dumps(wrong))
        assert str(caught.value) == words


def test_state_that_was_set_needs_no_version() -> None:
    assert set_state_entry(json.dumps(SET._asdict())) == SET


def test_state_that_was_set_over_none_is_read() -> None:
    assert set_state_entry(dumped(SET._replace(found=None))) == SET._replace(found=None)


REQUIRED = ("connection", "account", "paused", "found", "wanted", "since")


@pytest.mark.parametrize("field", JournalEntry._fields)
def test_entry_needs_each_field_in_its_type(field: str) -> None:
    values = json.loads(dumped(ENTRY))

    assert loaded(json.dumps({**values, "newer": 1})) == ENTRY
    with pytest.raises(ValueError, match=f"^{field} is missing, or of another type$"):
        loaded(json.dumps({**values, field: 5}))
    without = json.dumps({name: value for name, value in values.items() if name != field})
    if field in REQUIRED:
        with pytest.raises(ValueError, match=f"^{field} is missing, or of another type$"):
            loaded(without)
    else:
        assert loaded(without) == ENTRY


@pytest.mark.parametrize("version", [None, 0, 2, "1"])
def test_entry_of_another_version_is_refused(version: Any) -> None:
    text = json.dumps({**json.loads(dumped(ENTRY)), "version": version})

    with pytest.raises(ValueError, match=r"^no entry of this version$"):
        loaded(text)


@pytest.mark.parametrize(
    ("is_sent", "live", "has_set"),
    [
        (True, {"wanted": 1}, True),
        (True, {"stored": 1}, True),
        (True, {"other": 1}, False),
        (True, None, False),
        (False, {"wanted": 1}, False),
        (False, {"stored": 1}, False),
    ],
)
def test_run_has_set_what_it_sent_or_read_back(is_sent: bool, live: Any, has_set: bool) -> None:
    wanted, stored = (equivalence.fingerprint({name: 1}) for name in ("wanted", "stored"))
    entry = ENTRY._replace(wanted=wanted, stored=stored, is_sent=is_sent)

    assert entry.has_set(live) is has_set


def test_notes_of_the_last_two_runs_are_kept(journal: Journal) -> None:
    for run in ("one", "two", "three"):
        journal.note_plan("abc", run, Snapshot(f"print of {run}", "text", "at"))

    (file,) = journal.folder.glob("*.plan")
    assert json.loads(file.read_text()) == {
        "two": ["print of two", "text", "at"],
        "three": ["print of three", "text", "at"],
    }
    assert journal.planned("abc", "three") == Snapshot("print of two", "text", "at")
    assert not file.exists()


def test_note_of_a_run_replaces_its_earlier_one(journal: Journal) -> None:
    for print_ in ("first", "second"):
        journal.note_plan("abc", "plan", Snapshot(print_, "text", "at"))

    assert journal.planned("abc", "apply") == Snapshot("second", "text", "at")


def test_interrupted_connections_are_sorted_and_readable_ones(journal: Journal) -> None:
    for identifier in ("b", "c", "a"):
        with journal.hold(identifier) as handle:
            handle.write(ENTRY._replace(connection=identifier))
    (journal.folder / "broken.json").write_text("{")

    assert journal.interrupted_connections() == ["a", "b", "c"]


def test_first_problem_is_the_one_that_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    journal = Journal(tmp_path / "file")
    assert (journal.problem, journal.history_problem) == ("", "")

    with journal.hold("abc") as handle:
        handle.save_set_state(SET)
        handle.history.begin(None, {"n": 1}, "2026")

    assert journal.problem == f"nothing can be kept in {tmp_path}/file: File exists"
    history = f"{tmp_path}/file/history/abc.jsonl cannot be read: Not a directory"
    assert journal.history_problem == history
    log = capsys.readouterr().err
    assert f"the journal: {journal.problem}" in log
    assert f"the journal: {tmp_path}/file/set/abc.json cannot be written: Not a directory" in log
    assert f"the history of states: {history}" in log


def test_handle_knows_whose_run_and_workspace_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_WORKSPACE", "staging")

    with Journal(tmp_path / "kept", "command").hold("abc") as handle:
        assert (handle.by, handle.workspace) == ("command", "staging")
    with Journal(tmp_path / "kept").hold("abc") as handle:
        assert handle.by == "terraform"


def test_holder_that_does_not_wait_is_refused_in_words(journal: Journal) -> None:
    with journal.hold("abc"):
        with pytest.raises(HeldElsewhere) as caught, journal.hold("abc", waits=False):
            pass
        with journal.hold("other", waits=False):
            pass

    assert str(caught.value) == (
        "another run in this working directory is setting the state of connection abc, or is "
        "changing it"
    )
    assert list(journal.folder.glob("*.lock")) == []
    with journal.hold("abc", waits=False):
        pass


def test_entry_that_is_removed_is_gone_once_and_for_all(journal: Journal) -> None:
    with journal.hold("abc") as handle:
        handle.write(ENTRY)
        handle.write(ENTRY._replace(is_open=False))
        assert handle.read() == ENTRY._replace(is_open=False)
        handle.remove()
        handle.remove()
        assert handle.read() is None


def test_folders_are_the_owners_alone(journal: Journal) -> None:
    journal.note_plan("abc", "run", Snapshot("print", "text", "at"))
    assert stat.S_IMODE(journal.folder.stat().st_mode) == 0o700

    saved(journal)

    assert stat.S_IMODE((journal.folder / "set").stat().st_mode) == 0o700


def test_state_that_is_set_again_replaces_the_one_before(journal: Journal) -> None:
    saved(journal)
    saved(journal, SET._replace(attempt="second"))

    assert journal.problem == ""
    assert journal.unknown_to("abc", "account", None) == SET._replace(attempt="second")


def test_entry_that_cannot_be_written_is_reported(journal: Journal) -> None:
    (journal.folder / "abc.json").mkdir(parents=True)

    with journal.hold("abc") as handle:
        handle.write(ENTRY)

    assert journal.problem == f"{journal.folder}/abc.json cannot be written: Is a directory"


def test_file_that_cannot_be_read_is_logged_with_its_error(
    journal: Journal, capsys: pytest.CaptureFixture[str]
) -> None:
    (journal.folder / "set").mkdir(parents=True)
    for name in ("abc.json", "set/abc.json"):
        (journal.folder / name).write_text("[]")

    with journal.hold("abc") as handle:
        assert handle.read() is None
        assert handle.set_state() is None

    log = capsys.readouterr().err
    for name in ("abc.json", "set/abc.json"):
        assert f"the journal {journal.folder}/{name} cannot be read (ValueError)" in log


def test_file_that_cannot_be_deleted_stops_nothing(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(journal)
    journal.note_plan("abc", "plan", Snapshot("print", "text", "at"))

    def refuse(*given: Any, **more: Any) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "unlink", refuse)

    journal.confirm_set("abc", "attempt")
    assert journal.planned("abc", "apply") == Snapshot("print", "text", "at")
    assert journal.unknown_to("abc", "account", None) == SET


def test_journal_of_a_directory_knows_whose_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TF_DATA_DIR", raising=False)

    journal = Journal.of_working_directory(tmp_path, "command")

    assert journal.folder == tmp_path / ".terraform" / "fivetranops"
    assert journal.history("abc").by == "command"
    assert Journal.of_working_directory(tmp_path).history("abc").by == "terraform"


def test_handle_is_of_the_default_workspace(journal: Journal) -> None:
    handle = JournalHandle(journal.folder / "abc.json", journal.history("abc"), print)

    assert handle.workspace == "default"
