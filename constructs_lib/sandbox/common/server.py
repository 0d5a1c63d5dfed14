"""The sandbox as an HTTP server, on the loopback address only.

It reads bodies of a known length and bodies in chunks (RFC 9112, "HTTP/1.1", sections 6 and 7), and
lets its API answer.
"""

from __future__ import annotations

import os
import re
import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from constructs_lib.sandbox.common import errors
from constructs_lib.sandbox.common.errors import ApiError, invalid
from constructs_lib.sandbox.common.messages import Answers, ApiRequest, ApiResponse, Delivery

MAX_BODY_BYTES = 10 * 1024 * 1024
"""The most bytes of a body that are read."""

_MAX_LINE_BYTES = 8192
_MAX_TRAILERS = 100
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;.*)?")


class BodyReader(Protocol):
    """The receiving side of a connection."""

    def read(self, size: int) -> bytes:
        """Return so many bytes; fewer at the end of the connection."""
        ...

    def readline(self, size: int) -> bytes:
        """Return up to the end of the line, or so many bytes."""
        ...


def read_body(reader: BodyReader, headers: Message) -> bytes:
    """Read the body of a request; empty if it has none.

    :param headers: those of the request
    :raises ApiError: 400, if the body is too large or malformed, so that the next request on this
        connection could not be found
    """
    coding = headers.get("Transfer-Encoding")
    if coding is None:
        return _whole(reader, headers.get("Content-Length", "0"))
    if coding.strip().lower() != "chunked" or "Content-Length" in headers:
        raise invalid("A body comes with a Content-Length, or with Transfer-Encoding: chunked")
    return b"".join(_chunks(reader))


def _whole(reader: BodyReader, length: str) -> bytes:
    if not (length.isascii() and length.isdigit() and len(length) < 19):
        raise invalid("The Content-Length of a body must be a number")
    if int(length) > MAX_BODY_BYTES:
        raise _too_large()
    body = reader.read(int(length))
    if len(body) < int(length):
        raise _malformed()
    return body


def _chunks(reader: BodyReader) -> Iterator[bytes]:
    left = MAX_BODY_BYTES
    while size := _size(_line(reader)):
        left -= size
        if left < 0:
            raise _too_large()
        chunk = reader.read(size)
        if len(chunk) < size or _line(reader):
            raise _malformed()
        yield chunk
    _skip_trailers(reader)


def _size(line: bytes) -> int:
    found = _SIZE.fullmatch(line)
    if found is None:
        raise _malformed()
    return int(found[1], 16)


def _skip_trailers(reader: BodyReader) -> None:
    for _ in range(_MAX_TRAILERS):
        if not _line(reader):
            return
    raise _malformed()


def _line(reader: BodyReader) -> bytes:
    line = reader.readline(_MAX_LINE_BYTES)
    if not line.endswith(b"\n"):
        raise _malformed()
    return line.rstrip(b"\r\n")


def _malformed() -> ApiError:
    return invalid("The body of the request is malformed, or ends too early")


def _too_large() -> ApiError:
    return invalid(f"The body of a request may have at most {MAX_BODY_BYTES // 1024 // 1024} MiB")


HOST = "127.0.0.1"
"""The only address on which the sandbox listens."""


class SandboxServer(ThreadingHTTPServer):
    """An HTTP/1.1 server over one API, with a thread for each client.

    :param api: what answers the requests
    :param port: the TCP port; 0 takes a free one
    :raises OSError: if the port cannot be used
    """

    # Threads of idle clients must not keep the process from ending.
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, api: Answers, port: int = 0) -> None:
        self.api = api
        super().__init__((HOST, port), _Handler)

    @property
    def url(self) -> str:
        """The address, such as ``http://127.0.0.1:8080``."""
        return f"http://{HOST}:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing: a client may go away at any time."""


class _Handler(BaseHTTPRequestHandler):
    server: SandboxServer
    protocol_version = "HTTP/1.1"
    server_version = "connections-as-code-sandbox"
    # Header and body leave at once, in one packet: otherwise each answer takes 40 ms.
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 300

    def __getattr__(self, name: str) -> Any:
        # Python looks for a method do_GET, do_TRACE and so on, and answers by itself if there is
        # none. But only the API knows which methods a path has.
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer a request that is no HTTP in the form of the API, and close the connection."""
        # Python's message quotes the request, which may hold secrets.
        phrase = f"HTTP {int(code)} {HTTPStatus(code).phrase}"
        self._refuse(ApiError(int(code), "InvalidInput", phrase))

    def handle_expect_100(self) -> bool:
        """Let a client that asks first send its body: at once, or it waits for seconds."""
        is_expected = super().handle_expect_100()
        self.wfile.flush()
        return is_expected

    def _serve(self) -> None:
        try:
            body = read_body(self.rfile, self.headers)
            request = self._request(body)
        except ApiError as error:
            self._refuse(error)
        else:
            self._answer(self.server.api.handle(request))

    def _request(self, body: bytes) -> ApiRequest:
        try:
            address = urlsplit(self.path)
        except ValueError:
            raise errors.invalid("The address of the request is malformed") from None
        return ApiRequest(
            method=self.command,
            path=unquote(address.path),
            query=dict(parse_qsl(address.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
            raw_path=address.path,
        )

    def _refuse(self, error: ApiError) -> None:
        # Nobody knows where the next request begins.
        self.close_connection = True
        refusal = self.server.api.failure(error)
        self._answer(replace(refusal, headers={**refusal.headers, "Connection": "close"}))

    def _answer(self, answer: ApiResponse) -> None:
        time.sleep(answer.delay_seconds)
        if answer.delivery is Delivery.RESET:
            self._reset()
            return
        content = answer.content
        if self.request_version == "HTTP/0.9":
            # The request did not say that it is HTTP; an answer without headers is unreadable.
            self.request_version = self.protocol_version
        self.send_response_only(answer.status)
        headers = {"Server": self.version_string(), "Date": self.date_time_string()}
        for name, value in (headers | answer.headers_for(content)).items():
            self.send_header(name, value)
        self.end_headers()
        if answer.delivery is Delivery.TRUNCATED:
            self.close_connection = True
            content = content[: len(content) // 2]
        if self.command != "HEAD":
            self.wfile.write(content)

    def _reset(self) -> None:
        self.close_connection = True
        # Without time to linger, closing resets the connection instead of ending it in order. The
        # socket object would stay open for as long as its reader and its writer are.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is Python's.
        """Log nothing: the journal has the request."""
