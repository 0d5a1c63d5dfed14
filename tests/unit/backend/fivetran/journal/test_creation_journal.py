"""What is kept of a creation, for whom, and when it goes."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from constructs_lib.backend.fivetran.journal.creations import (
    CreationEntry,
    CreationJournal,
    Name,
    workspace,
)

NAME = Name("account", "g", "postgres", "orders")
SINCE, UNTIL = "2026-06-01T00:00:00Z", "2026-06-01T01:00:00Z"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "fivetranops" / "creations"


def journal(
    folder: Path, of: str = "default", problems: list[str] | None = None
) -> CreationJournal:
    """A run's journal; without a list for them, problems are failures."""

    def report(problem: str) -> None:
        assert problems is not None, problem
        problems.append(problem)

    return CreationJournal(folder, of, report)


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def written(kept: CreationJournal, name: Name = NAME, **more: Any) -> CreationEntry:
    entry = kept.entry(name, SINCE, UNTIL, is_api_time=True)._replace(**more)
    kept.write(entry)
    return entry


def test_entry_says_what_this_run_is_about_to_create(folder: Path) -> None:
    first, other = journal(folder), journal(folder)
    entry = first.entry(NAME, SINCE, UNTIL, is_api_time=False)

    assert entry == CreationEntry(
        account="account",
        workspace="default",
        group_id="g",
        service="postgres",
        schema="orders",
        since=SINCE,
        run=entry.run,
        until=UNTIL,
        is_api_time=False,
    )
    assert entry.name == NAME
    assert entry.run != other.entry(NAME, SINCE, UNTIL, is_api_time=False).run


def test_entry_is_left_to_other_runs_whole(folder: Path) -> None:
    first = journal(folder)
    entry = written(first, connection="made", is_lost=True, is_announced=True)

    assert first.left(NAME) is None, "what a run has written itself is nothing left"
    assert journal(folder).left(NAME) == entry._replace(is_announced=False)
    assert journal(folder).left(NAME._replace(schema="sales")) is None


def test_entry_can_be_read_by_its_owner_alone(folder: Path) -> None:
    kept = journal(folder)
    entry = written(kept)

    (file,) = folder.glob("*.json")
    # Runs of other versions look for it under the same name.
    assert file.name == "bb2052ada2425eb7b4015053abb103ec.json"
    assert sorted(folder.iterdir()) == sorted([file, folder / f"{entry.run}.lock"])
    assert {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert json.loads(file.read_text()) == {
        "version": 1,
        **{name: value for name, value in entry._asdict().items() if name != "is_announced"},
    }


def test_name_of_a_schema_is_the_same_in_any_case(folder: Path) -> None:
    first, other = journal(folder), journal(folder)
    written(first, NAME._replace(schema="Orders"))
    first.close()

    (entry,) = other.interrupted_creations("account")
    assert entry.schema == "Orders"
    assert other.expected(NAME) == entry
    assert other.left(NAME) is None, "another spelling is looked at, but is not the same name"


@pytest.mark.parametrize(
    "name",
    [
        NAME._replace(account="other"),
        NAME._replace(group_id="other"),
        NAME._replace(service="mysql"),
        NAME._replace(schema="sales"),
    ],
)
def test_each_part_of_a_name_tells_creations_apart(folder: Path, name: Name) -> None:
    kept = journal(folder)
    written(kept)
    written(kept, name)

    assert len(list(folder.glob("*.json"))) == 2
    kept.remove(name)
    assert journal(folder).left(NAME) is not None
    assert journal(folder).left(name) is None


def test_workspaces_are_kept_apart(folder: Path) -> None:
    first = journal(folder)
    entry = written(first)
    first.close()

    other = journal(folder, "staging")
    assert other.left(NAME) is None
    assert other.expected(NAME) is None
    assert other.interrupted_creations("account") == []
    same = journal(folder)
    assert same.interrupted_creations("other") == []
    assert same.interrupted_creations("account") == [entry]


def test_run_counts_as_dead_only_when_it_has_ended(folder: Path) -> None:
    first, other = journal(folder), journal(folder)
    entry = written(first)
    written(other, NAME._replace(schema="sales"))

    assert other.is_alive(entry) is True
    assert other.interrupted_creations("account") == []
    first.close()
    assert other.is_alive(entry) is False
    assert other.interrupted_creations("account") == [entry]
    other.close()
    assert list(folder.glob("*.lock")) == []


def test_run_ends_once_and_releases_its_lock(folder: Path) -> None:
    # Given a run that wrote several entries, and whose lock somebody has removed
    begun, first = open_files(), journal(folder)
    entry = written(first)
    written(first, NAME._replace(schema="sales"))
    assert open_files() == begun + 1
    assert journal(folder).is_alive(entry) is True
    assert open_files() == begun + 1
    (folder / f"{entry.run}.lock").unlink()

    # When it ends, twice
    first.close()
    first.close()

    # Then nothing is left open
    assert open_files() == begun


def test_pipe_in_place_of_a_lock_is_no_run(folder: Path) -> None:
    first = journal(folder)
    entry = written(first)
    first.close()
    os.mkfifo(folder / f"{entry.run}.lock")

    assert journal(folder).is_alive(entry) is False


def test_lock_that_a_dead_run_left_is_removed(folder: Path) -> None:
    first = journal(folder)
    entry = written(first)
    first.close()
    lock = folder / f"{entry.run}.lock"
    lock.touch()

    assert journal(folder).is_alive(entry) is False
    assert not lock.exists()


def test_run_that_wrote_nothing_has_no_lock(folder: Path) -> None:
    kept = journal(folder)
    kept.close()
    kept.close()

    assert not folder.exists()


def test_what_is_expected_is_what_was_there_at_first(folder: Path) -> None:
    first = journal(folder)
    entry = written(first)
    other = journal(folder)

    assert other.expected(NAME) == entry
    first.remove(NAME)
    assert other.expected(NAME) == entry
    assert other.left(NAME) is None


def test_confirmed_connection_is_forgotten_and_no_other(folder: Path) -> None:
    first = journal(folder)
    sales = NAME._replace(schema="sales")
    written(first, connection="orders_id")
    kept = written(first, sales, connection="sales_id")
    other = journal(folder)

    other.confirm("orders_id")

    assert (other.left(NAME), other.expected(NAME)) == (None, None)
    assert (other.left(sales), other.expected(sales)) == (kept, kept)


def test_entry_is_completed_only_where_there_is_one(folder: Path) -> None:
    kept = journal(folder)
    entry = kept.entry(NAME, SINCE, UNTIL, is_api_time=True)

    kept.complete(entry._replace(connection="made"))
    assert not folder.exists()

    kept.write(entry)
    kept.complete(entry._replace(connection="made"))
    found = journal(folder).left(NAME)
    assert found == entry._replace(connection="made")


def test_entry_that_cannot_be_completed_is_a_warning(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = journal(folder)
    entry = written(kept)
    (file,) = folder.glob("*.json")
    (folder / f".{file.name}.draft-of-a-state").mkdir()

    kept.complete(entry._replace(connection="made"))

    assert capsys.readouterr().err.endswith("the journal of creations: Is a directory\n")
    assert journal(folder).left(NAME) == entry


def test_creation_that_was_found_is_noted_and_announced(folder: Path) -> None:
    entry = written(journal(folder))._replace(connection="made")
    other = journal(folder)

    other.announced(entry)

    assert other.left(NAME) == entry
    assert other.expected(NAME) == entry._replace(is_announced=True)
    assert journal(folder).expected(NAME) == entry


def test_removing_what_is_not_there_does_nothing(folder: Path) -> None:
    entry = written(journal(folder))
    other, sales = journal(folder), NAME._replace(schema="sales")
    assert other.expected(NAME) == entry

    other.remove(sales)
    assert other.expected(NAME) == entry
    other.remove(NAME)
    assert other.expected(NAME) is None


def test_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    problems: list[str] = []
    kept = journal(tmp_path / "file" / "creations", problems=problems)

    written(kept)
    kept.remove(NAME)

    assert problems == [f"nothing can be kept in {tmp_path}/file/creations: Not a directory"]
    assert kept.left(NAME) is None
    assert kept.expected(NAME) is None


def test_entry_that_cannot_be_read_is_a_warning(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(journal(folder))
    (file,) = folder.glob("*.json")
    reader = journal(folder)
    assert reader.left(NAME._replace(schema="sales")) is None
    assert capsys.readouterr().err == ""

    for content, problem in [(b"{", "JSONDecodeError"), (b"\xff", "UnicodeDecodeError")]:
        file.write_bytes(content)
        assert reader.left(NAME) is None
        words = f"the journal {file} cannot be read ({problem})\n"
        assert capsys.readouterr().err.endswith(words)


def test_odd_field_of_an_entry_counts_as_left_out(folder: Path) -> None:
    entry = written(journal(folder), connection="made", is_lost=True, is_api_time=False)
    (file,) = folder.glob("*.json")
    whole, odd = json.loads(file.read_text()), [None, 5, ["made"], "\ud800"]

    for name, usual in CreationEntry._field_defaults.items():
        for value in odd:
            file.write_text(json.dumps({**whole, name: value}))
            found = journal(folder).left(NAME)
            expected = entry if name == "is_announced" else entry._replace(**{name: usual})
            assert found == expected, (name, value)


def test_entry_without_what_identifies_it_is_none(folder: Path) -> None:
    written(journal(folder))
    (file,) = folder.glob("*.json")
    whole = json.loads(file.read_text())

    for name in whole.keys() - CreationEntry._field_defaults.keys() - {"version"}:
        for value in (None, 5, "\ud800"):
            file.write_text(json.dumps({**whole, name: value}))
            assert journal(folder).left(NAME) is None, (name, value)
            assert journal(folder).expected(NAME) is None, (name, value)


@pytest.mark.parametrize(
    ("chosen", "file", "expected"),
    [
        (None, None, "default"),
        (None, "staging\n", "staging"),
        (None, "", "default"),
        (None, "\udcff", "default"),
        ("chosen", "staging", "chosen"),
        ("", "staging", "staging"),
    ],
)
def test_workspace_is_the_chosen_or_the_selected_one(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    chosen: str | None,
    file: str | None,
    expected: str,
) -> None:
    monkeypatch.delenv("TF_WORKSPACE", raising=False)
    if chosen is not None:
        monkeypatch.setenv("TF_WORKSPACE", chosen)
    if file is not None:
        (tmp_path / "environment").write_text(file, errors="surrogateescape")

    assert workspace(tmp_path) == expected
