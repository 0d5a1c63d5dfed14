"""How Terraform and a provider find each other.

Terraform starts the provider with a magic cookie in its environment and reads one line from its
standard output: ``1|6|unix|<socket>|grpc|<certificate>``. Source: go-plugin, the protocol of
version 1.

This module and what it imports are loaded before that line is written, so they are few and light.
"""

from __future__ import annotations

import fcntl
import os
import socket
from binascii import b2a_base64
from collections.abc import Mapping
from contextlib import suppress

COOKIE_NAME = "TF_PLUGIN_MAGIC_COOKIE"
COOKIE = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"
CLIENT_CERTIFICATE = "PLUGIN_CLIENT_CERT"
PROTOCOL = 6
SOCKET, KEY = "s", "key.pem"
"""The files in a provider's directory."""
PRIVATE = 0o700
"""The permissions of that directory."""

EXPLANATION = """\
This program is a Terraform provider. Terraform starts it by itself and talks to it over a socket,
so there is nothing to do here by hand: name it under required_providers in a configuration and run
terraform. To debug it, start it with --debug and set the variable that it prints.
"""

_LONGEST_PATH = 100
"""Bytes of a socket's path that every system accepts: Linux 107, macOS 103."""
_PREFIX, _DIGITS = "tfp-", 12
"""The name of a provider's directory: this, and so many hexadecimal digits."""
_HEX = "0123456789abcdef"


class HandshakeError(Exception):
    """The connection with Terraform cannot be prepared; the message says why."""


class Endpoint:
    """A listening Unix socket in a directory that only this user can enter.

    As long as the process lives it holds a lock on the directory, which tells those of the dead
    from those of the living (:mod:`dead_directories`).
    """

    def __init__(self) -> None:
        self.directory = _make_directory()
        self._lock = _lock(self.directory)
        self.path = os.path.join(self.directory, SOCKET)
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self.listener.bind(self.path)
            self.listener.listen(64)
        except OSError as error:
            self.close()
            raise HandshakeError(f"cannot listen on {self.path}: {error.strerror}") from None

    def close(self) -> None:
        """Closes the socket and removes the directory; it may be called again."""
        self.listener.close()
        with suppress(OSError):
            os.unlink(self.path)
        with suppress(OSError):
            os.rmdir(self.directory)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def is_launched_by_terraform(environment: Mapping[str, str]) -> bool:
    """True if the process was started by Terraform and not by hand."""
    return environment.get(COOKIE_NAME) == COOKIE


def check_protocol(environment: Mapping[str, str]) -> None:
    """Makes sure that Terraform speaks our version of the protocol.

    :raises HandshakeError: if it does not
    """
    offered = environment.get("PLUGIN_PROTOCOL_VERSIONS", "")
    if offered and str(PROTOCOL) not in offered.split(","):
        raise HandshakeError(
            f"Terraform offers the plugin protocol versions {offered}, this provider speaks "
            f"version {PROTOCOL}; a newer Terraform is needed"
        )


def line(path: str, certificate: bytes) -> str:
    """The line that Terraform reads.

    :param path: the path of the socket
    :param certificate: the server's certificate (DER); empty for a plaintext connection
    """
    encoded = b2a_base64(certificate, newline=False).decode().rstrip("=")
    return f"1|{PROTOCOL}|unix|{path}|grpc|{encoded}"


def bases() -> list[str]:
    """Return the directories in which a provider makes its own: the first one that will do."""
    return list(dict.fromkeys((os.environ.get("TMPDIR") or "/tmp", "/tmp")))  # noqa: S108


def is_directory_name(name: str) -> bool:
    """Return whether a provider may have given its directory this name."""
    digits = name[len(_PREFIX) :]
    return name.startswith(_PREFIX) and len(digits) == _DIGITS and not digits.strip(_HEX)


def _make_directory() -> str:
    for base in bases():
        directory = os.path.join(base, f"{_PREFIX}{os.urandom(_DIGITS // 2).hex()}")
        if len(os.fsencode(directory)) + 2 > _LONGEST_PATH:
            continue
        with suppress(OSError):
            # It fails if the name exists, so nobody else can have prepared it.
            os.mkdir(directory, PRIVATE)
            return directory
    raise HandshakeError("no temporary directory with a short path can be written; set TMPDIR")


def _lock(directory: str) -> int | None:
    """Return a descriptor that holds the lock; None where the file system has no locks."""
    descriptor = None
    try:
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        if descriptor is not None:
            os.close(descriptor)
        return None
    return descriptor
