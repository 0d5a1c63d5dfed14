"""Removes the directories of providers that were killed, and so could not remove them themselves.

A living provider holds a lock on its directory (:class:`handshake.Endpoint`), which the operating
system releases however the process ends. Providers of earlier versions hold none, but they answer
on their socket.
"""

from __future__ import annotations

import fcntl
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from constructs_lib.backend.plugin import handshake, log

_LEAST_AGE = 1.0
"""Seconds after which a directory is no longer one that a provider is just about to use."""

_PERMISSIONS = 0o777


def remove(own: str) -> None:
    """Remove the directories of the dead from where providers make theirs.

    :param own: the directory of this process
    """
    removed = sum(_remove_from(base, own) for base in handshake.bases())
    if removed:
        log.info(f"removed {removed} temporary directories of providers that were killed")


def _remove_from(base: str, own: str) -> int:
    try:
        with os.scandir(base) as entries:
            names = [entry.name for entry in entries if handshake.is_directory_name(entry.name)]
    except OSError:
        return 0  # It is not there, or is nobody's to look at.
    paths = [os.path.join(base, name) for name in names]
    return sum(_remove_dead(path) for path in paths if path != own)


def _remove_dead(path: str) -> bool:
    """Remove a directory, if it is ours and its provider is dead; return whether it was."""
    try:
        with _opened(path) as descriptor:
            if not _is_ours(descriptor) or not _is_dead(path, descriptor):
                return False
            for name in (handshake.SOCKET, handshake.KEY):
                with suppress(FileNotFoundError):
                    os.unlink(name, dir_fd=descriptor)
            # It fails if there is anything else, which is then not for us to remove.
            os.rmdir(path)
    except OSError:
        return False
    return True


@contextmanager
def _opened(path: str) -> Iterator[int]:
    # A link is not followed: what is removed stands in this very directory.
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _is_ours(descriptor: int) -> bool:
    found = os.fstat(descriptor)
    return found.st_uid == os.geteuid() and found.st_mode & _PERMISSIONS == handshake.PRIVATE


def _is_dead(path: str, descriptor: int) -> bool:
    if time.time() - os.fstat(descriptor).st_mtime < _LEAST_AGE:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False  # The provider lives, or the file system has no locks that could tell.
    return not _answers(os.path.join(path, handshake.SOCKET))


def _answers(path: str) -> bool:
    """True unless it is certain that nobody listens on a socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.setblocking(False)
        try:
            link.connect(path)
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        except OSError:
            return True  # Such as a queue that is full, so somebody has one.
        return True
