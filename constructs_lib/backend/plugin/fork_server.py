"""A process, loaded in advance, of which the next processes of the same Terraform are forks.

Terraform starts a provider three to five times for each command, and each start would import the
same modules again. So the first process forks a *fork server*: while Terraform is busy with the
first process, it imports what the next ones will need. A process that Terraform starts later asks
it for a fork. The fork serves Terraform in its place, with its descriptors, and the process that
Terraform started only waits for its end.

The fork server belongs to one Terraform process. It ends with it, or when nobody has asked for a
while. It serves nobody else: its socket is in a directory that only this user can enter, and it
refuses a process that was started in any other way (``fork_request.origin_of``).

A fork server is never configured, so the only credentials it can have are those in the environment
that Terraform gave to all of these processes. A fork ends at once when the process that asked for
it is gone, because that is the one that Terraform kills. Whatever fails, the process that Terraform
started serves by itself.

This works on Linux only: on macOS, libraries of the system may crash in a fork.
"""

from __future__ import annotations

import marshal
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib import import_module
from typing import NoReturn

from constructs_lib.backend.plugin import fork_request
from constructs_lib.backend.plugin.server import handshake

Serve = Callable[[int, Callable[[], bool]], int]
"""Serves a provider in a fork, and returns the exit status. It takes the descriptor of the
handshake, and a function that returns True when Terraform is gone."""
_IDLE_LIMIT = 60.0
"""Seconds after which a fork server ends that nobody asks. Terraform starts the next process within
seconds, except where it waits for an approval."""
_LONGEST_REQUEST = 1 << 20
_STANDARD_OUTPUT, _STANDARD_ERROR = 1, 2
_MOST_ZOMBIES, _LEAST_AGE = 10, 60.0
"""So many zombies may be there that were started so many seconds ago: process 1 may be slow."""
_REAPERS = frozenset({"systemd", "init"})
"""Names of programs that reap whatever becomes a child of process 1."""


def start(provider: str, preload: Iterable[str], serve: Serve, release: Callable[[], None]) -> None:
    """Start the fork server of this Terraform, unless there is one or the system forbids it.

    This process must have a single thread.

    :param provider: its name
    :param preload: the modules to import, in the order in which they will be needed; one with a
        function to call as ``module:function``
    :param serve: what a fork does: it takes the descriptor of the handshake and a function that
        returns True when Terraform is gone, and returns the exit status
    :param release: closes, in the fork server, what belongs to this process
    """
    try:
        if not _is_reaped():
            return
        server = _ForkServer(provider, serve)
    except OSError:
        return  # Another process was first, or the system does not allow it.
    try:
        if os.fork() == 0:
            server.run_detached(preload, release)
    except OSError:
        server.remove()
    server.close()


def _is_reaped(processes: str = "/proc") -> bool:
    """Return whether process 1 reaps a fork server, whose parent it becomes.

    In a container, process 1 may be any program. If it has many zombies, it reaps none.

    :param processes: where the system describes its processes
    :raises OSError: if the system does not say it
    """
    with open(f"{processes}/1/comm", encoding="utf-8", errors="replace") as stream:
        if stream.read().strip() in _REAPERS:
            return True
    with open(f"{processes}/1/task/1/children", encoding="ascii") as stream:
        children = stream.read().split()
    return sum(_is_old_zombie(f"{processes}/{child}") for child in children) < _MOST_ZOMBIES


def _is_old_zombie(process: str) -> bool:
    try:
        with open(f"{process}/stat", "rb") as stream:
            fields = fork_request.fields_of(stream.read())
    except OSError:
        return False  # It was reaped meanwhile.
    started = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return fields[0] == b"Z" and time.clock_gettime(time.CLOCK_BOOTTIME) - started > _LEAST_AGE


class _ForkServer:
    """The fork server, which the first process prepares, and which runs in a fork of it.

    :param provider: the provider's name
    :param serve: what a fork does
    :raises OSError: if there is one already, or the system does not allow it
    """

    def __init__(self, provider: str, serve: Serve) -> None:
        self._serve = serve
        self._origin = fork_request.origin_of(provider)
        self._directory = fork_request.directory_of(provider)
        self._forks: dict[int, int] = {}
        """The running forks: process ids by descriptor (``pidfd_open``)."""
        os.mkdir(self._directory, handshake.PRIVATE)
        try:
            self._lock = handshake.lock_directory(self._directory)
            self._terraform = os.pidfd_open(os.getppid())
            self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self._listener.bind(fork_request.address_in(self._directory))
            self._listener.listen(16)
        except OSError:
            os.rmdir(self._directory)
            raise

    def close(self) -> None:
        """Close what belongs to the fork server, in a process that is not the fork server."""
        self._listener.close()
        os.close(self._terraform)
        if self._lock is not None:
            os.close(self._lock)

    def run_detached(self, preload: Iterable[str], release: Callable[[], None]) -> NoReturn:
        """Be the fork server, until Terraform is gone or nobody has asked for a while."""
        try:
            release()
            _detach()
            self._run(preload)
        finally:
            self.remove()
            os._exit(0)

    def remove(self) -> None:
        """Remove the socket and its directory."""
        with suppress(OSError):
            os.unlink(fork_request.address_in(self._directory))
            os.rmdir(self._directory)

    def _run(self, preload: Iterable[str]) -> None:
        waiting = select.poll()
        waiting.register(self._listener.fileno(), select.POLLIN)
        waiting.register(self._terraform, select.POLLIN)
        names = list(preload)[::-1]
        while True:
            events = dict(waiting.poll(0 if names else _IDLE_LIMIT * 1000))
            if self._terraform in events:
                return
            for ended in events.keys() & self._forks.keys():
                waiting.unregister(ended)
                os.waitpid(self._forks.pop(ended), 0)
                os.close(ended)
            if self._listener.fileno() in events:
                fork = self._answer()
                if fork is not None:
                    waiting.register(fork, select.POLLIN)
            elif names:
                _load(names.pop())
            elif not events and not self._forks:
                return

    def _answer(self) -> int | None:
        """Fork for the process that asks first; return the descriptor of the fork.

        A failure closes the link, and then that process serves by itself.
        """
        try:
            link = self._listener.accept()[0]
        except OSError:
            return None
        try:
            fork = os.fork()
            if fork == 0:
                self._become_fork(link)
            descriptor = os.pidfd_open(fork)
        except OSError:
            return None
        finally:
            link.close()
        self._forks[descriptor] = fork
        return descriptor

    def _become_fork(self, link: socket.socket) -> NoReturn:
        """Serve in place of the process at the other end of the link."""
        status = fork_request.CRASHED
        try:
            link.settimeout(fork_request.REPLY_LIMIT)
            output = self._take_over(link)
            link.send(
                fork_request.READY + os.getpid().to_bytes(fork_request.INTEGER, sys.byteorder)
            )
            if link.recv(len(fork_request.GO)) == fork_request.GO:
                link.settimeout(None)
                _end_with(link)
                status = self._serve(output, self._is_terraform_gone)
                sys.stderr.flush()
                link.send(bytes([status]))
        finally:
            os._exit(status)

    def _take_over(self, link: socket.socket) -> int:
        """Take the variables and the descriptors of the process; return that of the handshake.

        :raises ValueError: if that process was started in another way
        """
        room = socket.CMSG_SPACE(2 * fork_request.INTEGER)
        request, rights, _, _ = link.recvmsg(_LONGEST_REQUEST, room, socket.MSG_CMSG_CLOEXEC)
        *origin, variables = marshal.loads(request)  # noqa: S302  Only this user can send one.
        if tuple(origin) != self._origin:
            raise ValueError("another origin")
        self._listener.close()
        if self._lock is not None:
            os.close(self._lock)
        for name in fork_request.terraform_variables():
            del os.environ[name]
        os.environ.update(variables)
        error, output = memoryview(rights[0][2]).cast("i")
        os.dup2(error, _STANDARD_OUTPUT)
        os.dup2(error, _STANDARD_ERROR)
        os.close(error)
        return output

    def _is_terraform_gone(self) -> bool:
        waiting = select.poll()
        waiting.register(self._terraform, select.POLLIN)
        return bool(waiting.poll(0))


def _detach() -> None:
    """Hold nothing open that Terraform waits for, and let Terraform handle an interrupt."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, _STANDARD_OUTPUT, _STANDARD_ERROR):
        os.dup2(nothing, descriptor)
    os.close(nothing)


def _load(name: str) -> None:
    """Import a module, and call a function of it if the name has one (``module:function``)."""
    module, _, function = name.partition(":")
    loaded = import_module(module)
    if function:
        getattr(loaded, function)()


def _end_with(link: socket.socket) -> None:
    """End this process as soon as the other side of the link is gone, whatever it is doing."""

    def wait() -> NoReturn:
        try:
            link.recv(1)
        finally:
            os._exit(fork_request.CRASHED)

    threading.Thread(target=wait, daemon=True).start()
