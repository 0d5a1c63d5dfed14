from __future__ import annotations

import io
from email.message import Message

import pytest

from constructs_lib.sandbox.common import server
from constructs_lib.sandbox.common.errors import ApiError

CHUNKED = {"Transfer-Encoding": "Chunked"}


def read(content: bytes, headers: dict[str, str]) -> tuple[bytes, bytes]:
    """The body, and what of the connection is left for the next request."""
    message = Message()
    for name, value in headers.items():
        message[name] = value
    reader = io.BytesIO(content)
    return server.read_body(reader, message), reader.read()


@pytest.mark.parametrize(
    ("content", "headers", "body"),
    [
        (b"NEXT", {}, b""),
        (b"{}NEXT", {"Content-Length": "2"}, b"{}"),
        (b"0\r\n\r\nNEXT", CHUNKED, b""),
        (b"2\r\n{}\r\n0\r\n\r\nNEXT", CHUNKED, b"{}"),
        (b'1;a=b\r\n{\r\n00B\r\n"a": 12345}\r\n0\r\n\r\nNEXT', CHUNKED, b'{"a": 12345}'),
        (b"2\r\n\r\n\r\n0\r\nX-Trailer: 1\r\n\r\nNEXT", CHUNKED, b"\r\n"),
    ],
)
def test_body_is_read_to_its_end(content: bytes, headers: dict[str, str], body: bytes) -> None:
    assert read(content, headers) == (body, b"NEXT")


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"{", {"Content-Length": "2"}),
        (b"{}", {"Content-Length": "two"}),
        (b"{}", {"Content-Length": "²"}),
        (b"", {"Content-Length": "1" * 30}),
        (b"", {"Transfer-Encoding": "gzip, chunked"}),
        (b"", CHUNKED),
        (b"2\r\n{}\r\n", CHUNKED),
        (b"2\r\n{", CHUNKED),
        (b"1\r\n{}\r\n0\r\n\r\n", CHUNKED),
        (b"-1\r\n{}\r\n", CHUNKED),
        (b"0x2\r\n{}\r\n0\r\n\r\n", CHUNKED),
        (b"0\r\n" + b"X: 1\r\n" * 1000, CHUNKED),
        (b"1" * 10_000, CHUNKED),
    ],
)
def test_malformed_body_is_an_error(content: bytes, headers: dict[str, str]) -> None:
    with pytest.raises(ApiError) as caught:
        read(content, headers)
    assert (caught.value.status, caught.value.code) == (400, "InvalidInput")


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"", {"Content-Length": str(server.MAX_BODY_BYTES + 1)}),
        (b"FFFFFFFF\r\n", CHUNKED),
        (b"1\r\n \r\n" + b"A00000\r\n" + b" " * server.MAX_BODY_BYTES + b"\r\n", CHUNKED),
    ],
)
def test_body_of_more_than_10_mib_is_refused(content: bytes, headers: dict[str, str]) -> None:
    with pytest.raises(ApiError, match="at most 10 MiB"):
        read(content, headers)
