"""How Terraform and a provider find each other.

Terraform starts the provider with a magic cookie in its environment and reads one line from its
standard output: ``1|6|unix|<socket>|grpc|<certificate>``. Source: go-plugin, the protocol of
version 1.

This module and what it imports are loaded before that line is written, so they are few and light.
"""

from __future__ import annotations

import os
import socket
from binascii import b2a_base64
from collections.abc import Mapping
from contextlib import suppress

COOKIE_NAME = "TF_PLUGIN_MAGIC_COOKIE"
COOKIE = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"
CLIENT_CERTIFICATE = "PLUGIN_CLIENT_CERT"
PROTOCOL = 6

EXPLANATION = """\
This program is a Terraform provider. Terraform starts it by itself and talks to it over a socket,
so there is nothing to do here by hand: name it under required_providers in a configuration and run
terraform. To debug it, start it with --debug and set the variable that it prints.
"""

_LONGEST_PATH = 100
"""Bytes of a socket's path that every system accepts: Linux 107, macOS 103."""


class HandshakeError(Exception):
    """The connection with Terraform cannot be prepared; the message says why."""


class Endpoint:
    """A listening Unix socket in a directory that only this user can enter."""

    def __init__(self) -> None:
        self.directory = _make_directory()
        self.path = os.path.join(self.directory, "s")
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


def _make_directory() -> str:
    for base in dict.fromkeys((os.environ.get("TMPDIR") or "/tmp", "/tmp")):  # noqa: S108
        directory = os.path.join(base, f"tfp-{os.urandom(6).hex()}")
        if len(os.fsencode(directory)) + 2 > _LONGEST_PATH:
            continue
        with suppress(OSError):
            # It fails if the name exists, so nobody else can have prepared it.
            os.mkdir(directory, 0o700)
            return directory
    raise HandshakeError("no temporary directory with a short path can be written; set TMPDIR")
