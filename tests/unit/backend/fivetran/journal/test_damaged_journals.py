"""Whatever stands in the place of a file that the provider keeps: it is data, or says nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from api_world import World

from constructs_lib.backend.fivetran.connection_state.snapshot import Snapshot
from constructs_lib.backend.fivetran.connection_sync import journal
from constructs_lib.backend.fivetran.journal import private_files
from constructs_lib.backend.fivetran.journal.creations import CreationJournal, Name, workspace
from constructs_lib.backend.fivetran.journal.history import History
from constructs_lib.backend.fivetran.journal.journal import (
    Journal,
    JournalEntry,
    SetStateEntry,
    dumped,
)
from constructs_lib.backend.fivetran.recovery import recover, recover_creations
from constructs_lib.backend.plugin.diagnostics import Diagnostics

NAME = Name("account", "group", "postgres", "orders")
ENTRY = JournalEntry(
    "abc", "account", False, {"n": 1}, "print", "2026-01-31T00:00:00Z", is_sent=True
)
SET = SetStateEntry(
    "abc", "account", "default", "attempt", {"n": 1}, "print", "2026-01-31T00:00:00Z"
)
CHANGE: dict[str, Any] = {"number": 1, "at": "2026", "by": "terraform", "before": None}
CHANGE |= {"after": {}, "result": "set"}
SYNC = {
    "account": "account",
    "run": "run",
    "wish": "wish",
    "mark": {"since": "2026-01-31T00:00:00Z", "succeeded_at": None, "failed_at": None},
    "before": {"status": {}, "succeeded_at": None, "failed_at": None},
    "is_begun": True,
}
CREATION = {
    **NAME._asdict(),
    "version": 1,
    "workspace": "default",
    "since": "2026-01-31T00:00:00Z",
    "run": "other",
    "until": "2026-01-31T00:00:00Z",
    "connection": "abc",
}
DEEP = "[" * 100_000 + "]" * 100_000
ODD: list[Any] = [None, True, 5, -1.5, "text", "", "\x1b[2J", [], [1], {}, {"a": 1}, [[[]]]]
ODD += ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "\ud800", "x" * 10_000]


def sync_file(folder: Path) -> Path:
    return folder / "abc.0123456789ab.sync"


def creation_file(folder: Path) -> Path:
    journal = CreationJournal(folder / "creations", "default", print)
    return journal._file(NAME)


READERS: dict[str, tuple[Callable[[Path], Path], Any, Callable[[Path], Any]]] = {
    "entry": (
        lambda folder: folder / "abc.json",
        json.loads(dumped(ENTRY)),
        lambda folder: (read_entry(folder), Journal(folder).interrupted_connections()),
    ),
    "set": (
        lambda folder: folder / "set" / "abc.json",
        json.loads(dumped(SET)),
        lambda folder: Journal(folder).unknown_to("abc", "account", None),
    ),
    "plan": (
        lambda folder: folder / "abc.plan",
        {"run": ["print", "text", "2026"]},
        lambda folder: Journal(folder).planned("abc", "other"),
    ),
    "history": (
        lambda folder: folder / "history" / "abc.jsonl",
        CHANGE,
        lambda folder: History(folder, "abc").changes(),
    ),
    "sync": (sync_file, SYNC, lambda folder: journal._loaded(sync_file(folder))),
    "creation": (
        creation_file,
        CREATION,
        lambda folder: CreationJournal(folder / "creations", "default", print).left(NAME),
    ),
}


def read_entry(folder: Path) -> JournalEntry | None:
    with Journal(folder).hold("abc") as handle:
        return handle.read()


def found(kind: str, folder: Path, text: str) -> Any:
    place, _, read = READERS[kind]
    place(folder).parent.mkdir(parents=True, exist_ok=True)
    place(folder).write_text(text, encoding="utf-8", errors="surrogatepass")
    return read(folder)


@pytest.mark.parametrize("kind", READERS)
def test_file_that_is_as_it_was_written_is_read(kind: str, tmp_path: Path) -> None:
    result = found(kind, tmp_path, json.dumps(READERS[kind][1]))

    assert result not in (None, [], (None, []))


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("what", ["pipe", "folder", "loop"])
def test_file_that_is_none_is_passed_over(kind: str, what: str, tmp_path: Path) -> None:
    place, _, read = READERS[kind]
    file = place(tmp_path)
    file.parent.mkdir(parents=True, exist_ok=True)
    if what == "pipe":
        os.mkfifo(file)
    elif what == "folder":
        file.mkdir()
    else:
        file.symlink_to(file)

    if kind == "history":
        with pytest.raises(OSError, match=r"."):
            read(tmp_path)
    else:
        assert read(tmp_path) in (None, (None, []))


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("text", [DEEP, '{"a": ' * 5000, "1e1000000", "9" * 5000, "", "\ud800"])
def test_file_that_is_no_json_is_passed_over(kind: str, text: str, tmp_path: Path) -> None:
    assert found(kind, tmp_path, text) in (None, [], (None, []))


@pytest.mark.parametrize("kind", READERS)
def test_file_with_a_field_of_another_type_does_no_harm(kind: str, tmp_path: Path) -> None:
    whole = READERS[kind][1]
    for name in whole:
        for odd in ODD:
            found(kind, tmp_path, json.dumps({**whole, name: odd}))
        found(kind, tmp_path, json.dumps({key: whole[key] for key in whole if key != name}))
        found(kind, tmp_path, json.dumps({**whole, name: 0})[:-2] + "1e1000000}")
    for odd in ODD:
        found(kind, tmp_path, json.dumps(odd))


@pytest.mark.parametrize("kind", ["entry", "creation"])
def test_recovery_makes_no_bug_of_odd_files(kind: str, tmp_path: Path) -> None:
    world = World({})
    client = world.provider().configure({}, "1.11.4", Diagnostics()).client
    whole = READERS[kind][1] | {"account": client.account}
    for name in whole.keys() - {"account"}:
        for odd in ODD:
            found(kind, tmp_path, json.dumps({**whole, name: odd}))
            diagnostics = Diagnostics()
            recover(client, Journal(tmp_path), diagnostics)
            recover_creations(client, Journal(tmp_path), diagnostics)
    world.close()


def test_pipe_in_place_of_terraforms_workspace_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TF_WORKSPACE", raising=False)
    os.mkfifo(tmp_path / "environment")

    assert workspace(tmp_path) == "default"


@pytest.mark.parametrize("identifier", ["a/b", "..", "\ud800"])
def test_identifier_of_any_kind_names_a_file_in_the_folder(identifier: str, tmp_path: Path) -> None:
    journal = Journal(tmp_path)

    with journal.hold(identifier) as handle:
        handle.write(ENTRY._replace(connection=identifier))

    assert journal.planned(identifier, "run") is None
    assert History(tmp_path, identifier).file.parent == tmp_path / "history"
    assert {file.parent for file in tmp_path.rglob("*.json")} == {tmp_path}


def test_identifier_too_long_for_a_file_is_a_warning_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Journal(tmp_path).hold("x" * 1000) as handle:
        handle.write(ENTRY._replace(connection="x" * 1000))

    assert "[WARN]  the journal: nothing can be kept in" in capsys.readouterr().err
    assert list(tmp_path.rglob("*.json")) == []


def test_pipe_in_place_of_a_file_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(OSError, match="it is no regular file"):
        private_files.read(tmp_path / "pipe")


def test_flags_of_a_creation_are_read_as_written(tmp_path: Path) -> None:
    fields = {**CREATION, "is_api_time": False, "is_lost": True}

    entry = found("creation", tmp_path, json.dumps(fields))

    assert (entry.is_api_time, entry.is_lost) == (False, True)


@pytest.mark.parametrize("run", ["../../elsewhere", "a/b", "", "..", "x" * 100])
def test_run_of_a_creation_names_no_other_file(run: str, tmp_path: Path) -> None:
    assert found("creation", tmp_path, json.dumps({**CREATION, "run": run})) is None


def test_seen_of_a_plan_is_kept_whole(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.note_plan("abc", "run", Snapshot("print", "text", "2026"))

    assert journal.planned("abc", "other") == Snapshot("print", "text", "2026")
