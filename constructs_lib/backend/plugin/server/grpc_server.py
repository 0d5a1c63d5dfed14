"""The gRPC server: it accepts connections, and runs methods until its Terraform is gone.

Messages pass as bytes, of any size. Methods may wait for an API, so each runs in a thread of its
own, while one thread for each connection reads. Methods that only compute run in the reading
thread: handing them over takes as long as some of them do.

A stream is a method that yields any number of messages (server streaming of gRPC). It is asked for
the next one when the client's windows have taken the last one, so a client that reads slowly holds
it up. When the client cancels the call or is gone, or the call's time limit is over, the generator
is closed instead: ``GeneratorExit`` ends what it has begun.

What Terraform says to end a run (``StopProvider``, ``Shutdown``) waits for nothing else, however
many operations run: it needs neither a thread that is free nor one that can be started.

When the Terraform that started this process is gone, the process ends, too. A Terraform that is
killed says nothing. It may be killed at any time, even while this process starts, and then no
single sign is reliable:

* The parent is another process. This says nothing if Terraform was gone before this process could
  look up its parent: another process has adopted it by then. A parent with id 1 says nothing
  either, because in a container Terraform may be process 1.
* Nobody reads the standard output any more. Terraform does so as long as it lives, but somebody
  else may have started the process with an output other than a pipe.
* Nobody calls. Terraform connects as soon as it has read the line of the handshake, and keeps one
  connection as long as it lives.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import ssl
import stat
import threading
import time
from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import closing, suppress
from functools import partial
from types import MappingProxyType

from constructs_lib.backend.plugin import log
from constructs_lib.backend.plugin.concurrency import Workers, start_thread
from constructs_lib.backend.plugin.server import http2_frames
from constructs_lib.backend.plugin.server.http2_connection import Http2Connection
from constructs_lib.backend.plugin.server.tls import Channel, TlsChannel

Method = Callable[[bytes], bytes]
Stream = Callable[[bytes], Generator[bytes, None, None]]
"""A method that yields the messages of its response."""

_SHUTDOWN = "/plugin.GRPCController/Shutdown"
_STDIO = "/plugin.GRPCStdio/StreamStdio"
_LOOK_PAUSE = 1.0
"""Seconds between looks whether Terraform still lives."""


class GrpcServer:
    """A server of methods on a listening socket, which runs until Terraform ends it.

    :param methods: the methods by gRPC path
    :param streams: the methods that respond with any number of messages, by gRPC path
    :param stop: called when the process is asked to end while operations may run
    :param is_immediate: returns True, given path and message, for a call that waits for nothing, so
        that the reading thread may answer it
    :param urgent: the paths of the calls that must be heard whatever is busy
    :param debug: true if Terraform did not start the process and so must not end it either
    :param watch: notices that Terraform is gone; by default, it looks at the parent only
    """

    def __init__(
        self,
        methods: Mapping[str, Method],
        stop: Callable[[], None],
        *,
        streams: Mapping[str, Stream] = MappingProxyType({}),
        is_immediate: Callable[[str, bytes], bool] = lambda path, message: False,
        urgent: Collection[str] = (),
        debug: bool = False,
        watch: TerraformWatch | None = None,
    ) -> None:
        self._methods, self._streams = methods, streams
        self._stop = stop
        self._is_immediate = is_immediate
        self._urgent = urgent
        self._debug = debug
        parent = os.getppid()
        is_orphan = lambda: os.getppid() != parent  # noqa: E731
        self._watch = watch or TerraformWatch(is_orphan, expects_calls=False)
        self._workers = Workers()
        self._lock = threading.Lock()
        self._running = 0
        self._connections: set[Http2Connection] = set()
        self._callers: set[Http2Connection] = set()
        self._is_ending = False
        self._end = threading.Event()

    def run(
        self,
        listener: socket.socket,
        context: ssl.SSLContext | None,
        ready: Callable[[], None],
    ) -> None:
        """Serve in the main thread; return when the process should end.

        :param context: TLS; None serves plaintext
        :param ready: called in a thread as soon as the server runs
        """
        self._take_signals()
        start_thread(partial(self._accept, listener, context))
        self._workers.do(ready)
        while not self._end.wait(_LOOK_PAUSE) and not self._watch.is_grace_over:
            self._check_terraform()
        for connection in self._open_connections():
            connection.close()

    def _take_signals(self) -> None:
        def wind_down(number: int, frame: object) -> None:
            # A handler interrupts the main thread wherever it is, so it takes no lock itself.
            start_thread(self._wind_down)

        signal.signal(signal.SIGTERM, wind_down)
        signal.signal(signal.SIGHUP, wind_down)
        if self._debug:
            signal.signal(signal.SIGINT, wind_down)

    def _accept(self, listener: socket.socket, context: ssl.SSLContext | None) -> None:
        while True:
            try:
                link, _ = listener.accept()
            except OSError:
                return  # The socket was closed: the process ends.
            channel = Channel(link) if context is None else TlsChannel(link, context)
            connection = Http2Connection(channel, self._answer, self._count_down)
            with self._lock:
                self._connections.add(connection)
            if not start_thread(partial(self._serve, connection)):
                connection.close()

    def _serve(self, connection: Http2Connection) -> None:
        try:
            connection.run()
        except Exception as error:
            # Closed by us, it is read no more, and that is no failure.
            if not self._end.is_set():
                log.warn(f"connection: {type(error).__name__}")
        finally:
            with self._lock:
                self._connections.discard(connection)
                self._callers.discard(connection)

    def _open_connections(self) -> list[Http2Connection]:
        with self._lock:
            return list(self._connections)

    def _answer(self, connection: Http2Connection, stream: int, path: str, message: bytes) -> None:
        """Take a call; runs in the reading thread, so it hands over whatever may wait."""
        self._callers.add(connection)
        method = self._methods.get(path)
        if method is not None:
            self._count(1)
            call = partial(self._call, connection, stream, method, message)
            if path in self._urgent:
                if not start_thread(call):
                    call()
            elif self._is_immediate(path, message):
                self._call_here(connection, stream, method, message)
            else:
                self._workers.do(call)
        elif path in self._streams:
            self._count(1)
            call_stream = partial(_send_messages, connection, stream, self._streams[path], message)
            self._workers.do(partial(self._finish, call_stream))
        elif path == _SHUTDOWN:
            self._count(1)
            if not connection.succeed_now(stream, b""):
                succeed = partial(connection.succeed, stream, b"")
                if not start_thread(partial(self._finish, succeed)):
                    self._count_down(1)
            connection.flush()
            self._shut_down()
        elif path != _STDIO:
            # A newer Terraform tries methods that it can do without.
            words = "This provider does not know the method."
            connection.fail(stream, http2_frames.UNIMPLEMENTED, words)
        # Nothing is ever sent on the stream for output: what is written to stderr reaches
        # Terraform's log by itself.

    def _call_here(
        self, connection: Http2Connection, stream: int, method: Method, message: bytes
    ) -> None:
        """Respond in the reading thread; hand over what the client does not take at once. The
        operation ends when the connection has sent the answer.
        """
        answer = _call_method(method, message)
        if answer is None or not connection.succeed_now(stream, answer):
            self._workers.do(partial(self._reply, connection, stream, answer))

    def _call(
        self, connection: Http2Connection, stream: int, method: Method, message: bytes
    ) -> None:
        self._reply(connection, stream, _call_method(method, message))

    def _reply(self, connection: Http2Connection, stream: int, answer: bytes | None) -> None:
        if answer is None:
            self._finish(partial(_fail, connection, stream))
        else:
            self._finish(partial(connection.succeed, stream, answer))

    def _finish(self, send: Callable[[], None]) -> None:
        """Send what is left of a response; then the operation does not run any more."""
        try:
            send()
        except Exception as error:
            log.error(f"an answer was not sent: {type(error).__name__}")
        finally:
            self._count_down(1)

    def _count(self, begun: int) -> None:
        with self._lock:
            self._running += begun

    def _count_down(self, ended: int) -> None:
        self._count(-ended)
        self._end_if_done()

    def _end_if_done(self) -> None:
        with self._lock:
            is_done = self._is_ending and not self._running
        if is_done:
            self._end.set()

    def _shut_down(self) -> None:
        if self._debug:
            return
        with self._lock:
            is_idle = not self._running
        if is_idle:
            self._end.set()
        elif not start_thread(self._wind_down):
            # A second Ctrl-C: Terraform has given up, and what is half-done must still be finished.
            self._wind_down()

    def _wind_down(self) -> None:
        """End as soon as no operation runs: their states must reach Terraform."""
        with self._lock:
            is_first, self._is_ending = not self._is_ending, True
        if not is_first:
            return
        log.info("asked to end; running operations finish first")
        with suppress(Exception):
            self._stop()
        self._end_if_done()

    def _check_terraform(self) -> None:
        with self._lock:
            is_called = bool(self._callers)
        reason = self._watch.look(is_called=is_called)
        if reason:
            log.warn(f"Terraform is gone: {reason}")
            start_thread(self._wind_down)


def _call_method(method: Method, message: bytes) -> bytes | None:
    """Return the response of a method; None if it failed."""
    try:
        return method(message)
    except Exception as error:
        log.error(f"a method failed: {type(error).__name__}")
        return None


def _fail(connection: Http2Connection, stream: int) -> None:
    connection.fail(stream, http2_frames.INTERNAL, "The provider failed; see its log.")


def _send_messages(
    connection: Http2Connection, stream: int, method: Stream, message: bytes
) -> None:
    """Send what a stream yields, until it ends or the client wants no more."""
    try:
        with closing(method(message)) as messages:
            while connection.is_wanted(stream):
                answer = next(messages, None)
                if answer is None:
                    connection.end(stream)
                elif not connection.send(stream, answer):
                    break
        # It ended, was cancelled, or took too long; only then there is something left to say.
        connection.give_up(stream)
    except Exception as error:
        log.error(f"a method failed: {type(error).__name__}")
        _fail(connection, stream)


START_LIMIT = 60.0
"""Seconds for Terraform to make its first call. It gives a provider as long for the handshake."""
RECONNECT_LIMIT = 10.0
"""Seconds for Terraform to connect again, after a connection that broke off."""
GRACE = 1200.0
"""Seconds that running operations get to wind down after Terraform is gone: longer than the longest
of them needs to restore what it has changed temporarily."""


class TerraformWatch:
    """A watch over the Terraform that started this process.

    :param is_terraform_gone: returns True if its process has certainly ended
    :param output: the descriptor that Terraform reads; None if it reads none
    :param expects_calls: False if whoever calls comes and goes, as in debug mode
    :param now: a clock, in seconds
    """

    def __init__(
        self,
        is_terraform_gone: Callable[[], bool],
        output: int | None = None,
        *,
        expects_calls: bool = True,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._is_terraform_gone, self._output = is_terraform_gone, output
        self._expects_calls = expects_calls
        self._now = now
        self._was_called = False
        self._alone_since: float | None = now()
        self._gone_since: float | None = None

    def look(self, *, is_called: bool) -> str:
        """Return why Terraform must be gone: once, and an empty text at any other time.

        :param is_called: True if there is a connection over which calls have come
        """
        self._note_callers(is_called)
        if self._gone_since is not None:
            return ""
        reason = self._reason()
        if reason:
            self._gone_since = self._now()
        return reason

    @property
    def is_grace_over(self) -> bool:
        """True if Terraform has been gone for so long that nothing is waited for any more."""
        return self._gone_since is not None and self._now() - self._gone_since >= GRACE

    def _note_callers(self, is_called: bool) -> None:
        self._was_called |= is_called
        if is_called:
            self._alone_since = None
        elif self._alone_since is None:
            self._alone_since = self._now()

    def _reason(self) -> str:
        if self._is_terraform_gone():
            return "its process has ended"
        if self._output is not None and _has_no_reader(self._output):
            return "nobody reads the standard output"
        if not self._expects_calls or self._alone_since is None:
            return ""
        limit = RECONNECT_LIMIT if self._was_called else START_LIMIT
        if self._now() - self._alone_since < limit:
            return ""
        return f"nobody has been connected for {limit:.0f} s"


def _has_no_reader(descriptor: int) -> bool:
    """Return True for a pipe whose other end is closed: an error on Linux, a hang-up on macOS."""
    try:
        if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            return False
        watcher = select.poll()
        watcher.register(descriptor, 0)
        return any(event & (select.POLLERR | select.POLLHUP) for _, event in watcher.poll(0))
    except OSError:
        return False
