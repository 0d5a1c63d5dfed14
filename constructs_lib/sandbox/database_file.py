"""The file of a sandbox: made for its owner alone, and never taken from somebody else.

A path may be mistyped, and name a file that has nothing to do with the sandbox. So a file that
exists is recognised first, by the application id in its header, and until then it is neither
written, nor locked, nor given another mode.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
import time
from contextlib import closing
from pathlib import Path

from constructs_lib.sandbox.errors import SandboxError

_OWNER_ONLY = 0o600
_OTHERS = 0o077
_LOOKS, _BETWEEN_LOOKS = 5, 0.02
"""How often a file is looked at that may be a sandbox's, and the seconds in between."""
# Closing a file drops every lock that this process has on it (POSIX), also those of SQLite on a
# database that another thread opened between the two steps of making it.
_making = threading.Lock()


def claim(path: Path, application_id: int) -> None:
    """Makes the file if it is missing, or recognises it as a sandbox's; its mode is then 0600.

    :param application_id: marks the databases of this sandbox
    :raises SandboxError: if it is something else, which stays as it is, or cannot be reached
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _making:
            if _made(path):
                return
            _check_kind(path)
            _check_mark(path, application_id)
        path.chmod(_OWNER_ONLY)
    except (OSError, sqlite3.OperationalError) as error:
        raise SandboxError(f"{path} cannot be opened: {_reason(error)}") from None


def _made(path: Path) -> bool:
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
        raise SandboxError(f"{path} is a link that leads to nothing; name another") from None
    if stat.S_ISDIR(mode):
        raise SandboxError(f"{path} is a folder, not a sandbox database; name a file")
    if not stat.S_ISREG(mode):
        raise SandboxError(f"{path} is no ordinary file, so no sandbox database; name another")


def _check_mark(path: Path, application_id: int) -> None:
    for _ in range(_LOOKS):
        about = path.stat()
        is_private = not about.st_mode & _OTHERS
        if about.st_size == 0 and is_private:
            # Another process has just made it, and comes to fill it.
            return
        if mark(path) == application_id:
            return
        if not is_private:
            break
        # Another process may be writing its first page, of which this look takes no notice.
        time.sleep(_BETWEEN_LOOKS)
    raise SandboxError(f"{path} is a file, but not a sandbox database; name another")


def mark(path: Path) -> int | None:
    """The application id of a database; None if the file is none.

    :raises sqlite3.OperationalError: if the file cannot be read
    """
    # SQLite itself must look: it knows which files this process has locked, and keeps the locks.
    # "immutable" means no lock, no recovery and no files beside the database.
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
