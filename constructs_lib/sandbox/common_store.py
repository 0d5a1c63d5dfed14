"""The memory of the sandbox of any API: its database, settings, clock and request journal."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, TypeVar

from constructs_lib.sandbox.clock import Clock, utc_now
from constructs_lib.sandbox.common_tables import CommonTables, S
from constructs_lib.sandbox.database import Database, Layout
from constructs_lib.sandbox.journal import JournalEntry

T = TypeVar("T", bound=CommonTables[Any])
StoreT = TypeVar("StoreT", bound="CommonStore[Any, Any]")


class CommonStore(Generic[T, S]):
    """The memory of a sandbox, in an SQLite file or in memory.

    Many threads may share one store, and many processes one file.

    :param database: the SQLite file, made if it is missing; None keeps all in memory
    :param now: the clock; tests give their own
    :raises SandboxError: if the file cannot be used
    """

    layout: Layout
    """The database of this sandbox."""
    tables_type: type[T]
    """What one transaction of it can read and write."""

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
        """The tables, within one transaction that is undone if the block raises."""
        with self._database.transaction() as link:
            yield self.tables_type(link)

    @property
    def settings(self) -> S:
        """The present settings."""
        with self.transaction() as tables:
            return self._settings(tables)

    def configure(self, **values: Any) -> S:
        """Changes some settings, by their names, and returns all.

        :raises SandboxError: if a name or a value is not allowed
        """
        with self.transaction() as tables:
            settings: S = tables.configure(**values)
            return settings

    def advance(self, seconds: float) -> None:
        """Lets time pass: puts the sandbox's clock ahead by some more seconds, for all processes.

        :raises SandboxError: if the clock would fall behind the real one
        """
        with self.transaction() as tables:
            ahead = self._settings(tables).clock_ahead_seconds
            tables.configure(clock_ahead_seconds=ahead + seconds)

    def journal(self, since: int = 0) -> list[JournalEntry]:
        """The request journal: the entries with numbers above ``since``, in order."""
        with self.transaction() as tables:
            return tables.journal(since)

    def reset(self) -> None:
        """Forgets what clients made, the journal and what faults have counted; seeds anew.

        Settings stay.
        """
        with self.transaction() as tables:
            self.seed(tables)

    @abstractmethod
    def seed(self, tables: T) -> None:
        """Puts the tables into the state of a new sandbox, but for the settings."""

    def close(self) -> None:
        """Closes the database. Later use raises :class:`SandboxError`."""
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
