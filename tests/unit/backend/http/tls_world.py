"""An API behind TLS that only its own authority vouches for, and a proxy on the way to it."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from constructs_lib.backend.plugin.server import tls

HEADERS = {"Content-Type": "application/json", "X-elastic-product": "Elasticsearch"}
ANSWER = {"code": "Success", "data": {"id": "abc", "items": []}, "id": "abc", "status": "created"}


class World:
    """The address of the API, its authority, and what was asked.

    :param url: the address of the API
    :param authority: the PEM file with its certificate
    """

    def __init__(self, url: str, authority: Path) -> None:
        self.url, self.authority = url, authority
        self.agents: list[str] = []


class Proxy:
    """The address of a proxy, and which hosts it was asked for."""

    def __init__(self, listener: socket.socket) -> None:
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.asked: list[str] = []


@contextmanager
def api(folder: Path) -> Iterator[World]:
    """Start the API; it answers each request of either vendor with success."""
    made = tls.create_certificate()
    key, authority = folder / "key.pem", folder / "authority.pem"
    key.write_bytes(made.key)
    authority.write_bytes(made.pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority, key)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            world.agents.append(self.headers["User-Agent"])
            body = json.dumps(ANSWER).encode()
            self.send_response(200)
            for name, value in {**HEADERS, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Stays silent."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Who does not trust the certificate hangs up."""

    server = Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    world = World(f"https://localhost:{server.server_address[1]}", authority)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield world
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def proxy() -> Iterator[Proxy]:
    """Start a proxy that makes tunnels (RFC 9110, CONNECT)."""
    listener = socket.create_server(("127.0.0.1", 0))
    made = Proxy(listener)
    thread = threading.Thread(target=_serve, args=(listener, made), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def _serve(listener: socket.socket, made: Proxy) -> None:
    with suppress(OSError):
        while True:
            link, _ = listener.accept()
            threading.Thread(target=_tunnel, args=(link, made), daemon=True).start()


def _tunnel(link: socket.socket, made: Proxy) -> None:
    head = b""
    while b"\r\n\r\n" not in head:
        head += link.recv(65536)
    host = head.split()[1].decode()
    made.asked.append(host)
    name, _, port = host.rpartition(":")
    there = socket.create_connection((name, int(port)))
    link.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    threading.Thread(target=_pump, args=(there, link), daemon=True).start()
    _pump(link, there)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)
