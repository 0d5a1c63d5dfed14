"""A client of HTTP/2 that sends what it is told, frame by frame, and what it talks to."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator

from hpack import Decoder, Encoder

from constructs_lib.backend.plugin.server import http2_frames
from constructs_lib.backend.plugin.server.http2_connection import Answer, Http2Connection
from constructs_lib.backend.plugin.server.http2_frames import Frame
from constructs_lib.backend.plugin.server.tls import Channel

CALL = [(":method", "POST"), (":scheme", "http"), (":path", "/a/Echo"), ("te", "trailers")]
WHOLE = http2_frames.END_HEADERS | http2_frames.END_STREAM
PATIENCE = 20


class RawClient:
    """The other end of a connection that answers each message with itself."""

    def __init__(self, link: socket.socket) -> None:
        self.link, self.encoder, self.decoder = link, Encoder(), Decoder()
        link.settimeout(PATIENCE)
        self._reader = http2_frames.Reader()
        self._frames: Iterator[Frame] = self._reader.frames(http2_frames.PREFACE)

    def begin(self, settings: dict[int, int] | None = None) -> None:
        self.link.sendall(http2_frames.PREFACE + http2_frames.settings(settings or {}))

    def call(self, stream: int, data: bytes, *, flags: int = 0, pieces: int = 1) -> None:
        """Sends a call; its data in frames of the least size, and its headers in pieces."""
        self.link.sendall(self.frames_of(stream, data, flags=flags, pieces=pieces))

    def frames_of(self, stream: int, data: bytes, *, flags: int = 0, pieces: int = 1) -> bytes:
        """The frames of a call, which :meth:`call` sends."""
        frames = b""
        block = self.encoder.encode(CALL)
        size = -(-len(block) // pieces)
        parts = [block[place : place + size] for place in range(0, len(block), size)]
        for number, part in enumerate(parts):
            kind = http2_frames.CONTINUATION if number else http2_frames.HEADERS
            ends = http2_frames.END_HEADERS if number == len(parts) - 1 else 0
            frames += http2_frames.frame(kind, ends | (0 if number else flags), stream, part)
        message = b"\0" + struct.pack(">L", len(data)) + data
        for place in range(0, len(message), http2_frames.LEAST_FRAME):
            part = message[place : place + http2_frames.LEAST_FRAME]
            is_last = place + len(part) == len(message)
            ends = http2_frames.END_STREAM if is_last else 0
            frames += http2_frames.frame(http2_frames.DATA, ends, stream, part)
        return frames

    def send(self, kind: int, flags: int, stream: int, payload: bytes = b"") -> None:
        self.link.sendall(http2_frames.frame(kind, flags, stream, payload))

    def next(self, *kinds: int) -> Frame:
        """The next frame of one of these kinds."""
        while True:
            for frame in self._frames:
                if frame.kind in kinds:
                    return frame
            received = self.link.recv(65536)
            assert received, "the connection was closed"
            self._frames = self._reader.frames(received)

    def answer(self, stream: int) -> bytes:
        """The message of an answer, which must be a success."""
        data = b""
        while True:
            frame = self.next(http2_frames.DATA, http2_frames.HEADERS)
            assert frame.stream == stream
            if frame.kind == http2_frames.DATA:
                data += frame.payload
            elif frame.flags & http2_frames.END_STREAM:
                assert (b"grpc-status", b"0") in self.decoder.decode(frame.payload, raw=True)
                return data[5:]
            else:
                self.decoder.decode(frame.payload)

    def is_closed(self) -> bool:
        """True as soon as the other end has closed."""
        while self.link.recv(65536):
            pass
        return True


class Served:
    """A connection with a thread that reads it.

    :param answer: what is done with a call; by default its message comes back
    :param sent: hears of the answers that the reading thread has sent
    """

    def __init__(
        self, answer: Answer | None = None, sent: Callable[[int], None] = lambda count: None
    ) -> None:
        ours, theirs = socket.socketpair()
        self.client = RawClient(ours)
        self.errors: list[Exception] = []
        self.connection = Http2Connection(Channel(theirs), answer or _echo, sent)
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.connection.run()
        except Exception as error:
            self.errors.append(error)

    def end(self) -> None:
        self.client.link.close()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()


def _echo(connection: Http2Connection, stream: int, path: str, message: bytes) -> None:
    assert path == "/a/Echo"
    # In a thread, as the server does: it must go on reading while an answer waits for its window.
    threading.Thread(target=connection.succeed, args=(stream, message)).start()
