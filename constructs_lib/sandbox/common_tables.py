"""What one transaction can read and write in the sandbox of any API: settings, faults, journal."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Generic, Protocol, TypeVar

from constructs_lib.sandbox import exact_json
from constructs_lib.sandbox.journal import JournalEntry


class StoredSettings(Protocol):
    """Settings as a database keeps them; all of them have a default."""

    def __init__(self) -> None: ...

    @property
    def clock_ahead_seconds(self) -> float:
        """By how much the clock of the sandbox is ahead of the real one."""
        ...

    def changed(self: S, **values: Any) -> S:
        """These settings with some values replaced."""
        ...

    def to_json(self) -> str:
        """The settings as they are stored."""
        ...

    @classmethod
    def from_json(cls: type[S], text: str) -> S:
        """The settings that :meth:`to_json` wrote."""
        ...


S = TypeVar("S", bound=StoredSettings)


class CommonTables(Generic[S]):
    """The tables that every sandbox has, within one transaction.

    :param link: the connection to SQLite, in a transaction
    """

    settings_type: type[S]
    """The settings of this sandbox."""

    def __init__(self, link: sqlite3.Connection) -> None:
        self._link = link

    @contextmanager
    def undone_on_error(self) -> Iterator[None]:
        """Undoes what the block wrote if it raises, and goes on with the transaction."""
        self._link.execute("SAVEPOINT step")
        try:
            yield
        except BaseException:
            self._link.execute("ROLLBACK TO step")
            raise
        finally:
            self._link.execute("RELEASE step")

    def settings(self) -> S | None:
        """The stored settings; None in a new database."""
        row = self._link.execute("SELECT document FROM settings").fetchone()
        return self.settings_type.from_json(row[0]) if row else None

    def save_settings(self, settings: S) -> None:
        """Stores the settings."""
        self._link.execute("REPLACE INTO settings VALUES (1, ?)", (settings.to_json(),))

    def configure(self, **values: Any) -> S:
        """Changes some settings, by their names, and returns all.

        :raises SandboxError: if a name or a value is not allowed
        """
        settings = (self.settings() or self.settings_type()).changed(**values)
        self.save_settings(settings)
        if "faults" in values:
            self._link.execute("DELETE FROM fault_counts")
        return settings

    def count_for_fault(self, position: int) -> int:
        """How many requests have met a fault, this one included; by its position in the list."""
        self._link.execute(
            "INSERT INTO fault_counts VALUES (?, 1) "
            "ON CONFLICT (position) DO UPDATE SET requests = requests + 1",
            (position,),
        )
        query = "SELECT requests FROM fault_counts WHERE position = ?"
        return int(self._link.execute(query, (position,)).fetchone()[0])

    def write_journal(
        self, at: str, method: str, path: str, status: int, body: str | None, fault: str | None
    ) -> None:
        """Adds an entry; ``body`` is JSON text that holds no secret."""
        self._link.execute(
            "INSERT INTO journal (at, method, path, status, body, fault) VALUES (?, ?, ?, ?, ?, ?)",
            (at, method, path, status, body, fault),
        )

    def journal(self, since: int) -> list[JournalEntry]:
        """The entries with numbers above ``since``, in order."""
        query = (
            "SELECT number, at, method, path, status, body, fault FROM journal "
            "WHERE number > ? ORDER BY number"
        )
        rows = self._link.execute(query, (since,)).fetchall()
        return [_entry(*row) for row in rows]

    def latest_journal(self, since: int, most: int) -> list[JournalEntry]:
        """The last entries with numbers above ``since``, ``most`` at most, in order."""
        query = (
            "SELECT number, at, method, path, status, body, fault FROM journal "
            "WHERE number > ? ORDER BY number DESC LIMIT ?"
        )
        rows = self._link.execute(query, (since, most)).fetchall()
        return [_entry(*row) for row in reversed(rows)]

    def journal_began(self) -> str | None:
        """When the first entry was written (RFC 3339); None if there is none."""
        query = "SELECT at FROM journal ORDER BY number LIMIT 1"
        row = self._link.execute(query).fetchone()
        return str(row[0]) if row else None


def _entry(
    number: int, at: str, method: str, path: str, status: int, body: str | None, fault: str | None
) -> JournalEntry:
    parsed = exact_json.loads(body) if body else None
    return JournalEntry(number, at, method, path, status, parsed, fault)
