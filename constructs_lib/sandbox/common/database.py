"""The SQLite database of a sandbox: creating, recognising and locking its file, and transactions.

One file serves many threads and many processes at once. Every transaction takes the write lock at
its beginning (``BEGIN IMMEDIATE``): a transaction that starts by reading and writes later could
otherwise fail in the middle. Waiting writers wait up to a minute.

The file is readable for its owner alone. A path may be mistyped and name a file that has nothing to
do with the sandbox, so an existing file is first recognised by the application id in its header;
until then it is not written, not locked, and keeps its mode.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

from constructs_lib.sandbox.common.errors import SandboxError

_OWNER_ONLY = 0o600
_OTHERS = 0o077
_CHECKS, _SECONDS_BETWEEN_CHECKS = 5, 0.02
"""The number of checks of a file that may be a sandbox's, and the seconds between them."""
# Closing a file drops every lock that this process has on it (POSIX), also those of SQLite on a
# database that another thread opened between the two steps of creating it.
_creation_lock = threading.Lock()


def claim_file(path: Path, application_id: int) -> None:
    """Create the file if it is missing, or check that it is a sandbox's; set its mode to 0600.

    :param application_id: marks the databases of this sandbox
    :raises SandboxError: if it is something else, which is left alone, or cannot be reached
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _creation_lock:
            if _created(path):
                return
            _check_kind(path)
            _check_application_id(path, application_id)
        path.chmod(_OWNER_ONLY)
    except (OSError, sqlite3.OperationalError) as error:
        raise SandboxError(f"{path} cannot be opened: {_reason(error)}") from None


def _created(path: Path) -> bool:
    # SQLite would make the file readable for others.
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, _OWNER_ONLY))
    except FileExistsError:
        return False
    return True


def _check_kind(path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise SandboxError(f"{path} is a link to a missing file; name another") from None
    if stat.S_ISDIR(mode):
        raise SandboxError(f"{path} is a folder, not a sandbox database; name a file")
    if not stat.S_ISREG(mode):
        raise SandboxError(
            f"{path} is not an ordinary file, so not a sandbox database; name another"
        )


def _check_application_id(path: Path, application_id: int) -> None:
    for _ in range(_CHECKS):
        about = path.stat()
        is_private = not about.st_mode & _OTHERS
        if about.st_size == 0 and is_private:
            # Another process has just created it and is about to fill it.
            return
        if application_id_of(path) == application_id:
            return
        if not is_private:
            break
        # Another process may be writing its first page, which this check does not see.
        time.sleep(_SECONDS_BETWEEN_CHECKS)
    raise SandboxError(f"{path} is a file, but not a sandbox database; name another")


def application_id_of(path: Path) -> int | None:
    """Return the application id of a database; None if the file is not a database.

    :raises sqlite3.OperationalError: if the file cannot be read
    """
    # SQLite itself must read it: it knows which files this process has locked, and keeps the locks.
    # "immutable" means no lock, no recovery and no further files.
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as link:
            return int(link.execute("PRAGMA application_id").fetchone()[0])
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        return None


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


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
    """The tables of a database, and the marks by which its file is recognised."""

    application_id: int
    """The mark in the header of the file (SQLite's file format, "Application ID")."""
    version: int
    """1 or more; a file of another version is refused."""
    tables: str
    """The SQL that creates the tables other than settings, journal and counts of faults."""
    added_tables: str = ""
    """The SQL that makes, where they are missing, the tables that this version did not begin with:
    files from before them go on being used."""


class Database:
    """An open database; safe to use from many threads, but not across a fork.

    :param path: the file, created if it is missing (mode 0600); None for a database in memory
    :param layout: what it holds
    :raises SandboxError: if the file cannot be opened or is something else
    """

    def __init__(self, path: Path | None, layout: Layout) -> None:
        self._layout = layout
        self._lock = threading.Lock()
        self._open = True
        self._link = _connect(path, layout)
        try:
            _retry_while_locked(self._prepare)
        except (sqlite3.Error, SandboxError) as error:
            self._link.close()
            raise SandboxError(f"{path} cannot be used as a sandbox database: {error}") from None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Run the block in a transaction: commit when it ends, roll back when it raises.

        :raises SandboxError: if the database is closed, or stays locked for a minute
        """
        with self._lock:
            if not self._open:
                raise SandboxError("the sandbox is closed")
            try:
                _retry_while_locked(lambda: self._link.execute("BEGIN IMMEDIATE"))
            except sqlite3.Error as error:
                raise SandboxError(f"the sandbox database cannot be written: {error}") from None
            with _commit_or_roll_back(self._link):
                yield self._link

    def close(self) -> None:
        """Close the database after the running transaction; a second call does nothing.

        The file alone is then complete: it can be copied without its companion files, unless
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
            # Nothing is lost: what is not in the file yet stays in its write-ahead log.
            return

    def _prepare(self) -> None:
        # The mark is set before the write-ahead log is turned on, so that it is in the file
        # itself, where other processes look for it.
        if self._link.execute("PRAGMA application_id").fetchone()[0] == 0:
            self._link.execute(f"PRAGMA application_id = {self._layout.application_id}")
        # Only one process may change the journal mode, so it is changed only where it must be.
        if self._link.execute("PRAGMA journal_mode").fetchone()[0] not in ("wal", "memory"):
            self._link.execute("PRAGMA journal_mode = WAL")
        self._link.execute("PRAGMA synchronous = NORMAL")
        self._link.execute("BEGIN IMMEDIATE")
        with _commit_or_roll_back(self._link):
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
def _commit_or_roll_back(link: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        link.execute("ROLLBACK")
        raise
    link.execute("COMMIT")


def _connect(path: Path | None, layout: Layout) -> sqlite3.Connection:
    if path is not None:
        claim_file(path, layout.application_id)
    try:
        return sqlite3.connect(
            path or ":memory:",
            timeout=_WAIT_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
    except sqlite3.Error as error:
        raise SandboxError(f"{path} cannot be opened: {error}") from None


def _retry_while_locked(act: Callable[[], T]) -> T:
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
