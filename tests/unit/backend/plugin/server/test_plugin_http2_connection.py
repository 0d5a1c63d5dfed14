"""HTTP/2 as a client with bad habits speaks it, frame by frame; and as another library does."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from raw_client import CALL, PATIENCE, WHOLE, RawClient, Served

from constructs_lib.backend.plugin.server import http2_frames
from constructs_lib.backend.plugin.server.grpc_server import GrpcServer
from constructs_lib.backend.plugin.server.handshake import ProviderSocket
from constructs_lib.backend.plugin.server.http2_frames import Frame, ProtocolError


@pytest.fixture
def served() -> Iterator[Served]:
    served = Served()
    yield served
    served.end()


@pytest.fixture
def client(served: Served) -> RawClient:
    return served.client


def test_a_call_is_answered(client: RawClient) -> None:
    client.begin()
    client.call(1, b"hello")

    assert client.answer(1) == b"hello"


def test_headers_in_pieces_are_put_together(client: RawClient) -> None:
    client.begin()
    client.call(1, b"hello", pieces=3)

    assert client.answer(1) == b"hello"


def test_padding_and_priority_are_no_content(client: RawClient) -> None:
    client.begin()
    block = client.encoder.encode(CALL)
    flags = http2_frames.END_HEADERS | http2_frames.PADDED | http2_frames.WITH_PRIORITY
    client.send(http2_frames.HEADERS, flags, 1, b"\x03" + bytes(5) + block + bytes(3))
    data = b"\x02" + b"\0\0\0\0\x02hi" + bytes(2)
    client.send(http2_frames.DATA, http2_frames.PADDED | http2_frames.END_STREAM, 1, data)

    assert client.answer(1) == b"hi"


def test_the_preface_may_come_byte_by_byte(client: RawClient) -> None:
    for byte in http2_frames.PREFACE + http2_frames.settings({}):
        client.link.sendall(bytes([byte]))
    client.call(1, b"hello")

    assert client.answer(1) == b"hello"


def test_an_answer_waits_for_the_window_of_its_stream(client: RawClient) -> None:
    client.begin({http2_frames.INITIAL_WINDOW_SIZE: 10})
    client.call(1, b"0123456789")

    assert client.next(http2_frames.DATA).payload == b"\0\0\0\0\x0a01234"
    client.link.sendall(http2_frames.window_update(1, 2))
    assert client.next(http2_frames.DATA).payload == b"56"
    # Another initial window holds for the streams that are open, too.
    client.link.sendall(http2_frames.settings({http2_frames.INITIAL_WINDOW_SIZE: 100}))
    assert client.next(http2_frames.DATA).payload == b"789"


def test_an_answer_waits_for_the_window_of_the_connection(client: RawClient) -> None:
    client.begin({http2_frames.INITIAL_WINDOW_SIZE: http2_frames.LARGEST_WINDOW})
    client.call(1, bytes(100_000))

    received = 0
    while received < http2_frames.FIRST_WINDOW:
        received += len(client.next(http2_frames.DATA).payload)
    assert received == http2_frames.FIRST_WINDOW
    client.link.sendall(http2_frames.window_update(0, 100_000))
    while received < 100_005:
        received += len(client.next(http2_frames.DATA).payload)
    assert received == 100_005


def test_no_frame_is_larger_than_the_client_takes(client: RawClient) -> None:
    client.begin({http2_frames.INITIAL_WINDOW_SIZE: 2**20})
    client.call(1, bytes(60_000))

    first = client.next(http2_frames.DATA)

    assert len(first.payload) == http2_frames.LEAST_FRAME


def test_a_cancelled_call_is_not_answered_and_delays_no_other(client: RawClient) -> None:
    client.begin({http2_frames.INITIAL_WINDOW_SIZE: 8})
    client.call(1, b"waits for its window")
    client.next(http2_frames.DATA)
    client.send(http2_frames.RST_STREAM, 0, 1, struct.pack(">L", 8))
    client.call(3, b"abc")

    answered = client.next(http2_frames.DATA)

    assert (answered.stream, answered.payload) == (3, b"\0\0\0\0\x03abc")


def test_a_ping_is_answered_with_its_payload(client: RawClient) -> None:
    client.begin()
    client.send(http2_frames.PING, 0, 0, b"12345678")

    answer = client.next(http2_frames.PING)

    assert (answer.flags, answer.payload) == (http2_frames.ACK, b"12345678")


def test_frames_of_unknown_kinds_are_ignored(client: RawClient) -> None:
    client.begin()
    client.send(0x42, 0xFF, 0, b"whatever")
    client.call(1, b"hello")

    assert client.answer(1) == b"hello"


def test_data_of_no_call_is_ignored(client: RawClient) -> None:
    client.begin()
    client.send(http2_frames.DATA, http2_frames.END_STREAM, 99, b"whatever")
    client.call(1, b"hello")

    assert client.answer(1) == b"hello"


@pytest.mark.parametrize("message", [b"\0\0\0\0\x09short", b"\x01\0\0\0\x02hi", b"\0\0"])
def test_a_message_that_cannot_be_read_fails_its_call_only(
    client: RawClient, message: bytes
) -> None:
    client.begin()
    client.send(http2_frames.HEADERS, http2_frames.END_HEADERS, 1, client.encoder.encode(CALL))
    client.send(http2_frames.DATA, http2_frames.END_STREAM, 1, message)

    headers = client.decoder.decode(client.next(http2_frames.HEADERS).payload, raw=True)
    assert (b"grpc-status", b"13") in headers
    client.call(3, b"hello")
    assert client.answer(3) == b"hello"


BROKEN = {
    "another protocol": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a frame that is too large": http2_frames.PREFACE + b"\xff\xff\xff\0\0\0\0\0\x01",
    "settings of an impossible length": http2_frames.PREFACE
    + http2_frames.frame(http2_frames.SETTINGS, 0, 0, b"1"),
    "a window of an impossible length": http2_frames.PREFACE
    + http2_frames.frame(http2_frames.WINDOW_UPDATE, 0, 0, b"1"),
    "headers that cannot be read": http2_frames.PREFACE
    + http2_frames.frame(http2_frames.HEADERS, WHOLE, 1, b"\xff\xff\xff"),
    "headers that do not end": http2_frames.PREFACE
    + http2_frames.frame(http2_frames.HEADERS, 0, 1, b"\x83")
    + http2_frames.frame(http2_frames.PING, 0, 0, bytes(8)),
    "headers that nothing began": http2_frames.PREFACE
    + http2_frames.frame(http2_frames.CONTINUATION, http2_frames.END_HEADERS, 1, b"\x83"),
    "headers that are too long": http2_frames.PREFACE
    + http2_frames.frame(http2_frames.HEADERS, 0, 1, b"\x83")
    + http2_frames.frame(http2_frames.CONTINUATION, 0, 1, bytes(http2_frames.LEAST_FRAME)) * 4,
    "headers that go on in another stream": http2_frames.PREFACE
    + http2_frames.frame(http2_frames.HEADERS, 0, 1, b"\x83")
    + http2_frames.frame(http2_frames.CONTINUATION, http2_frames.END_HEADERS, 3, b"\x83"),
    "more padding than payload": http2_frames.PREFACE
    + http2_frames.frame(http2_frames.HEADERS, WHOLE | http2_frames.PADDED, 1, b"\x09\x83"),
    "padding of an unknown length": http2_frames.PREFACE
    + http2_frames.frame(http2_frames.HEADERS, WHOLE | http2_frames.PADDED, 1, b""),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_what_the_protocol_does_not_allow_ends_the_connection(served: Served, data: bytes) -> None:
    served.client.link.sendall(data)

    assert served.client.is_closed()
    served.thread.join(PATIENCE)
    (error,) = served.errors
    assert isinstance(error, ProtocolError)


def test_closing_frees_who_waits_for_a_window(served: Served) -> None:
    served.client.begin({http2_frames.INITIAL_WINDOW_SIZE: 1})
    served.client.call(1, b"hello")
    served.client.next(http2_frames.DATA)

    served.connection.close()

    assert served.client.is_closed()


@given(st.lists(st.binary(max_size=40), max_size=6), st.integers(1, 50))
def test_frames_are_found_however_they_are_cut(payloads: list[bytes], size: int) -> None:
    sent = [Frame(http2_frames.DATA, 0, 2 * n + 1, data) for n, data in enumerate(payloads)]
    data = http2_frames.PREFACE + b"".join(http2_frames.frame(*each) for each in sent)
    reader = http2_frames.Reader()

    found = [
        frame
        for place in range(0, len(data), size)
        for frame in reader.frames(data[place : place + size])
    ]

    assert found == sent


@given(st.binary(max_size=200))
def test_any_bytes_are_frames_or_an_error(data: bytes) -> None:
    reader = http2_frames.Reader()
    try:
        for frame in reader.frames(http2_frames.PREFACE + data):
            http2_frames.payload_without_padding(frame)
    except ProtocolError:
        pass


def test_another_library_sends_large_messages_in_parallel() -> None:
    """The client in C of the gRPC project, which shares nothing with this server."""
    endpoint = ProviderSocket()
    transport = GrpcServer({"/a/Echo": lambda data: data}, stop=lambda: None)

    def converse() -> list[int]:
        unlimited = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
        with grpc.insecure_channel(f"unix:{endpoint.path}", unlimited) as channel:
            echo = channel.unary_unary("/a/Echo")
            sizes = [0, 1, 16_384, 70_000, 8 * 2**20] * 4
            calls = [echo.future(bytes(size), timeout=PATIENCE) for size in sizes]
            lengths = [len(call.result()) - size for call, size in zip(calls, sizes, strict=True)]
            channel.unary_unary("/plugin.GRPCController/Shutdown")(b"", timeout=PATIENCE)
            return lengths

    try:
        with ThreadPoolExecutor(1) as pool:
            result = pool.submit(converse)
            transport.run(endpoint.listener, None, ready=lambda: None)
            assert set(result.result(PATIENCE)) == {0}
    finally:
        endpoint.close()
