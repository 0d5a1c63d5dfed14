"""Asks the fork server of this Terraform for a fork, which serves in place of this process.

:mod:`fork_server` says what that is. Terraform waits for this module in each start. So it uses
``_socket`` and ``_signal``: ``socket`` and ``signal`` would take as long as everything else before
the fork.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import _socket
import marshal
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

SWITCH = "CONNECTIONS_FORK_SERVER"
"""The environment variable that forbids fork servers if its value is ``0``."""
_OF_TERRAFORM = "PLUGIN_"
"""What the variables begin with in which Terraform says how to talk to it (go-plugin). They differ
from process to process: the certificate, and the order of a list."""
CERTIFICATE = "PLUGIN_CLIENT_CERT"
"""The one that holds Terraform's certificate."""
HANDSHAKE = "--handshake="
"""The option with which a launcher names the descriptor of the handshake."""
_PRIVATE, _PERMISSIONS = 0o40700, 0o177777
"""The kind and the permissions of the directory, and the bits of a mode that say them."""
REPLY_LIMIT = 5.0
"""Seconds to wait for a fork. It takes milliseconds, or as long as the import that is under way."""
_STANDARD_ERROR = 2
INTEGER = 4
"""The size of a descriptor in a message, in bytes."""
READY, GO = b"ready", b"go"
CRASHED = 1
"""The exit status in place of that of a fork which ended without one."""


def is_possible(arguments: Sequence[str]) -> bool:
    """Return whether this process may ask for a fork, and start a fork server.

    :param arguments: the command line; it must be that of a launcher
    """
    return (
        sys.platform == "linux"
        and CERTIFICATE in os.environ
        and os.environ.get(SWITCH) != "0"
        and len(arguments) == 1
        and arguments[0].startswith(HANDSHAKE)
    )


def run_in_fork(provider: str, arguments: Sequence[str]) -> int | None:
    """Have a fork serve the provider, and wait until it ends.

    :param provider: its name
    :param arguments: the command line
    :returns: the exit status of the fork; None if there is none, so that this process must serve
    """
    output = int(arguments[0][len(HANDSHAKE) :])
    _signal.signal(_signal.SIGINT, _signal.SIG_IGN)  # Terraform itself handles it.
    try:
        directory = directory_of(provider)
        found = os.lstat(directory)
        if found.st_uid != os.geteuid() or found.st_mode & _PERMISSIONS != _PRIVATE:
            return None
        link = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
        link.settimeout(REPLY_LIMIT)
        link.connect(address_in(directory))
        fork = _ask(link, provider, output)
        if fork is None:
            return None
        _pass_signals_to(fork)
        link.send(GO)
    except (OSError, ValueError):
        return None  # The link is closed, and a fork that was not told to go ends.
    link.settimeout(None)
    try:
        status = link.recv(1)
    except OSError:
        status = b""
    return status[0] if status else CRASHED


def _ask(link: _socket.socket, provider: str, output: int) -> int | None:
    """Ask for a fork; return its process id, or None if it is refused.

    :param output: the descriptor of the handshake
    :raises OSError: if there is no answer
    :raises ValueError: if this process was started with something that cannot be sent
    """
    request = marshal.dumps((*origin_of(provider), terraform_variables()))
    descriptors = b"".join(
        each.to_bytes(INTEGER, sys.byteorder) for each in (_STANDARD_ERROR, output)
    )
    link.sendmsg([request], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, descriptors)])
    reply = link.recv(len(READY) + INTEGER)
    if not reply.startswith(READY):
        return None
    return int.from_bytes(reply[len(READY) :], sys.byteorder)


def _parent() -> tuple[int, int]:
    """Return the parent of this process: its id, and when it started.

    :raises OSError: if the system does not say it
    """
    parent = os.getppid()
    with open(f"/proc/{parent}/stat", "rb") as stream:
        return parent, int(fields_of(stream.read())[19])


def fields_of(stat: bytes) -> list[bytes]:
    """Return what Linux says about a process after its name, which may hold any character."""
    return stat.rpartition(b")")[2].split()


def directory_of(provider: str) -> str:
    """Return the directory of the fork server of the Terraform that is the parent.

    It has the form of the directories of providers (``server.handshake``), which remove those that
    were left behind.
    """
    parent, started = _parent()
    digits = f"{parent & 0xFFFFFF:06x}{started & 0xFFFFF:05x}{len(provider) & 0xF:x}"
    return f"{os.environ.get('TMPDIR') or '/tmp'}/tfp-{digits}"  # noqa: S108  It is checked.


def address_in(directory: str) -> str:
    """Return the path of the socket in that directory."""
    return f"{directory}/s"


def origin_of(provider: str) -> tuple[Any, ...]:
    """Return how this process was started, apart from what Terraform says about itself."""
    names = sorted(name for name in os.environ if not name.startswith(_OF_TERRAFORM))
    environment = [(name, os.environ[name]) for name in names]
    folder = os.stat(".")
    umask = os.umask(0o77)
    os.umask(umask)
    place = (folder.st_dev, folder.st_ino, umask, os.stat("/proc/self/ns/pid").st_ino)
    return (provider, sys.executable, sys.path, sys.argv, environment, place, _parent())


def terraform_variables() -> dict[str, str]:
    """Return the variables in which Terraform says how to talk to it."""
    return {name: value for name, value in os.environ.items() if name.startswith(_OF_TERRAFORM)}


def _pass_signals_to(fork: int) -> None:
    """Send the fork what this process is sent."""

    def pass_on(number: int, frame: object) -> None:
        try:
            os.kill(fork, number)
        except OSError:
            return  # It has ended.

    _signal.signal(_signal.SIGTERM, pass_on)
    _signal.signal(_signal.SIGHUP, pass_on)
