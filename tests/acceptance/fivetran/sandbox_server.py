"""The sandbox on a socket, seen from both sides: its address, and what reached it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from constructs_lib.sandbox import Api, Credentials, JournalEntry, SandboxServer, Store

KEY, SECRET = "canary-api-key", "canary-api-secret"


class Sandbox:
    """A running sandbox."""

    def __init__(self, url: str, store: Store) -> None:
        self.url, self.store = url, store
        self._seen = 0

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Does what a person or another program would do, and keeps it out of ``requests``."""
        response = requests.request(
            method, self.url + path, json=body, auth=(KEY, SECRET), timeout=10
        )
        assert response.ok, response.text
        self.requests()
        return response.json().get("data")

    def add(self, service: str, **config: Any) -> str:
        """Makes a connection as a person would, in the warehouse; returns its identifier."""
        body = {"group_id": "sandbox_warehouse", "service": service, "config": config}
        identifier: str = self.ask("POST", "/v1/connections", body)["id"]
        return identifier

    def requests(self) -> list[JournalEntry]:
        """What reached the sandbox since the last call."""
        entries = self.store.journal(self._seen)
        self._seen = entries[-1].number if entries else self._seen
        return list(entries)

    def writes(self) -> list[tuple[str, str, Any]]:
        """The write requests since the last call: method, path, body."""
        return [(e.method, e.path, e.body) for e in self.requests() if e.writes]

    def connections(self) -> list[dict[str, Any]]:
        """All connections that exist."""
        found: list[dict[str, Any]] = self.ask("GET", "/v1/connections?limit=1000")["items"]
        return found


@contextmanager
def serving(database: Path) -> Iterator[Sandbox]:
    """A sandbox on a free port."""
    credentials = Credentials(KEY, SECRET)
    with Store(database) as store, SandboxServer(Api(store, credentials, True), 0) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield Sandbox(server.url, store)
        server.shutdown()
        thread.join()
