"""How Terraform and a provider find each other: cookie, socket and handshake line.

Terraform starts the provider with a magic cookie in its environment and reads one line from its
standard output: ``1|6|unix|<socket>|grpc|<certificate>``. Source: go-plugin, the protocol of
version 1. This module and what it imports are loaded before that line is written, so they are few
and light.

The socket is in a directory of its own. A provider that is killed cannot remove it, so later ones
do. A living provider holds a lock on its directory (:class:`ProviderSocket`), which the operating
system releases however the process ends. Providers of earlier versions hold none, but they answer
on their socket.
"""

from __future__ import annotations

import fcntl
import os
import socket
import time
from binascii import b2a_base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from constructs_lib.backend.plugin import fork_request, log

COOKIE_NAME = "TF_PLUGIN_MAGIC_COOKIE"
COOKIE = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"
CLIENT_CERTIFICATE = fork_request.CERTIFICATE
PROTOCOL = 6
SOCKET, KEY = "s", "key.pem"
"""The files in a provider's directory."""
PRIVATE = 0o700
"""The permissions of that directory."""

STARTED_BY_HAND = """\
This program is a Terraform provider. Terraform starts it and talks to it over a socket, so do not
start it by hand: name it under required_providers in a configuration and run terraform. To debug
it, start it with --debug and set the variable that it prints.
"""

_LONGEST_PATH = 100
"""Bytes of a socket's path that every system accepts: Linux 107, macOS 103."""
_ROOM_FOR_KEY = 4096
"""Bytes; the key and its certificate take less than half of it."""
_SEPARATOR = "|"
"""What separates the fields of the line that Terraform reads."""
_PREFIX, _DIGITS = "tfp-", 12
"""The name of a provider's directory: this, and so many hexadecimal digits."""
_HEX = "0123456789abcdef"


class HandshakeError(Exception):
    """The connection with Terraform cannot be prepared; the message says why."""


class ProviderSocket:
    """A listening Unix socket in a directory that only this user can enter.

    The process holds a lock on the directory as long as it lives, so that other providers do not
    take it for a stale one (:func:`remove_stale_directories`).

    :raises HandshakeError: if no temporary directory will do; the message names each with a reason
    """

    def __init__(self) -> None:
        reasons = []
        for base in temporary_directories():
            reason = _path_problem(base) or self._open(base)
            if not reason:
                return
            reasons.append(f"{_printable(base)} {reason}")
        raise HandshakeError(
            f"no temporary directory can be used: {'; '.join(reasons)}. Set TMPDIR to a directory "
            "in which this user can write"
        )

    def _open(self, base: str) -> str:
        """Listen in a new directory in ``base``; return why that is not possible, or nothing."""
        self.directory = _directory_in(base)
        self.path = os.path.join(self.directory, SOCKET)
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._lock: int | None = None
        try:
            # It fails if the name exists, so nobody else can have prepared it.
            os.mkdir(self.directory, PRIVATE)
            self._lock = lock_directory(self.directory)
            self.listener.bind(self.path)
            self.listener.listen(64)
            _reserve_key_file(os.path.join(self.directory, KEY))
        except OSError as error:
            self.close()
            return f"cannot be written ({error.strerror or type(error).__name__})"
        return ""

    def close(self) -> None:
        """Close the socket and remove the directory; it may be called again."""
        self.listener.close()
        for name in (SOCKET, KEY):
            with suppress(OSError):
                os.unlink(os.path.join(self.directory, name))
        with suppress(OSError):
            os.rmdir(self.directory)
        self.release()

    def release(self) -> None:
        """Close the descriptors and leave the directory to the process that owns it."""
        self.listener.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def is_launched_by_terraform(environment: Mapping[str, str]) -> bool:
    """Return True if Terraform started the process, and not a person."""
    return environment.get(COOKIE_NAME) == COOKIE


def check_protocol(environment: Mapping[str, str]) -> None:
    """Raise an error unless Terraform speaks our version of the protocol.

    :raises HandshakeError: if it does not
    """
    offered = environment.get("PLUGIN_PROTOCOL_VERSIONS", "")
    if offered and str(PROTOCOL) not in offered.split(","):
        raise HandshakeError(
            f"Terraform offers the plugin protocol versions {offered}, but this provider needs "
            f"version {PROTOCOL}; use a newer Terraform"
        )


def handshake_line(path: str, certificate: bytes) -> str:
    """Return the line that Terraform reads.

    :param path: the path of the socket
    :param certificate: the server's certificate (DER); empty for a plaintext connection
    """
    encoded = b2a_base64(certificate, newline=False).decode().rstrip("=")
    return f"1|{PROTOCOL}|unix|{path}|grpc|{encoded}"


def temporary_directories() -> list[str]:
    """Return the directories in which a provider makes its own: the first one that will do."""
    return list(dict.fromkeys((os.environ.get("TMPDIR") or "/tmp", "/tmp", "/var/tmp")))  # noqa: S108


def is_directory_name(name: str) -> bool:
    """Return whether a provider may have given its directory this name."""
    digits = name[len(_PREFIX) :]
    return name.startswith(_PREFIX) and len(digits) == _DIGITS and not digits.strip(_HEX)


def _directory_in(base: str) -> str:
    return os.path.join(base, f"{_PREFIX}{os.urandom(_DIGITS // 2).hex()}")


def _path_problem(base: str) -> str:
    """Return why the handshake cannot hold a path in ``base``; empty if it can."""
    if len(os.fsencode(_directory_in(base))) + 2 > _LONGEST_PATH:
        return "has too long a path for a socket"
    if _SEPARATOR in base or not base.isprintable() or base != base.strip():
        return "has a name that the handshake cannot carry"
    return ""


def _printable(base: str) -> str:
    shown = base if base.isprintable() else ascii(base)
    return shown.replace(_SEPARATOR, r"\x7c")


def _reserve_key_file(file: str) -> None:
    """Take the room that the key of mutual TLS will need, while another directory is possible."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, bytes(_ROOM_FOR_KEY))
    finally:
        os.close(descriptor)


def lock_directory(directory: str) -> int | None:
    """Lock the directory of a process, as long as that lives.

    :returns: a descriptor that holds the lock; None where the file system has no locks
    """
    descriptor = None
    try:
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        if descriptor is not None:
            os.close(descriptor)
        return None
    return descriptor


_LEAST_AGE = 1.0
"""Seconds after which a directory is no longer one that a provider is just about to use."""

_PERMISSIONS = 0o777


def remove_stale_directories(own: str) -> None:
    """Remove the directories of providers that were killed.

    :param own: the directory of this process
    """
    removed = sum(_remove_from(base, own) for base in temporary_directories())
    if removed:
        log.info(f"removed {removed} temporary directories of providers that were killed")


def _remove_from(base: str, own: str) -> int:
    try:
        with os.scandir(base) as entries:
            names = [entry.name for entry in entries if is_directory_name(entry.name)]
    except OSError:
        return 0  # It does not exist, or cannot be read.
    paths = [os.path.join(base, name) for name in names]
    return sum(_remove_stale(path) for path in paths if path != own)


def _remove_stale(path: str) -> bool:
    """Remove a directory, if it is ours and its provider is dead; return whether it was."""
    try:
        with _opened(path) as descriptor:
            if not _is_ours(descriptor) or not _is_stale(path, descriptor):
                return False
            for name in (SOCKET, KEY):
                with suppress(FileNotFoundError):
                    os.unlink(name, dir_fd=descriptor)
            # It fails if there is anything else, which is then not for us to remove.
            os.rmdir(path)
    except OSError:
        return False
    return True


@contextmanager
def _opened(path: str) -> Iterator[int]:
    # A link is not followed: only files of this very directory are removed.
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _is_ours(descriptor: int) -> bool:
    found = os.fstat(descriptor)
    return found.st_uid == os.geteuid() and found.st_mode & _PERMISSIONS == PRIVATE


def _is_stale(path: str, descriptor: int) -> bool:
    if time.time() - os.fstat(descriptor).st_mtime < _LEAST_AGE:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False  # The provider lives, or the file system has no locks that could tell.
    return not _answers(os.path.join(path, SOCKET))


def _answers(path: str) -> bool:
    """Return True unless it is certain that nobody listens on a socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.setblocking(False)
        try:
            link.connect(path)
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        except OSError:
            return True  # Such as a queue that is full, so somebody has one.
        return True
