"""The SQLite database below the sandbox: opening, locking and transactions.

One file serves many threads and many processes at once. Every transaction takes the write lock at
its beginning (``BEGIN IMMEDIATE``): a transaction that starts by reading and writes later could
otherwise fail in the middle. Waiting writers wait up to a minute.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

from constructs_lib.sandbox import database_file
from constructs_lib.sandbox.errors import SandboxError

T = TypeVar("T")

_WAIT_SECONDS = 60.0
_WAIT_AT_CLOSE_MS = 2000
_COMMON_TABLES = """
CREATE TABLE settings (one INTEGER PRIMARY KEY CHECK (one = 1), document TEXT NOT NULL);
CREATE TABLE journal (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, status INTEGER NOT NULL, body TEXT,
    fault TEXT);
CREATE INDEX journal_at ON journal (at, status);
CREATE TABLE fault_counts (position INTEGER PRIMARY KEY, requests INTEGER NOT NULL);
"""


class Layout(NamedTuple):
    """What a database holds, and how its file is told from all others."""

    application_id: int
    """Stands in the header of the file (SQLite's file format, "Application ID")."""
    version: int
    """1 or more; a file of another version is refused."""
    tables: str
    """The SQL that makes the tables beside settings, journal and counts of faults."""
    added_tables: str = ""
    """The SQL that makes, where they are missing, the tables that this version did not begin with:
    files from before them go on being used."""


class Database:
    """One open database; safe to use from many threads, but not across a fork.

    :param path: the file, made if it is missing (mode 0600); None for one in memory
    :param layout: what it holds
    :raises SandboxError: if the file cannot be opened or is something else
    """

    def __init__(self, path: Path | None, layout: Layout) -> None:
        self._layout = layout
        self._lock = threading.Lock()
        self._open = True
        self._link = _connect(path, layout)
        try:
            _patiently(self._prepare)
        except (sqlite3.Error, SandboxError) as error:
            self._link.close()
            raise SandboxError(f"{path} cannot be used as a sandbox database: {error}") from None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A transaction: kept when the block ends, undone when it raises.

        :raises SandboxError: if the database is closed, or stays locked for a minute
        """
        with self._lock:
            if not self._open:
                raise SandboxError("the sandbox is closed")
            try:
                _patiently(lambda: self._link.execute("BEGIN IMMEDIATE"))
            except sqlite3.Error as error:
                raise SandboxError(f"the sandbox database cannot be written: {error}") from None
            with _kept_or_undone(self._link):
                yield self._link

    def close(self) -> None:
        """Closes the database, after the transaction that runs; a second call does nothing.

        The file alone is then complete: it can be copied without the files beside it, unless
        another process goes on writing.
        """
        with self._lock:
            if self._open:
                self._open = False
                self._complete_file()
                self._link.close()

    def _complete_file(self) -> None:
        try:
            self._link.execute(f"PRAGMA busy_timeout = {_WAIT_AT_CLOSE_MS}")
            self._link.execute("PRAGMA wal_checkpoint(FULL)")
        except sqlite3.Error:
            # Nothing is lost: what is not in the file yet stays in the log beside it.
            return

    def _prepare(self) -> None:
        # The mark comes before the write-ahead log is turned on, so that it stands in the file
        # itself, where other processes look for it.
        if self._link.execute("PRAGMA application_id").fetchone()[0] == 0:
            self._link.execute(f"PRAGMA application_id = {self._layout.application_id}")
        # Only one process may change the journal mode, so it is changed only where it must be.
        if self._link.execute("PRAGMA journal_mode").fetchone()[0] not in ("wal", "memory"):
            self._link.execute("PRAGMA journal_mode = WAL")
        self._link.execute("PRAGMA synchronous = NORMAL")
        self._link.execute("BEGIN IMMEDIATE")
        with _kept_or_undone(self._link):
            version = self._link.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, self._layout.version):
                raise SandboxError("it was made by another version of the sandbox; delete it")
            if version == 0:
                self._execute(_COMMON_TABLES + self._layout.tables)
                self._link.execute(f"PRAGMA user_version = {self._layout.version}")
            self._execute(self._layout.added_tables)

    def _execute(self, statements: str) -> None:
        for statement in statements.split(";"):
            self._link.execute(statement)


@contextmanager
def _kept_or_undone(link: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        link.execute("ROLLBACK")
        raise
    link.execute("COMMIT")


def _connect(path: Path | None, layout: Layout) -> sqlite3.Connection:
    if path is not None:
        database_file.claim(path, layout.application_id)
    try:
        return sqlite3.connect(
            path or ":memory:",
            timeout=_WAIT_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
    except sqlite3.Error as error:
        raise SandboxError(f"{path} cannot be opened: {error}") from None


def _patiently(act: Callable[[], T]) -> T:
    # SQLite waits by itself in most cases, but not while another process turns WAL on or recovers.
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            return act()
        except sqlite3.OperationalError as error:
            busy = "locked" in str(error) or "busy" in str(error)
            if not busy or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
