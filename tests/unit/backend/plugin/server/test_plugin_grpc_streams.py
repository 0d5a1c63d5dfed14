"""Streams: methods that respond with several messages, as grpcio and a raw client see them."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from typing import Any

import grpc
import pytest
from raw_client import CALL, PATIENCE, Served

from constructs_lib.backend.plugin.server import http2_frames
from constructs_lib.backend.plugin.server.grpc_server import GrpcServer, Stream
from constructs_lib.backend.plugin.server.handshake import ProviderSocket
from constructs_lib.backend.plugin.server.http2_connection import Http2Connection

UNLIMITED = [("grpc.max_receive_message_length", -1)]
SHUTDOWN = "/plugin.GRPCController/Shutdown"
ECHO = "/a/Echo"
Messages = Generator[bytes, None, None]


def talk(stream: Stream, script: Callable[[grpc.Channel], Any], **more: Any) -> Any:
    """The result of a script, which talks to a server of a stream in another thread."""
    endpoint = ProviderSocket()
    server = GrpcServer(
        more.pop("methods", {}), more.pop("stop", lambda: None), streams={ECHO: stream}, **more
    )

    def converse() -> Any:
        with grpc.insecure_channel(f"unix:{endpoint.path}", UNLIMITED) as channel:
            try:
                return script(channel)
            finally:
                # After another shutdown nobody may be there.
                with suppress(grpc.RpcError):
                    channel.unary_unary(SHUTDOWN)(b"", timeout=PATIENCE)

    try:
        with ThreadPoolExecutor(1) as pool:
            result = pool.submit(converse)
            server.run(endpoint.listener, None, ready=lambda: None)
            return result.result(PATIENCE)
    finally:
        endpoint.close()


def called(channel: grpc.Channel, data: bytes = b"", timeout: float = PATIENCE) -> Any:
    return channel.unary_stream(ECHO)(data, timeout=timeout)


def all_of(channel: grpc.Channel) -> list[bytes]:
    return list(called(channel))


class Endless:
    """A stream without an end, which notes what becomes of it."""

    def __init__(self, size: int = 1) -> None:
        self._size = size
        self.asked = 0
        self.closed = threading.Event()

    def __call__(self, data: bytes) -> Messages:
        try:
            for self.asked in count(1):
                yield bytes(self._size)
        except GeneratorExit:
            self.closed.set()
            raise


def test_messages_come_in_their_order() -> None:
    def numbers(data: bytes) -> Messages:
        for number in range(1000):
            yield data + b"%d" % number

    found = talk(numbers, lambda channel: list(called(channel, b"n")))

    assert found == [b"n%d" % number for number in range(1000)]


@pytest.mark.parametrize("messages", [[], [b""], [b"", b"a", b""]])
def test_a_stream_may_have_few_messages_and_empty_ones(messages: list[bytes]) -> None:
    def stream(data: bytes) -> Messages:
        yield from messages

    assert talk(stream, all_of) == messages


def test_messages_beyond_the_window_arrive_whole() -> None:
    sizes = [5 * 2**20, 0, 70_000, 16_384, 5 * 2**20]

    def large(data: bytes) -> Messages:
        yield from (bytes([number]) * size for number, size in enumerate(sizes))

    found = talk(large, all_of)

    assert [len(one) for one in found] == sizes
    assert found[-1] == b"\4" * sizes[-1]


def test_twenty_streams_run_at_once() -> None:
    together = threading.Barrier(20, timeout=PATIENCE)

    def stream(data: bytes) -> Messages:
        for number in range(3):
            together.wait()
            yield data + b"%d" % number

    def script(channel: grpc.Channel) -> list[list[bytes]]:
        with ThreadPoolExecutor(20) as pool:
            names = [b"%d/" % number for number in range(20)]
            return list(pool.map(lambda name: list(called(channel, name)), names))

    found = talk(stream, script)

    assert found == [[b"%d/%d" % (n, step) for step in range(3)] for n in range(20)]


def test_a_client_that_cancels_closes_the_generator() -> None:
    stream = Endless()

    def script(channel: grpc.Channel) -> None:
        call = called(channel)
        assert [next(call), next(call)] == [b"\0", b"\0"]
        call.cancel()
        assert stream.closed.wait(PATIENCE)

    talk(stream, script)


def test_a_generator_is_closed_though_others_know_it() -> None:
    """Nobody may rely on its being forgotten."""
    stream, known = Endless(), []

    def kept(data: bytes) -> Messages:
        known.append(stream(data))
        return known[-1]

    def script(channel: grpc.Channel) -> None:
        call = called(channel)
        next(call)
        call.cancel()
        assert stream.closed.wait(PATIENCE)

    talk(kept, script)


def test_a_client_whose_time_is_over_closes_the_generator() -> None:
    stream = Endless()

    def script(channel: grpc.Channel) -> grpc.StatusCode:
        with pytest.raises(grpc.RpcError) as caught:
            all(message == b"\0" for message in called(channel, timeout=0.1))
        assert stream.closed.wait(PATIENCE)
        return caught.value.code()

    assert talk(stream, script) is grpc.StatusCode.DEADLINE_EXCEEDED


@pytest.mark.parametrize("sent", [[], [b"a"], [b"a", b"b"]])
def test_a_failure_in_the_middle_is_internal_without_details(sent: list[bytes]) -> None:
    def stream(data: bytes) -> Messages:
        yield from sent
        raise ValueError("s3cret")

    def script(channel: grpc.Channel) -> tuple[list[bytes], grpc.RpcError]:
        received: list[bytes] = []
        call = called(channel)
        with pytest.raises(grpc.RpcError) as caught:
            received.extend(call)
        return received, caught.value

    received, error = talk(stream, script)

    assert received == sent
    assert error.code() is grpc.StatusCode.INTERNAL
    assert error.details() == "The provider failed; see its log."


def test_a_stop_is_heard_while_a_stream_runs() -> None:
    stopping = threading.Event()

    def stream(data: bytes) -> Messages:
        yield b"waiting"
        assert stopping.wait(PATIENCE)
        yield b"interrupted"

    def stop(data: bytes) -> bytes:
        stopping.set()
        return b"stopped"

    def script(channel: grpc.Channel) -> list[bytes]:
        call = called(channel)
        first = next(call)
        return [first, channel.unary_unary("/a/Stop")(b"", timeout=PATIENCE), *call]

    found = talk(stream, script, methods={"/a/Stop": stop}, urgent={"/a/Stop"})

    assert found == [b"waiting", b"stopped", b"interrupted"]


def test_a_shutdown_lets_a_running_stream_finish() -> None:
    stopped, finished = threading.Event(), threading.Event()

    def stream(data: bytes) -> Messages:
        yield b"begun"
        assert stopped.wait(PATIENCE)
        yield b"ended"
        finished.set()

    def script(channel: grpc.Channel) -> list[bytes]:
        call = called(channel)
        first = next(call)
        channel.unary_unary(SHUTDOWN)(b"", timeout=PATIENCE)
        return [first, *call]

    assert talk(stream, script, stop=stopped.set) == [b"begun", b"ended"]
    assert finished.is_set()


def test_a_clean_up_that_fails_harms_no_other_stream() -> None:
    closed = threading.Event()

    def stream(data: bytes) -> Messages:
        try:
            yield b"1"
            yield b"2"
        finally:
            if data == b"fail":
                closed.set()
                raise ValueError("s3cret")

    def script(channel: grpc.Channel) -> list[bytes]:
        call = called(channel, b"fail")
        next(call)
        call.cancel()
        assert closed.wait(PATIENCE)
        return list(called(channel))

    # The stream may be through before the client has cancelled it: then it fails at its end.
    assert talk(stream, script) == [b"1", b"2"]


class Raw:
    """A server of one stream, and a client that decides on each frame."""

    def __init__(self, stream: Stream) -> None:
        self._server = GrpcServer({}, stop=lambda: None, streams={ECHO: stream}, debug=True)
        self._served = Served(self._answer)
        self.client = self._served.client
        self.end = self._served.end

    def _answer(self, connection: Http2Connection, number: int, path: str, data: bytes) -> None:
        self._server._answer(connection, number, path, data)

    def synchronize(self) -> None:
        """Return when the server has read all that was sent."""
        self.client.send(http2_frames.PING, 0, 0, b"12345678")
        self.client.next(http2_frames.PING)

    def reset(self, stream: int) -> None:
        self.client.send(http2_frames.RST_STREAM, 0, stream, struct.pack(">L", 8))


@pytest.fixture
def begun() -> Iterator[Callable[..., Raw]]:
    """Makes servers, whose streams have a window of 15 bytes: a message of ten."""
    made: list[Raw] = []

    def begin(stream: Stream, window: int = 15) -> Raw:
        made.append(Raw(stream))
        made[-1].client.begin({http2_frames.INITIAL_WINDOW_SIZE: window})
        return made[-1]

    yield begin
    for raw in made:
        raw.end()


def test_a_slow_reader_holds_up_the_generator(begun: Callable[..., Raw]) -> None:
    stream = Endless(10)
    raw = begun(stream)
    raw.client.call(1, b"")

    assert len(raw.client.next(http2_frames.DATA).payload) == 15
    raw.client.link.sendall(http2_frames.window_update(1, 14))
    assert len(raw.client.next(http2_frames.DATA).payload) == 14
    raw.synchronize()
    assert stream.asked == 2
    raw.client.link.sendall(http2_frames.window_update(1, 2))
    assert len(raw.client.next(http2_frames.DATA).payload) == 1
    assert len(raw.client.next(http2_frames.DATA).payload) == 1
    assert stream.asked == 3


def test_a_cancelled_stream_is_asked_for_nothing_more(begun: Callable[..., Raw]) -> None:
    released, closed, asked = threading.Event(), threading.Event(), []

    def stream(data: bytes) -> Messages:
        try:
            asked.append(1)
            yield b"first"
            asked.append(2)
            assert released.wait(PATIENCE)
            yield b"second"
            asked.append(3)
        finally:
            closed.set()

    raw = begun(stream, 1000)
    raw.client.call(1, b"")
    raw.client.next(http2_frames.DATA)
    raw.reset(1)
    raw.synchronize()
    released.set()

    assert closed.wait(PATIENCE)
    assert asked in ([1], [1, 2])


def test_a_stream_that_waits_for_its_window_is_closed(begun: Callable[..., Raw]) -> None:
    stream = Endless(10)
    raw = begun(stream)
    raw.client.call(1, b"")
    raw.client.next(http2_frames.DATA)

    raw.reset(1)

    assert stream.closed.wait(PATIENCE)


def test_a_connection_that_breaks_off_closes_its_streams(begun: Callable[..., Raw]) -> None:
    stream = Endless(10)
    raw = begun(stream)
    raw.client.call(1, b"")
    raw.client.next(http2_frames.DATA)

    raw.end()

    assert stream.closed.wait(PATIENCE)


def test_the_server_ends_a_stream_whose_time_is_over(begun: Callable[..., Raw]) -> None:
    stream = Endless(10)
    raw = begun(stream)
    block = raw.client.encoder.encode([*CALL, ("grpc-timeout", "50m")])
    raw.client.send(http2_frames.HEADERS, http2_frames.END_HEADERS, 1, block)
    raw.client.send(http2_frames.DATA, http2_frames.END_STREAM, 1, b"\0\0\0\0\0")

    last = raw.client.next(http2_frames.HEADERS)
    raw.client.decoder.decode(last.payload)
    last = raw.client.next(http2_frames.HEADERS)

    assert last.flags & http2_frames.END_STREAM
    assert (b"grpc-status", b"4") in raw.client.decoder.decode(last.payload, raw=True)
    assert stream.closed.wait(PATIENCE)


def test_a_failure_after_a_message_repeats_no_status(begun: Callable[..., Raw]) -> None:
    def stream(data: bytes) -> Messages:
        yield b"first"
        raise ValueError("s3cret")

    raw = begun(stream, 1000)
    raw.client.call(1, b"")
    frames = [raw.client.next(http2_frames.HEADERS) for _ in range(2)]
    first, last = (dict(raw.client.decoder.decode(one.payload, raw=True)) for one in frames)

    assert first[b":status"] == b"200"
    assert last.keys() == {b"grpc-status", b"grpc-message"}


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("2H", 7200.0),
        ("3M", 180.0),
        ("5S", 5.0),
        ("250m", 0.25),
        ("500u", 0.0005),
        ("8n", 8e-9),
        ("99999999H", 99999999 * 3600.0),
        ("100000000S", None),
        ("-1S", None),
        ("S", None),
        ("5", None),
        ("5s", None),
        ("", None),
    ],
)
def test_a_time_limit_is_read_as_grpc_writes_it(written: str, seconds: float | None) -> None:
    reader = http2_frames.HeaderReader()
    name = b"\x00\x0cgrpc-timeout"

    reader.path(name + bytes([len(written)]) + written.encode())

    assert reader.time_limit == pytest.approx(seconds)


def test_a_call_without_a_time_limit_has_none_of_another() -> None:
    reader = http2_frames.HeaderReader()
    reader.path(b"\x00\x0cgrpc-timeout\x025S")

    reader.path(b"\x44\x02/a")

    assert reader.time_limit is None


def test_a_call_that_is_repeated_has_its_time_limit_again() -> None:
    """Its headers are one byte each then."""
    reader = http2_frames.HeaderReader()
    reader.path(b"\x44\x02/a\x40\x0cgrpc-timeout\x025S")

    found = [(reader.path(block), reader.time_limit) for block in (b"\xbf\xbe", b"\xbf") * 2]

    assert found == [("/a", 5.0), ("/a", None)] * 2
