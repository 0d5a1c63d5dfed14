"""The memory of a sandbox: settings, groups, connections and the request journal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from constructs_lib.sandbox import clock, masking
from constructs_lib.sandbox.clock import Clock, utc_now
from constructs_lib.sandbox.database import Database
from constructs_lib.sandbox.errors import SandboxError
from constructs_lib.sandbox.journal import JournalEntry
from constructs_lib.sandbox.records import Connection, Group
from constructs_lib.sandbox.settings import Settings
from constructs_lib.sandbox.tables import Tables


class Store:
    """The memory of a sandbox, in an SQLite file or in memory.

    Many threads may share one store, and many processes one file. It holds no secret in clear.

    :param database: the SQLite file, made if it is missing; None keeps all in memory
    :param now: the clock; tests give their own
    :raises SandboxError: if the file cannot be used
    """

    def __init__(self, database: str | Path | None, now: Clock = utc_now) -> None:
        self.clock = now
        self._database = Database(None if database is None else Path(database))
        try:
            self._seed()
        except BaseException:
            self._database.close()
            raise

    @contextmanager
    def transaction(self) -> Iterator[Tables]:
        """The tables, within one transaction that is undone if the block raises."""
        with self._database.transaction() as link:
            yield Tables(link)

    @property
    def settings(self) -> Settings:
        """The present settings."""
        with self.transaction() as tables:
            return tables.settings() or Settings()

    def configure(self, **values: Any) -> Settings:
        """Changes some settings, by the names of :class:`Settings`, and returns all.

        :raises SandboxError: if a name or a value is not allowed
        """
        with self.transaction() as tables:
            return tables.configure(**values)

    def advance(self, seconds: float) -> None:
        """Lets time pass: puts the sandbox's clock ahead by some more seconds, for all processes.

        :raises SandboxError: if the clock would fall behind the real one
        """
        with self.transaction() as tables:
            settings = tables.settings() or Settings()
            tables.configure(clock_ahead_seconds=settings.clock_ahead_seconds + seconds)

    def add_group(self, group_id: str) -> None:
        """Adds a group; one that is there already stays as it is."""
        if not group_id:
            raise SandboxError("a group needs an identifier")
        with self.transaction() as tables:
            tables.add_group(Group(group_id, group_id, clock.to_text(self.clock())))

    def set_sync_seconds(self, connection_id: str, seconds: float) -> None:
        """Gives the next syncs of one connection their own length, in seconds.

        :raises SandboxError: if there is no such connection, or the length is negative
        """
        Settings().changed(sync_seconds=seconds)
        with self.transaction() as tables:
            if tables.connection(connection_id) is None:
                raise SandboxError(f"there is no connection {connection_id!r}")
            tables.save_span(connection_id, seconds)

    def connection(self, connection_id: str) -> Connection | None:
        """One connection as it was last stored; None if there is none."""
        with self.transaction() as tables:
            return tables.connection(connection_id)

    def holds_secret(self, connection_id: str, place: str, value: Any) -> bool:
        """True if this secret was the last that a connection received at this place.

        :param place: such as ``config.password``, ``config.secrets_list[0].value`` or
            ``auth.client_access.client_secret``
        """
        connection = self.connection(connection_id)
        stored = connection.digests.get(place) if connection else None
        return stored is not None and masking.equals(stored, value)

    def journal(self, since: int = 0) -> list[JournalEntry]:
        """The request journal: the entries with numbers above ``since``, in order."""
        with self.transaction() as tables:
            return tables.journal(since)

    def reset(self) -> None:
        """Forgets connections, groups, journal and what faults have counted; seeds the groups.

        Settings stay.
        """
        with self.transaction() as tables:
            tables.reset(clock.to_text(self.clock()))

    def close(self) -> None:
        """Closes the database. Later use raises :class:`SandboxError`."""
        self._database.close()

    def __enter__(self) -> Store:
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
                tables.save_settings(Settings())
                tables.reset(clock.to_text(self.clock()))
