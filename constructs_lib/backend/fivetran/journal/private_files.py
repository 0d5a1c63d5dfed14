"""Files that only their owner may read, replaced in one step, read without blocking, and locked."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote


def read(file: Path, errors: str = "strict") -> str:
    """Return the text of a file. Refuse anything else in its place, such as a named pipe, without
    waiting for it.

    :param errors: what becomes of bytes that are no UTF-8, as ``open`` takes it
    :raises OSError: if it cannot be read, or is no regular file
    :raises ValueError: if it holds no UTF-8
    """
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file")
        with open(descriptor, encoding="utf-8", errors=errors, closefd=False) as opened:
            return opened.read()
    finally:
        os.close(descriptor)


def file_name_of(identifier: str) -> str:
    """Return the part of a file's name that encodes an identifier, whatever that holds."""
    return quote(identifier, safe="", errors="backslashreplace")


def write(file: Path, text: str) -> None:
    """Replace the text of a file in one step and force it to the disk; only the owner can read it.

    :raises OSError: if it cannot be written; then the file is what it was
    """
    draft = file.with_name(f".{file.name}.draft-of-a-state")
    try:
        # What a run that died has left, or somebody else has put there, is not written into.
        draft.unlink(missing_ok=True)
        with open(draft, "x", encoding="utf-8", opener=_private) as open_file:
            open_file.write(text)
            open_file.flush()
            os.fsync(open_file.fileno())
        draft.replace(file)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        raise


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def lock(file: Path) -> int | None:
    """Return a descriptor that holds the lock of a file; None if another process holds it."""
    while True:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        if _is_the_same(descriptor, file):
            return descriptor
        # The run before us removed the file between our two calls.
        os.close(descriptor)


def _is_the_same(descriptor: int, file: Path) -> bool:
    try:
        there = file.stat()
    except FileNotFoundError:
        return False
    ours = os.fstat(descriptor)
    return (ours.st_ino, ours.st_dev) == (there.st_ino, there.st_dev)
