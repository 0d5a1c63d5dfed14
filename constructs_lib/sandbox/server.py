"""The sandbox as an HTTP server, on the loopback address only."""

from __future__ import annotations

import os
import socket
import struct
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from constructs_lib.sandbox import errors
from constructs_lib.sandbox.answer import Answers, ApiRequest, ApiResponse, Delivery

HOST = "127.0.0.1"
"""The only address on which the sandbox listens."""

_LARGEST_BODY = 10 * 1024 * 1024


class SandboxServer(ThreadingHTTPServer):
    """An HTTP/1.1 server over one API, with a thread for each client.

    :param api: what answers the requests
    :param port: the TCP port; 0 takes a free one
    :raises OSError: if the port cannot be used
    """

    # Threads of idle clients must not hold up the end of the process.
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
        """A client that went away is no event: nothing is printed."""


class _Handler(BaseHTTPRequestHandler):
    server: SandboxServer
    protocol_version = "HTTP/1.1"
    server_version = "connections-as-code-sandbox"
    # Header and body leave in one packet, and at once: otherwise each answer takes 40 ms.
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 300

    def _serve(self) -> None:
        body = self._body()
        if body is None:
            return
        address = urlsplit(self.path)
        request = ApiRequest(
            method=self.command,
            path=unquote(address.path),
            query=dict(parse_qsl(address.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
            raw_path=address.path,
        )
        self._answer(self.server.api.handle(request))

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = _serve  # noqa: N815 - the names are Python's.

    def _body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "0")
        chunked = "Transfer-Encoding" in self.headers
        if chunked or not (length.isascii() and length.isdigit() and int(length) <= _LARGEST_BODY):
            # The length is not known or too large, so the next request could not be found.
            self.close_connection = True
            error = errors.invalid("A body needs a Content-Length of at most 10 MiB")
            refusal = self.server.api.failure(error)
            self._answer(replace(refusal, headers={**refusal.headers, "Connection": "close"}))
            return None
        return self.rfile.read(int(length))

    def _answer(self, answer: ApiResponse) -> None:
        time.sleep(answer.delay_seconds)
        if answer.delivery is Delivery.RESET:
            self._reset()
            return
        content = answer.content
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
        """Nothing is logged: the journal has it."""
