"""A server that keeps states for Terraform's backend ``http``, with locks."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

WAIT = 60
"""How many seconds a request is held at most."""


class StateServer(ThreadingHTTPServer):
    """Keeps a state and a lock for each path; a test can hold what is written."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.states: dict[str, bytes] = {}
        self.locks: dict[str, dict[str, Any]] = {}
        self.writing = threading.Event()
        """Set when a state is about to be written."""
        self.may_write = threading.Event()
        self.may_write.set()

    @property
    def address(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def resources(self, path: str) -> list[str]:
        """The types of the resources in a state."""
        return [each["type"] for each in json.loads(self.states[path])["resources"]]

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nothing is written meanwhile."""
        self.writing.clear()
        self.may_write.clear()
        try:
            yield
        finally:
            self.may_write.set()


class _Handler(BaseHTTPRequestHandler):
    server: StateServer

    def do_GET(self) -> None:
        state = self.server.states.get(self.path)
        self._answer(200 if state else 404, state or b"")

    def do_POST(self) -> None:
        path, _, query = self.path.partition("?")
        body = self._body()
        lock = self.server.locks.get(path)
        if lock is not None and f"ID={lock['ID']}" not in query:
            self._answer(423)
            return
        self.server.writing.set()
        self.server.may_write.wait(WAIT)
        self.server.states[path] = body
        self._answer(200)

    def do_LOCK(self) -> None:
        wanted = json.loads(self._body())
        held = self.server.locks.setdefault(self.path, wanted)
        self._answer(200 if held is wanted else 423, json.dumps(held).encode())

    def do_UNLOCK(self) -> None:
        self._body()
        self.server.locks.pop(self.path, None)
        self._answer(200)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the name of the base)
        """Say nothing."""

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _answer(self, status: int, body: bytes = b"") -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            return  # Terraform was killed meanwhile.


@contextmanager
def state_server() -> Iterator[StateServer]:
    """Start a server, and stop it."""
    with StateServer() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.may_write.set()
            server.shutdown()
            thread.join()
