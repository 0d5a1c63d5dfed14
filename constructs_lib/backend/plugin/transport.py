"""The gRPC server: the one module that knows the library under it.

Messages pass as bytes, of any size. Methods block, so each runs in a thread of its own and never on
the event loop. Terraform runs ten operations at once by default (``-parallelism``); the limit here
is far above that.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from grpclib.const import Cardinality, Handler, Status
from grpclib.encoding.base import CodecBase
from grpclib.exceptions import GRPCError
from grpclib.protocol import H2Protocol
from grpclib.server import Server, Stream

from constructs_lib.backend.plugin import log

Method = Callable[[bytes], bytes]

_THREADS = 128
_PARENT_CHECK = 1.0
"""Seconds between looks whether Terraform still lives."""
_GRACE = 180.0
"""Seconds that running operations get to wind down after Terraform is gone."""


class _Bytes(CodecBase):
    """Leaves messages as bytes: whoever answers them parses them, in its thread."""

    __content_subtype__ = "proto"

    def encode(self, message: bytes, message_type: Any) -> bytes:
        return message

    def decode(self, data: bytes, message_type: Any) -> bytes:
        return data


class _Methods(dict[str, Handler]):
    """Answers unknown methods as unimplemented.

    A newer Terraform tries methods that it can do without. The library's own answer to an unknown
    method lacks the content type, so that Terraform would take it for a broken connection.
    """

    def get(self, path: str, default: Any = None) -> Handler:
        return super().get(path) or _unary(_refuse)


class _Server(Server):
    """Closes its connections when it is closed, which the library leaves to the other side."""

    def __init__(self, handlers: Collection[Any], codec: CodecBase) -> None:
        super().__init__(handlers, codec=codec)
        self._mapping = _Methods(self._mapping)
        self._protocols: list[H2Protocol] = []

    def _protocol_factory(self) -> H2Protocol:
        protocol = super()._protocol_factory()
        self._protocols.append(protocol)
        return protocol

    def close(self) -> None:
        super().close()
        for protocol in self._protocols:
            # Before its handshake has ended, a connection has no processor yet.
            if hasattr(protocol, "processor"):
                protocol.processor.close("Shutdown")


class Transport:
    """Serves methods on a listening socket until Terraform ends it.

    :param methods: the methods by gRPC path
    :param stop: called when the process is asked to end while operations may run
    :param debug: true if Terraform did not start the process and so must not end it either
    """

    def __init__(
        self, methods: Mapping[str, Method], stop: Callable[[], None], *, debug: bool = False
    ) -> None:
        self._methods = methods
        self._stop = stop
        self._debug = debug
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="operation")
        self._running = 0
        self._lock = threading.Lock()
        self._parent = os.getppid()

    def run(
        self,
        listener: socket.socket,
        context: ssl.SSLContext | None,
        ready: Callable[[], None],
    ) -> None:
        """Serves; returns when the process shall end.

        :param context: TLS; None serves plaintext
        :param ready: called in a thread as soon as the server runs
        """
        asyncio.run(self._serve(listener, context, ready))

    async def _serve(
        self,
        listener: socket.socket,
        context: ssl.SSLContext | None,
        ready: Callable[[], None],
    ) -> None:
        self._end = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_log_failure)
        self._take_signals(loop)
        server = _Server([self], codec=_Bytes())
        listener.setblocking(False)
        await server.start(sock=listener, ssl=context)
        self._pool.submit(ready)
        watch = loop.create_task(self._watch_parent())
        await self._end.wait()
        watch.cancel()
        server.close()
        await asyncio.sleep(0)

    def _take_signals(self, loop: asyncio.AbstractEventLoop) -> None:
        for name in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(name, self._wind_down)
        if self._debug:
            loop.add_signal_handler(signal.SIGINT, self._wind_down)

    def _wind_down(self) -> None:
        """Ends as soon as no operation runs: their states must reach Terraform."""
        log.info("asked to end; running operations finish first")
        with suppress(Exception):
            self._stop()
        self._ending = asyncio.get_running_loop().create_task(self._end_when_idle(None))

    async def _end_when_idle(self, patience: float | None) -> None:
        waited = 0.0
        while self._running and (patience is None or waited < patience):
            await asyncio.sleep(0.05)
            waited += 0.05
        # One more moment, in which the last answer leaves.
        await asyncio.sleep(0.05)
        self._end.set()

    async def _watch_parent(self) -> None:
        while os.getppid() == self._parent:
            await asyncio.sleep(_PARENT_CHECK)
        log.warn("Terraform is gone")
        with suppress(Exception):
            self._stop()
        await self._end_when_idle(_GRACE)

    def __mapping__(self) -> dict[str, Handler]:
        """What the library serves."""
        served = {path: _unary(self._answering(method)) for path, method in self._methods.items()}
        served["/plugin.GRPCController/Shutdown"] = _unary(self._shut_down)
        served["/plugin.GRPCStdio/StreamStdio"] = Handler(
            _keep_open, Cardinality.UNARY_STREAM, bytes, bytes
        )
        return served

    def _answering(self, method: Method) -> Callable[[Any], Any]:
        async def handle(stream: Stream[bytes, bytes]) -> None:
            request = await stream.recv_message()
            loop = asyncio.get_running_loop()
            answer = await loop.run_in_executor(self._pool, self._call, method, request or b"")
            await stream.send_message(answer)

        return handle

    def _call(self, method: Method, request: bytes) -> bytes:
        with self._lock:
            self._running += 1
        try:
            return method(request)
        finally:
            with self._lock:
                self._running -= 1

    async def _shut_down(self, stream: Stream[bytes, bytes]) -> None:
        await stream.recv_message()
        await stream.send_message(b"")
        await stream.send_trailing_metadata()
        if self._debug:
            return
        if self._running:
            # A second Ctrl-C: Terraform has given up, and what is half-done must still be finished.
            self._wind_down()
        else:
            self._end.set()


def _unary(handle: Callable[[Any], Any]) -> Handler:
    return Handler(handle, Cardinality.UNARY_UNARY, bytes, bytes)


async def _refuse(stream: Stream[bytes, bytes]) -> None:
    raise GRPCError(Status.UNIMPLEMENTED, "This provider does not know the method.")


async def _keep_open(stream: Stream[bytes, bytes]) -> None:
    """Nothing is ever sent here: what is written to stderr reaches Terraform's log by itself."""
    await stream.recv_message()
    await asyncio.Event().wait()


def _log_failure(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    kind = f" ({type(error).__name__})" if error is not None else ""
    log.warn(f"connection: {context.get('message', 'failure')}{kind}")
