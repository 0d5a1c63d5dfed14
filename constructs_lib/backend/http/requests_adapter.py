"""Bound a request as a whole: from the look-up of the host to the last byte.

The HTTP library bounds each step by itself, so a response that drips a byte at a time, or a slow
look-up of a host, takes as long as it likes. So each request runs in a thread of its own. Its
caller stops waiting when a limit is over, or when Terraform wants to stop: a request of which
nothing was sent by then is never sent, and the connection of any other is shut down.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Generic, TypeVar

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from constructs_lib.backend.plugin.concurrency import Workers

AnswerT = TypeVar("AnswerT")

_POLL_INTERVAL = 0.2
"""Seconds between two looks whether Terraform wants to stop."""
_workers = Workers()
_thread = threading.local()


class RequestAbandoned(Exception):
    """Nobody waits for the request any more, and nothing of it was sent."""


class BoundedRequest(Generic[AnswerT]):
    """One request on its way.

    :param send: sends it and reads the whole answer; called in another thread
    """

    def __init__(self, send: Callable[[BoundedRequest[AnswerT]], AnswerT]) -> None:
        self._send = send
        self._changed = threading.Condition()
        self._answer: AnswerT | None = None
        self._error: BaseException | None = None
        self._connection: Any = None
        self._is_done = self._is_abandoned = False
        self.is_sent = False
        """True as soon as some of it may have reached the other end."""

    def wait(self, overdue: Callable[[float, bool], BaseException | None], limit: float) -> AnswerT:
        """Send the request, wait for its answer and return that.

        :param overdue: why to stop waiting, from the seconds that passed and whether the request
            was sent by then; None to go on
        :param limit: when to ask ``overdue`` at the latest, in seconds
        :raises BaseException: what sending raised, or what ``overdue`` returned
        """
        _workers.do(self._run)
        with self._changed:
            try:
                self._wait(overdue, limit)
            except BaseException:
                # Also for a KeyboardInterrupt, in a command that a person runs.
                self._abandon()
                raise
        if self._error is not None:
            raise self._error
        return self._answer  # type: ignore[return-value]

    def _wait(self, overdue: Callable[[float, bool], BaseException | None], limit: float) -> None:
        # Unlike time.monotonic, no test replaces this clock: the threads wait in real time.
        begun = time.perf_counter()
        while not self._is_done:
            passed = time.perf_counter() - begun
            reason = overdue(passed, self.is_sent)
            if reason is not None:
                raise reason
            self._changed.wait(min(_POLL_INTERVAL, max(limit - passed, 0.001)))

    def require_awaited(self) -> None:
        """Check that somebody waits, just before the first byte is sent.

        :raises RequestAbandoned: if nobody does
        """
        with self._changed:
            if self._is_abandoned:
                raise RequestAbandoned

    def note_sending(self, connection: Any) -> None:
        """Note that bytes are sent from now on.

        :param connection: over which; it knows its ``sock`` and its ``bounded``
        :raises RequestAbandoned: if nobody waits for the request
        """
        with self._changed:
            self.require_awaited()
            self.is_sent, self._connection = True, connection

    def _run(self) -> None:
        _thread.bounded = self
        try:
            self.require_awaited()
            self._answer = self._send(self)
        except BaseException as error:
            # It is raised again where the answer is waited for.
            self._error = error
        finally:
            _thread.bounded = None
            with self._changed:
                self._is_done = True
                self._changed.notify_all()

    def _abandon(self) -> None:
        """Shut down the connection, unless it serves another request by now."""
        self._is_abandoned = True
        connection = self._connection
        if connection is None or connection.bounded is not self:
            return
        if isinstance(connection.sock, socket.socket):
            with suppress(OSError):
                # Not the method of a TLS socket, which would take the encryption away first.
                socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)


class _BoundedConnection:
    """A connection that tells its bounded request when bytes are sent."""

    bounded: BoundedRequest[Any] | None = None
    _is_connecting = False

    def connect(self) -> None:
        self._is_connecting = True
        try:
            super().connect()  # type: ignore[misc]
        finally:
            self._is_connecting = False
        bounded = _current()
        if bounded is not None:
            bounded.require_awaited()

    def send(self, data: Any) -> None:
        if getattr(self, "sock", None) is None and bool(getattr(self, "auto_open", 0)):
            self.connect()
        self.bounded = _current()
        # What is sent while it connects is for a proxy.
        if self.bounded is not None and not self._is_connecting:
            self.bounded.note_sending(self)
        super().send(data)  # type: ignore[misc]


class _Connection(_BoundedConnection, HTTPConnection):
    """A connection in clear."""


class _TlsConnection(_BoundedConnection, HTTPSConnection):
    """A connection under TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


_POOLS = {"http": _Pool, "https": _TlsPool}


class BoundedAdapter(HTTPAdapter):
    """An adapter whose connections let their requests be bounded."""

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        """Make the pools of connections to the API itself."""
        super().init_poolmanager(*args, **more)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **more: Any) -> Any:
        """Return the pools of connections over a proxy."""
        manager = super().proxy_manager_for(proxy, **more)
        if proxy.lower().startswith("http"):
            manager.pool_classes_by_scheme = _POOLS
        else:
            # A SOCKS proxy has connections of its own, which report nothing: count it as sent.
            bounded = _current()
            if bounded is not None:
                bounded.is_sent = True
        return manager


def _current() -> BoundedRequest[Any] | None:
    bounded: BoundedRequest[Any] | None = getattr(_thread, "bounded", None)
    return bounded
