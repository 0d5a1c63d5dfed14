"""The memory of a sandbox: its settings, clock and request journal, and access to its database.

The journal holds each request without any secret. A test of a provider reads from it which requests
were sent, in which order and with which keys.

Time is always UTC, from a clock that a test can replace. Nothing in the sandbox sleeps, except for
an answer that a fault delays: what goes on over time (a sync) is computed from its start and the
present time whenever somebody asks.
"""

from __future__ import annotations

import sqlite3
from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from constructs_lib.sandbox.common.database import Database, Layout
from constructs_lib.sandbox.common.messages import loads_exact

Clock = Callable[[], datetime]
"""Returns the present time, aware of its time zone (UTC)."""


def utc_now() -> datetime:
    """Return the present time in UTC: the clock that is used outside tests."""
    return datetime.now(timezone.utc)


def moment_to_text(moment: datetime) -> str:
    """Return a moment as the API writes it, RFC 3339: ``2026-01-31T12:00:00.000000Z``."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment_from_text(text: str) -> datetime:
    """Return the moment that :func:`moment_to_text` wrote.

    :raises ValueError: if the text has another form
    """
    parsed = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")
    return parsed.replace(tzinfo=timezone.utc)


class JournalEntry(NamedTuple):
    """One request and the status of its answer."""

    number: int
    """Counts from 1 upward, in the order in which the requests took effect."""
    at: str
    """The time of the answer (RFC 3339, UTC)."""
    method: str
    path: str
    """The path, without the query."""
    status: int
    """The status of what took effect, also where a fault kept the answer from its client. 0 if a
    fault dropped the request before it was looked at."""
    body: Any
    """The parsed JSON body with secrets masked; None if there was none or it was not JSON."""
    fault: str | None = None
    """The kind of fault that struck, such as ``reset_after``; None in the ordinary case."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The top-level keys that were sent, sorted."""
        return tuple(sorted(self.body)) if isinstance(self.body, dict) else ()

    @property
    def writes(self) -> bool:
        """True for any method but GET."""
        return self.method != "GET"

    def to_dict(self) -> dict[str, Any]:
        """Return the entry for JSON, with ``keys``."""
        return {**self._asdict(), "keys": list(self.keys)}


class StoredSettings(Protocol):
    """Settings as a database keeps them; all of them have a default."""

    def __init__(self) -> None: ...

    @property
    def clock_ahead_seconds(self) -> float:
        """By how much the clock of the sandbox is ahead of the real one."""
        ...

    def changed(self: S, **values: Any) -> S:
        """Return these settings with some values replaced."""
        ...

    def to_json(self) -> str:
        """Return the settings as they are stored."""
        ...

    @classmethod
    def from_json(cls: type[S], text: str) -> S:
        """Return the settings that :meth:`to_json` wrote."""
        ...


S = TypeVar("S", bound=StoredSettings)


@lru_cache(maxsize=64)
def _settings_of(kind: type[S], text: str) -> S:
    """Return stored settings, which each request asks for, and which nobody changes in place."""
    return kind.from_json(text)


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
        """Undo what the block wrote if it raises; the transaction goes on."""
        self._link.execute("SAVEPOINT step")
        try:
            yield
        except BaseException:
            self._link.execute("ROLLBACK TO step")
            raise
        finally:
            self._link.execute("RELEASE step")

    def settings(self) -> S | None:
        """Return the stored settings; None in a new database."""
        row = self._link.execute("SELECT document FROM settings").fetchone()
        return _settings_of(self.settings_type, row[0]) if row else None

    def save_settings(self, settings: S) -> None:
        """Store the settings."""
        self._link.execute("REPLACE INTO settings VALUES (1, ?)", (settings.to_json(),))

    def configure(self, **values: Any) -> S:
        """Change some settings, by their names, and return all.

        :raises SandboxError: if a name or a value is not allowed
        """
        settings = (self.settings() or self.settings_type()).changed(**values)
        self.save_settings(settings)
        if "faults" in values:
            self._link.execute("DELETE FROM fault_counts")
        return settings

    def count_for_fault(self, position: int) -> int:
        """Count a request for the fault at a position in the list, and return the count."""
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
        """Add an entry; ``body`` is JSON text that holds no secret."""
        self._link.execute(
            "INSERT INTO journal (at, method, path, status, body, fault) VALUES (?, ?, ?, ?, ?, ?)",
            (at, method, path, status, body, fault),
        )

    def journal(self, since: int) -> list[JournalEntry]:
        """Return the entries with numbers above ``since``, in order."""
        query = (
            "SELECT number, at, method, path, status, body, fault FROM journal "
            "WHERE number > ? ORDER BY number"
        )
        rows = self._link.execute(query, (since,)).fetchall()
        return [_entry(*row) for row in rows]

    def latest_journal(self, since: int, limit: int) -> list[JournalEntry]:
        """Return the last ``limit`` of the entries with numbers above ``since``, in order."""
        query = (
            "SELECT number, at, method, path, status, body, fault FROM journal "
            "WHERE number > ? ORDER BY number DESC LIMIT ?"
        )
        rows = self._link.execute(query, (since, limit)).fetchall()
        return [_entry(*row) for row in reversed(rows)]

    def journal_began(self) -> str | None:
        """Return when the first entry was written (RFC 3339); None if there is none."""
        query = "SELECT at FROM journal ORDER BY number LIMIT 1"
        row = self._link.execute(query).fetchone()
        return str(row[0]) if row else None


def _entry(
    number: int, at: str, method: str, path: str, status: int, body: str | None, fault: str | None
) -> JournalEntry:
    parsed = loads_exact(body) if body else None
    return JournalEntry(number, at, method, path, status, parsed, fault)


T = TypeVar("T", bound=CommonTables[Any])
StoreT = TypeVar("StoreT", bound="CommonStore[Any, Any]")


class CommonStore(Generic[T, S]):
    """The memory of a sandbox, in an SQLite file or in memory.

    Many threads may share one store, and many processes one file.

    :param database: the SQLite file, created if it is missing; None keeps all in memory
    :param now: the clock; tests give their own
    :raises SandboxError: if the file cannot be used
    """

    layout: Layout
    """The database of this sandbox."""
    tables_type: type[T]
    """The tables, within one transaction."""

    def __init__(self, database: str | Path | None, now: Clock = utc_now) -> None:
        self.clock = now
        self._database = Database(None if database is None else Path(database), self.layout)
        try:
            self._seed()
        except BaseException:
            self._database.close()
            raise

    @contextmanager
    def transaction(self) -> Iterator[T]:
        """Give the block the tables, within a transaction that is undone if the block raises."""
        with self._database.transaction() as link:
            yield self.tables_type(link)

    @property
    def settings(self) -> S:
        """The present settings."""
        with self.transaction() as tables:
            return self._settings(tables)

    def configure(self, **values: Any) -> S:
        """Change some settings, by their names, and return all.

        :raises SandboxError: if a name or a value is not allowed
        """
        with self.transaction() as tables:
            settings: S = tables.configure(**values)
            return settings

    def advance(self, seconds: float) -> None:
        """Let time pass: put the sandbox's clock ahead by some more seconds, for all processes.

        :raises SandboxError: if the clock would fall behind the real one
        """
        with self.transaction() as tables:
            ahead = self._settings(tables).clock_ahead_seconds
            tables.configure(clock_ahead_seconds=ahead + seconds)

    def journal(self, since: int = 0) -> list[JournalEntry]:
        """Return the journal's entries with numbers above ``since``, in order."""
        with self.transaction() as tables:
            return tables.journal(since)

    def reset(self) -> None:
        """Forget what clients created, the journal and the counts of faults; seed again.

        Settings stay.
        """
        with self.transaction() as tables:
            self.seed(tables)

    @abstractmethod
    def seed(self, tables: T) -> None:
        """Bring the tables into the state of a new sandbox, except for the settings."""

    def close(self) -> None:
        """Close the database. Later use raises :class:`SandboxError`."""
        self._database.close()

    def __enter__(self: StoreT) -> StoreT:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _seed(self) -> None:
        with self.transaction() as tables:
            if tables.settings() is None:
                tables.save_settings(self._settings(tables))
                self.seed(tables)

    @staticmethod
    def _settings(tables: T) -> S:
        stored: S | None = tables.settings()
        default: S = tables.settings_type()
        return default if stored is None else stored
