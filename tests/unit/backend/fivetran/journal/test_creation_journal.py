"""What is kept of a creation, for whom, and when it goes."""

from __future__ import annotations

import json
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
    return tmp_path / "creations"


def journal(folder: Path, of: str = "default") -> CreationJournal:
    problems: list[str] = []
    made = CreationJournal(folder, of, problems.append)
    made.problems = problems  # type: ignore[attr-defined]
    return made


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
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
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
    first = journal(folder)
    entry = written(first)
    other = journal(folder)

    assert other.is_alive(entry) is True
    assert other.interrupted_creations("account") == []
    first.close()
    assert other.is_alive(entry) is False
    assert other.interrupted_creations("account") == [entry]
    assert list(folder.glob("*.lock")) == []


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


def test_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kept = journal(tmp_path / "file" / "creations")

    written(kept)
    kept.remove(NAME)

    assert kept.problems == [  # type: ignore[attr-defined]
        f"nothing can be kept in {tmp_path}/file/creations: Not a directory"
    ]
    assert kept.left(NAME) is None


@pytest.mark.parametrize(
    ("chosen", "file", "expected"),
    [
        (None, None, "default"),
        (None, "staging\n", "staging"),
        (None, "", "default"),
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
        (tmp_path / "environment").write_text(file)

    assert workspace(tmp_path) == expected
