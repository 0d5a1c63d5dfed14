"""A journal is opened when it has entries, and otherwise when something is written to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from constructs_lib.backend.fivetran.journal import folder_below, has_entries
from constructs_lib.backend.fivetran.journal.creations import CreationEntry, Name
from constructs_lib.backend.fivetran.journal.journal import Journal
from constructs_lib.backend.fivetran.provider import FivetranOps
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.plugin.diagnostics import Diagnostics

NAME = Name("account", "group", "postgres", "orders")
CONFIG = {"api_url": "http://127.0.0.1:1", "api_key": "key", "api_secret": "secret"}


@pytest.fixture(autouse=True)
def _working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TF_DATA_DIR", raising=False)


def configured() -> Account:
    diagnostics = Diagnostics()
    account: Any = FivetranOps().configure(CONFIG, "1.13.0", diagnostics)
    assert not diagnostics.has_errors
    assert isinstance(account, Account)
    return account


def leave_a_creation() -> CreationEntry:
    """Write what another run leaves that has been told the identifier."""
    journal = Journal.of_working_directory()
    entry = journal.creations.entry(NAME, "2026-01-01T00:00:00Z", "", is_api_time=True)
    entry = entry._replace(connection="pale_hydrogen")
    journal.creations.write(entry)
    journal.creations.close()
    return entry


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("", False),
        ("pale_hydrogen.history", False),
        ("creations/0123.lock", False),
        ("set/pale_hydrogen.json", False),
        ("pale_hydrogen.json", True),
        ("creations/0123.json", True),
    ],
)
def test_entries_to_look_after_are_found(file: str, *, expected: bool) -> None:
    folder = Path(folder_below(""))
    if file:
        (folder / file).parent.mkdir(parents=True)
        (folder / file).touch()

    assert has_entries(str(folder)) is expected


def test_an_entry_of_an_earlier_run_is_confirmed() -> None:
    leave_a_creation()

    configured().confirm("pale_hydrogen")

    assert not has_entries(folder_below(""))


def test_an_entry_of_a_later_run_is_none_of_before() -> None:
    account = configured()
    left = leave_a_creation()
    assert account.journal is not None

    account.confirm("pale_hydrogen")

    assert account.journal.creations.expected(NAME) is None
    assert account.journal.creations.left(NAME) == left


def test_the_journal_is_begun_once() -> None:
    account = configured()

    assert account.journal is account.journal
    assert account.journal is not None
    assert account.journal.folder == Path(".terraform/fivetranops")


def test_without_an_entry_nothing_is_written() -> None:
    account = configured()

    account.confirm("pale_hydrogen")
    account.warn_about_journal(Diagnostics())
    account.release()

    assert list(Path().iterdir()) == []
