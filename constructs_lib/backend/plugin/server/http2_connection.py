"""One HTTP/2 connection: it reads the client's calls, and responds as the client's windows allow.

Source: RFC 9113, sections 5 and 6; "gRPC over HTTP2", requests and responses.
"""

from __future__ import annotations

import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from constructs_lib.backend.plugin.server import http2_frames
from constructs_lib.backend.plugin.server.http2_frames import Frame, ProtocolError
from constructs_lib.backend.plugin.server.tls import Channel

Answer = Callable[["Http2Connection", int, str, bytes], None]
"""What is done with a call: the connection, the number of its stream, the path, the message."""

_PREFIX: Final = struct.Struct(">BL")
"""Before each message: whether it is compressed, and its length."""
_REFILL: Final = 2**30
_FULL: Final = http2_frames.LARGEST_WINDOW - http2_frames.FIRST_WINDOW


class _Stream:
    """One call while it comes in, and the window for its response."""

    def __init__(self, window: int, path: str, time_limit: float | None) -> None:
        self.window, self.path = window, path
        self.data = bytearray()
        self.deadline = None if time_limit is None else time.monotonic() + time_limit
        """When the client gives up, by the monotonic clock; None for never."""
        self.is_begun = False
        """True once the headers of the response were sent."""

    @property
    def seconds_left(self) -> float | None:
        """The seconds until the client gives up, at least 0; None if it never does."""
        return None if self.deadline is None else max(0.0, self.deadline - time.monotonic())


class Http2Connection:
    """One client.

    :param channel: carries the bytes; it is closed when the connection ends
    :param answer: is called in the reading thread for each call, and must not block
    :param sent: is called with how many answers of :meth:`succeed_now` were sent
    """

    def __init__(
        self, channel: Channel, answer: Answer, sent: Callable[[int], None] = lambda count: None
    ) -> None:
        self._channel, self._answer, self._sent = channel, answer, sent
        self._headers = http2_frames.HeaderReader()
        self._block: tuple[Frame, bytearray] | None = None
        self._last = 0
        self._received = 0
        self._unsent: list[bytes] = []
        """What the reading thread has still to send: once for all that came at once."""
        self._answers = 0
        """How many answers are among it."""
        # What follows belongs to the answers, too, which other threads send.
        self._changed = threading.Condition()
        self._streams: dict[int, _Stream] = {}
        self._window = http2_frames.FIRST_WINDOW
        self._stream_window = http2_frames.FIRST_WINDOW
        self._largest = http2_frames.LEAST_FRAME
        self._is_open = True

    def run(self) -> None:
        """Read until the client goes, or the connection is closed."""
        reader = http2_frames.Reader()
        try:
            self._channel.open()
            self._channel.send(
                http2_frames.settings(
                    {http2_frames.INITIAL_WINDOW_SIZE: http2_frames.LARGEST_WINDOW}
                )
                + http2_frames.window_update(0, _FULL)
            )
            while received := self._channel.receive():
                for frame in reader.frames(received):
                    self._take(frame)
                self.flush()
        except ProtocolError:
            with suppress(OSError):
                self._channel.send(http2_frames.goaway(self._last, http2_frames.PROTOCOL_ERROR))
            raise
        finally:
            self.flush()
            self.close()

    def flush(self) -> None:
        """Send what :meth:`succeed_now` has left; only the reading thread may do so."""
        if self._unsent:
            unsent, self._unsent = self._unsent, []
            self._send(b"".join(unsent))
        if self._answers:
            count, self._answers = self._answers, 0
            self._sent(count)

    def close(self) -> None:
        """End the connection; responses that wait to be sent are dropped."""
        with self._changed:
            self._is_open = False
            self._changed.notify_all()
        self._channel.close()

    def succeed(self, stream: int, message: bytes) -> None:
        """Send the response to a call. If the client is gone, nothing is sent.

        :param stream: the number of its stream
        """
        if self._send_message(stream, message, _end(stream)):
            self._forget(stream)
        else:
            self.give_up(stream)

    def send(self, stream: int, message: bytes) -> bool:
        """Send one of several messages of a response, as soon as the client's windows take it.

        :returns: False if the client does not want it any more; then it may be sent in part
        """
        return self._send_message(stream, message, b"")

    def end(self, stream: int) -> None:
        """End a response of any number of messages: it succeeded."""
        with self._changed:
            state = self._streams.pop(stream, None)
        if state is not None:
            begin = b"" if state.is_begun else _begin(stream)
            self._send(begin + _end(stream))

    def is_wanted(self, stream: int) -> bool:
        """Return True while the client waits for more of a response: it has not cancelled the call,
        is there, and its time limit is not over.
        """
        with self._changed:
            return self._wanted(stream) is not None

    def give_up(self, stream: int) -> None:
        """Respond to a call whose time limit is over; if the client gave it up, nothing is sent."""
        self.fail(stream, http2_frames.DEADLINE_EXCEEDED, "The time limit of the call is over.")

    def succeed_now(self, stream: int, message: bytes) -> bool:
        """Do as ``succeed`` does, in the reading thread, which must not wait for a window. All
        answers to the calls that came at once are sent at once.

        :returns: False if the windows do not take the whole answer in one frame; then nothing is
            sent
        """
        data = _PREFIX.pack(0, len(message)) + message
        with self._changed:
            state = self._streams.get(stream)
            if state is None or not self._is_open:
                self._answers += 1
                return True
            if len(data) > min(state.window, self._window, self._largest):
                return False
            self._window -= len(data)
            del self._streams[stream]
        part = http2_frames.frame(http2_frames.DATA, 0, stream, data)
        self._unsent.append(_begin(stream) + part + _end(stream))
        self._answers += 1
        return True

    def fail(self, stream: int, code: int, message: str) -> None:
        """Respond that a call failed; if the client gave it up, nothing is sent.

        :param code: of gRPC, such as ``headers.UNIMPLEMENTED``
        """
        with self._changed:
            state = self._streams.pop(stream, None)
        if state is not None:
            block = http2_frames.failure(code, message, is_begun=state.is_begun)
            self._send(_trailers(stream, block))

    def _send_message(self, stream: int, message: bytes, end: bytes) -> bool:
        """Send a message, with what the response ends with in the same packet as its last part."""
        data = _PREFIX.pack(0, len(message)) + message
        place = 0
        while place < len(data):
            length, begin = self._take_window(stream, len(data) - place)
            if not length:
                return False
            part = http2_frames.frame(http2_frames.DATA, 0, stream, data[place : place + length])
            place += length
            self._send(begin + part + (end if place == len(data) else b""))
        return True

    def _send(self, data: bytes) -> None:
        # The client is gone, so nobody can receive the failure.
        with suppress(OSError):
            self._channel.send(data)

    def _take_window(self, number: int, wanted: int) -> tuple[int, bytes]:
        """Return how many bytes may be sent, once at least one may, and what to send before them.

        Nobody wants them if it is 0.
        """
        with self._changed:
            while (stream := self._wanted(number)) is not None:
                length = min(wanted, stream.window, self._window, self._largest)
                if length > 0:
                    stream.window -= length
                    self._window -= length
                    is_first, stream.is_begun = not stream.is_begun, True
                    return length, _begin(number) if is_first else b""
                self._changed.wait(stream.seconds_left)
        return 0, b""

    def _wanted(self, number: int) -> _Stream | None:
        """Return the stream of a call whose client still waits, else None; under the lock."""
        stream = self._streams.get(number)
        is_late = stream is not None and stream.seconds_left == 0
        return stream if self._is_open and not is_late else None

    def _forget(self, number: int) -> None:
        with self._changed:
            self._streams.pop(number, None)

    def _take(self, frame: Frame) -> None:
        if self._block is not None and frame.kind != http2_frames.CONTINUATION:
            raise ProtocolError("headers that do not end")
        taker = _HANDLERS.get(frame.kind)
        # Frames of kinds that are not known are ignored (section 5.5).
        if taker is not None:
            taker(self, frame)

    def _take_headers(self, frame: Frame) -> None:
        self._block = (frame, bytearray(http2_frames.payload_without_padding(frame)))
        self._end_headers(frame)

    def _take_continuation(self, frame: Frame) -> None:
        if self._block is None or self._block[0].stream != frame.stream:
            raise ProtocolError("headers that nothing began")
        self._block[1].extend(frame.payload)
        if len(self._block[1]) > http2_frames.LARGEST_HEADERS:
            raise ProtocolError("headers that are too long")
        self._end_headers(frame)

    def _end_headers(self, frame: Frame) -> None:
        if self._block is None or not frame.flags & http2_frames.END_HEADERS:
            return
        (first, block), self._block = self._block, None
        path = self._headers.path(bytes(block))
        with self._changed:
            stream = self._streams.get(first.stream)
            if stream is None:
                limit = self._headers.time_limit
                stream = _Stream(self._stream_window, path, limit)
                self._streams[first.stream] = stream
        self._last = max(self._last, first.stream)
        if first.flags & http2_frames.END_STREAM:
            self._end_stream(first.stream, stream)

    def _take_data(self, frame: Frame) -> None:
        self._received += len(frame.payload)
        if self._received >= _REFILL:
            self._channel.send(http2_frames.window_update(0, self._received))
            self._received = 0
        stream = self._streams.get(frame.stream)
        if stream is None:
            return  # Of a call that was given up.
        stream.data += http2_frames.payload_without_padding(frame)
        if frame.flags & http2_frames.END_STREAM:
            self._end_stream(frame.stream, stream)

    def _end_stream(self, number: int, stream: _Stream) -> None:
        data, stream.data = bytes(stream.data), bytearray()
        message = data[_PREFIX.size :]
        if data and (len(data) < _PREFIX.size or _PREFIX.unpack_from(data) != (0, len(message))):
            self.fail(number, http2_frames.INTERNAL, "The message cannot be read.")
            return
        self._answer(self, number, stream.path, message)

    def _take_reset(self, frame: Frame) -> None:
        with self._changed:
            self._streams.pop(frame.stream, None)
            self._changed.notify_all()

    def _take_settings(self, frame: Frame) -> None:
        if frame.flags & http2_frames.ACK:
            return
        values = http2_frames.read_settings(frame.payload)
        with self._changed:
            self._largest = values.get(http2_frames.MAX_FRAME_SIZE, self._largest)
            window = values.get(http2_frames.INITIAL_WINDOW_SIZE, self._stream_window)
            # The change holds for the streams that are open as well (section 6.9.2).
            for stream in self._streams.values():
                stream.window += window - self._stream_window
            self._stream_window = window
            self._changed.notify_all()
        self._channel.send(http2_frames.frame(http2_frames.SETTINGS, http2_frames.ACK, 0))

    def _take_ping(self, frame: Frame) -> None:
        if not frame.flags & http2_frames.ACK:
            answer = http2_frames.frame(http2_frames.PING, http2_frames.ACK, 0, frame.payload)
            self._unsent.append(answer)

    def _take_window_update(self, frame: Frame) -> None:
        increment = http2_frames.read_number(frame.payload)
        with self._changed:
            stream = self._streams.get(frame.stream)
            if frame.stream == 0:
                self._window += increment
            elif stream is not None:
                stream.window += increment
            self._changed.notify_all()


_HANDLERS: Final[dict[int, Callable[[Http2Connection, Frame], None]]] = {
    http2_frames.DATA: Http2Connection._take_data,
    http2_frames.HEADERS: Http2Connection._take_headers,
    http2_frames.CONTINUATION: Http2Connection._take_continuation,
    http2_frames.RST_STREAM: Http2Connection._take_reset,
    http2_frames.SETTINGS: Http2Connection._take_settings,
    http2_frames.PING: Http2Connection._take_ping,
    http2_frames.WINDOW_UPDATE: Http2Connection._take_window_update,
}


def _begin(stream: int) -> bytes:
    """Return the frame before the first message of a response."""
    return http2_frames.frame(
        http2_frames.HEADERS, http2_frames.END_HEADERS, stream, http2_frames.RESPONSE_HEADERS
    )


def _end(stream: int) -> bytes:
    """Return the frame after the last message of a response."""
    return _trailers(stream, http2_frames.OK_TRAILERS)


def _trailers(stream: int, block: bytes) -> bytes:
    return http2_frames.frame(
        http2_frames.HEADERS, http2_frames.END_HEADERS | http2_frames.END_STREAM, stream, block
    )
